"""Expressions of eval and where: three-valued, letter case counting."""

from collections.abc import Iterator
from typing import Literal

from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned

View = Literal["native", "car"]
"""The two views of an event: the names Windows and Sysmon give, and those of the CAR data model."""

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "and", "or", "xor", "+", "-", "*", "/", "%", "."]


class Constant(Spanned, frozen=True):
    """A number, or text."""

    value: str | int | float
    span: Span | None = None


class FieldValue(Spanned, frozen=True):
    """The value of a field of the row, null where it is missing."""

    name: str
    span: Span | None = None
    view: View = "native"


class Call(Spanned, frozen=True):
    """A function applied to its arguments."""

    function: str
    arguments: "tuple[Expression, ...]"
    span: Span | None = None


class Binary(Spanned, frozen=True):
    """Two operands and what joins them; null in a comparison or in arithmetic gives null."""

    operator: Operator
    left: "Expression"
    right: "Expression"
    span: Span | None = None


class Negation(Spanned, frozen=True):
    """`NOT` (null stays null) or a minus sign."""

    operator: Literal["not", "-"]
    operand: "Expression"
    span: Span | None = None


Expression = Constant | FieldValue | Call | Binary | Negation


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression and all that is in it, in the order of the text."""
    yield expression
    match expression:
        case Call(_, arguments):
            inner = arguments
        case Binary(_, left, right):
            inner = (left, right)
        case Negation(_, operand):
            inner = (operand,)
        case _:
            inner = ()
    for one in inner:
        yield from parts(one)


def calls(expression: Expression) -> Iterator[Call]:
    """Every call of a function in the expression."""
    return (one for one in parts(expression) if isinstance(one, Call))
