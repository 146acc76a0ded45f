"""`watch`: what arrived in a lake since the last run, judged as of its day, each finding reported once."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from carhound.alerts.delivery import Delivered, Sink, deliver
from carhound.alerts.ledger import Ledger
from carhound.alerts.ledger_file import NAME
from carhound.analytics.load import bundled
from carhound.errors import LakeError
from carhound.findings.alert import Sighting
from carhound.findings.run import Reading
from carhound.findings.suppressions import Suppressions
from carhound.findings.watched import Handed, Watched
from carhound.lake.glance import Readable
from carhound.model.event_table import BATCH_BITS
from carhound.pipeline.alerting.suppressing import read_valid_suppressions
from carhound.pipeline.alerting.watch_days import Day, Watching
from carhound.pipeline.definitions import NO_DEFINITIONS, DefinitionFiles
from carhound.pipeline.hunt import load_analytics, ready
from carhound.pipeline.lakes.memory import Memory
from carhound.pipeline.lakes.over_lake import open_lake
from carhound.pipeline.lakes.recalled import from_lake_again
from carhound.pipeline.novelty import read_days
from carhound.pipeline.request import Request, read_clock
from carhound.pipeline.trees.lineage import with_trees


class WatchRequest(Struct, frozen=True):
    """What the command line asked for."""

    lake: str
    catalog: str | None = None
    analytics: tuple[str, ...] = ()
    reading: Reading = "corrected"
    novel_over: str = "30d"
    key: tuple[str, ...] = ()
    tz: str = "UTC"
    suppress: str | None = None
    from_now: bool = False
    """Take what the lake holds as looked at."""
    definitions: DefinitionFiles = NO_DEFINITIONS


def watch(request: WatchRequest, sinks: Sequence[Sink], now: datetime | None = None) -> Watched:
    """One run. Raises CarhoundError: nothing is lost then, and the next run does the work.

    `now` is the clock by default; no judgement depends on it.
    """
    now = now or datetime.now(UTC)
    asked = Request(
        (), (), request.analytics, tz=request.tz, novel_over=request.novel_over, key=request.key,
        lake=request.lake, catalog=request.catalog,
    )  # fmt: skip
    zone, days = read_clock(asked).zone, read_days(asked)
    suppressions = None if request.suppress is None else read_valid_suppressions(request.suppress, now)
    analytics, problems, _ = load_analytics(request.analytics or bundled())
    subjects = ready(analytics, request.reading, request.key, days, request.definitions.read())
    lake = open_lake(asked)
    with Ledger(Path(request.lake) / NAME) as ledger, closing(_memory(lake)) as memory:
        since, until = ledger.watermark() or 0, memory.newest
        if until < since:
            raise LakeError(
                f"the ledger in {request.lake} has looked at batch {since}, and the lake ends with {until}",
                hint="the lake is older than its ledger: bring back the lake, or move the ledger away, and "
                "everything is reported once more",
            )
        watching = Watching(memory, subjects, zone, (since + 1) << BATCH_BITS)
        judged = [] if request.from_now or until <= since else list(watching.days())
        looked_at = _with_trees(judged, memory)
        sightings = list(_sightings(looked_at, suppressions))
        recorded = ledger.record(sightings, until, [sink.name for sink in sinks], now)
        handed = tuple(_handed(deliver(ledger, sink)) for sink in sinks)
        remarks = (*map(str, problems), *watching.remarks(), *_waiting(ledger, sinks))
    return Watched(
        str(memory.lake.folder),
        request.reading,
        days,
        since,
        until,
        tuple(day.day for day in looked_at),
        len(recorded.new),
        len(recorded.known),
        len(recorded.suppressed),
        remarks,
        handed,
        recorded.clock_back,
        request.from_now,
    )


def _with_trees(days: Sequence[Day], memory: Memory) -> list[Day]:
    """The days, their findings with the processes around them; the lake is asked once for all."""
    pairs = [(one.event, one.finding) for day in days for one in day.found]
    findings = iter(with_trees(pairs, from_lake_again(memory))[0])
    return [
        replace(day, found=tuple(replace(one, finding=next(findings)) for one in day.found)) for day in days
    ]


def _sightings(days: Sequence[Day], suppressions: Suppressions | None) -> Iterator[Sighting]:
    judge = None if suppressions is None else suppressions.judge()
    for day in days:
        for found in day.found:
            yield found.sighting(day.day, None if judge is None else judge(found.finding))


def _memory(lake: Readable) -> Memory:
    """What there is now that no other run can look at it."""
    lake.refresh()
    return Memory(lake)


def _waiting(ledger: Ledger, sinks: Sequence[Sink]) -> Iterator[str]:
    """What waits for receivers that this run was not told of."""
    names = {sink.name for sink in sinks}
    for name, waiting in ledger.waiting().items():
        if name not in names:
            yield f"{waiting} alert{'s' if waiting > 1 else ''} of earlier runs still wait for: {name}"


def _handed(delivered: Delivered) -> Handed:
    trouble = [f"{alert}: {reason}" for alert, reason in delivered.refused]
    if delivered.problem is not None:
        trouble.append(delivered.problem.message)
    return Handed(delivered.sink, delivered.sent, delivered.waiting, tuple(trouble))
