"""Conditions to predicates.

Text is compared without letter case, `*` is a wildcard, and a comparison of a missing field is false, also
for `!=`, `not in` and `does not contain`; `not` in front of a test turns that around.
"""

import ipaddress
import re
from typing import assert_never

from carhound.languages.pseudocode.binding import Scope, unsupported
from carhound.languages.pseudocode.syntax import (
    Both,
    Bracket,
    Comparison,
    Condition,
    Containment,
    Duration,
    Either,
    Existence,
    InRawEvent,
    Listing,
    Match,
    Membership,
    Negated,
    Now,
    Null,
    Number,
    Operand,
    Path,
    Relop,
    Sum,
    Text,
    Top,
)
from carhound.languages.pseudocode.terms import held, related
from carhound.languages.pseudocode.values import check_expression, pattern
from carhound.model.diagnostics import Span
from carhound.model.glob import Glob
from carhound.plan.predicates import (
    Absent,
    All,
    AnyOf,
    Compares,
    Field,
    InNetwork,
    Matches,
    MatchesRegex,
    Not,
    Predicate,
    Present,
)

Value = Text | Number | Null

_NUMERIC = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_MIRRORED: dict[Relop, Relop] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def lower_condition(condition: Condition, scope: Scope) -> Predicate:
    """The predicate a condition stands for. Raises LanguageError for what is not executed."""
    match condition:
        case Both():
            return All(tuple(lower_condition(item, scope) for item in condition.items))
        case Either():
            return AnyOf(tuple(lower_condition(item, scope) for item in condition.items))
        case Negated():
            return Not(lower_condition(condition.item, scope), condition.span)
        case Comparison():
            return _comparison(condition, scope)
        case Membership():
            return _membership(condition, scope)
        case Match():
            field = _field(condition.operand, scope)
            check_expression(scope.remarks, condition.expression, condition.place)
            return MatchesRegex(field, condition.expression, ignore_case=True, span=condition.span)
        case Containment():
            return _containment(condition, scope)
        case Existence():
            return Present(_field(condition.operand, scope), condition.span)
        case InRawEvent(Text(text)):
            return MatchesRegex(None, re.escape(text), ignore_case=True, span=condition.span)
        case _:
            assert_never(condition)


def _operand(operand: Operand, scope: Scope, *, right: bool) -> Field | Value:
    match operand:
        case Path() if right and not scope.is_reference(operand):
            scope.remarks.bare_value(operand.span)
            return Text(".".join(operand.parts), operand.span)
        case Path() | Bracket():
            return scope.field(operand)
        case Text() | Number() | Null():
            return operand
        case Duration() | Now() | Sum():
            raise unsupported(scope.remarks, "a time or a sum in this place", operand.span)
        case _:
            assert_never(operand)


def _field(operand: Operand, scope: Scope) -> Field:
    found = _operand(operand, scope, right=False)
    if isinstance(found, Field):
        return found
    raise unsupported(scope.remarks, "a test of a value instead of a field", operand.span)


def _comparison(test: Comparison, scope: Scope) -> Predicate:
    pairs = tuple(
        _pair(left, relop, right, left.span.to(right.span), scope)
        for left, relop, right in zip(test.operands, test.relations, test.operands[1:], strict=False)
    )
    return pairs[0] if len(pairs) == 1 else All(pairs)


def _pair(left: Operand, relop: Relop, right: Operand, span: Span, scope: Scope) -> Predicate:
    if isinstance(left, Duration | Now | Sum) or isinstance(right, Duration | Now | Sum):
        return related(left, relop, right, span, scope)
    first = _operand(left, scope, right=False)
    second = _operand(right, scope, right=True)
    if Field("_time") in (first, second) or (isinstance(first, Field) and isinstance(second, Field)):
        return _present(first, relop, second, span) or related(left, relop, right, span, scope)
    if isinstance(first, Field) and not isinstance(second, Field):
        return _test(first, relop, second, span, scope)
    if isinstance(second, Field) and not isinstance(first, Field):
        return _test(second, _MIRRORED[relop], first, span, scope)
    raise unsupported(scope.remarks, "a comparison without a field", span)


def _present(first: Field | Value, relop: Relop, second: Field | Value, span: Span) -> Predicate | None:
    """The test whether a time is there at all."""
    if not isinstance(second, Null) or relop not in ("==", "!=") or not isinstance(first, Field):
        return None
    return Present(first, span) if relop == "!=" else Absent(first, span)


def _test(field: Field, relop: Relop, value: Value, span: Span, scope: Scope) -> Predicate:
    if relop not in ("==", "!="):
        if isinstance(value, Null):
            hint = "compare with null by == or != only"
            raise scope.remarks.fail("PS-P1", "nothing is more or less than null", span, hint)
        text = value.text if isinstance(value, Number) else value.value
        return Compares(field, relop, text, span)
    negated = relop == "!="
    match value:
        case Null():
            return Present(field, span) if negated else Absent(field, span)
        case Number(text):
            return Compares(field, relop, text, span)
        case Text(text) if _NUMERIC.fullmatch(text):
            return Compares(field, relop, text, span)
        case Text(text) if _is_network(text):
            return InNetwork(field, text, negated, span)
        case Text():
            return Matches(field, Glob(pattern(scope.remarks, value, field, negated)), negated, span)
        case _:
            assert_never(value)


def _is_network(text: str) -> bool:
    if "/" not in text:
        return False
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _membership(test: Membership, scope: Scope) -> Predicate:
    among = scope.listed(test.among)
    if isinstance(among, Listing):
        field = _field(test.operand, scope)
        relop: Relop = "!=" if test.negated else "=="
        values = [_literal(item, scope) for item in among.items]
        items = tuple(_test(field, relop, value, test.span, scope) for value in values)
        return All(items) if test.negated else AnyOf(items)
    if isinstance(among, Top):
        raise unsupported(scope.remarks, "`in TOP` beside `or` or below `not`", among.span)
    subject = _operand(test.operand, scope, right=False)
    whole = _operand(among, scope, right=True)
    if isinstance(subject, Text) and isinstance(whole, Field):
        return _contains(whole, subject, test.negated, test.span, scope)
    if isinstance(subject, Field) and isinstance(whole, Text) and _is_network(whole.value):
        return InNetwork(subject, whole.value, test.negated, test.span)
    if isinstance(subject, Field) and isinstance(whole, Field):
        return held(test.operand, among, test.span, scope, negated=test.negated)
    raise unsupported(scope.remarks, "`in` with what is neither a list nor a field", test.span)


def _containment(test: Containment, scope: Scope) -> Predicate:
    field = _field(test.operand, scope)
    if not isinstance(test.values, Listing):
        return _contains(field, _literal(test.values, scope), test.negated, test.span, scope)
    values = [_literal(item, scope) for item in test.values.items]
    items = tuple(_contains(field, value, test.negated, test.span, scope) for value in values)
    return All(items) if test.negated else AnyOf(items)


def _literal(operand: Operand, scope: Scope) -> Value:
    found = _operand(operand, scope, right=True)
    if isinstance(found, Field):
        raise unsupported(scope.remarks, "a field among the values", operand.span)
    return found


def _contains(field: Field, value: Value, negated: bool, span: Span, scope: Scope) -> Predicate:
    match value:
        case Null():
            raise scope.remarks.fail("PS-P1", "nothing contains null", span, "compare with null by == or !=")
        case Number(text):
            inner = text
        case Text():
            inner = pattern(scope.remarks, value, field, negated).strip("*")
        case _:
            assert_never(value)
    return Matches(field, Glob(f"*{inner}*" if inner else "*"), negated, span)
