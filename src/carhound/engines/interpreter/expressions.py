"""Eval expressions as functions over rows: three-valued, letter case counting.

Splunk's Search Reference, "where" and "Comparison and Conditional functions": null passes through
comparisons, arithmetic and functions; numbers compare as numbers where both sides are numbers.
"""

from collections.abc import Callable

from carhound.engines.interpreter.functions import BUILDERS
from carhound.engines.interpreter.functions.building import (
    Environment,
    Evaluator,
    Value,
    number,
    single,
    tidy,
)
from carhound.engines.interpreter.rows import ORDERS, Row, as_text, compare, getter
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Negation
from carhound.plan.predicates import Field


def evaluator(expression: Expression, environment: Environment) -> Evaluator:
    """The expression as a function; it gives True and False only where it is a condition."""
    match expression:
        case Constant(value):
            return lambda _row: value
        case FieldValue(name, view=view):
            return getter(Field(name, view), environment.used)
        case Call(function, arguments):
            return BUILDERS[function]([evaluator(one, environment) for one in arguments], environment)
        case Negation("not", operand):
            return _not(evaluator(operand, environment))
        case Negation(_, operand):
            return _minus(evaluator(operand, environment))
        case Binary(operator, left, right):
            join = _joining(operator)
            one, two = evaluator(left, environment), evaluator(right, environment)
            return lambda row: join(single(one(row)), single(two(row)))


def _not(operand: Evaluator) -> Evaluator:
    def denied(row: Row) -> Value:
        truth = operand(row)
        return None if truth is None else truth is not True

    return denied


def _minus(operand: Evaluator) -> Evaluator:
    def negative(row: Row) -> Value:
        value = number(operand(row))
        return None if value is None else tidy(-value)

    return negative


Single = str | int | float | bool | None


def _joining(operator: str) -> Callable[[Single, Single], Value]:
    if operator in ("and", "or", "xor"):
        return lambda left, right: _logic(operator, left, right)
    if operator in ORDERS:
        stands = ORDERS[operator]
        return lambda left, right: (
            None if left is None or right is None else stands(compare(_plain(left), _plain(right)))
        )
    return lambda left, right: _arithmetic(operator, left, right)


def _arithmetic(operator: str, left: Single, right: Single) -> Value:
    if left is None or right is None:
        return None
    one, two = number(left), number(right)
    if operator == "." or (operator == "+" and (one is None or two is None)):
        return as_text(left) + as_text(right)
    if one is None or two is None or (operator in "/%" and two == 0):
        return None
    match operator:
        case "+":
            return tidy(one + two)
        case "-":
            return tidy(one - two)
        case "*":
            return tidy(one * two)
        case "/":
            return tidy(one / two)
        case _:
            return tidy(one % two)


def _logic(operator: str, left: Single, right: Single) -> bool | None:
    sides = [None if side is None else side is True for side in (left, right)]
    if operator == "xor":
        return None if None in sides else sides[0] is not sides[1]
    decisive = operator == "or"
    if decisive in sides:
        return decisive
    return None if None in sides else not decisive


def _plain(value: str | int | float | bool) -> str | int | float:
    return str(value) if isinstance(value, bool) else value
