"""Operators that put rows into groups."""

from typing import TYPE_CHECKING

from msgspec import Struct

from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.model.time_spans import TimeSpan
from carhound.plan.expressions import Expression
from carhound.plan.predicates import Field

if TYPE_CHECKING:
    from carhound.plan.nodes import Node


class Aggregation(Struct, frozen=True):
    """One aggregate and the column it makes. Without a field or an expression, `count` counts rows."""

    function: str
    """A name in `aggregates.AGGREGATES`."""
    field: Field | None
    column: str
    expression: Expression | None = None
    """What is aggregated in the place of a field. `count` counts the rows on which it is true or a value."""
    rank: float | None = None
    """Of a percentile, 0 to 100."""


class Stats(Spanned, frozen=True):
    """One row for each distinct combination of the `by` fields, by-columns first, sorted by them.

    Rows lacking a by-field are left out. Without `by`, exactly one row.
    """

    input: "Node"
    aggregations: tuple[Aggregation, ...]
    by: tuple[Field, ...] = ()
    span: Span | None = None


class EventStats(Spanned, frozen=True):
    """Each row with the aggregates of its group; rows keep their order.

    Rows lacking a by-field are left as they are. One with several values of a by-field counts in every group
    and is given what the first of them has.
    """

    input: "Node"
    aggregations: tuple[Aggregation, ...]
    by: tuple[Field, ...] = ()
    span: Span | None = None


class StreamStats(Spanned, frozen=True):
    """Each row with the aggregates of the rows of its group up to there, in their order."""

    input: "Node"
    aggregations: tuple[Aggregation, ...]
    by: tuple[Field, ...] = ()
    current: bool = True
    """Whether the row itself counts."""
    window: int = 0
    """How many rows count at most; 0 for all."""
    shared: bool = True
    """Whether all groups share one window, so that the rows of one push out those of others."""
    reset_on_change: bool = False
    """Whether all begins anew where the by-fields are others than those of the row before."""
    span: Span | None = None


class Series(Struct, frozen=True):
    """How the values of a field become columns."""

    field: Field
    limit: int = 10
    """How many of the values get a column of their own, 0 for all."""
    lowest: bool = False
    """Whether those with the least are kept, not those with the most."""
    other: str | None = "OTHER"
    """The column of all other values; None leaves them out."""
    null: str | None = "NULL"
    """The column of rows without the field; None leaves them out."""


class Buckets(Struct, frozen=True):
    """How times become the rows of a chart."""

    span: TimeSpan | None = None
    """None takes the shortest of a list that makes no more than `most` rows."""
    most: int = 100
    gaps: bool = True
    """Whether buckets without events are rows too."""
    whole_window: bool = True
    """Whether such rows go to the ends of the window of the search, not of the events."""


class Chart(Spanned, frozen=True):
    """A row for each value of a field, or for each bucket of time, in order.

    A column for each aggregate; with `series` one for each of its values, and of several aggregates one for
    each pair (`count: value`). Rows lacking the field are left out.
    """

    input: "Node"
    aggregations: tuple[Aggregation, ...]
    over: Field
    buckets: Buckets | None = None
    """Of a chart over `_time`."""
    series: Series | None = None
    span: Span | None = None


class Top(Spanned, frozen=True):
    """The commonest values, or the rarest: `by`, then the fields, their count, and their percentage.

    Rows that lack one of the fields are left out. Ties are in the order of the values, and so are the groups
    of `by`, each of which has so many rows.
    """

    input: "Node"
    fields: tuple[Field, ...]
    limit: int = 10
    """0 for all."""
    by: tuple[Field, ...] = ()
    rare: bool = False
    count: str | None = "count"
    """The column of the count, None for none."""
    percent: str | None = "percent"
    """The column of the percentage of the rows (of the group), None for none."""
    other: str | None = None
    """What the fields hold in a last row for all other values, None for no such row."""
    span: Span | None = None
