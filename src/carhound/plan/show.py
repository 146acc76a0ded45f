"""A plan as text for people: the same for the same plan, whatever text it was read from.

Operators stand in the order in which rows pass them, the scan first; what belongs to an operator is indented
below it. Each test says in brackets what it makes of letter case and of a missing field.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from carhound.model.diagnostics import Span
from carhound.plan.nodes import (
    Aggregation,
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
)
from carhound.plan.predicates import All, Field, Predicate
from carhound.plan.show_predicates import children, quoted, show_field, show_head
from carhound.plan.stems import stems

INDENT = "  "


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a plan's text, and the part of the source it stands for."""

    depth: int
    text: str
    span: Span | None


def show(plan: Node) -> str:
    """The plan, a line for each operator and each condition."""
    return "\n".join(INDENT * line.depth + line.text for line in show_lines(plan))


def show_lines(plan: Node, depth: int = 0) -> Iterator[PlanLine]:
    """The lines of `show`."""
    ids = {id(stem.scan): stem.event_ids() for stem in stems(plan)}
    yield from _lines(plan, depth, ids)


def _lines(node: Node, depth: int, ids: dict[int, frozenset[str] | None]) -> Iterator[PlanLine]:
    if isinstance(node, Scan):
        yield PlanLine(depth, show_scan(node, ids.get(id(node))), node.span)
        return
    yield from _lines(node.input, depth, ids)
    yield PlanLine(depth, show_operator(node), node.span)
    match node:
        case Filter(_, predicate):
            yield from _conditions(predicate, depth + 1)
        case SubsearchFilter(_, subsearch):
            yield from _lines(subsearch, depth + 1, ids)
        case _:
            pass


def _conditions(predicate: Predicate, depth: int) -> Iterator[PlanLine]:
    """What a filter asks: the parts of an AND side by side, all else as a tree."""
    if isinstance(predicate, All) and predicate.items:
        for item in predicate.items:
            yield from _tree(item, depth)
    else:
        yield from _tree(predicate, depth)


def _tree(predicate: Predicate, depth: int) -> Iterator[PlanLine]:
    yield PlanLine(depth, show_head(predicate), getattr(predicate, "span", None))
    for item in children(predicate):
        yield from _tree(item, depth + 1)


def show_scan(scan: Scan, event_ids: frozenset[str] | None = None) -> str:
    """For example `scan sysmon, native names, -60d@d to -30d@d, baseline, event ids 1`."""
    said = [f"scan {scan.dataset.name}"]
    if scan.kinds is not None:
        said.append(" or ".join("/".join(kind) for kind in scan.kinds) or "no kind")
    said.append("CAR names" if scan.view == "car" else "native names")
    said.append(show_range(scan))
    if scan.role == "baseline":
        said.append("baseline")
    if event_ids is not None:
        said.append(f"event ids {', '.join(sorted(event_ids, key=lambda one: (len(one), one)))}")
    return ", ".join(said)


def show_range(scan: Scan) -> str:
    """The window of a scan as written."""
    if not scan.range.written:
        return "no window of its own"
    return f"{scan.range.earliest or 'the beginning'} to {scan.range.latest or 'now'}"


def show_operator(node: Node) -> str:
    """The line of an operator alone, without what is indented below it."""
    match node:
        case Scan():
            return show_scan(node)
        case Filter():
            return "filter"
        case SubsearchFilter(_, _, negated):
            what = "that match no row of" if negated else "that match a row of"
            rules = "any case, * in a value is wild, null: kept" if negated else "any case, null: false"
            return f"{'anti-join' if negated else 'join'}, rows {what}  [{rules}]"
        case Dedup(_, fields, keep):
            kept = "first row" if keep == 1 else f"first {keep} rows"
            return f"dedup {_fields(fields)}, {kept} of each  [exact case, null: dropped]"
        case Fields(_, names, remove):
            return f"fields {'all but ' if remove else ''}{', '.join(names)}"
        case Table(_, names):
            return f"table {', '.join(names)}"
        case Rename(_, pairs):
            return f"rename {', '.join(f'{old} as {quoted(new)}' for old, new in pairs)}"
        case Sort(_, keys, limit):
            order = ", ".join(
                f"{show_field(key.field)} {'downwards' if key.descending else 'upwards'}" for key in keys
            )
            first = "" if limit is None else f", first {limit}"
            return f"sort {order}{first}  [exact case, null: last]"
        case Head(_, count):
            return f"head {count}"
        case Stats(_, aggregations, by):
            groups = f" by {_fields(by)}  [exact case, null: dropped]" if by else ""
            return f"stats {', '.join(map(_aggregation, aggregations))}{groups}"
        case Top(_, fields, limit):
            return f"top {limit or 'all'} of {_fields(fields)}  [exact case, null: dropped]"


def _aggregation(one: Aggregation) -> str:
    call = one.function if one.field is None else f"{one.function}({show_field(one.field)})"
    return call if one.column == call else f"{call} as {quoted(one.column)}"


def _fields(fields: tuple[Field, ...]) -> str:
    return ", ".join(map(show_field, fields))
