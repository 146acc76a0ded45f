"""`stats` and `top`: rows into groups.

Splunk's Search Reference, "stats" and "Multivalue stats and chart functions"; groups are told apart exactly,
letter case and all, and come out in the order of their by-fields.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import product

from carhound.engines.interpreter.expressions import evaluator
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.operators.shaping import as_cell
from carhound.engines.interpreter.rows import AliasUse, Row, as_number, as_text, getter, texts
from carhound.model.event import Cell
from carhound.plan.nodes import Aggregate, Aggregation, Stats, Top
from carhound.plan.predicates import Field

Texts = list[str]


def stats(node: Stats, rows: Iterable[Row], context: Context) -> list[Row]:
    """One row for each combination of values of the by-fields; exactly one row without any."""
    groups: dict[tuple[str, ...], list[Row]] = {} if node.by else {(): []}
    for key, row in _keyed(rows, node.by, context.used):
        groups.setdefault(key, []).append(row)
    aggregates = [(one.column, _aggregate(one, context)) for one in node.aggregations]
    made = []
    for key in sorted(groups):
        columns: dict[str, Cell] = {field.name: text for field, text in zip(node.by, key, strict=True)}
        columns.update((column, aggregate(groups[key])) for column, aggregate in aggregates)
        made.append(Row(None, columns))
    return made


def _aggregate(one: Aggregation, context: Context) -> Callable[[list[Row]], Cell]:
    """What an aggregate makes of the rows of a group."""
    if one.expression is not None:
        evaluate = evaluator(one.expression, context.environment)
        if one.function == "count":
            return lambda rows: sum(evaluate(row) is True for row in rows)
        return lambda rows: _AGGREGATES[one.function](
            [text for row in rows for text in texts(as_cell(evaluate(row)))]
        )
    if one.field is None:
        return len
    read = getter(one.field, context.used)
    return lambda rows: _AGGREGATES[one.function]([text for row in rows for text in texts(read(row))])


def top(node: Top, rows: Iterable[Row], context: Context) -> list[Row]:
    """The commonest combinations of values, ties by value; `percent` of all rows that have the fields."""
    counts = Counter(key for key, _ in _keyed(rows, node.fields, context.used))
    total = counts.total()
    order = sorted(counts, key=lambda key: (-counts[key], key))
    return [
        Row(
            None,
            {field.name: text for field, text in zip(node.fields, key, strict=True)}
            | {"count": counts[key], "percent": round(100 * counts[key] / total, 6)},
        )
        for key in order[: node.limit or None]
    ]


def _keyed(
    rows: Iterable[Row], fields: tuple[Field, ...], used: AliasUse
) -> Iterable[tuple[tuple[str, ...], Row]]:
    """Each row once for every combination of its values; not at all where a field is missing."""
    read = [getter(field, used) for field in fields]
    for row in rows:
        for key in product(*(texts(one(row)) for one in read)):
            yield key, row


def _values(found: Texts) -> Cell:
    return tuple(sorted(set(found))) or None


def _least(found: Texts) -> Cell:
    return min(found, key=_magnitude(found)) if found else None


def _greatest(found: Texts) -> Cell:
    return max(found, key=_magnitude(found)) if found else None


def _magnitude(found: Texts) -> Callable[[str], tuple[float, str]]:
    numeric = all(as_number(text) is not None for text in found)
    return lambda text: (as_number(text) or 0.0 if numeric else 0.0, text)


def _sum(found: Texts) -> Cell:
    numbers = [number for text in found if (number := as_number(text)) is not None]
    return _tidy(sum(numbers)) if numbers else None


def _avg(found: Texts) -> Cell:
    numbers = [number for text in found if (number := as_number(text)) is not None]
    return _tidy(sum(numbers) / len(numbers)) if numbers else None


def _tidy(number: float) -> int | float:
    return int(as_text(number)) if number.is_integer() else number


_AGGREGATES: dict[Aggregate, Callable[[Texts], Cell]] = {
    "avg": _avg,
    "count": len,
    "dc": lambda found: len(set(found)),
    "max": _greatest,
    "min": _least,
    "sum": _sum,
    "values": _values,
}
