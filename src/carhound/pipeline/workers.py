"""Pieces of evidence read by several processes; what they gave is told in the order of the evidence.

A worker has one piece at a time. Through its pipe come, piece by piece: files begun and events counted, for
the progress; what the parts gave; and None where the piece ends. A worker that is told anything while it
reads ends the piece early. One that dies takes nothing with it but its piece, which is reported as damaged.
"""

import multiprocessing
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from carhound.lake.interrupts import uninterrupted
from carhound.pipeline.part_reading import PartRead
from carhound.pipeline.pieces import Asking, Piece
from carhound.pipeline.request import Progress

_AHEAD = 8
"""Pieces by worker that are read before it is their turn: what they gave waits in memory."""
_PAUSE = 0.1
"""Seconds between what a worker tells of its progress."""
_PATIENCE = 2.0
"""Seconds that a worker has to end its piece after an interrupt."""

_WAITING = 32
"""Reads of a piece that wait in memory before it is their turn; its worker waits with the next one."""

Read = TypeVar("Read")

_File = tuple[str, int | None]


class _Told:
    """Progress as a worker tells it, and its ear for being asked to end."""

    def __init__(self, parent: "Connection[Any, Piece | None]", heard: bool) -> None:
        self._parent = parent
        self._heard = heard
        self._events = 0
        self._due = 0.0

    def file(self, path: str, size: int | None) -> None:
        if self._heard:
            self._parent.send((path, size))

    def events(self, count: int) -> None:
        if monotonic() < self._due:
            return
        self._due = monotonic() + _PAUSE
        if self._heard:
            self._parent.send(count - self._events)
        self._events = count
        if self._parent.poll():
            raise KeyboardInterrupt


def _work(parent: "Connection[Any, Piece | None]", task: Asking[Read], heard: bool) -> None:
    """What a worker does until it is told None."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent says what becomes of it
    reader = task.reader(_Told(parent, heard))
    try:
        while (piece := parent.recv()) is not None:
            for read in reader.read(piece):
                parent.send(read)
                if isinstance(read, PartRead) and read.interrupted:
                    break
            parent.send(None)
    except (EOFError, BrokenPipeError):
        return  # nobody is left to tell


class _Worker(Struct):
    process: BaseProcess
    connection: "Connection[Piece | None, Any]"
    turn: int | None = None
    """The number of the piece it reads."""


class _Gave(Struct, Generic[Read]):
    """What is known of a piece that was handed out."""

    reads: deque[Read] = field(default_factory=deque)
    ended: bool = False


class _Pool(Generic[Read]):
    """The workers, and what they told that was not handed on yet."""

    def __init__(
        self, pieces: Sequence[Piece], task: Asking[Read], processes: int, progress: Progress | None
    ) -> None:
        self._pieces = pieces
        self._task = task
        self._progress = progress
        self._context = _context()
        self._most = processes
        self._workers: list[_Worker] = []
        self._left = deque(number for number, piece in enumerate(pieces) if not piece.found.stream)
        self._events = 0
        self._turn = 0
        self.gave: dict[int, _Gave[Read]] = {}

    def hand_out(self, turn: int) -> None:
        """Gives a piece to each idle worker, but none that is too far ahead of the one whose turn it is."""
        self._turn = turn
        while self._left and self._left[0] < turn + _AHEAD * self._most:
            worker = next((one for one in self._workers if one.turn is None), None)
            if worker is None:
                if len(self._workers) == self._most:
                    return
                worker = self._start()
            number = self._left.popleft()
            self.gave[number] = _Gave()
            worker.turn = number
            try:
                worker.connection.send(self._pieces[number])
            except OSError:
                self._lost(worker)

    def listen(self, seconds: float | None = None) -> None:
        """Takes what workers tell, and waits until one does."""
        by_connection = {one.connection: one for one in self._workers if not self._has_told_enough(one)}
        for ready in wait(list(by_connection), seconds):
            worker = next(one for connection, one in by_connection.items() if connection is ready)
            with uninterrupted():  # half a message would make nonsense of the next one
                try:
                    self._take(worker, worker.connection.recv())
                except (EOFError, OSError):
                    self._lost(worker)

    def stop(self, turn: int) -> None:
        """Asks the worker of a piece to end it early, and waits until it has, or for too long."""
        until = monotonic() + _PATIENCE
        for worker in self._workers:
            if worker.turn == turn:
                with suppress(OSError):
                    worker.connection.send(None)
        while turn in self.gave and not self.gave[turn].ended and (left := until - monotonic()) > 0:
            self.listen(left)

    def close(self) -> None:
        """Ends all workers, whatever they do."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()

    def events(self, more: int) -> None:
        """Counts events for the progress."""
        self._events += more
        if self._progress is not None:
            self._progress.events(self._events)

    def _has_told_enough(self, worker: _Worker) -> bool:
        number = worker.turn
        return number not in (None, self._turn) and len(self.gave[number].reads) >= _WAITING

    def _take(self, worker: _Worker, message: int | _File | Read | None) -> None:
        if worker.turn is None:
            return
        match message:
            case int():
                self.events(message)
            case None:
                self.gave[worker.turn].ended = True
                worker.turn = None
            case path, size:
                if self._progress is not None:
                    self._progress.file(path, size)
            case _:
                self.gave[worker.turn].reads.append(message)

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        arguments = (there, self._task, self._progress is not None)
        process = self._context.Process(target=_work, args=arguments, daemon=True)
        process.start()
        there.close()
        worker = _Worker(process, here)
        self._workers.append(worker)
        return worker

    def _lost(self, worker: _Worker) -> None:
        """A worker died: its piece was not read, and that must be told."""
        self._workers.remove(worker)
        worker.process.join()
        worker.connection.close()
        if worker.turn is None:
            return
        piece, gave = self._pieces[worker.turn], self.gave[worker.turn]
        gave.reads.append(self._task.lost(piece, _end(worker.process.exitcode)))
        gave.ended = True


def read_by_workers(
    pieces: Sequence[Piece], task: Asking[Read], processes: int, progress: Progress | None
) -> Iterator[Read]:
    """What pieces gave, in their order. What comes through a pipe is read here.

    Raises KeyboardInterrupt where somebody interrupted, behind what was read of the piece whose turn it was.
    """
    pool = _Pool(pieces, task, processes, progress)
    try:
        for turn, piece in enumerate(pieces):
            pool.hand_out(turn)
            if piece.found.stream:
                yield from task.reader(progress).read(piece)
                continue
            yield from _in_turn(pool, turn)
    finally:
        pool.close()


def _in_turn(pool: _Pool[Read], turn: int) -> Iterator[Read]:
    while True:
        gave = pool.gave[turn]
        while gave.reads:
            yield gave.reads.popleft()
        if gave.ended:
            del pool.gave[turn]
            return
        try:
            pool.listen()
            pool.hand_out(turn)
        except KeyboardInterrupt:
            pool.stop(turn)
            yield from gave.reads
            raise


def _context() -> ForkContext | SpawnContext:
    """Forks where that is safe, and starts anew elsewhere: a thread's locks would stay locked in a fork."""
    forks = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork") if forks else multiprocessing.get_context("spawn")


def _end(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was ended by signal {-status}"
    return f"ended early, with exit status {status}"
