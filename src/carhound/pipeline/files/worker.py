"""A process that reads loads of pieces, one at a time, and tells what they give through a pipe."""

import gc
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from carhound.pipeline.files.pieces import Load, Piece
from carhound.pipeline.request import Progress

_PAUSE = 0.1
"""Seconds between what is told of the progress."""

Given = TypeVar("Given", covariant=True)


class Reader(Protocol[Given]):
    """Reads loads in whatever order, with what it has learnt from those before."""

    def tell(self, progress: Progress) -> None:
        """From now on tells of the progress, where it has any to tell of."""

    def read(self, load: Load) -> Iterator[Given]:
        """What these pieces give. Ends early where `Progress.events` raises KeyboardInterrupt."""

    def lost(self, piece: Piece, why: str) -> Given:
        """What stands for a piece whose process died, `why`: "was ended by signal 9"."""


class Word(Struct, frozen=True):
    """A word of the progress."""

    events: int = 0
    """So many more were read."""
    file: tuple[str, int | None] | None = None
    """One that was begun, and its size."""


class Told:
    """Progress as it is told to who shows it, and the ear for being asked to end."""

    def __init__(self, tell: Callable[[Word], None], ended: Callable[[], bool]) -> None:
        self._tell = tell
        self._ended = ended
        self._events = 0
        self._due = 0.0

    def file(self, path: str, size: int | None) -> None:
        """A file is begun."""
        self._tell(Word(file=(path, size)))

    def events(self, count: int) -> None:
        """So many events have been read in all. Raises KeyboardInterrupt where the load is to end early."""
        if monotonic() < self._due:
            return
        self._due = monotonic() + _PAUSE
        self._tell(Word(count - self._events))
        self._events = count
        if self._ended():
            raise KeyboardInterrupt


def work(
    parent: "Connection[Any, Any]", make: Callable[[], Reader[Any]], own: Reader[Any] | None, heard: bool
) -> None:
    """Reads loads until it is told None, and says None at the end of each; told within one, it ends it early.

    A fork has its own reader from its parent. `heard` says whether anybody is shown the progress.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent says what becomes of it
    gc.freeze()  # to look for garbage in what a fork shares would copy it
    reader = make() if own is None else own
    reader.tell(Told(parent.send if heard else lambda _: None, parent.poll))
    try:
        while (load := parent.recv()) is not None:
            for batch in reader.read(load):
                parent.send(batch)
            parent.send(None)
    except (EOFError, BrokenPipeError):
        return  # nobody is left to tell
