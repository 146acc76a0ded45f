"""Eval expressions over a row: three-valued, letter case counting.

Splunk's Search Reference, "where" and "Comparison and Conditional functions": null passes through
comparisons, arithmetic and functions; numbers compare as numbers where both sides are numbers.
"""

from collections.abc import Callable

from carhound.engines.interpreter.rows import ORDERS, AliasUse, Row, as_number, as_text, compare, getter
from carhound.model.event import Cell
from carhound.model.folding import fold
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Negation
from carhound.plan.predicates import Field

Result = str | int | float | bool | None


def evaluate(expression: Expression, row: Row, used: AliasUse) -> Result:
    """The value of an expression; True and False only from conditions."""
    match expression:
        case Constant(value):
            return value
        case FieldValue(name):
            return _single(getter(Field(name), used)(row))
        case Call(function, arguments):
            return _FUNCTIONS[function]([evaluate(argument, row, used) for argument in arguments])
        case Negation("not", operand):
            truth = evaluate(operand, row, used)
            return None if truth is None else truth is not True
        case Negation(_, operand):
            number = _number(evaluate(operand, row, used))
            return None if number is None else _tidy(-number)
        case Binary(operator, left, right):
            return _binary(operator, evaluate(left, row, used), evaluate(right, row, used))


def _single(value: Cell) -> str | int | float | None:
    """A multivalue field counts as its first value in expressions that want one."""
    if isinstance(value, tuple):
        return value[0] if value else None
    return value


def _binary(operator: str, left: Result, right: Result) -> Result:
    if operator in ("and", "or", "xor"):
        return _logic(operator, left, right)
    if left is None or right is None:
        return None
    if operator in ORDERS:
        return ORDERS[operator](compare(_plain(left), _plain(right)))
    if operator == "." or (operator == "+" and (_number(left) is None or _number(right) is None)):
        return as_text(left) + as_text(right)
    one, two = _number(left), _number(right)
    if one is None or two is None or (operator in "/%" and two == 0):
        return None
    match operator:
        case "+":
            return _tidy(one + two)
        case "-":
            return _tidy(one - two)
        case "*":
            return _tidy(one * two)
        case "/":
            return _tidy(one / two)
        case _:
            return _tidy(one % two)


def _logic(operator: str, left: Result, right: Result) -> bool | None:
    sides = [None if side is None else side is True for side in (left, right)]
    if operator == "xor":
        return None if None in sides else sides[0] is not sides[1]
    decisive = operator == "or"
    if decisive in sides:
        return decisive
    return None if None in sides else not decisive


def _plain(value: str | int | float | bool) -> str | int | float:
    return str(value) if isinstance(value, bool) else value


def _number(value: Result) -> float | None:
    return None if value is None or isinstance(value, bool) else as_number(value)


def _tidy(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _like(arguments: list[Result]) -> Result:
    text, pattern = arguments
    return None if text is None or pattern is None else like(as_text(text), as_text(pattern))


def like(text: str, pattern: str) -> bool:
    """`%` is any run, `_` one character, no escape; the whole text, letter case counting."""
    at = start = 0
    mark = -1
    place = 0
    while at < len(text):
        if start < len(pattern) and pattern[start] == "%":
            mark, place = start, at
            start += 1
        elif start < len(pattern) and pattern[start] in ("_", text[at]):
            at += 1
            start += 1
        elif mark >= 0:
            place += 1
            at, start = place, mark + 1
        else:
            return False
    return not pattern[start:].strip("%")


_FUNCTIONS: dict[str, Callable[[list[Result]], Result]] = {
    "isnotnull": lambda arguments: arguments[0] is not None,
    "isnull": lambda arguments: arguments[0] is None,
    "len": lambda arguments: None if arguments[0] is None else len(as_text(arguments[0])),
    "like": _like,
    "lower": lambda arguments: None if arguments[0] is None else fold(as_text(arguments[0])),
}
