"""Evidence cut into pieces, each of which can be read without the others: files, and spans of large ones.

How it is cut depends on the evidence alone, so that a run says the same however many processes share them.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from carhound.engines.interpreter.collect_apart import CollectorApart
from carhound.findings.coverage import FileTally
from carhound.model.evidence import Damage
from carhound.pipeline.part_reading import NoEvidence, PartRead, PartReader
from carhound.pipeline.request import Progress
from carhound.pipeline.skipping import skipping
from carhound.plan.nodes import Node
from carhound.readers.interface import ReadOptions
from carhound.readers.opening import Opener
from carhound.readers.spans import Span, spans
from carhound.readers.walk import Found, walk

_SMALL = 32 << 20
"""Bytes of evidence that one process reads sooner than several are started."""


Read = TypeVar("Read", covariant=True)


class Piece(Struct, frozen=True):
    """A file with all that is in it, or a span of it."""

    found: Found
    span: Span

    def lines(self) -> int:
        """How many lines end in it, where it is a span of text."""
        if self.span.unit != "bytes":
            return 0
        from carhound.readers.json_lines import lines_in

        return lines_in(self.found.path, self.span)


class Reads(Protocol[Read]):
    """Reads pieces, in whatever order."""

    def read(self, piece: Piece, /) -> Iterator[Read]:
        """What the parts of a piece gave, one by one."""


class Asking(Protocol[Read]):
    """What is to be made of pieces; can be sent to another process."""

    def reader(self, progress: Progress | None, /) -> Reads[Read]:
        """Makes it."""

    def lost(self, piece: Piece, why: str, /) -> Read:
        """What stands for a piece where the process that read it died."""


class Task(Struct, frozen=True):
    """Pieces are put to plans."""

    plans: list[Node]
    counted: int
    """Eligibility counts for so many plans, the first ones."""
    options: ReadOptions
    hashed: bool
    count_all: bool

    def reader(self, progress: Progress | None) -> "PieceReader":
        """Counts for the progress, where there is one."""
        return PieceReader(self, progress)

    def lost(self, piece: Piece, why: str) -> PartRead:
        """A file that is damaged."""
        tally = FileTally(piece.found.shown, None, piece.found.size)
        tally.damage(Damage(str(piece.span), f"the process that read it {why}"))
        return PartRead(tally, piece.span, lines=piece.lines())


def pieces(paths: Iterable[str]) -> list[Piece]:
    """The pieces of the evidence below the paths, in the order of paths, names and places."""
    return [Piece(found, span) for found in walk(paths) for span in spans(found)]


def processes_for(asked: int | None, given: Sequence[Piece]) -> int:
    """How many processes read these pieces: one for little evidence, else one for each usable processor."""
    apart = sum(not piece.found.stream for piece in given)
    if asked is None:
        asked = (
            1
            if sum({piece.found.shown: piece.found.size for piece in given}.values()) < _SMALL
            else _usable()
        )
    return max(1, min(asked, apart))


def _usable() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows do not tell
        return os.cpu_count() or 1


class PieceReader:
    """Reads pieces, in whatever order."""

    def __init__(self, task: Task, progress: Progress | None) -> None:
        self._options = task.options
        self._apart = CollectorApart(task.plans)
        collector = self._apart.collector
        sieve = None if task.count_all else skipping(task.plans, collector)
        self._reader = PartReader(collector.offer, task.counted, task.hashed, task.count_all, progress, sieve)

    def read(self, piece: Piece) -> Iterator[PartRead | NoEvidence]:
        """What the parts of a piece gave, one by one."""
        for part in Opener(piece.found, self._options, piece.span).parts():
            read = self._reader.read(part)
            if isinstance(read, PartRead):
                read.collected = self._apart.taken()
            yield read
