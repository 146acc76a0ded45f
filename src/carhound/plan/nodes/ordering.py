"""Operators that put rows in order, or keep them by their place among the others."""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.expressions import Expression
from carhound.plan.predicates import Field

if TYPE_CHECKING:
    from carhound.plan.nodes import Node

SortKind = Literal["auto", "num", "str", "ip"]


class Dedup(Spanned, frozen=True):
    """The first row for each distinct combination of exact values; rows lacking one of the fields go."""

    input: "Node"
    fields: tuple[Field, ...]
    keep: int = 1
    keep_events: bool = False
    """Whether rows after the first stay, without the fields."""
    keep_empty: bool = False
    """Whether rows lacking one of the fields stay."""
    consecutive: bool = False
    """Whether only rows one after the other are compared; those that lack a field are not looked at."""
    span: Span | None = None


class SortKey(Struct, frozen=True):
    """One key of a sort."""

    field: Field
    descending: bool = False
    kind: SortKind = "auto"
    """What values are compared as: numbers, texts by code point, IP addresses; auto, numbers before texts.

    What cannot be read so counts as missing.
    """


class Sort(Spanned, frozen=True):
    """Stable; rows lacking a field last, whichever way it goes."""

    input: "Node"
    keys: tuple[SortKey, ...]
    limit: int | None = None
    span: Span | None = None


class Head(Spanned, frozen=True):
    """The first rows."""

    input: "Node"
    count: int
    span: Span | None = None


class HeadWhile(Spanned, frozen=True):
    """The rows before the first on which an expression is not true."""

    input: "Node"
    condition: Expression
    limit: int | None = None
    """The most rows there may be."""
    null: bool = False
    """Whether null counts as true."""
    keep_last: bool = False
    """Whether the row that ends it is kept too."""
    span: Span | None = None


class Tail(Spanned, frozen=True):
    """The last rows, the very last first."""

    input: "Node"
    count: int
    span: Span | None = None


class Reverse(Spanned, frozen=True):
    """All rows, the last first."""

    input: "Node"
    span: Span | None = None
