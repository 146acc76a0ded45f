"""The clauses of a text: the parts that its plan was read from, numbered in the order of the text."""

from collections.abc import Iterator

from msgspec import Struct

from carhound.model.diagnostics import Span
from carhound.plan.nodes import Filter, Node, Scan, SubsearchFilter, chain, subsearch_of
from carhound.plan.predicates import tests


class Clause(Struct, frozen=True):
    """A part of the text that decides which events match: a test, a time range, what is scanned."""

    number: int
    """From 1."""
    span: Span


def clauses(plan: Node) -> tuple[Clause, ...]:
    """Every clause of the plan, those of its subsearches too.

    Tests read from one part of the text, such as the values of a list, are one clause.
    """
    spans = sorted({(span.start, span.end) for span in _spans(plan)})
    return tuple(Clause(number, Span(*span)) for number, span in enumerate(spans, 1))


def _spans(plan: Node) -> Iterator[Span]:
    for node in chain(plan):
        match node:
            case Scan():
                # A scan that states neither a time nor a kind has the span of its whole command.
                if node.span is not None and (node.range.written or node.kinds is not None):
                    yield node.span
            case Filter(_, predicate):
                yield from (test.span for test in tests((predicate,)) if test.span is not None)
            case SubsearchFilter() if node.span is not None:
                yield node.span
            case _:
                pass
        if (inner := subsearch_of(node)) is not None:
            yield from _spans(inner)
