"""A plan over the events its stems let through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import assert_never

from carhound.engines.interpreter import aggregates
from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.rows import AliasUse, Row, getter, sort_key, texts, unheard
from carhound.engines.interpreter.subsearch import row_matcher
from carhound.model.event import Cell, Event
from carhound.model.glob import Glob
from carhound.model.windows import NO_BOUNDS, Window
from carhound.plan.columns import columns
from carhound.plan.nodes import (
    Dedup,
    Fields,
    Filter,
    Head,
    Node,
    Rename,
    Scan,
    Sort,
    Stats,
    SubsearchFilter,
    Table,
    Top,
    entry,
)
from carhound.plan.predicates import Field
from carhound.plan.stems import stems

_LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a run stands: what relative times and days are reckoned from."""

    now: datetime
    zone: tzinfo
    caller: Window = NO_BOUNDS
    """The range for scans that state none."""

    def window(self, scan: Scan) -> Window:
        """The window of a scan; a range of its own replaces the caller's."""
        return scan.range.resolve(self.now, self.zone) if scan.range.written else self.caller


@dataclass(slots=True)
class Result:
    """What a plan gave."""

    rows: list[Row]
    columns: tuple[str, ...] | None
    """The columns of a result that is a table; None for whole events."""
    entered: list[Event] = field(default_factory=list)
    """The events of the rows that reached the first transforming command, or the end."""


def run(
    plan: Node,
    hits: Mapping[int, list[Event]],
    moment: Moment,
    used: AliasUse,
    made: Mapping[int, list[Row]] = MappingProxyType({}),
) -> Result:
    """Runs a plan; `hits` holds for each stem, by the id() of its top node, the events it lets through.

    `made` holds, by the id() of their node, rows that another engine made; nothing below needs hits.
    """
    execution = _Execution(plan, hits, moment.window, used, made)
    rows = execution.rows(plan)
    present = dict.fromkeys(name for row in rows if row.columns is not None for name in row.columns)
    return Result(rows, columns(plan, present), execution.entered)


def matches(plan: Node, hits: Mapping[int, list[Event]]) -> list[Event]:
    """The events that the plan's conditions and subsearches let through, whatever their time.

    An anti-join takes none away: what it knows hangs on windows. `hits` as for `run`.
    """
    main = stems(plan)[0].node
    above: list[Node] = []
    node = entry(plan)
    while node is not main and not isinstance(node, Scan):
        above.append(node)
        node = node.input
    if not any(map(_asks, above)):
        return hits[id(main)]
    execution = _Execution(plan, hits, lambda _scan: NO_BOUNDS, unheard, {})
    rows = [Row(event) for event in hits[id(main)]]
    for node in reversed(above):
        if _asks(node) or isinstance(node, Fields | Table | Rename):
            rows = execution.applied(node, rows)
    return [row.event for row in rows if row.event is not None]


def _asks(node: Node) -> bool:
    """Whether it is a condition on each event."""
    return isinstance(node, Filter) or (isinstance(node, SubsearchFilter) and not node.negated)


def newest_first(events: list[Event]) -> list[Event]:
    """Events in search order: newest first, those without a time last, ties as they were read."""
    return sorted(
        events, key=lambda event: (_LAST - event.time if event.time else timedelta.max, event.sequence)
    )


