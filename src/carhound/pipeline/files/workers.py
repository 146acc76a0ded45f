"""Pieces of evidence read by several processes; what they gave is told in the order of the evidence.

A worker has one load of pieces at a time. Through its pipe come: files begun and events counted, for the
progress; what the parts gave; and None where the load ends. A worker that is told anything while it reads
ends the load early. Where one dies its load is read again, piece by piece; one that dies with a single piece
takes nothing with it but that, which is reported as damaged.
"""

import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext
from multiprocessing.process import BaseProcess
from time import monotonic

from msgspec import Struct, field

from carhound.findings.coverage import FileTally
from carhound.model.evidence import Damage
from carhound.model.interrupts import uninterrupted
from carhound.pipeline.files import forks
from carhound.pipeline.files.part_reading import Batch, PartRead
from carhound.pipeline.files.pieces import Load, PieceReader, Task
from carhound.pipeline.request import Progress
from carhound.readers.spans import lines_in

_AHEAD = 8
"""Loads by worker that are read before it is their turn: what they gave waits in memory."""
_PAUSE = 0.1
"""Seconds between what a worker tells of its progress."""
_PATIENCE = 2.0
"""Seconds that a worker has to end its load after an interrupt."""

_File = tuple[str, int | None]
_Message = int | _File | Batch | None


class _Told:
    """Progress as a worker tells it, and its ear for being asked to end."""

    def __init__(self, parent: "Connection[_Message, Load | None]", heard: bool) -> None:
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


def _work(
    parent: "Connection[_Message, Load | None]", task: Task, heard: bool, reader: PieceReader | None
) -> None:
    """What a worker does until it is told None; a fork has its reader from its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent says what becomes of it
    reader = PieceReader(task, None) if reader is None else reader
    reader.tell(_Told(parent, heard))
    try:
        while (load := parent.recv()) is not None:
            for batch in reader.read(load):
                parent.send(batch)
            parent.send(None)
    except (EOFError, BrokenPipeError):
        return  # nobody is left to tell


class _Worker(Struct):
    process: BaseProcess
    connection: "Connection[Load | None, _Message]"
    turn: int | None = None
    """The number of the load it reads, or reads some pieces of."""
    load: Load = ()
    """What of it."""


class _Gave(Struct):
    """What is known of a load that was handed out."""

    todo: deque[Load]
    """What of it was not."""
    batches: deque[Batch] = field(default_factory=deque)
    ended: bool = False


class _Pool:
    """The workers, and what they told that was not handed on yet."""

    def __init__(self, given: Sequence[Load], task: Task, processes: int, progress: Progress | None) -> None:
        self._given = given
        self._task = task
        self._progress = progress
        self._context = forks.context()
        self._reader: PieceReader | None = None
        self._most = processes
        self._workers: list[_Worker] = []
        self._left = deque(number for number, load in enumerate(given) if not load[0].found.stream)
        self._events = 0
        self.gave: dict[int, _Gave] = {}

    def hand_out(self, turn: int) -> None:
        """Gives a load to each idle worker, but none that is too far ahead of the one whose turn it is."""
        while self._left and self._left[0] < turn + _AHEAD * self._most:
            worker = next((one for one in self._workers if one.turn is None), None)
            if worker is None:
                if len(self._workers) == self._most:
                    return
                worker = self._start()
            number = self._left.popleft()
            gave = self.gave.setdefault(number, _Gave(deque((self._given[number],))))
            worker.turn = number
            self._give(worker, gave)

    def listen(self, seconds: float | None = None) -> None:
        """Takes what workers tell, and waits until one does."""
        by_connection = {one.connection: one for one in self._workers}
        for ready in wait(list(by_connection), seconds):
            worker = next(one for connection, one in by_connection.items() if connection is ready)
            with uninterrupted():  # half a message would make nonsense of the next one
                try:
                    self._take(worker, worker.connection.recv())
                except (EOFError, OSError):
                    self._lost(worker)

    def stop(self, turn: int) -> None:
        """Asks the worker of a load to end it early, and waits until it has, or for too long."""
        until = monotonic() + _PATIENCE
        if turn in self.gave:
            self.gave[turn].todo.clear()
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

    def _give(self, worker: _Worker, gave: _Gave) -> None:
        worker.load = gave.todo.popleft()
        try:
            worker.connection.send(worker.load)
        except OSError:
            self._lost(worker)

    def _take(self, worker: _Worker, message: _Message) -> None:
        if worker.turn is None:
            return
        match message:
            case int():
                self.events(message)
            case None:
                self._ended(worker, self.gave[worker.turn])
            case Batch():
                self.gave[worker.turn].batches.append(message)
            case path, size:
                if self._progress is not None:
                    self._progress.file(path, size)

    def _ended(self, worker: _Worker, gave: _Gave) -> None:
        if gave.todo:
            self._give(worker, gave)
        else:
            gave.ended = True
            worker.turn = None

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        if isinstance(self._context, ForkContext) and self._reader is None:
            self._reader = PieceReader(self._task, None)
            self._reader.prepare(chain.from_iterable(self._given))
        arguments = (there, self._task, self._progress is not None, self._reader)
        process = self._context.Process(target=_work, args=arguments, daemon=True)
        process.start()
        there.close()
        worker = _Worker(process, here)
        self._workers.append(worker)
        return worker

    def _lost(self, worker: _Worker) -> None:
        """A worker died: its piece was not read, and that must be told; of several all are tried again."""
        self._workers.remove(worker)
        worker.process.join()
        worker.connection.close()
        if worker.turn is None:
            return
        gave = self.gave[worker.turn]
        if len(worker.load) > 1:
            gave.todo.extendleft((piece,) for piece in reversed(worker.load))
            self._left.appendleft(worker.turn)
            return
        (piece,) = worker.load
        tally = FileTally(piece.found.shown, None, piece.found.size)
        tally.damage(Damage(str(piece.span), f"the process that read it {_end(worker.process.exitcode)}"))
        lines = lines_in(piece.found.path, piece.span) if piece.span.unit == "bytes" else 0
        gave.batches.append(Batch([PartRead(tally, piece.span, lines=lines)]))
        if gave.todo:
            self._left.appendleft(worker.turn)
        else:
            gave.ended = True


def read_by_workers(
    given: Sequence[Load], task: Task, processes: int, progress: Progress | None
) -> Iterator[Batch]:
    """What loads gave, in their order. What comes through a pipe is read here.

    Raises KeyboardInterrupt where somebody interrupted, behind what was read of the load whose turn it was.
    """
    pool = _Pool(given, task, processes, progress)
    try:
        for turn, load in enumerate(given):
            pool.hand_out(turn)
            if load[0].found.stream:
                yield from PieceReader(task, progress).read(load)
                continue
            yield from _in_turn(pool, turn)
    finally:
        pool.close()


def _in_turn(pool: _Pool, turn: int) -> Iterator[Batch]:
    while True:
        gave = pool.gave[turn]
        while gave.batches:
            yield gave.batches.popleft()
        if gave.ended:
            del pool.gave[turn]
            return
        try:
            pool.listen()
            pool.hand_out(turn)
        except KeyboardInterrupt:
            pool.stop(turn)
            yield from gave.batches
            raise


def _end(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was ended by signal {-status}"
    return f"ended early, with exit status {status}"
