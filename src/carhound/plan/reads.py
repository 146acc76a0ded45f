"""Which fields of events a plan reads, and in which of the two views."""

from collections.abc import Iterable, Iterator
from functools import singledispatch

from msgspec import Struct

from carhound.plan.aggregates import AGGREGATES
from carhound.plan.columns import makes
from carhound.plan.expressions import Expression, FieldValue, parts
from carhound.plan.nodes import (
    Aggregation,
    Bin,
    Chart,
    Dedup,
    Eval,
    EventStats,
    Fields,
    FillDown,
    FillNull,
    Filter,
    Groups,
    HeadWhile,
    Join,
    Lookup,
    MakeMv,
    MvCombine,
    MvExpand,
    Node,
    NoMv,
    Rename,
    Replace,
    Rex,
    Sed,
    Select,
    Sort,
    Stats,
    StrCat,
    StreamStats,
    Table,
    Tabular,
    Top,
    chain,
    subsearch_of,
)
from carhound.plan.predicates import Field, Term, Test, Where, tests


class FieldRead(Struct, frozen=True):
    """A field that a plan reads from events."""

    field: Field
    tested: bool
    """Whether a condition looks at it; else it is only grouped by, sorted by or shown."""


def fields_read(plan: Node) -> tuple[FieldRead, ...]:
    """The fields in the order in which rows meet them, without names with a wildcard and columns made."""
    found: dict[Field, bool] = {}
    for field, tested in _reads(plan):
        found[field] = found.get(field, False) or tested
    return tuple(FieldRead(field, tested) for field, tested in found.items())


def _reads(plan: Node) -> Iterator[tuple[Field, bool]]:
    made: set[str] = set()
    for node in chain(plan):
        for field, tested in _operator(node):
            if field.name not in made and "*" not in field.name:
                yield field, tested
        if (inner := subsearch_of(node)) is not None:
            yield from _reads(inner)
        if isinstance(node, Tabular | Table):
            return  # what stands above reads columns
        made.update(makes(node))


@singledispatch  # named where it is registered, as in `columns`
def _operator(_node: Node) -> Iterator[tuple[Field, bool]]:
    """The fields that an operator reads from its rows, and whether a condition looks at them."""
    return iter(())


@_operator.register(Filter)
def _(node: Filter) -> Iterator[tuple[Field, bool]]:
    for test in tests((node.predicate,)):
        yield from ((field, True) for field in test_fields(test))


@_operator.register(Join)
def _(node: Join) -> Iterator[tuple[Field, bool]]:
    return _shown(node.fields)


@_operator.register(Lookup)
def _(node: Lookup) -> Iterator[tuple[Field, bool]]:
    return _shown(one for _, one in node.keys)


@_operator.register(Dedup)
def _(node: Dedup) -> Iterator[tuple[Field, bool]]:
    return _shown(node.fields)


@_operator.register(Top)
def _(node: Top) -> Iterator[tuple[Field, bool]]:
    return _shown((*node.by, *node.fields))


@_operator.register(Sort)
def _(node: Sort) -> Iterator[tuple[Field, bool]]:
    return _shown(key.field for key in node.keys)


@_operator.register(Stats)
def _(node: Stats) -> Iterator[tuple[Field, bool]]:
    return _shown((*node.by, *_aggregated(node.aggregations)))


@_operator.register(EventStats)
def _(node: EventStats) -> Iterator[tuple[Field, bool]]:
    return _shown((*node.by, *_aggregated(node.aggregations)))


@_operator.register(StreamStats)
def _(node: StreamStats) -> Iterator[tuple[Field, bool]]:
    return _shown((*node.by, *_aggregated(node.aggregations)))


@_operator.register(Chart)
def _(node: Chart) -> Iterator[tuple[Field, bool]]:
    split = () if node.series is None else (node.series.field,)
    return _shown((node.over, *split, *_aggregated(node.aggregations)))


def _aggregated(aggregations: tuple[Aggregation, ...]) -> Iterator[Field]:
    for one in aggregations:
        if one.field is not None:
            yield one.field
        if one.expression is not None:
            yield from expression_fields(one.expression)
        if AGGREGATES[one.function].timed:
            yield Field("_time")


@_operator.register(Fields)
def _(node: Fields) -> Iterator[tuple[Field, bool]]:
    return _shown(Field(name, node.view) for name in node.names if not node.remove)


@_operator.register(Table)
def _(node: Table) -> Iterator[tuple[Field, bool]]:
    return _shown(map(Field, node.names))


@_operator.register(Groups)
def _(node: Groups) -> Iterator[tuple[Field, bool]]:
    return _shown(node.by)


@_operator.register(Select)
def _(node: Select) -> Iterator[tuple[Field, bool]]:
    return _shown(field for _, field in node.columns)


@_operator.register(Rename)
def _(node: Rename) -> Iterator[tuple[Field, bool]]:
    return _shown(Field(old) for old, _ in node.pairs)


@_operator.register(Eval)
def _(node: Eval) -> Iterator[tuple[Field, bool]]:
    made: set[str] = set()
    for name, expression in node.assignments:
        yield from _shown(one for one in expression_fields(expression) if one.name not in made)
        made.add(name)


@_operator.register(HeadWhile)
def _(node: HeadWhile) -> Iterator[tuple[Field, bool]]:
    return ((field, True) for field in expression_fields(node.condition))


@_operator.register(Rex)
def _(node: Rex) -> Iterator[tuple[Field, bool]]:
    return _shown(() if node.field is None else (node.field,))


@_operator.register(Bin | MakeMv | MvCombine | MvExpand | NoMv | Sed)
def _(node: Bin | MakeMv | MvCombine | MvExpand | NoMv | Sed) -> Iterator[tuple[Field, bool]]:
    return _shown((node.field,))


@_operator.register(FillDown | FillNull | Replace)
def _(node: FillDown | FillNull | Replace) -> Iterator[tuple[Field, bool]]:
    return _shown(map(Field, node.names))


@_operator.register(StrCat)
def _(node: StrCat) -> Iterator[tuple[Field, bool]]:
    return _shown(Field(part.name) for part in node.parts if isinstance(part, FieldValue))


def _shown(fields: Iterable[Field]) -> Iterator[tuple[Field, bool]]:
    return ((field, False) for field in fields)


def test_fields(test: Test) -> tuple[Field, ...]:
    """The fields a test looks at; none for one that looks at all values of an event."""
    match test:
        case Term():
            return ()
        case Where(expression):
            return tuple(dict.fromkeys(expression_fields(expression)))
        case _:
            return () if test.field is None else (test.field,)


def expression_fields(expression: Expression) -> Iterator[Field]:
    """The fields in an expression, in the order of the text."""
    return (Field(one.name, one.view) for one in parts(expression) if isinstance(one, FieldValue))
