"""Evidence cut into pieces, each of which can be read without the others: files, and spans of large ones.

How it is cut depends on the evidence alone, so that a run says the same however many processes share them.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from carhound.engines.interpreter.collect_apart import CollectorApart
from carhound.findings.coverage import FileTally
from carhound.model.evidence import Damage
from carhound.pipeline.files.part_reading import Batch, NoEvidence, PartRead, PartReader
from carhound.pipeline.files.skipping import skipping
from carhound.pipeline.request import Progress
from carhound.plan.nodes import Node
from carhound.readers.interface import ReadOptions
from carhound.readers.opening import Opener
from carhound.readers.part import Part, prepare
from carhound.readers.spans import Span, lines_in, spans
from carhound.readers.walk import Found, walk

_SMALL = 16 << 20
"""Bytes of evidence that one process reads sooner than several are started."""
_LOAD = 4 << 20
"""Bytes of small files that are read one after the other before it is told what they gave."""
_LOADS = 4
"""Loads that each process gets at least, where there are enough files."""
_EVENTS = 10_000
"""Events made of what is in one archive before it is told what they gave."""


class Piece(Struct, frozen=True):
    """A file with all that is in it, or a span of it."""

    found: Found
    span: Span

    def lines(self) -> int:
        """How many lines end in it, where it is a span of text."""
        return lines_in(self.found.path, self.span) if self.span.unit == "bytes" else 0


Load = Sequence[Piece]
"""Pieces that are read one after the other."""


class Task(Struct, frozen=True):
    """What is to be made of pieces; can be sent to another process."""

    plans: list[Node]
    follows: Mapping[int, frozenset[int]]
    """Plans that are not judged where none of the plans they follow could be."""
    counted: int
    """Eligibility counts for so many plans, the first ones."""
    options: ReadOptions
    hashed: bool
    count_all: bool


def pieces(paths: Iterable[str]) -> list[Piece]:
    """The pieces of the evidence below the paths, in the order of paths, names and places."""
    return [Piece(found, span) for found in walk(paths) for span in spans(found)]


def loads(given: Sequence[Piece], processes: int) -> Sequence[Load]:
    """The pieces in their order, small ones together as far as all processes still get enough of them."""
    most = min(_LOAD, sum(_size(piece) for piece in given) // (_LOADS * processes))
    made: list[list[Piece]] = []
    room = -1
    for piece in given:
        size = _size(piece)
        if size > room or piece.found.stream:
            made.append([])
            room = most
        made[-1].append(piece)
        room = -1 if piece.found.stream else room - size
    return made


def _size(piece: Piece) -> int:
    return piece.found.size if piece.span.whole else _LOAD + 1


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

    def __init__(self, task: Task, progress: Progress | None = None, first: Piece | None = None) -> None:
        """What reading the first piece needs is loaded: who forks afterwards has it already."""
        self._options = task.options
        self._apart = CollectorApart(task.plans, task.follows)
        collector = self._apart.collector
        self._sieve = None if task.count_all else skipping(task.plans, collector)
        self._reader = PartReader(
            collector.offer, task.counted, task.hashed, task.count_all, progress, self._sieve
        )
        if first is not None and (name := Opener(first.found, task.options).evidence_format()) is not None:
            prepare(name, task.options, self._sieve)

    def tell(self, progress: Progress) -> None:
        """From now on tells of the progress."""
        self._reader.progress = progress

    def read(self, load: Load) -> Iterator[Batch]:
        """What the parts of these pieces gave: all at once, where there are several pieces.

        An interrupt within a part ends it and is not raised; one between parts is.
        """
        reads: list[PartRead | NoEvidence] = []
        try:
            for piece in load:
                for part in Opener(piece.found, self._options, piece.span).parts():
                    read = self._part(part)
                    reads.append(read)
                    if isinstance(read, PartRead) and read.interrupted:
                        yield self._batch(reads)
                        return
                    if len(load) == 1 and self._reader.unbatched >= _EVENTS:
                        yield self._batch(reads)
                        reads = []
        except KeyboardInterrupt:
            yield self._batch(reads)
            raise
        yield self._batch(reads)

    def lost(self, piece: Piece, why: str) -> Batch:
        """Of a piece with which a process died, that it was not read."""
        tally = FileTally(piece.found.shown, None, piece.found.size)
        tally.damage(Damage(str(piece.span), f"the process that read it {why}"))
        return Batch([PartRead(tally, piece.span, lines=piece.lines())])

    def _part(self, part: Part) -> PartRead | NoEvidence:
        read = self._reader.read(part)
        if isinstance(read, PartRead) and read.span.whole:
            read.blind = self._apart.collector.end_file()
            self._reader.hosts.end_file((one.plan, one.source) for one in read.blind)
        return read

    def _batch(self, reads: list[PartRead | NoEvidence]) -> Batch:
        batch = self._reader.batch(reads)
        batch.collected = self._apart.taken()
        return batch
