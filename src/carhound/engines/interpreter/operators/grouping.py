"""`stats` and `eventstats`: rows in groups.

Splunk's Search Reference, "stats" and "eventstats"; groups are told apart exactly, letter
case and all, and come out in the order of their by-fields.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import product

from carhound.engines.interpreter.functions.building import tidy
from carhound.engines.interpreter.operators.aggregates import Group, Single, measures
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row, as_number, getter, texts
from carhound.model.event import Cell
from carhound.plan.nodes import EventStats, Stats
from carhound.plan.predicates import Field

Key = tuple[Single, ...]


def stats(node: Stats, rows: Iterable[Row], context: Context) -> list[Row]:
    """One row for each combination of values of the by-fields; exactly one row without any."""
    groups = _grouped(node, rows, context)
    if not node.by and not groups:
        groups = {(): Group(measures(node.aggregations, context))}
    names = [field.name for field in node.by]
    return [
        Row(None, {**dict(zip(names, key, strict=True)), **groups[key].columns()})
        for key in sorted(groups, key=order)
    ]


def eventstats(node: EventStats, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows with the aggregates of their group."""
    rows = list(rows)
    found = {key: group.columns() for key, group in _grouped(node, rows, context).items()}
    read = keys_of(node.by)
    for row in rows:
        keys = read(row)
        yield with_columns(row, found[keys[0]]) if keys else row


def _grouped(node: Stats | EventStats, rows: Iterable[Row], context: Context) -> dict[Key, Group]:
    of = measures(node.aggregations, context)
    groups: dict[Key, Group] = {}
    for key, row in keyed(rows, node.by):
        if key not in groups:
            groups[key] = Group(of)
        groups[key].add(row)
    return groups


def keyed(rows: Iterable[Row], fields: tuple[Field, ...]) -> Iterator[tuple[Key, Row]]:
    """Each row once for every combination of its values; not at all where a field is missing."""
    read = keys_of(fields)
    return ((key, row) for row in rows for key in read(row))


def with_columns(row: Row, made: dict[str, Cell]) -> Row:
    """The row with these columns; a field that is None is gone."""
    columns = row.materialized() | made
    return Row(row.event, {name: columns[name] for name in columns if columns[name] is not None}, raw=row.raw)


def keys_of(fields: tuple[Field, ...]) -> Callable[[Row], list[Key]]:
    """A function that gives the combinations of a row's values: none where it lacks a field."""
    read = [getter(field) for field in fields]
    times = [field.name == "_time" for field in fields]
    if times == [False]:
        (only,) = read
        return lambda row: [(text,) for text in texts(only(row))]

    def keys(row: Row) -> list[Key]:
        values = (
            tuple(map(_number_or_text, texts(one(row)))) if time else texts(one(row))
            for one, time in zip(read, times, strict=True)
        )
        return list(product(*values))

    return keys


def _number_or_text(text: str) -> Single:
    known = as_number(text)
    made = None if known is None else tidy(known)
    return text if made is None else made


def order(key: Key) -> tuple[tuple[bool, float, str], ...]:
    """Orders keys by code point, times by size."""
    return tuple((True, 0.0, one) if isinstance(one, str) else (False, float(one), "") for one in key)
