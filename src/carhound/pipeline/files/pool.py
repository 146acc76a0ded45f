"""Loads of pieces read by several processes; what they gave comes in the order of the loads.

Where a process dies its load is read again, piece by piece; one that dies with a single piece takes nothing
with it but that.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from carhound.model.interrupts import uninterrupted
from carhound.pipeline.files import forks
from carhound.pipeline.files.pieces import Load
from carhound.pipeline.files.worker import Begun, Counted, Reader, Told, work
from carhound.pipeline.request import Progress

_PATIENCE = 2.0
"""Seconds that a worker has to end its load after an interrupt."""

Batch = TypeVar("Batch")


class _Worker(Struct, Generic[Batch]):
    process: BaseProcess
    connection: "Connection[Any, Any]"
    turn: int | None = None
    """The number of the load it reads, or reads some pieces of."""
    load: Load = ()
    """What of it."""
    gave: list[Batch] = field(default_factory=list)
    """What several pieces gave, which counts once all are read."""


class _Gave(Struct, Generic[Batch]):
    """What is known of a load that was handed out."""

    todo: deque[Load]
    """What of it was not."""
    batches: deque[Batch] = field(default_factory=deque)
    ended: bool = False


class Pool(Generic[Batch]):
    """Processes that read loads, each with a reader of its own."""

    def __init__(
        self,
        given: Sequence[Load],
        make: Callable[[], Reader[Batch]],
        processes: int,
        *,
        ahead: int,
        here: Callable[[Load], bool],
        progress: Progress | None = None,
    ) -> None:
        """`make` makes a reader, and can be pickled; `here` tells which loads are read in this process.

        `ahead`: so many loads by process are read before their turn; what they give waits in memory.
        """
        self._given = given
        self._make = make
        self._most = processes
        self._ahead = ahead * processes
        self._here = here
        self._progress = progress
        self._context = forks.context()
        self._workers: list[_Worker[Batch]] = []
        self._left = deque(number for number, load in enumerate(given) if not here(load))
        self._events = 0
        self._turn = 0
        self._gave: dict[int, _Gave[Batch]] = {}

    def batches(self) -> Iterator[Batch]:
        """What the loads give, in their order. Raises KeyboardInterrupt."""
        for turn, load in enumerate(self._given):
            self._turn = turn
            self._hand_out()
            if self._here(load):
                yield from self._reader.read(load)
            else:
                yield from self._in_turn()

    def stop(self) -> Iterator[Batch]:
        """What there is of the load whose turn it is: who reads it is asked to end early, and waited for."""
        if (gave := self._gave.get(self._turn)) is None:
            return
        until = monotonic() + _PATIENCE
        gave.todo.clear()
        for worker in self._workers:
            if worker.turn == self._turn:
                with suppress(OSError):
                    worker.connection.send(None)
        while not gave.ended and (left := until - monotonic()) > 0:
            self._listen(left)
        yield from gave.batches

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

    def _in_turn(self) -> Iterator[Batch]:
        gave = self._gave[self._turn]
        while gave.batches or not gave.ended:
            if gave.batches:
                yield gave.batches.popleft()
            else:
                self._listen()
                self._hand_out()
        del self._gave[self._turn]

    def _hand_out(self) -> None:
        """Gives a load to each idle worker, but none that is too far ahead of the one whose turn it is."""
        while self._left and self._left[0] < self._turn + self._ahead:
            worker = next((one for one in self._workers if one.turn is None), None)
            if worker is None:
                if len(self._workers) == self._most:
                    return
                worker = self._start()
            worker.turn = self._left.popleft()
            self._give(worker, self._gave.setdefault(worker.turn, _Gave(deque((self._given[worker.turn],)))))

    def _start(self) -> _Worker[Batch]:
        here, there = self._context.Pipe()
        make = self._make
        if isinstance(self._context, ForkContext):
            reader = self._reader
            make = lambda: reader  # noqa: E731
        arguments = (there, make, self._progress is not None)
        process = self._context.Process(target=work, args=arguments, daemon=True)
        process.start()
        there.close()
        worker: _Worker[Batch] = _Worker(process, here)
        self._workers.append(worker)
        return worker

    def _give(self, worker: _Worker[Batch], gave: _Gave[Batch]) -> None:
        worker.load = gave.todo.popleft()
        try:
            worker.connection.send(worker.load)
        except OSError:
            self._lost(worker)

    def _listen(self, seconds: float | None = None) -> None:
        """Takes what workers tell, and waits until one does."""
        ready = wait([one.connection for one in self._workers], seconds)
        for worker in [one for one in self._workers if one.connection in ready]:
            with uninterrupted():  # half a message would make nonsense of the next one
                try:
                    self._take(worker, worker.connection.recv())
                except (EOFError, OSError):
                    self._lost(worker)

    def _take(self, worker: _Worker[Batch], message: Begun | Counted | Batch | None) -> None:
        if isinstance(message, Begun | Counted):
            self._hear(message)
        elif worker.turn is not None:
            gave = self._gave[worker.turn]
            if message is not None:
                (gave.batches if len(worker.load) == 1 else worker.gave).append(message)
                return
            gave.batches += worker.gave
            worker.gave = []
            if gave.todo:
                self._give(worker, gave)
            else:
                gave.ended = True
                worker.turn = None

    def _hear(self, message: Begun | Counted) -> None:
        if self._progress is None:
            return
        if isinstance(message, Begun):
            self._progress.file(message.path, message.size)
        else:
            self._events += message.events
            self._progress.events(self._events)

    def _lost(self, worker: _Worker[Batch]) -> None:
        """A worker died: its piece was not read, and that must be told; of several all are tried again."""
        self._workers.remove(worker)
        worker.process.join()
        worker.connection.close()
        if worker.turn is None:
            return
        gave = self._gave[worker.turn]
        if len(worker.load) > 1:
            gave.todo.extendleft((piece,) for piece in reversed(worker.load))
        else:
            gave.batches.append(self._reader.lost(worker.load[0], _end(worker.process.exitcode)))
        if gave.todo:
            self._left.appendleft(worker.turn)
        else:
            gave.ended = True


def _end(status: int | None) -> str:
    how = "ended early, with exit status" if status is None or status >= 0 else "was ended by signal"
    return f"{how} {status if status is None else abs(status)}"
