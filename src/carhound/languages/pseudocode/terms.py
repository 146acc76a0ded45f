"""Operands that are more than a field or a value: times, durations, sums, fields compared with fields."""

from carhound.languages.pseudocode.binding import TIMES, Scope
from carhound.languages.pseudocode.syntax import (
    Bracket,
    Duration,
    Now,
    Null,
    Number,
    Operand,
    Path,
    Relop,
    Sum,
    Text,
    Unit,
)
from carhound.model.diagnostics import Span
from carhound.model.instants import parse_time
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Operator
from carhound.plan.predicates import Predicate, Where

_SECONDS: dict[Unit, int] = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def related(left: Operand, relop: Relop, right: Operand, span: Span, scope: Scope) -> Predicate:
    """A comparison of two fields, or with a time; false where one of them is missing."""
    one, other = expression(left, scope), expression(right, scope)
    if _is_time(one) or _is_time(other):
        one, other = (_instant(side, span, scope) for side in (one, other))
    elif isinstance(one, FieldValue) and isinstance(other, FieldValue):
        # As everywhere in pseudocode, letter case does not count.
        one, other = Call("lower", (one,), one.span), Call("lower", (other,), other.span)
    operator: Operator = "=" if relop == "==" else relop
    return Where(Binary(operator, one, other, span), span)


def held(inner: Operand, outer: Operand, span: Span, scope: Scope, *, negated: bool) -> Predicate:
    """Whether the value of one field stands within that of another; false where one of them is missing."""
    whole, part = (Call("lower", (expression(one, scope),), span) for one in (outer, inner))
    pieces = Call("mvcount", (Call("split", (whole, part), span),), span)
    return Where(Binary("=" if negated else ">", pieces, Constant(1), span), span)


def expression(operand: Operand, scope: Scope) -> Expression:
    """An operand as an expression; times in seconds since 1970."""
    match operand:
        case Path() if not scope.is_reference(operand) and not scope.knows(operand):
            scope.remarks.bare_value(operand.span)
            return Constant(".".join(operand.parts), operand.span)
        case Path() | Bracket():
            field = scope.field(operand)
            return FieldValue(field.name, operand.span, field.view)
        case Text(text):
            return Constant(text, operand.span)
        case Number(text):
            return Constant(float(text) if "." in text else int(text), operand.span)
        case Duration():
            return Constant(seconds(operand), operand.span)
        case Now():
            return Call("now", (), operand.span)
        case Null():
            hint = "compare with null by == or != only"
            raise scope.remarks.fail("PS-P1", "nothing can be reckoned with null", operand.span, hint)
        case Sum(first, steps):
            made = expression(first, scope)
            for sign, step in steps:
                made = Binary(sign, made, expression(step, scope), operand.span)
            return made


def seconds(duration: Duration) -> float:
    """How long a duration is."""
    return float(duration.amount) * _SECONDS[duration.unit]


def _is_time(side: Expression) -> bool:
    match side:
        case FieldValue(name):
            return name == "_time" or name.rpartition(".")[2] in TIMES
        case Call(function):
            return function == "now"
        case Binary(_, left, right):
            return _is_time(left) or _is_time(right)
        case _:
            return False


def _instant(side: Expression, span: Span, scope: Scope) -> Expression:
    """A text compared with a time is one itself."""
    if not isinstance(side, Constant) or not isinstance(side.value, str):
        return side
    time = parse_time(side.value)
    if time is None:
        hint = 'write a time like "2024-06-15T00:00:00Z", or now - 1 day'
        raise scope.remarks.fail("PS-P1", f"{side.value!r} is no time", side.span or span, hint)
    return Constant(time.timestamp(), side.span)
