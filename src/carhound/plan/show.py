"""A plan as text for people: the same for the same plan, whatever text it was read from.

Operators stand in the order in which rows pass them, the scan first; what belongs to an operator is indented
below it. Each test says in brackets what it makes of letter case and of a missing field.
"""

from collections.abc import Iterator

from msgspec import Struct

from carhound.model.diagnostics import Span
from carhound.plan.nodes import Eval, Filter, Node, Scan, TableRows, subsearch_of
from carhound.plan.predicates import All, Predicate
from carhound.plan.show_operators import show_operator, show_scan
from carhound.plan.show_predicates import children, one_line, show_expression, show_head
from carhound.plan.stems import stems

INDENT = "  "


class PlanLine(Struct, frozen=True):
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
        case Filter(_, predicate) | TableRows(_, _, predicate) if predicate is not None:
            yield from _conditions(predicate, depth + 1)
        case Eval(_, assignments):
            for name, expression in assignments:
                yield PlanLine(
                    depth + 1, f"{one_line(name)} = {show_expression(expression)}", expression.span
                )
        case _:
            if (inner := subsearch_of(node)) is not None:
                yield from _lines(inner, depth + 1, ids)


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
