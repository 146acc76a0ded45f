"""What files tell of the processes around some, gathered in two turns.

First come the starts and ends of all processes, in outline, which say how these hang together. Of those that
are then in the trees all that is told is taken in full: any more would change no tree.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial

from msgspec.structs import replace

from carhound.findings.lineage.build import Lineages
from carhound.findings.lineage.events import Who
from carhound.findings.lineage.line_places import PLACES
from carhound.findings.lineage.log import ProcessLog
from carhound.pipeline.files.pieces import Load, Piece, loads, processes_for
from carhound.pipeline.trees.retelling import Reteller, Retelling, Retold

_AHEAD = 2
"""Loads by process that are read before it is their turn: what they tell waits in memory."""
_LARGE = 32 << 20
"""Bytes of a file that is read here: all it tells would wait in memory."""


def read_again(
    log: ProcessLog, about: Sequence[Who], given: Sequence[Piece], task: Retelling, processes: int | None
) -> str | None:
    """Adds what pieces tell; says what of them could not be read. Raises KeyboardInterrupt.

    `processes` are those asked for, None for as many as are of use.
    """
    unread, by_guid, by_line, lines_before = None, {}, {}, {}
    lines = 0
    for retold in _retold(given, task, processes):
        if (ended := retold.ended) is not None:
            lines = lines if ended.piece.span.first else 0
            lines_before[ended.piece] = lines
            lines += ended.lines
            if ended.by_guid:
                by_guid[_name(ended.piece)] = ended.piece
            if ended.by_line:
                by_line[_name(ended.piece)] = ended.piece
        log.outlines.add(retold.outlines)
        log.places.add(retold.named)
        log.lines.add(retold.lines)
        log.names.join(retold.names)
        unread = retold.unread or unread
    log.settle()
    _load(log, about)
    places = {} if log.shown.numbers else _places(log, by_guid)
    lines_of = _lines(log, by_line)
    task = replace(task, shown=log.shown, places=places, lines=lines_of, lines_before=lines_before)
    for retold in _retold(given, task, processes):
        log.fill_in(retold.rows)
        unread = retold.unread or unread
    return unread


def _load(log: ProcessLog, about: Sequence[Who]) -> None:
    """Loads the outlines of the processes in the trees, so that the log tells what it would tell of all."""
    lineages = Lineages(log)
    for asking in (lineages.visit, lineages.closure):
        pending = about
        while pending:
            pending = [who for who in pending if log.outlines.lacks(partial(asking, who))]
            log.load()


def _places(
    log: ProcessLog, by_guid: Mapping[tuple[str, int], Piece]
) -> dict[Piece, Mapping[int, Sequence[int]]]:
    """Where in pieces that are known by GUIDs the records begin that tell of what the log was asked."""
    found: dict[Piece, dict[int, Sequence[int]]] = {piece: {} for piece in by_guid.values()}
    for path, first, chunk, places in log.places.of(log.shown):
        if (piece := by_guid.get((path, first))) is not None:
            found[piece][chunk] = places
    return {**found}


def _lines(log: ProcessLog, by_line: Mapping[tuple[str, int], Piece]) -> "dict[Piece, array[int]]":
    """Where in pieces the lines begin that tell of what the log was asked, and their numbers."""
    found = {piece: array(PLACES) for piece in by_line.values()}
    for path, first, lines in log.lines.of(log.shown):
        if (piece := by_line.get((path, first))) is not None:
            found[piece] += lines
    return found


def _name(piece: Piece) -> tuple[str, int]:
    return piece.found.shown, piece.span.first


def _retold(given: Sequence[Piece], task: Retelling, asked: int | None) -> Iterator[Retold]:
    processes = processes_for(asked, given)
    if processes == 1:
        yield from Reteller(task).read(given)
        return
    from carhound.pipeline.files.pool import Pool

    with closing(Pool(loads(given, processes), partial(Reteller, task), processes, _AHEAD, _large)) as pool:
        yield from pool.batches()


def _large(load: Load) -> bool:
    return any(piece.span.whole and piece.found.size > _LARGE for piece in load)
