"""Expressions of eval and where: three-valued, letter case counting."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from carhound.model.diagnostics import Span

View = Literal["native", "car"]
"""The two views of an event: the names Windows and Sysmon give, and those of the CAR data model."""

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "and", "or", "xor", "+", "-", "*", "/", "%", "."]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, or text."""

    value: str | int | float
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The value of a field of the row, null where it is missing."""

    name: str
    span: Span | None = field(default=None, compare=False)
    view: View = "native"


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to its arguments."""

    function: str
    arguments: "tuple[Expression, ...]"
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what joins them; null in a comparison or in arithmetic gives null."""

    operator: Operator
    left: "Expression"
    right: "Expression"
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """`NOT` (null stays null) or a minus sign."""

    operator: Literal["not", "-"]
    operand: "Expression"
    span: Span | None = field(default=None, compare=False)


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
