"""What files tell of the processes around some, gathered in two turns.

First come the starts and ends of all processes, in outline. What the trees ask of these says which
processes matter, and only what tells of them is taken in full: any more would change no tree.
"""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace

from carhound.findings.lineage_build import Lineages
from carhound.findings.process_events import Told, Who
from carhound.findings.process_log import ProcessLog, row_of
from carhound.pipeline.pieces import Piece, processes_for
from carhound.pipeline.retelling import Retelling, Retold


def read_again(
    log: ProcessLog,
    own: Sequence[Told],
    about: Sequence[Who],
    given: Sequence[Piece],
    task: Retelling,
    processes: int | None,
) -> str | None:
    """Adds what pieces tell to a log that holds `own`; says what of them could not be read.

    Raises KeyboardInterrupt where somebody interrupted.
    """
    with ProcessLog(log.names) as outlines:
        outlines.add_rows(map(row_of, own))
        unread = _fill(outlines, given, task, processes)
        outlines.settle()
        lineages = Lineages(outlines)
        for who in about:
            lineages.tree(who)
        asked = outlines.asked
    return _fill(log, given, replace(task, asked=asked), processes) or unread


def _fill(log: ProcessLog, given: Sequence[Piece], task: Retelling, processes: int | None) -> str | None:
    unread = None
    with closing(_retold(given, task, processes)) as read:
        for retold in read:
            log.add_rows(retold.rows)
            log.names.join(retold.names)
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
