"""A plan over the events its stems let through."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from msgspec import Struct, field
from msgspec.structs import replace

from carhound.engines.interpreter.aliases import AliasesUsed
from carhound.engines.interpreter.moment import AllTimes, Moment
from carhound.engines.interpreter.operators import operator
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row
from carhound.model.event import Event
from carhound.model.time_spans import TimeSpan
from carhound.plan.columns import columns
from carhound.plan.functions import asks_clock, needs_clock
from carhound.plan.nodes import (
    Bin,
    Difference,
    Eval,
    EventStats,
    FillDown,
    FillNull,
    Filter,
    Groups,
    Head,
    Join,
    MvCombine,
    MvExpand,
    Node,
    Pairs,
    Scan,
    Select,
    Sort,
    Stats,
    StreamStats,
    SubsearchFilter,
    by_row,
    chain,
    entry,
)
from carhound.plan.reads import fields_read
from carhound.plan.stems import stems

_LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)


class Result(Struct):
    """What a plan gave."""

    rows: list[Row]
    columns: tuple[str, ...] | None
    """The columns of a result that is a table; None for whole events."""
    entered: list[Event] = field(default_factory=list)
    """The events of the rows that reached the first transforming command, or the end, each once."""
    aliases: frozenset[str] = frozenset()
    """The fields that were read from others, of the events that the main stem let through in its window."""


def run(
    plan: Node,
    hits: Mapping[int, list[Event]],
    moment: Moment,
    made: Mapping[int, list[Row]] = MappingProxyType({}),
) -> Result:
    """Runs a plan; `hits` holds for each stem, by the id() of its top node, the events it lets through.

    `made` holds, by the id() of their node, rows that another engine made; nothing below needs hits.
    """
    execution = _Execution(plan, hits, moment, made)
    rows = list(execution.rows(plan))
    present = dict.fromkeys(name for row in rows if row.columns is not None for name in row.columns)
    return Result(rows, columns(plan, present), execution.entered, _aliases(plan, hits, moment))


def _aliases(plan: Node, hits: Mapping[int, list[Event]], moment: Moment) -> frozenset[str]:
    used = AliasesUsed(one.field for one in fields_read(plan))
    main = stems(plan)[0]
    window = moment.window(main.scan)
    used.note(Row(event) for event in hits.get(id(main.node), ()) if window.contains(event.time))
    return frozenset(used.names)


def matches(plan: Node, hits: Mapping[int, list[Event]]) -> list[Event]:
    """The events that meet the plan's conditions, its subsearches included, whatever their time.

    An anti-join takes none away, for what it knows hangs on windows; nor does what stands above a part that
    asks for the time, or takes values from other rows. `hits` as for `run`.
    """
    main = stems(plan)[0].node
    path = chain(entry(plan))
    above = path[path.index(main) + 1 :]
    if not any(isinstance(node, Filter | SubsearchFilter) for node in above):
        return hits[id(main)]
    execution = _Execution(plan, hits, AllTimes(), {})
    rows: Iterable[Row] = [Row(event) for event in hits[id(main)]]
    for node in above:
        if _asks_clock(node):
            break
        joined = isinstance(node, SubsearchFilter) and not node.negated
        if joined or isinstance(node, Filter | MvExpand) or by_row(node):
            rows = operator(type(node))(node, rows, execution.context)
        elif isinstance(node, _TAKES_FROM_OTHERS):
            break
    return list({id(row.event): row.event for row in rows if row.event is not None}.values())


_TAKES_FROM_OTHERS = (
    Bin
    | Difference
    | EventStats
    | FillDown
    | FillNull
    | Groups
    | Join
    | MvCombine
    | Pairs
    | Select
    | StreamStats
)


def _asks_clock(node: Node) -> bool:
    match node:
        case Filter(_, predicate):
            return needs_clock(predicate)
        case Eval(_, assignments):
            return any(asks_clock(value) for _, value in assignments)
        case Bin(width=TimeSpan()):
            return True
        case Stats(_, aggregations):
            return any(one.expression is not None and asks_clock(one.expression) for one in aggregations)
        case SubsearchFilter(_, inner):
            return any(map(_asks_clock, chain(inner)))
        case _:
            return False


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
        moment: Moment,
        given: Mapping[int, list[Row]],
    ) -> None:
        self.hits = hits
        self.given = given
        self.moment = moment
        self.context = Context(moment, self.subsearch)
        self.entry = entry(plan)
        self.stems = {id(stem.node): stem for stem in stems(plan)}
        self.entered: list[Event] = []

    def rows(self, node: Node) -> Iterable[Row]:
        made = self.given[id(node)] if id(node) in self.given else self.made(node)
        if node is self.entry:
            made = list(made)
            events = {id(row.event): row.event for row in made if row.event is not None}
            self.entered = list(events.values())
        return made

    def made(self, node: Node) -> Iterable[Row]:
        stem = self.stems.get(id(node))
        if stem is not None:
            window = self.moment.window(stem.scan)
            return (Row(event) for event in newest_first(self.hits[id(node)]) if window.contains(event.time))
        if isinstance(node, Scan):
            raise TypeError("every scan belongs to a stem")
        source = node.input
        if isinstance(node, Head) and isinstance(source, Sort) and id(source) not in self.given:
            # A sort that knows how many rows are wanted holds no more than those.
            least = min(node.count, node.count if source.limit is None else source.limit)
            node, source = replace(source, limit=least), source.input
        return operator(type(node))(node, self.rows(source), self.context)

    def subsearch(self, plan: Node) -> list[Row]:
        return list(_Execution(plan, self.hits, self.moment, self.given).rows(plan))