class _Execution:
    def __init__(
        self,
        plan: Node,
        hits: Mapping[int, list[Event]],
        window: Callable[[Scan], Window],
        used: AliasUse,
        given: Mapping[int, list[Row]],
    ) -> None:
        self.hits = hits
        self.given = given
        self.window = window
        self.used = used
        self.entry = entry(plan)
        self.stems = {id(stem.node): stem for stem in stems(plan)}
        self.entered: list[Event] = []

    def rows(self, node: Node) -> list[Row]:
        made = self.given[id(node)] if id(node) in self.given else self.made(node)
        if node is self.entry:
            self.entered = [row.event for row in made if row.event is not None]
        return made

    def made(self, node: Node) -> list[Row]:
        stem = self.stems.get(id(node))
        if stem is not None:
            window = self.window(stem.scan)
            return [Row(event) for event in newest_first(self.hits[id(node)]) if window.contains(event.time)]
        return self.applied(node, [] if isinstance(node, Scan) else self.rows(node.input))

    def applied(self, node: Node, rows: list[Row]) -> list[Row]:
        """What an operator makes of the rows of its input."""
        match node:
            case Scan():
                raise TypeError("every scan belongs to a stem")
            case Filter(_, predicate):
                holds = condition(predicate, self.used)
                return [row for row in rows if holds(row)]
            case SubsearchFilter(_, inner, negated):
                made = [row.materialized() for row in self.subsearch(inner)]
                found = row_matcher(made, self.used, node.view)
                return [row for row in rows if found(row) is not negated]
            case Dedup():
                return _dedup(node, rows, self.used)
            case Fields() | Table():
                return [project(node, row, self.used) for row in rows]
            case Rename(_, pairs):
                return [rename(pairs, row, self.used) for row in rows]
            case Sort():
                return _sort(node, rows, self.used)
            case Head(_, count):
                return rows[:count]
            case Stats():
                return aggregates.stats(node, rows, self.used)
            case Top():
                return aggregates.top(node, rows, self.used)
            case _:
                assert_never(node)

    def subsearch(self, plan: Node) -> list[Row]:
        return _Execution(plan, self.hits, self.window, self.used, self.given).rows(plan)


def _dedup(node: Dedup, rows: list[Row], used: AliasUse) -> list[Row]:
    read = [getter(one, used) for one in node.fields]
    seen: dict[tuple[Cell, ...], int] = {}
    kept = []
    for row in rows:
        key = tuple(one(row) for one in read)
        if None in key:
            continue
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= node.keep:
            kept.append(row)
    return kept


def project(node: Fields | Table, row: Row, used: AliasUse) -> Row:
    """The row with the columns that `fields` or `table` leaves it."""
    names = row.names()
    columns: dict[str, Cell] = {}
    if isinstance(node, Fields) and not node.remove:
        columns.update((name, row.get(name)) for name in names if name.startswith("_"))
    elif isinstance(node, Fields):
        gone = {one for name in node.names for one in _named(name, names)}
        columns.update((name, row.get(name)) for name in names if name not in gone)
        return Row(row.event, columns, raw=row.raw)
    view = node.view if isinstance(node, Fields) else "native"
    for name in node.names:
        for one in _named(name, names):
            columns[one] = row.get(one) if one == "_time" else getter(Field(one, view), used)(row)
    return Row(row.event, columns, raw=row.raw and not isinstance(node, Table))


def _named(name: str, names: list[str]) -> list[str]:
    """The fields that a name, or a pattern with `*`, stands for."""
    if "*" not in name:
        return [name]
    matches = Glob(name).matcher(exact=True)
    return [one for one in names if matches(one)]


def rename(pairs: tuple[tuple[str, str], ...], row: Row, used: AliasUse) -> Row:
    """The row with its fields under new names."""
    columns = row.materialized()
    for old, new in pairs:
        value = getter(Field(old), used)(Row(row.event, columns)) if old != "_time" else columns.get(old)
        columns.pop(old, None)
        if value is not None:
            columns[new] = value
    return Row(row.event, columns, raw=row.raw)


def _sort(node: Sort, rows: list[Row], used: AliasUse) -> list[Row]:
    for key in reversed(node.keys):
        read = getter(key.field, used)
        known = [row for row in rows if texts(read(row))]
        lacking = [row for row in rows if not texts(read(row))]
        known.sort(key=lambda row, read=read: sort_key(read(row)), reverse=key.descending)  # type: ignore[misc]
        rows = known + lacking
    return rows if node.limit is None else rows[: node.limit]
