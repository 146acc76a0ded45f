"""The columns of a plan whose result is a table."""

from collections.abc import Collection, Iterable

from carhound.plan.nodes import (
    Bin,
    Eval,
    Fields,
    FillNull,
    Node,
    Rename,
    Rex,
    Scan,
    Stats,
    StrCat,
    Table,
    Top,
)
from carhound.plan.wildcards import new_name


def columns(plan: Node, present: Collection[str] = ()) -> tuple[str, ...] | None:
    """The columns in order, None for whole events; `present` are the names that wildcards can stand for."""
    match plan:
        case Scan():
            return None
        case Stats(_, aggregations, by):
            return _distinct([one.name for one in by] + [one.column for one in aggregations])
        case Top():
            measures = (one for one in (plan.count, plan.percent) if one is not None)
            return _distinct((*(one.name for one in (*plan.by, *plan.fields)), *measures))
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
            return None if named is None else _renamed(named, pairs)
        case _:
            known = columns(plan.input, present)
            return None if known is None else _distinct((*known, *_made(plan)))


def _made(node: Node) -> Iterable[str]:
    """The columns that an operator puts behind those of its rows."""
    match node:
        case Eval(_, assignments):
            return (name for name, _ in assignments)
        case Rex():
            return node.groups
        case FillNull(_, names):
            return (name for name in names if "*" not in name)
        case Bin() | StrCat():
            return (node.target,)
        case _:
            return ()


def _renamed(names: tuple[str, ...], pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    for old, new in pairs:
        made = {name: one for name in names if (one := new_name(name, old, new)) is not None}
        gone = set(made.values()) - made.keys()
        names = _distinct(made.get(name, name) for name in names if name not in gone)
    return names


def _wild(names: tuple[str, ...]) -> bool:
    return any("*" in name for name in names)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
