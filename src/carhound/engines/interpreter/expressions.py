"""Eval expressions as functions over rows: three-valued, letter case counting.

Splunk's Search Reference, "where" and "Comparison and Conditional functions": null passes through
comparisons, arithmetic and functions; numbers compare as numbers where both sides are numbers.
Arithmetic is that of floating-point numbers in C.
"""

from collections.abc import Callable
from math import fmod

from carhound.engines.interpreter.functions.building import (
    Environment,
    Evaluator,
    Value,
    number,
    single,
    text_of,
    tidy,
)
from carhound.engines.interpreter.functions.comparing import compares
from carhound.engines.interpreter.rows import ORDERS, Row, getter
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Negation
from carhound.plan.predicates import Field


def evaluator(expression: Expression, environment: Environment) -> Evaluator:
    """The expression as a function; it gives True and False only where it is a condition."""
    match expression:
        case Constant(value):
            return lambda _row: value
        case FieldValue(name, view=view):
            bound = environment.bound.get(name)
            return getter(Field(name, view)) if bound is None else bound
        case Call(function, arguments):
            return _call(function, arguments, environment)
        case Negation("not", operand):
            return _not(evaluator(operand, environment))
        case Negation(_, operand):
            return _minus(evaluator(operand, environment))
        case Binary(operator, left, right):
            join = _joining(operator)
            one, two = evaluator(left, environment), evaluator(right, environment)
            return lambda row: join(one(row), two(row))


def _call(function: str, arguments: tuple[Expression, ...], environment: Environment) -> Evaluator:
    from carhound.engines.interpreter.functions.builders import BUILDERS, OVER_VALUES

    if function in OVER_VALUES:
        return OVER_VALUES[function](arguments, environment, evaluator)
    return BUILDERS[function]([evaluator(one, environment) for one in arguments], environment)


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


def _joining(operator: str) -> Callable[[Value, Value], Value]:
    if operator in ("and", "or", "xor"):
        return lambda left, right: _logic(operator, left, right)
    if operator in ORDERS:
        return compares(operator)
    return lambda left, right: _arithmetic(operator, left, right)


def _arithmetic(operator: str, left: Value, right: Value) -> Value:
    """Null for more than one value, and where there is no finite result."""
    first, second = single(left), single(right)
    if first is None or second is None:
        return None
    one, two = number(first), number(second)
    texts = isinstance(first, str) and isinstance(second, str) and (one is None or two is None)
    if operator == "." or (operator == "+" and texts):
        return text_of(first) + text_of(second)
    if one is None or two is None or (operator in "/%" and two == 0):
        return None
    try:
        return tidy(_reckoned(operator, one, two))
    except (ValueError, OverflowError):
        return None


def _reckoned(operator: str, one: float, two: float) -> float:
    match operator:
        case "+":
            return one + two
        case "-":
            return one - two
        case "*":
            return one * two
        case "/":
            return one / two
        case _:
            return fmod(one, two)


def _logic(operator: str, left: Value, right: Value) -> bool | None:
    sides = [None if side is None else side is True for side in (left, right)]
    if operator == "xor":
        return None if None in sides else sides[0] is not sides[1]
    decisive = operator == "or"
    if decisive in sides:
        return decisive
    return None if None in sides else not decisive
