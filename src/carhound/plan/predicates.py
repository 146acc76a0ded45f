"""Conditions on a row. Case, null and wildcard rules are properties of these nodes, never of an engine.

Every test is two-valued: a missing field makes it false, also where it is negated. `Not` is then plain
Boolean, so that `Not(Matches(f, v))` is true where the field is missing and `Matches(f, v, negated=True)` is
not. Only `Where` is three-valued inside; it holds where its expression is true.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from carhound.model.diagnostics import Span
from carhound.model.glob import Glob
from carhound.model.spanned import Spanned
from carhound.plan.expressions import Expression, View

Order = Literal["==", "!=", "<", "<=", ">", ">="]


class Field(Struct, frozen=True):
    """A field by its exact name, in one of the two views of an event."""

    name: str
    view: View = "native"


class Matches(Spanned, frozen=True):
    """Some value of the field matches the pattern (negated: some value does not), letter case aside."""

    field: Field
    pattern: Glob
    negated: bool = False
    span: Span | None = None


class Compares(Spanned, frozen=True):
    """Some value stands in this order to the literal: as numbers if both are numbers, else as text."""

    field: Field
    order: Order
    value: str
    span: Span | None = None


class InNetwork(Spanned, frozen=True):
    """Some value is an IP address in the network (CIDR notation); negated: some value is not."""

    field: Field
    network: str
    negated: bool = False
    span: Span | None = None


class Present(Spanned, frozen=True):
    """The field has a value, be it empty text."""

    field: Field
    span: Span | None = None


class Absent(Spanned, frozen=True):
    """The field has no value (`== null` in pseudocode): its truth hangs on what a file carries at all."""

    field: Field
    span: Span | None = None


class Term(Spanned, frozen=True):
    """A bare search term: the text stands somewhere in the event, bounded by breakers (segmenters.conf)."""

    pattern: Glob
    span: Span | None = None


class MatchesRegex(Spanned, frozen=True):
    """Some value holds a match of the RE2 expression, letter case counting; negated: none does, or no value.

    `field` None stands for the event's raw text.
    """

    field: Field | None
    expression: str
    negated: bool = False
    ignore_case: bool = False
    span: Span | None = None


class Where(Spanned, frozen=True):
    """An eval expression that must be true."""

    expression: Expression
    span: Span | None = None


class All(Struct, frozen=True):
    """Every one holds; of none, true."""

    items: "tuple[Predicate, ...]"


class AnyOf(Struct, frozen=True):
    """At least one holds; of none, false."""

    items: "tuple[Predicate, ...]"


class Not(Spanned, frozen=True):
    """The other does not hold."""

    item: "Predicate"
    span: Span | None = None


Test = Matches | Compares | InNetwork | Present | Absent | Term | MatchesRegex | Where
Predicate = Test | All | AnyOf | Not


def conjuncts(predicate: Predicate) -> "list[Predicate]":
    """The conditions that must all hold, nested conjunctions laid flat, in the order of the text."""
    if isinstance(predicate, All):
        return [part for item in predicate.items for part in conjuncts(item)]
    return [predicate]


def tests(predicates: Iterable[Predicate]) -> "Iterator[Test]":
    """Every test in the predicates, in the order of the text."""
    for predicate in predicates:
        match predicate:
            case All(items) | AnyOf(items):
                yield from tests(items)
            case Not(item):
                yield from tests((item,))
            case _:
                yield predicate


def covering(predicate: Predicate) -> Span | None:
    """The part of the text a predicate was read from."""
    if isinstance(predicate, All | AnyOf):
        spans = [span for item in predicate.items if (span := covering(item)) is not None]
        return spans[0].to(spans[-1]) if spans else None
    return predicate.span
