"""What files tell of the processes around some, gathered in two turns.

First come the starts and ends of all processes, in outline, which say how these hang together. Of those that
are then in the trees all that is told is taken in full: any more would change no tree.
"""

from collections.abc import Generator, Sequence
from contextlib import closing

from msgspec.structs import replace

from carhound.findings.lineage_build import Lineages
from carhound.findings.process_events import Who
from carhound.findings.process_log import ProcessLog
from carhound.pipeline.pieces import Piece, processes_for
from carhound.pipeline.retelling import Retelling, Retold


def read_again(
    log: ProcessLog, about: Sequence[Who], given: Sequence[Piece], task: Retelling, processes: int | None
) -> str | None:
    """Adds what pieces tell; says what of them could not be read. Raises KeyboardInterrupt."""
    unread, by_guid, lines_before = None, set(), {}
    lines = 0
    with closing(_retold(given, task, processes)) as read:
        for retold in read:
            if (ended := retold.ended) is not None:
                lines = lines if ended.piece.span.first else 0
                lines_before[ended.piece] = lines
                lines += ended.lines
                if ended.by_guid:
                    by_guid.add(ended.piece)
            log.add_rows(retold.rows)
            log.names.join(retold.names)
            unread = retold.unread or unread
    log.settle()
    lineages = Lineages(log)
    for who in about:
        lineages.tree(who)
    task = replace(task, shown=log.shown, by_guid=by_guid, lines_before=lines_before)
    with closing(_retold(given, task, processes)) as read:
        for retold in read:
            log.fill_in(retold.rows)
            unread = retold.unread or unread
    return unread


def _retold(given: Sequence[Piece], task: Retelling, asked: int | None) -> Generator[Retold]:
    processes = processes_for(asked, given)
    if processes > 1:
        from carhound.pipeline.workers import read_by_workers

        yield from read_by_workers(given, task, processes, None)
        return
    reader = task.reader(None)
    for piece in given:
        yield from reader.read(piece)
