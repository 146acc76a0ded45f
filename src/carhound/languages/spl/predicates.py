"""Search expressions to conditions of the plan."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import NoReturn

from carhound.languages.spl.scope import SCOPE_FIELDS
from carhound.languages.spl.syntax import (
    BareTerm,
    Comparison,
    Conjunction,
    Disjunction,
    Membership,
    Negated,
    SearchExpression,
    Subsearch,
)
from carhound.languages.spl.words import Word
from carhound.model.diagnostics import Span
from carhound.model.glob import Glob
from carhound.plan.predicates import (
    All,
    AnyOf,
    Compares,
    Field,
    InNetwork,
    Matches,
    Not,
    Predicate,
    Present,
    Term,
)

Fail = Callable[[str, str, Span | None, str | None], NoReturn]

_NOT_BESIDE_OR = frozenset({"earliest", "latest"}) | SCOPE_FIELDS


def lower_predicate(expression: SearchExpression, fail: Fail) -> Predicate:
    """The condition an expression states. `fail` is called for what has no meaning at its place."""
    match expression:
        case Conjunction(items):
            return All(tuple(lower_predicate(item, fail) for item in items))
        case Disjunction(items):
            return AnyOf(tuple(lower_predicate(item, fail) for item in items))
        case Negated(item, span):
            return Not(lower_predicate(item, fail), span)
        case BareTerm(word, span):
            return Term(Glob(word.text), span)
        case Subsearch(_, span):
            return fail(
                "SPL-U3",
                "a subsearch beside OR or below NOT ( ) is not supported",
                span,
                "AND it to the rest",
            )
        case Membership(name, values, span):
            return AnyOf(tuple(_equals(name, value, False, span) for value in values))
        case Comparison(name, operator, value, span):
            if operator != "=" and operator != "!=":
                return Compares(Field(name.text), operator, value.text, span)
            if name.text in _NOT_BESIDE_OR:
                hint = "AND it to the rest of the first search"
                fail("SPL-T1", f"{name.text} is not supported at this place", span, hint)
            return _equals(name, value, operator == "!=", span)


def _equals(name: Word, value: Word, negated: bool, span: Span | None) -> Predicate:
    field = Field(name.text)
    if value.text == "*" and not negated:
        return Present(field, span)
    if is_network(value.text):
        return InNetwork(field, value.text, negated, span)
    return Matches(field, Glob(value.text), negated, span)


def is_network(text: str) -> bool:
    """Whether a value is written in CIDR notation."""
    if "/" not in text:
        return False
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
