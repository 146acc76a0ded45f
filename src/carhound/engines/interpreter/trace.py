"""A condition on one row, node by node: what each part asks, what it met, whether it holds."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from carhound.engines.interpreter.aliases import serving
from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.expressions import evaluator
from carhound.engines.interpreter.functions.building import Environment
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.engines.interpreter.terms import raw_texts, term_finder
from carhound.model.diagnostics import Span
from carhound.model.event import Cell
from carhound.model.folding import fold
from carhound.plan.expressions import Binary, Expression, Negation
from carhound.plan.predicates import All, AnyOf, Field, Not, Predicate, Term, Test, Where
from carhound.plan.reads import expression_fields, test_fields
from carhound.plan.show_predicates import show_expression, show_head

Join = Literal["all", "any", "not", "xor", "test"]


class Met(Struct, frozen=True):
    """A value that a test looked at."""

    field: str
    """Its name; of a value found by a bare term, the field that holds it."""
    value: Cell
    """None where the field is missing."""
    read_from: str | None = None
    """The field that served in its place."""


class Trace(Struct, frozen=True):
    """One node of a condition."""

    join: Join
    """How it joins `parts`; a test has none."""
    text: str
    """As `plan.show_predicates` writes it."""
    span: Span | None
    """The part of the source it was read from."""
    holds: bool | None
    """None (unknown) only within a `where`, where null is neither true nor false."""
    met: tuple[Met, ...] = ()
    parts: "tuple[Trace, ...]" = ()

    def tests(self) -> "Iterator[Trace]":
        """The nodes at the ends of the tree, in the order of the text."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.tests()


def trace(predicate: Predicate, row: Row, moment: Moment | None = None) -> Trace:
    """The condition on this row; every node is looked at, also where the answer is known before."""
    match predicate:
        case All(items):
            parts = tuple(trace(item, row, moment) for item in items)
            holds: bool | None = all(part.holds for part in parts)
            return Trace("all", show_head(predicate), _span(parts), holds, parts=parts)
        case AnyOf(items):
            parts = tuple(trace(item, row, moment) for item in items)
            return Trace(
                "any", show_head(predicate), _span(parts), any(part.holds for part in parts), parts=parts
            )
        case Not(item):
            inner = trace(item, row, moment)
            span = predicate.span or inner.span
            return Trace("not", show_head(predicate), span, not inner.holds, parts=(inner,))
        case Where(expression):
            inner = _expression(expression, row, moment)
            holds = inner.holds is True
            return Trace(inner.join, show_head(predicate), predicate.span, holds, inner.met, inner.parts)
        case _:
            holds = condition(predicate, moment)(row)
            return Trace("test", show_head(predicate), predicate.span, holds, _met(predicate, row))


def _span(parts: tuple[Trace, ...]) -> Span | None:
    spans = [part.span for part in parts if part.span is not None]
    return spans[0].to(spans[-1]) if spans else None


def _expression(expression: Expression, row: Row, moment: Moment | None) -> Trace:
    value = evaluator(expression, Environment(moment))(row)
    holds = None if value is None else value is True
    text = show_expression(expression)
    parts: tuple[Trace, ...]
    match expression:
        case Binary("and" | "or" | "xor" as operator, left, right):
            join: Join = "all" if operator == "and" else "any" if operator == "or" else "xor"
            parts = (_expression(left, row, moment), _expression(right, row, moment))
        case Negation("not", operand):
            join, parts = "not", (_expression(operand, row, moment),)
        case _:
            met = tuple(_read(field, row) for field in dict.fromkeys(expression_fields(expression)))
            return Trace("test", text, expression.span, holds, met)
    return Trace(join, text, expression.span, holds, parts=parts)


def _met(test: Test, row: Row) -> tuple[Met, ...]:
    if isinstance(test, Term):
        return _holding(test, row)
    return tuple(_read(field, row) for field in test_fields(test))


def _read(field: Field, row: Row) -> Met:
    alias = serving(field, row)
    return Met(field.name, getter(field)(row), alias.field if alias else None)


def _holding(term: Term, row: Row) -> tuple[Met, ...]:
    """The first value that holds the term."""
    found = term_finder(term.pattern)
    holding = next((text for text in raw_texts(row) if found(fold(text))), None)
    if holding is None:
        return ()
    named = (name for name in row.names() if holding in texts(row.get(name)))
    return (Met(next(named, "a value of the event"), holding),)
