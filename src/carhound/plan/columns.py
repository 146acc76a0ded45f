"""The columns of a plan whose result is a table."""

from collections.abc import Collection, Iterable

from carhound.plan.makes import makes
from carhound.plan.nodes import (
    Chart,
    Eval,
    EventStats,
    Fields,
    Node,
    Rename,
    Scan,
    Stats,
    StreamStats,
    Table,
    Top,
)


def columns(plan: Node, present: Collection[str] = ()) -> tuple[str, ...] | None:
    """The columns in order, None for whole events; `present` are the names that wildcards can stand for."""
    match plan:
        case Scan():
            return None
        case Stats(_, aggregations, by):
            return _distinct([one.name for one in by] + [one.column for one in aggregations])
        case Chart(_, aggregations, over, _, series):
            made = present if series is not None else [one.column for one in aggregations]
            return _distinct([over.name, *made])
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
            return _renamed(columns(source, present), pairs)
        case Eval() | EventStats() | StreamStats():
            known = columns(plan.input, present)
            return None if known is None else _distinct((*known, *makes(plan)))
        case _:
            return columns(plan.input, present)


def _renamed(named: tuple[str, ...] | None, pairs: tuple[tuple[str, str], ...]) -> tuple[str, ...] | None:
    for old, new in pairs if named is not None else ():
        named = _distinct(new if name == old else name for name in named or () if name != new or old == new)
    return named


def _wild(names: tuple[str, ...]) -> bool:
    return any("*" in name for name in names)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
