"""Evidence in files, read once, and what it holds for the plans of a run."""

import gc
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.moment import Moment
from carhound.errors import UsageError
from carhound.findings.identity import Registry
from carhound.findings.prevalence import Sighting
from carhound.model.event import Event
from carhound.pipeline.files.part_reading import Batch
from carhound.pipeline.files.pieces import Piece, PieceReader, Task, loads, pieces, processes_for
from carhound.pipeline.files.reading import Reading, read_pieces
from carhound.pipeline.gathered import INTERPRETER, Gathered
from carhound.pipeline.implementations import Subject, asks_nothing, numbered
from carhound.pipeline.judge_all import judge_all, newest_match
from carhound.pipeline.request import Clock, Progress, Request
from carhound.pipeline.trees.recall import from_files_again, not_again
from carhound.readers.archives.limits import read_limits
from carhound.readers.interface import ReadOptions
from carhound.readers.walk import missing as absent

if TYPE_CHECKING:
    from carhound.readers.tables.column_mapping import ColumnMapping


def from_files(
    request: Request, clock: Clock, subjects: list[Subject], progress: Progress | None
) -> Gathered:
    """Reads the evidence of a request. Raises UsageError where none of its paths exists."""
    paths = tuple(dict.fromkeys(request.evidence))
    missing = missing_of(paths) if paths or not asks_nothing(subjects) else ()
    options = ReadOptions(
        clock.zone,
        _mappings(request.mappings),
        read_limits(request.archive_limits),
        request.archive_password,
    )
    registry = Registry(keep_duplicates=request.keep_duplicates)
    collector = new_collector(subjects, registry)
    reading = Reading(registry)
    there = [path for path in paths if path not in missing]
    runnable = [one for subject in subjects for one in subject.implementations if one.plan is not None]
    task = Task(
        list(collector.searched),
        collector.follows,
        len(runnable),
        options,
        request.hash,
        request.count_all,
    )
    given = pieces(there)
    with closing(_read(given, task, request.processes, progress)) as batches:
        read_pieces(batches, collector, reading, request)
    newest = newest_match(runnable, collector)
    now, now_from = clock.now(newest, reading.newest_eligible)
    moment = Moment(now, clock.zone, clock.range(now))

    def sightings(
        plan: int, read: Callable[[Event], Sighting | None], _events: Iterable[Event]
    ) -> Iterator[Sighting]:
        for event in collector.main_hits(plan):
            if (sighting := read(registry.fullest(event))) is not None:
                yield sighting

    judge_all(runnable, collector, registry, moment, request.backfill)
    numbers = range(collector.plans)
    return Gathered(
        reading,
        {number: collector.eligible(number) for number in numbers},
        {number: collector.matched(number) for number in numbers},
        reading.hosts.coverage,
        sightings,
        moment,
        now_from,
        INTERPRETER,
        missing,
        from_files_again(given, options, reading.computers(), request.processes)
        if reading.interrupted_at is None
        else not_again,
    )


def _read(given: list[Piece], task: Task, asked: int | None, progress: Progress | None) -> Generator[Batch]:
    """What pieces give, in their order, read by as many processes as are of use."""
    processes = processes_for(asked, given)
    gc.freeze()  # what is there by now is no garbage; a forked process that looked through it would copy it
    try:
        if processes > 1:
            from carhound.pipeline.files.workers import read_by_workers

            yield from read_by_workers(loads(given, processes), task, processes, progress)
            return
        reader = PieceReader(task, progress)
        for load in loads(given, 1):
            yield from reader.read(load)
    finally:
        gc.unfreeze()


def _mappings(paths: tuple[str, ...]) -> "tuple[ColumnMapping, ...]":
    if not paths:
        return ()
    from carhound.pipeline.mapping_file import read_mappings  # knows the names of all fields

    return read_mappings(paths)


def missing_of(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths that do not exist. Raises UsageError where none does."""
    if not paths:
        raise UsageError("no evidence was named", hint="name files or folders, or a lake with --lake")
    missing = tuple(absent(paths))
    if len(missing) == len(paths):
        raise UsageError(f"no such file or folder: {', '.join(missing)}", hint="check the path")
    return missing


def new_collector(subjects: list[Subject], registry: Registry) -> Collector:
    """A collector of every plan there is, each told its number; implementations come first."""
    plans, follows = numbered(subjects)
    return Collector(
        [one.plan for one in plans if one.plan is not None],
        registry.admit,
        follows,
    )
