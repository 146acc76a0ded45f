"""The columns of a plan whose result is a table."""

from collections.abc import Collection, Iterable

from carhound.plan.nodes import (
    Append,
    Eval,
    Fields,
    Join,
    Lookup,
    Node,
    Rename,
    Scan,
    Stats,
    Table,
    TableRows,
    Top,
    reads_nothing,
)


def columns(plan: Node, present: Collection[str] = ()) -> tuple[str, ...] | None:
    """The columns in order, None for whole events; `present` are the names that wildcards can stand for."""
    match plan:
        case Scan():
            return None
        case Stats(_, aggregations, by):
            return _distinct([one.name for one in by] + [one.column for one in aggregations])
        case Top(_, fields):
            return (*(one.name for one in fields), "count", "percent")
        case Table(_, names):
            return _distinct(present if _wild(names) else names)
        case Fields(source, names, False):
            if _wild(names):
                return _distinct(present)
            return _distinct(names if columns(source, present) is not None else ("_time", *names))
        case Fields(source, _, True):
            kept = columns(source, present)
            return None if kept is None else tuple(name for name in kept if name in present)
        case Rename(source, pairs):
            named = columns(source, present)
            for old, new in pairs if named is not None else ():
                named = _distinct(
                    new if name == old else name for name in named or () if name != new or old == new
                )
            return named
        case Append() | Join() | TableRows() | Lookup():
            return _widened(plan, present)
        case Eval(source, assignments):
            known = columns(source, present)
            return None if known is None else _distinct((*known, *(name for name, _ in assignments)))
        case _:
            return columns(plan.input, present)


def _widened(plan: Append | Join | TableRows | Lookup, present: Collection[str]) -> tuple[str, ...] | None:
    """The columns of the input and those that come from elsewhere."""
    own = () if reads_nothing(plan.input) else columns(plan.input, present)
    match plan:
        case Append() | Join():
            more = columns(plan.subsearch, present)
        case TableRows():
            more = plan.table.columns
        case Lookup():
            more = tuple(name for _, name in plan.outputs)
    return None if own is None or more is None else _distinct((*own, *more))


def _wild(names: tuple[str, ...]) -> bool:
    return any("*" in name for name in names)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
