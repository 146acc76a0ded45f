"""The columns of a plan whose result is a table, and the names that its operators make."""

from collections.abc import Collection, Iterable
from functools import singledispatch

from carhound.plan.nodes import (
    Append,
    Chart,
    Eval,
    EventStats,
    Fields,
    Groups,
    Join,
    Lookup,
    Node,
    Pairs,
    Rename,
    Scan,
    Select,
    Stats,
    StreamStats,
    Table,
    TableRows,
    Top,
    reads_nothing,
)

Columns = tuple[str, ...] | None


@singledispatch
def columns(plan: Node, present: Collection[str] = ()) -> Columns:
    """The columns in order, None for whole events; `present` are the names that wildcards can stand for."""
    # Most operators leave the columns of their rows as they are.
    return None if isinstance(plan, Scan) else columns(plan.input, present)


@columns.register
def _(plan: Stats, _present: Collection[str] = ()) -> Columns:
    return distinct([one.name for one in plan.by] + [one.column for one in plan.aggregations])


@columns.register
def _(plan: Top, _present: Collection[str] = ()) -> Columns:
    return (*(one.name for one in plan.fields), "count", "percent")


@columns.register
def _(plan: Table, present: Collection[str] = ()) -> Columns:
    return distinct(present if _wild(plan.names) else plan.names)


@columns.register
def _(plan: Fields, present: Collection[str] = ()) -> Columns:
    kept = columns(plan.input, present)
    if plan.remove:
        return None if kept is None else tuple(name for name in kept if name in present)
    if _wild(plan.names):
        return distinct(present)
    return distinct(plan.names if kept is not None else ("_time", *plan.names))


@columns.register
def _(plan: Rename, present: Collection[str] = ()) -> Columns:
    named = columns(plan.input, present)
    for old, new in plan.pairs if named is not None else ():
        named = distinct(new if name == old else name for name in named or () if name != new or old == new)
    return named


@columns.register
def _(plan: Eval, present: Collection[str] = ()) -> Columns:
    known = columns(plan.input, present)
    return None if known is None else distinct((*known, *(name for name, _ in plan.assignments)))


@columns.register(EventStats)
@columns.register(StreamStats)
def _(plan: EventStats | StreamStats, present: Collection[str] = ()) -> Columns:
    known = columns(plan.input, present)
    return None if known is None else distinct((*known, *(one.column for one in plan.aggregations)))


@columns.register
def _(plan: Chart, present: Collection[str] = ()) -> Columns:
    made = [one.column for one in plan.aggregations] if plan.series is None else present
    return distinct([plan.over.name, *made])


@columns.register
def _(plan: Select, _present: Collection[str] = ()) -> Columns:
    return tuple(name for name, _ in plan.columns)


@columns.register
def _(_plan: Pairs, present: Collection[str] = ()) -> Columns:
    return distinct(present)


@columns.register
def _(plan: Groups, _present: Collection[str] = ()) -> Columns:
    return distinct(("group", *(one.name for one in plan.by), "_time"))


@columns.register
def _(plan: Append, present: Collection[str] = ()) -> Columns:
    return _widened(plan.input, columns(plan.subsearch, present), present)


@columns.register
def _(plan: Join, present: Collection[str] = ()) -> Columns:
    return _widened(plan.input, columns(plan.subsearch, present), present)


@columns.register
def _(plan: TableRows, present: Collection[str] = ()) -> Columns:
    return _widened(plan.input, plan.table.columns, present)


@columns.register
def _(plan: Lookup, present: Collection[str] = ()) -> Columns:
    return _widened(plan.input, tuple(name for _, name in plan.outputs), present)


def _widened(source: Node, more: Columns, present: Collection[str]) -> Columns:
    """The columns of an operator's input and those that it brings from elsewhere."""
    own = () if reads_nothing(source) else columns(source, present)
    return None if own is None or more is None else distinct((*own, *more))


def makes(node: Node) -> tuple[str, ...]:
    """The names that an operator gives to values it makes, in order."""
    match node:
        case Rename(_, pairs):
            return tuple(new for _, new in pairs)
        case Eval(_, assignments):
            return tuple(name for name, _ in assignments)
        case EventStats(_, aggregations) | StreamStats(_, aggregations):
            return tuple(one.column for one in aggregations)
        case Append(_, subsearch) | Join(_, subsearch):
            return columns(subsearch) or ()
        case TableRows(_, table):
            return table.columns
        case Lookup(_, _, _, outputs):
            return tuple(name for _, name in outputs)
        case _:
            return ()


def _wild(names: tuple[str, ...]) -> bool:
    return any("*" in name for name in names)


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, where it comes first."""
    return tuple(dict.fromkeys(names))
