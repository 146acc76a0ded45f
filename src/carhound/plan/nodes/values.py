"""Operators that choose, name, make or change values of rows, each row by itself unless said otherwise."""

from typing import TYPE_CHECKING

from msgspec import Struct

from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.model.time_spans import TimeSpan
from carhound.plan.expressions import Constant, Expression, FieldValue, View
from carhound.plan.predicates import Field

if TYPE_CHECKING:
    from carhound.plan.nodes import Node


class Fields(Spanned, frozen=True):
    """Only the named fields and those that begin with `_`, or with `remove` all but those named.

    `*` in a name is a wildcard. In the CAR view the names are CAR's; it knows neither wildcard nor `remove`.
    """

    input: "Node"
    names: tuple[str, ...]
    remove: bool = False
    span: Span | None = None
    view: View = "native"


class Table(Spanned, frozen=True):
    """Exactly these columns, in this order."""

    input: "Node"
    names: tuple[str, ...]
    span: Span | None = None


class Rename(Spanned, frozen=True):
    """Fields under new names, in turn.

    `*` in an old name matches any run, which stands for the `*` in the new one. No name that begins with `_`
    is meant unless it is written so.
    """

    input: "Node"
    pairs: tuple[tuple[str, str], ...]
    span: Span | None = None


class Eval(Spanned, frozen=True):
    """Fields with the values of expressions, in turn: a later one sees what an earlier one made.

    A field whose expression gives null is gone.
    """

    input: "Node"
    assignments: tuple[tuple[str, Expression], ...]
    span: Span | None = None


class Rex(Spanned, frozen=True):
    """Fields of the named groups of an RE2 expression, letter case counting; without a match none change.

    `field` None stands for the event's raw text.
    """

    input: "Node"
    field: Field | None
    expression: str
    groups: tuple[str, ...]
    most: int | None = 1
    """Matches that are taken, None for all; several make the fields multivalue."""
    span: Span | None = None


class Substitution(Struct, frozen=True):
    """What an RE2 expression matches, replaced: `s/expression/replacement/` of sed."""

    expression: str
    replacement: tuple[str | int, ...]
    """Text, and numbers of groups."""
    which: int | None = 1
    """The match that is replaced, counted from 1; None for all."""


class Transliteration(Struct, frozen=True):
    """Characters of one text replaced by those at the same places of another: `y/abc/xyz/` of sed."""

    characters: str
    others: str


class Sed(Spanned, frozen=True):
    """A field with each of its values edited."""

    input: "Node"
    field: Field
    edit: Substitution | Transliteration
    span: Span | None = None


class FillNull(Spanned, frozen=True):
    """A value where a field is missing.

    Without names, or for names with `*`, the fields are those that some row has, so all rows are needed.
    Names that begin with `_` are meant only where they are written so.
    """

    input: "Node"
    names: tuple[str, ...]
    value: str = "0"
    span: Span | None = None

    @property
    def by_row(self) -> bool:
        """Whether a row can be filled without the others."""
        return bool(self.names) and not any("*" in name for name in self.names)


class FillDown(Spanned, frozen=True):
    """The last value of a field in the rows before, where it is missing; names are those of `FillNull`."""

    input: "Node"
    names: tuple[str, ...]
    span: Span | None = None


class MvExpand(Spanned, frozen=True):
    """A row for each value of a field, at most so many of a row; a row without the field stays as it is."""

    input: "Node"
    field: Field
    limit: int | None = None
    span: Span | None = None


class MakeMv(Spanned, frozen=True):
    """A field cut into several values: between delimiters, or the first group of each RE2 match."""

    input: "Node"
    field: Field
    delimiter: str = " "
    tokenizer: str | None = None
    allow_empty: bool = False
    """Whether delimiters side by side have an empty value between them."""
    span: Span | None = None


class NoMv(Spanned, frozen=True):
    """The values of a field as one, a line each."""

    input: "Node"
    field: Field
    span: Span | None = None


class MvCombine(Spanned, frozen=True):
    """Rows that differ in one field alone as one row, in the place of the first, with all of its values."""

    input: "Node"
    field: Field
    span: Span | None = None


class Bin(Spanned, frozen=True):
    """Numbers put into bins of one width, as text like `10-20`; times as the time at which their bin begins.

    A width of None is the least power of ten that makes no more than `bins` bins of all rows. Values that are
    no numbers stay as they are.
    """

    input: "Node"
    field: Field
    width: float | TimeSpan | None
    bins: int = 100
    target: str = ""
    """The field that holds the bin."""
    span: Span | None = None


class Replace(Spanned, frozen=True):
    """Whole values replaced, letter case counting.

    A `*` matches any run; those of the replacement stand for the same runs in turn. Of several that match,
    those without `*` go first, then those with the most text, then the later ones.
    """

    input: "Node"
    pairs: tuple[tuple[str, str], ...]
    names: tuple[str, ...] = ()
    """Without any, all fields but those that begin with `_`."""
    span: Span | None = None


class StrCat(Spanned, frozen=True):
    """Texts and fields put together in one field; a missing field is empty."""

    input: "Node"
    parts: tuple[Constant | FieldValue, ...]
    target: str
    all_required: bool = False
    """Whether nothing is made where a field is missing."""
    span: Span | None = None
