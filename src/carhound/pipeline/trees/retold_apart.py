"""Pieces asked again by several processes; what they tell comes in the order of the evidence."""

import gc
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from carhound.pipeline.files import forks
from carhound.pipeline.files.pieces import Load
from carhound.pipeline.trees.retelling import Reteller, Retelling, Retold

_AHEAD = 1
"""Loads by process that are read before it is their turn: what they tell waits in memory."""
_LARGE = 32 << 20
"""Bytes of a file that is read here: all it tells would wait in memory."""

_own: list[Reteller] = []
"""That of this process, where it is one of several: what it learns of kinds serves all loads."""


def retold_apart(given: Sequence[Load], task: Retelling, processes: int) -> Iterator[Retold]:
    """What loads tell. Raises KeyboardInterrupt; a process that dies is told of as what could not be read."""
    here = Reteller(task)
    pool = ProcessPoolExecutor(processes, forks.context(), _begin, (task,))
    waiting: deque[tuple[Load, Future[list[Retold]] | None]] = deque()
    try:
        for load in given:
            large = any(piece.span.whole and piece.found.size > _LARGE for piece in load)
            waiting.append((load, None if large else pool.submit(_read, load)))
            if len(waiting) > _AHEAD * processes:
                yield from _told(waiting.popleft(), here)
        while waiting:
            yield from _told(waiting.popleft(), here)
    except BrokenProcessPool:
        yield Retold(unread="a process that read evidence again ended early")
    finally:
        pool.shutdown(cancel_futures=True)


def _told(one: tuple[Load, "Future[list[Retold]] | None"], here: Reteller) -> Iterator[Retold]:
    load, there = one
    if there is not None:
        yield from there.result()
        return
    for piece in load:
        yield from here.read(piece)


def _begin(task: Retelling) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent says what becomes of it
    gc.freeze()  # to look for garbage in what a fork shares would copy it
    _own[:] = [Reteller(task)]


def _read(load: Load) -> list[Retold]:
    (reteller,) = _own
    return [retold for piece in load for retold in reteller.read(piece)]
