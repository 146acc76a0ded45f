"""The columns of a plan whose result is a table, and the names that its operators make."""

from collections.abc import Collection, Iterable
from functools import singledispatch

from carhound.plan.nodes import (
    Append,
    Bin,
    Chart,
    Eval,
    EventStats,
    Fields,
    FillNull,
    Groups,
    Join,
    Lookup,
    Node,
    Pairs,
    Rename,
    Rex,
    Scan,
    Select,
    Stats,
    StrCat,
    StreamStats,
    Table,
    TableRows,
    Top,
    reads_nothing,
)
from carhound.plan.wildcards import new_name

Columns = tuple[str, ...] | None


# What is registered is named: to find it in annotations takes a start half a millisecond.
@singledispatch
def columns(plan: Node, present: Collection[str] = ()) -> Columns:
    """The columns in order, None for whole events; `present` are the names that wildcards can stand for."""
    # Most operators leave the columns of their rows as they are.
    return None if isinstance(plan, Scan) else columns(plan.input, present)


@columns.register(Stats)
def _(plan: Stats, _present: Collection[str] = ()) -> Columns:
    return distinct([one.name for one in plan.by] + [one.column for one in plan.aggregations])


@columns.register(Top)
def _(plan: Top, _present: Collection[str] = ()) -> Columns:
    measures = (one for one in (plan.count, plan.percent) if one is not None)
    return distinct((*(one.name for one in (*plan.by, *plan.fields)), *measures))


@columns.register(Table)
def _(plan: Table, present: Collection[str] = ()) -> Columns:
    return distinct(present if _wild(plan.names) else plan.names)


@columns.register(Fields)
def _(plan: Fields, present: Collection[str] = ()) -> Columns:
    kept = columns(plan.input, present)
    if plan.remove:
        return None if kept is None else tuple(name for name in kept if name in present)
    if _wild(plan.names):
        return distinct(present)
    return distinct(plan.names if kept is not None else ("_time", *plan.names))


@columns.register(Rename)
def _(plan: Rename, present: Collection[str] = ()) -> Columns:
    names = columns(plan.input, present)
    if names is None:
        return None
    for old, new in plan.pairs:
        made = {name: one for name in names if (one := new_name(name, old, new)) is not None}
        gone = set(made.values()) - made.keys()
        names = distinct(made.get(name, name) for name in names if name not in gone)
    return names


@columns.register(FillNull)
def _(plan: FillNull, present: Collection[str] = ()) -> Columns:
    return _with(plan.input, present, (name for name in plan.names if "*" not in name))


@columns.register(Bin | Eval | EventStats | Rex | StrCat | StreamStats)
def _(plan: Bin | Eval | EventStats | Rex | StrCat | StreamStats, present: Collection[str] = ()) -> Columns:
    return _with(plan.input, present, makes(plan))


def _with(source: Node, present: Collection[str], made: Iterable[str]) -> Columns:
    """The columns of the rows, and behind them those that an operator makes."""
    known = columns(source, present)
    return None if known is None else distinct((*known, *made))


@columns.register(Chart)
def _(plan: Chart, present: Collection[str] = ()) -> Columns:
    made = [one.column for one in plan.aggregations] if plan.series is None else present
    return distinct([plan.over.name, *made])


@columns.register(Select)
def _(plan: Select, _present: Collection[str] = ()) -> Columns:
    return tuple(name for name, _ in plan.columns)


@columns.register(Pairs)
def _(_plan: Pairs, present: Collection[str] = ()) -> Columns:
    return distinct(present)


@columns.register(Groups)
def _(plan: Groups, _present: Collection[str] = ()) -> Columns:
    return distinct(("group", *(one.name for one in plan.by), "_time"))


@columns.register(Append)
def _(plan: Append, present: Collection[str] = ()) -> Columns:
    return _widened(plan.input, columns(plan.subsearch, present), present)


@columns.register(Join)
def _(plan: Join, present: Collection[str] = ()) -> Columns:
    return _widened(plan.input, columns(plan.subsearch, present), present)


@columns.register(TableRows)
def _(plan: TableRows, present: Collection[str] = ()) -> Columns:
    return _widened(plan.input, plan.table.columns, present)


@columns.register(Lookup)
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
        case Rex():
            return node.groups
        case Bin() | StrCat():
            return (node.target,)
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
