"""Comparison the way the interpreter does it: by size where both sides are numbers, else by code point."""

from collections.abc import Mapping

from msgspec import Struct
from sqlglot import exp

from carhound.engines.interpreter.rows import as_number, as_text
from carhound.engines.sql.columns import present
from carhound.engines.sql.text import text

_NUMBER = r"^[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?\z"

ORDERS: Mapping[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "==": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


class Comparable(Struct, frozen=True):
    """A value as a text and as a number; both are null where the value is."""

    text: exp.Expr
    number: exp.Expr | None
    """Null where the text is none; None where that is known of all rows."""
    always: bool = False
    """Whether the value is a number in all rows where it is not null."""

    def copy(self) -> "Comparable":
        """The same for another place in the tree."""
        return Comparable(self.text.copy(), None if self.number is None else self.number.copy(), self.always)


def number(value: exp.Expr) -> exp.Expr:
    """The number that a text is; null where it is none."""
    is_number = exp.RegexpLike(this=value, expression=exp.Literal.string(_NUMBER))
    return exp.Case(ifs=[exp.If(this=is_number, true=exp.TryCast(this=value.copy(), to=_DOUBLE.copy()))])


def of_field(value: exp.Expr, *, as_is: bool = True) -> Comparable:
    """A field's value; `as_is` False compares its text with letter case aside."""
    return Comparable(value if as_is else exp.Lower(this=value), number(value.copy()))


def of_constant(value: str | int | float) -> Comparable:
    """A literal. Raises Unsayable for a text that no column holds."""
    size = as_number(value)
    of_size = None if size is None else exp.cast(exp.Literal.string(repr(size)), "double")
    return Comparable(text(as_text(value)), of_size, size is not None)


def compare(order: str, left: Comparable, right: Comparable) -> exp.Expr:
    """Whether left stands in this order to right; null where one of them is."""
    make = ORDERS[order]
    as_texts = make(this=left.text, expression=right.text)
    if left.number is None or right.number is None:
        return as_texts
    as_numbers = make(this=left.number, expression=right.number)
    unsure = [
        present(one.number.copy()) for one in (left, right) if not one.always and one.number is not None
    ]
    if not unsure:
        return as_numbers
    both = exp.and_(*unsure, copy=False)
    return exp.Case(ifs=[exp.If(this=both, true=as_numbers)], default=as_texts)


_DOUBLE = exp.DataType.build("double")
