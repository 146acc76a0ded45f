"""One implementation over what was collected: its windows, rows and events; day by day with a backfill."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from types import MappingProxyType

from msgspec import Struct, field
from msgspec.structs import replace

from carhound.engines.interpreter.execution import Result, newest_first, run
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.rows import Row
from carhound.findings.run import EVENT_HEAD, Rows, WindowUsed
from carhound.findings.silence import silence
from carhound.model.diagnostics import Source
from carhound.model.event import HEADER, Cell, Event
from carhound.plan.nodes import Node, Scan, Tabular, chain, scans

DAY_COLUMN = "day"


class Judgement(Struct):
    """What an implementation said."""

    windows: tuple[WindowUsed, ...]
    events: list[Event] = field(default_factory=list)
    days: dict[int, list[str]] = field(default_factory=dict)
    """By id() of the event, the days whose run reported it."""
    table: Rows | None = None
    result: Result | None = None
    """The rows themselves, where it ran once."""
    outside_window: int | None = None
    timeless: int = 0
    """Matches that no bounded window can hold, because they have no time."""
    silent: dict[str | None, tuple[int, int]] = field(default_factory=dict)
    """Hosts of its events that were silent in a baseline: on how many of its days, at worst."""
    aliases: AbstractSet[str] = frozenset()
    """The fields that were read from others, since events have none of their names."""

    def note_silence(self, events: Iterable[Event], windows: Iterable[WindowUsed]) -> None:
        """Takes note of the hosts of `events` of which the baseline of their run knows too little."""
        hosts = {event.computer for event in events}
        for quiet in (window.silence for window in windows if window.silence is not None):
            for host in quiet.hosts:
                if host.computer in hosts:
                    worst = max(self.silent.get(host.computer, (0, 0)), (host.days, quiet.days))
                    self.silent[host.computer] = worst


Presences = Mapping[int, Mapping[str | None, AbstractSet[int]]]
"""By id() of a baseline scan, the presence that `findings.silence` takes."""


def judge(
    plan: Node,
    source: Source,
    hits: dict[int, list[Event]],
    main_hits: list[Event],
    moment: Moment,
    backfill: bool,
    presences: Presences = MappingProxyType({}),
) -> Judgement:
    """Runs a plan at `moment`, or with `backfill` once at the end of each day that has matching events."""
    main = scans(plan)[0]
    if not backfill or not main.range.written:
        result = run(plan, hits, moment)
        windows = windows_used(plan, source, moment, presences)
        judged = Judgement(windows, result.entered)
        judged.note_silence(result.entered, windows)
        judged.table, judged.result, judged.aliases = table(plan, result), result, result.aliases
        if main.range.written:
            window = moment.window(main)
            judged.outside_window = sum(not window.contains(event.time) for event in main_hits)
        return judged
    moments = _scheduled(main, main_hits, moment)
    judged = Judgement(())
    if moments:
        judged.windows = windows_used(plan, source, moments[0], presences)
        if len(moments) > 1:
            judged.windows += windows_used(plan, source, moments[-1], presences)
    tables: list[tuple[str, Rows]] = []
    for one in moments:
        day = _day_before(one.now, one.zone).isoformat()
        result = run(plan, hits, one)
        judged.aliases |= result.aliases
        if result.entered:
            judged.note_silence(result.entered, windows_used(plan, source, one, presences))
        for event in result.entered:
            judged.days.setdefault(id(event), []).append(day)
            if len(judged.days[id(event)]) == 1:
                judged.events.append(event)
        if (made := table(plan, result)) is not None:
            tables.append((day, made))
    judged.events = newest_first(judged.events)
    mains = [one.window(main) for one in moments]
    judged.outside_window = sum(
        not any(window.contains(event.time) for window in mains) for event in main_hits
    )
    judged.table = _by_day(tables)
    return judged


def windows_used(
    plan: Node, source: Source, moment: Moment, presences: Presences = MappingProxyType({})
) -> tuple[WindowUsed, ...]:
    """The bounded windows of a run, the main one first; baselines with their silence where it is known."""
    used = []
    for scan in scans(plan):
        window = moment.window(scan)
        if not window.bounded:
            continue
        written = scan.range.written and scan.span is not None
        line, column = source.position(scan.span.start) if written and scan.span else (None, None)
        presence = presences.get(id(scan))
        quiet = None if presence is None else silence(presence, window, moment.zone)
        used.append(WindowUsed(scan.role, window.earliest, window.latest, line, column, quiet))
    return tuple(used)


def table(plan: Node, result: Result) -> Rows | None:
    """The rows of a plan that aggregates."""
    if not any(isinstance(node, Tabular) for node in chain(plan)):
        return None
    return as_rows(result.columns or (), result.rows)


def as_rows(columns: tuple[str, ...], rows: Iterable[Row]) -> Rows:
    """Rows as a table of these columns."""
    return Rows(columns, tuple(tuple(row.shown(column) for column in columns) for row in rows))


def as_events(rows: Sequence[Row]) -> Rows:
    """Whole events as a table: what happened first, what else the record says behind it."""
    names = dict.fromkeys(name for row in rows for name in row.names())
    about = set(HEADER)
    about.update(name for row in rows if row.event is not None for name in row.event.meta)
    about.difference_update(name for row in rows if row.event is not None for name in row.event.data)
    told = [name for name in EVENT_HEAD if name in names]
    told += [name for name in names if name not in about and name not in told]
    columns = (*told, *(name for name in names if name in about and name not in told))
    return replace(as_rows(columns, rows), events=len(told))


def _by_day(tables: list[tuple[str, Rows]]) -> Rows | None:
    if not tables:
        return None
    columns = (DAY_COLUMN, *tables[0][1].columns)
    rows: list[tuple[Cell, ...]] = [(day, *row) for day, made in tables for row in made.rows]
    return Rows(columns, tuple(rows))


def _scheduled(main: Scan, events: list[Event], moment: Moment) -> list[Moment]:
    """The ends of the calendar days from the first event to the last, none that begins after `moment`.

    A schedule runs when its day is over: so does the run of a day that is not over yet. Days whose main
    window holds none of the events are left out: their runs would find nothing.
    """
    times = sorted(event.time for event in events if event.time is not None)
    if not times:
        return []
    day, last = (time.astimezone(moment.zone).date() for time in (times[0], times[-1]))
    moments = []
    while day <= last and _midnight(day, moment.zone) < moment.now:
        day += timedelta(days=1)
        one = replace(moment, now=_midnight(day, moment.zone))
        window = one.window(main)
        first = bisect_left(times, window.earliest) if window.earliest else 0
        if first < len(times) and window.contains(times[first]):
            moments.append(one)
    return moments


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock_time(), zone).astimezone(UTC)


def _day_before(end: datetime, zone: tzinfo) -> date:
    return (end - timedelta(microseconds=1)).astimezone(zone).date()
