"""The operators of a plan: a scan of evidence at the bottom, each operator over the rows of its input.

Rows come out of a scan newest first; events of one time keep the order in which they were read.
"""

from dataclasses import dataclass, field
from typing import Literal

from carhound.model.datasets import Dataset
from carhound.model.diagnostics import Span
from carhound.model.time_spans import TimeSpan
from carhound.model.windows import ALL_TIME, TimeRange
from carhound.plan.expressions import Expression, View
from carhound.plan.lookup_table import LookupTable
from carhound.plan.predicates import AnyOf, Field, Predicate

Role = Literal["main", "baseline"]


@dataclass(frozen=True, slots=True)
class Scan:
    """The events of a dataset in a window; `kinds` narrows to CAR (object, action) pairs."""

    dataset: Dataset
    view: View = "native"
    kinds: tuple[tuple[str, str], ...] | None = None
    range: TimeRange = ALL_TIME
    role: Role = "main"
    span: Span | None = field(default=None, compare=False)
    """Where the text states the window, or names what is scanned."""


@dataclass(frozen=True, slots=True)
class Filter:
    """The rows on which the predicate holds."""

    input: "Node"
    predicate: Predicate
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SubsearchFilter:
    """The rows that match some row of a subsearch, or with `negated` (an anti-join) those that match none.

    A row of the subsearch matches where each of its values, read as a pattern, matches the field of its
    name; its missing values ask nothing, and a row without values matches nothing (Splunk's implicit
    `format`). A row of the input without the field is kept by the negated form. `view` is that of the field.
    """

    input: "Node"
    subsearch: "Node"
    negated: bool
    span: Span | None = field(default=None, compare=False)
    view: View = "native"


@dataclass(frozen=True, slots=True)
class Append:
    """The rows of the input, then those of a subsearch."""

    input: "Node"
    subsearch: "Node"
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Join:
    """Each row with the fields of the first `most` rows of a subsearch that have the same exact values.

    0 stands for all of them. A row that none is found for, or that lacks one of the fields, goes, or with
    `outer` stays as it is. Of a field that both sides have, the subsearch's value is taken, or without
    `overwrite` the row's own.
    """

    input: "Node"
    subsearch: "Node"
    fields: tuple[Field, ...]
    outer: bool = False
    most: int = 1
    overwrite: bool = True
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of the input, then those of a lookup table on which the predicate holds."""

    input: "Node"
    table: LookupTable
    predicate: Predicate | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Each row with columns of the rows of a table whose keys have the row's values, letter case and all.

    Of several such rows all values are given. A row that none is found for stays as it is.
    """

    input: "Node"
    table: LookupTable
    keys: tuple[tuple[str, Field], ...]
    """Columns of the table, and the fields of the row that they must be equal to."""
    outputs: tuple[tuple[str, str], ...]
    """Columns of the table, and the names they are given under."""
    overwrite: bool = True
    """Whether a field that is there already is replaced."""
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Dedup:
    """The first row for each distinct combination of exact values; rows lacking one of the fields go."""

    input: "Node"
    fields: tuple[Field, ...]
    keep: int = 1
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Fields:
    """Only the named fields and those that begin with `_`, or with `remove` all but those named.

    `*` in a name is a wildcard. In the CAR view the names are CAR's; it knows neither wildcard nor `remove`.
    """

    input: "Node"
    names: tuple[str, ...]
    remove: bool = False
    span: Span | None = field(default=None, compare=False)
    view: View = "native"


@dataclass(frozen=True, slots=True)
class Table:
    """Exactly these columns, in this order."""

    input: "Node"
    names: tuple[str, ...]
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rename:
    """Fields under new names, in turn."""

    input: "Node"
    pairs: tuple[tuple[str, str], ...]
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Eval:
    """Fields with the values of expressions, in turn: a later one sees what an earlier one made.

    A field whose expression gives null is gone.
    """

    input: "Node"
    assignments: tuple[tuple[str, Expression], ...]
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of a sort."""

    field: Field
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """Stable; numbers as numbers if both are, else by code point; rows lacking the field last."""

    input: "Node"
    keys: tuple[SortKey, ...]
    limit: int | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows."""

    input: "Node"
    count: int
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Aggregation:
    """One aggregate and the column it makes. Without a field or an expression, `count` counts rows."""

    function: str
    """A name in `aggregates.AGGREGATES`."""
    field: Field | None
    column: str
    expression: Expression | None = None
    """What is aggregated in the place of a field. `count` counts the rows on which it is true or a value."""
    rank: float | None = None
    """Of a percentile, 0 to 100."""


