"""Loads of pieces read by several processes; what they gave comes in the order of the loads.

Where a process dies its load is read again, piece by piece; one that dies with a single piece takes nothing
with it but that.
"""

import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from carhound.model.interrupts import uninterrupted
from carhound.pipeline.files.pieces import Load
from carhound.pipeline.files.worker import Reader, Told, Word, work
from carhound.pipeline.request import Progress

_PATIENCE = 2.0
"""Seconds that a worker has to end its load after an interrupt."""

Batch = TypeVar("Batch")


class _Job(Struct, Generic[Batch], eq=False):
    """A load, and what it gave that was not handed on yet."""

    load: Load
    begun: bool = False
    ended: bool = False
    batches: list[Batch] = field(default_factory=list)

    def taken(self) -> Iterator[Batch]:
        """What can be handed on: of several pieces nothing before all are read, as they may be read again."""
        if self.ended or len(self.load) == 1:
            while self.batches:
                yield self.batches.pop(0)


class _Worker(Struct, Generic[Batch]):
    process: BaseProcess
    connection: "Connection[Any, Any]"
    job: _Job[Batch] | None = None


class Pool(Generic[Batch]):
    """Processes that read loads, each with a reader of its own."""

    def __init__(
        self,
        given: Sequence[Load],
        make: Callable[[], Reader[Batch]],
        processes: int,
        ahead: int,
        here: Callable[[Load], bool],
        progress: Progress | None = None,
    ) -> None:
        """`make` makes a reader, and can be pickled; `here` tells which loads are read in this process.

        `ahead`: so many loads by process are read before their turn; what they give waits in memory.
        """
        self._jobs: list[_Job[Batch]] = [_Job(load) for load in given]
        self._make = make
        self._most = processes
        self._ahead = ahead * processes
        self._here = here
        self._progress = progress
        self._events = 0
        self._context = context()
        self._workers: list[_Worker[Batch]] = []

    def batches(self) -> Iterator[Batch]:
        """What the loads give, in their order. Raises KeyboardInterrupt."""
        while self._jobs:
            self._hand_out()
            job = self._jobs[0]
            if self._here(job.load):
                yield from self._reader.read(job.load)
                job.ended = True
            yield from job.taken()
            if job.ended:
                del self._jobs[0]
            else:
                self._listen()

    def stop(self) -> Iterator[Batch]:
        """What there is of the load whose turn it is: who reads it is asked to end early, and waited for."""
        until = monotonic() + _PATIENCE
        for job in self._jobs[:1]:
            for worker in self._workers:
                if worker.job is job:
                    with suppress(OSError):
                        worker.connection.send(None)
            while any(one.job is job for one in self._workers) and (left := until - monotonic()) > 0:
                self._listen(left)
            yield from job.taken()

    def close(self) -> None:
        """Ends all processes, whatever they do."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()

    @cached_property
    def _reader(self) -> Reader[Batch]:
        """That of this process; forks begin with a copy."""
        reader = self._make()
        reader.tell(Told(self._hear, lambda: False))
        return reader

    def _hand_out(self) -> None:
        """Gives a load to each idle worker, but none that is too far ahead of the one whose turn it is."""
        for job in self._jobs[: self._ahead]:
            if job.begun or self._here(job.load):
                continue
            worker = next((one for one in self._workers if one.job is None), None)
            if worker is None:
                if len(self._workers) == self._most:
                    return
                worker = self._start()
            try:
                worker.connection.send(job.load)
            except OSError:  # it died, which is heard of soon; the load waits for another
                return
            worker.job = job
            job.begun = True

    def _start(self) -> _Worker[Batch]:
        here, there = self._context.Pipe()
        own = self._reader if isinstance(self._context, ForkContext) else None
        arguments = (there, self._make, own, self._progress is not None)
        process = self._context.Process(target=work, args=arguments, daemon=True)
        process.start()
        there.close()
        worker: _Worker[Batch] = _Worker(process, here)
        self._workers.append(worker)
        return worker

    def _listen(self, seconds: float | None = None) -> None:
        """Takes what workers tell, and waits until one does."""
        ready = wait([one.connection for one in self._workers], seconds)
        for worker in [one for one in self._workers if one.connection in ready]:
            with uninterrupted():  # half a message would make nonsense of the next one
                try:
                    self._take(worker, worker.connection.recv())
                except (EOFError, OSError):
                    self._lost(worker)

    def _take(self, worker: _Worker[Batch], message: Word | Batch | None) -> None:
        if isinstance(message, Word):
            self._hear(message)
        elif worker.job is not None and message is not None:
            worker.job.batches.append(message)
        elif worker.job is not None:
            worker.job.ended = True
            worker.job = None

    def _hear(self, word: Word) -> None:
        if self._progress is not None:
            if word.file is not None:
                self._progress.file(*word.file)
            self._events += word.events
            self._progress.events(self._events)

    def _lost(self, worker: _Worker[Batch]) -> None:
        """A worker died: its piece was not read, and that must be told; of several all are tried again."""
        self._workers.remove(worker)
        worker.process.join()
        worker.connection.close()
        if (job := worker.job) is None:
            return
        if len(job.load) > 1:
            at = self._jobs.index(job)
            self._jobs[at : at + 1] = [_Job((piece,)) for piece in job.load]
        else:
            job.batches.append(self._reader.lost(job.load[0], _end(worker.process.exitcode)))
            job.ended = True


def context() -> ForkContext | SpawnContext:
    """Forks where that is safe, and starts anew elsewhere: a thread's locks would stay locked in a fork."""
    forks = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork") if forks else multiprocessing.get_context("spawn")


def _end(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was ended by signal {-status}"
    return f"ended early, with exit status {status}"
