"""`stats` and `top` as queries: columns `by_0`, `by_1`... and `value_0`, `value_1`..., rows in order."""

from sqlglot import exp

from carhound.engines.sql.columns import present, read
from carhound.engines.sql.numbers import number
from carhound.engines.sql.relations import Relation
from carhound.engines.sql.unsayable import Unsayable
from carhound.model.event_table import EventTable
from carhound.plan.nodes import Aggregation, Stats, Top
from carhound.plan.predicates import Field


def by_column(at: int) -> str:
    """The column of a by-field."""
    return f"by_{at}"


def value_column(at: int) -> str:
    """The column of an aggregate; for `top` there are two, the count and the count of all rows."""
    return f"value_{at}"


def stats(node: Stats, before: Relation, table: EventTable) -> exp.Select:
    """A row for each combination of the by-fields; values() comes as a list without order.

    Raises Unsayable for aggregates that SQL does not give to the last digit, or that hang on the rows' order.
    """
    values = [
        exp.alias_(_aggregate(one, table), value_column(at)) for at, one in enumerate(node.aggregations)
    ]
    query = _grouped(node.by, before, table, values)
    return query.order_by(*map(by_column, range(len(node.by)))) if node.by else query


def top(node: Top, before: Relation, table: EventTable) -> exp.Select:
    """The commonest or the rarest combinations, their counts, and the count of all.

    Raises Unsayable for groups, and for a row of all other values.
    """
    if node.by or node.other is not None:
        raise Unsayable("groups of top and rare, and their other values, are counted by the interpreter")
    count = exp.Count(this=exp.Star())
    total = exp.cast(exp.Window(this=exp.Sum(this=count.copy())), "bigint")
    values = [exp.alias_(count, value_column(0)), exp.alias_(total, value_column(1))]
    ties = map(by_column, range(len(node.fields)))
    by_count = exp.Ordered(this=exp.column(value_column(0)), desc=not node.rare)
    query = _grouped(node.fields, before, table, values).order_by(by_count, *ties)
    return query.limit(node.limit) if node.limit else query


def _grouped(
    by: tuple[Field, ...], before: Relation, table: EventTable, values: list[exp.Expr]
) -> exp.Select:
    keys = [read(table, one) for one in by]
    named = [exp.alias_(key, by_column(at)) for at, key in enumerate(keys)]
    query = before.select(*named, *values)
    if not keys:
        return query
    return query.where(*(present(key.copy()) for key in keys)).group_by(*(key.copy() for key in keys))


def _aggregate(one: Aggregation, table: EventTable) -> exp.Expr:
    if one.expression is not None:
        raise Unsayable("what is aggregated is an expression, which the interpreter evaluates")
    if one.field is None:
        return exp.Count(this=exp.Star())
    value = read(table, one.field)
    match one.function:
        case "count":
            return exp.Count(this=value)
        case "dc":
            return exp.Count(this=exp.Distinct(expressions=[value]))
        case "values":
            listed = exp.ArrayAgg(this=exp.Distinct(expressions=[value]))
            return exp.Filter(this=listed, expression=exp.Where(this=present(value.copy())))
        case "min":
            return _extreme(value, exp.Min, exp.ArgMin)
        case "max":
            return _extreme(value, exp.Max, exp.ArgMax)
        case _:
            raise Unsayable(f"{one.function} is worked out by the interpreter")


def _extreme(value: exp.Expr, of_texts: type[exp.Func], of_numbers: type[exp.Func]) -> exp.Expr:
    """By size where all values are numbers, ties by code point, else by code point."""
    all_numbers = exp.EQ(this=exp.Count(this=value.copy()), expression=exp.Count(this=number(value.copy())))
    rank = exp.func("ROW", number(value.copy()), value.copy())
    by_size = exp.If(this=all_numbers, true=of_numbers(this=value.copy(), expression=rank))
    return exp.Case(ifs=[by_size], default=of_texts(this=value))