@dataclass(frozen=True, slots=True)
class Stats:
    """One row for each distinct combination of the `by` fields, by-columns first, sorted by them.

    Rows lacking a by-field are left out. Without `by`, exactly one row.
    """

    input: "Node"
    aggregations: tuple[Aggregation, ...]
    by: tuple[Field, ...] = ()
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EventStats:
    """Each row with the aggregates of its group; rows keep their order.

    Rows lacking a by-field are left as they are. One with several values of a by-field counts in every group
    and is given what the first of them has.
    """

    input: "Node"
    aggregations: tuple[Aggregation, ...]
    by: tuple[Field, ...] = ()
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class StreamStats:
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
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Series:
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


@dataclass(frozen=True, slots=True)
class Buckets:
    """How times become the rows of a chart."""

    span: TimeSpan | None = None
    """None takes the shortest of a list that makes no more than `most` rows."""
    most: int = 100
    gaps: bool = True
    """Whether buckets without events are rows too."""
    whole_window: bool = True
    """Whether such rows go to the ends of the window of the search, not of the events."""


@dataclass(frozen=True, slots=True)
class Chart:
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
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Top:
    """The commonest values: columns of the fields, `count`, `percent`; ties by value."""

    input: "Node"
    fields: tuple[Field, ...]
    limit: int = 10
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Select:
    """Exactly these columns: the values of fields under names."""

    input: "Node"
    columns: tuple[tuple[str, Field], ...]
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """The rows that the subsearch does not give as well: the same event, or the same values of columns.

    Letter case does not count in values.
    """

    input: "Node"
    subsearch: "Node"
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Pairs:
    """A row for each row of the input and each of the subsearch with the same values of the key fields.

    Columns are `name.field`: CAR's names where rows are events, and `time` in seconds since 1970. A row
    stands for the event of the input. Letter case does not count in keys, and a missing value is like no
    other. Without keys, every pair.
    """

    input: "Node"
    subsearch: "Node"
    names: tuple[str, str]
    keys: tuple[tuple[str, str], ...] = ()
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Groups:
    """The rows put together by the values of fields, letter case aside: columns `group`, the fields, `_time`.

    Rows lacking a field are left out. With `gap`, a longest time in seconds between neighbours, a group ends
    where nothing follows in time; rows without a time are then left out too.
    """

    input: "Node"
    by: tuple[Field, ...]
    gap: float | None = None
    span: Span | None = field(default=None, compare=False)


Relational = Difference | Groups | Pairs | Select
Node = (
    Scan
    | Filter
    | SubsearchFilter
    | Append
    | Chart
    | Dedup
    | Eval
    | EventStats
    | Fields
    | Head
    | Join
    | Lookup
    | Relational
    | Rename
    | Sort
    | Head
    | Stats
    | StreamStats
    | Table
    | TableRows
    | Top
)
Transforming = Chart | Stats | Top
"""What makes rows that are no events any more."""
Tabular = Transforming | Groups | Pairs | Select
"""What makes a table, even where its rows stand for events."""


NOTHING = AnyOf(())
"""The condition that no event meets: above a scan, the input of an operator that makes rows of its own."""


def reads_nothing(plan: Node) -> bool:
    """Whether no event comes out of a plan because none is asked for."""
    return isinstance(plan, Filter) and plan.predicate == NOTHING and plan.span is None


def chain(plan: Node) -> list[Node]:
    """The operators of the main search in the order in which rows pass them, its scan first."""
    path: list[Node] = [plan]
    while not isinstance(node := path[-1], Scan):
        path.append(node.input)
    return path[::-1]


def subsearch_of(node: Node) -> "Node | None":
    """The plan whose rows an operator puts beside those of its input."""
    return node.subsearch if isinstance(node, SubsearchFilter | Append | Join | Difference | Pairs) else None


def entry(plan: Node) -> Node:
    """The part below the first transforming command: its rows are the events the plan finds."""
    return next((node.input for node in chain(plan) if isinstance(node, Transforming)), plan)


def scans(plan: Node) -> list[Scan]:
    """Every scan of the plan, the main one first, those of subsearches after it."""
    found: list[Scan] = []
    for node in chain(plan):
        if isinstance(node, Scan):
            found.append(node)
        elif (inner := subsearch_of(node)) is not None:
            found += scans(inner)
    return found
