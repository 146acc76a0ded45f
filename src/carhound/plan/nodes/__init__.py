"""The operators of a plan: a scan of evidence at the bottom, each operator over the rows of its input.

Rows come out of a scan newest first; events of one time keep the order in which they were read.
"""

from typing import Literal

from carhound.model.datasets import Dataset
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.model.windows import ALL_TIME, TimeRange
from carhound.plan.expressions import View
from carhound.plan.lookup_table import LookupTable
from carhound.plan.nodes.grouping import (
    Aggregation,
    Buckets,
    Chart,
    EventStats,
    Series,
    Stats,
    StreamStats,
    Top,
)
from carhound.plan.nodes.ordering import Dedup, Head, HeadWhile, Reverse, Sort, SortKey, SortKind, Tail
from carhound.plan.nodes.relational import Difference, Groups, Pairs, Select
from carhound.plan.nodes.values import (
    Bin,
    Eval,
    Fields,
    FillDown,
    FillNull,
    MakeMv,
    MvCombine,
    MvExpand,
    NoMv,
    Rename,
    Replace,
    Rex,
    Sed,
    StrCat,
    Substitution,
    Table,
    Transliteration,
)
from carhound.plan.predicates import AnyOf, Field, Predicate

Role = Literal["main", "baseline"]


class Scan(Spanned, frozen=True):
    """The events of a dataset in a window; `kinds` narrows to CAR (object, action) pairs."""

    dataset: Dataset
    view: View = "native"
    kinds: tuple[tuple[str, str], ...] | None = None
    range: TimeRange = ALL_TIME
    role: Role = "main"
    span: Span | None = None
    """Where the text states the window, or names what is scanned."""


class Filter(Spanned, frozen=True):
    """The rows on which the predicate holds."""

    input: "Node"
    predicate: Predicate
    span: Span | None = None


class SubsearchFilter(Spanned, frozen=True):
    """The rows that match some row of a subsearch, or with `negated` (an anti-join) those that match none.

    A row of the subsearch matches where each of its values, read as a pattern, matches the field of its
    name; its missing values ask nothing, and a row without values matches nothing (Splunk's implicit
    `format`). A row of the input without the field is kept by the negated form. `view` is that of the field.
    """

    input: "Node"
    subsearch: "Node"
    negated: bool
    span: Span | None = None
    view: View = "native"


class Append(Spanned, frozen=True):
    """The rows of the input, then those of a subsearch."""

    input: "Node"
    subsearch: "Node"
    span: Span | None = None


class Join(Spanned, frozen=True):
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
    span: Span | None = None


class TableRows(Spanned, frozen=True):
    """The rows of the input, then those of a lookup table on which the predicate holds."""

    input: "Node"
    table: LookupTable
    predicate: Predicate | None = None
    span: Span | None = None


class Lookup(Spanned, frozen=True):
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
    span: Span | None = None


RowWise = Fields | Table | Rename | Eval | Lookup | Rex | Sed | MakeMv | NoMv | Replace | StrCat
"""What makes exactly one row of each, without the others."""


Relational = Difference | Groups | Pairs | Select
Node = (
    Scan
    | Append
    | Bin
    | Chart
    | Dedup
    | Eval
    | EventStats
    | Fields
    | FillDown
    | FillNull
    | Filter
    | Head
    | HeadWhile
    | Join
    | Lookup
    | MakeMv
    | MvCombine
    | MvExpand
    | NoMv
    | Relational
    | Rename
    | Replace
    | Reverse
    | Rex
    | Sed
    | Sort
    | Stats
    | StrCat
    | StreamStats
    | SubsearchFilter
    | Table
    | TableRows
    | Tail
    | Top
)
Transforming = Chart | Stats | Top
"""What makes rows that are no events any more."""
Tabular = Transforming | Groups | Pairs | Select
"""What makes a table, even where its rows stand for events."""


def by_row(node: Node) -> bool:
    """Whether an operator makes one row of each, and needs no other to do so."""
    match node:
        case FillNull():
            return node.by_row
        case Bin(width=width):
            return width is not None
        case _:
            return isinstance(node, RowWise)


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


__all__ = [
    "NOTHING",
    "Aggregation",
    "Append",
    "Bin",
    "Buckets",
    "Chart",
    "Dedup",
    "Difference",
    "Eval",
    "EventStats",
    "Fields",
    "FillDown",
    "FillNull",
    "Filter",
    "Groups",
    "Head",
    "HeadWhile",
    "Join",
    "Lookup",
    "MakeMv",
    "MvCombine",
    "MvExpand",
    "NoMv",
    "Node",
    "Pairs",
    "Relational",
    "Rename",
    "Replace",
    "Reverse",
    "Rex",
    "Role",
    "RowWise",
    "Scan",
    "Sed",
    "Select",
    "Series",
    "Sort",
    "SortKey",
    "SortKind",
    "Stats",
    "StrCat",
    "StreamStats",
    "SubsearchFilter",
    "Substitution",
    "Table",
    "TableRows",
    "Tabular",
    "Tail",
    "Top",
    "Transforming",
    "Transliteration",
    "by_row",
    "chain",
    "entry",
    "reads_nothing",
    "scans",
    "subsearch_of",
]
