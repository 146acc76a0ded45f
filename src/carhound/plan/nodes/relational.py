"""Operators that make other rows out of rows and fields: what programs say of relations."""

from typing import TYPE_CHECKING

from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.predicates import Field

if TYPE_CHECKING:
    from carhound.plan.nodes import Node


class Select(Spanned, frozen=True):
    """Exactly these columns: the values of fields under names."""

    input: "Node"
    columns: tuple[tuple[str, Field], ...]
    span: Span | None = None


class Difference(Spanned, frozen=True):
    """The rows that the subsearch does not give as well: the same event, or the same values of columns.

    Letter case does not count in values.
    """

    input: "Node"
    subsearch: "Node"
    span: Span | None = None


class Pairs(Spanned, frozen=True):
    """A row for each row of the input and each of the subsearch with the same values of the key fields.

    Columns are `name.field`: CAR's names where rows are events, and `time` in seconds since 1970. A row
    stands for the event of the input. Letter case does not count in keys, and a missing value is like no
    other. Without keys, every pair.
    """

    input: "Node"
    subsearch: "Node"
    names: tuple[str, str]
    keys: tuple[tuple[str, str], ...] = ()
    span: Span | None = None


class Groups(Spanned, frozen=True):
    """The rows put together by the values of fields, letter case aside: columns `group`, the fields, `_time`.

    Rows lacking a field are left out. With `gap`, a longest time in seconds between neighbours, a group ends
    where nothing follows in time; rows without a time are then left out too.
    """

    input: "Node"
    by: tuple[Field, ...]
    gap: float | None = None
    span: Span | None = None
