"""Operators that put rows of a subsearch or a lookup table beside those of their input, or after them."""

from collections.abc import Iterable, Iterator
from itertools import chain, product

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Getter, Row, getter, texts
from carhound.model.event import Cell
from carhound.plan.nodes import Append, Join, Lookup, TableRows

_Key = tuple[tuple[str, ...], ...]

_MOST_MATCHES = 1_000
"""Rows of a table that one row is given (max_matches of transforms.conf)."""


def appended(node: Append, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows, then those of the subsearch, which runs when they have passed."""
    yield from rows
    yield from context.subsearch(node.subsearch)


def table_rows(node: TableRows, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows, then those of the table."""
    made: Iterable[Row] = (Row(None, record) for record in node.table.records())
    if node.predicate is not None:
        made = filter(condition(node.predicate, context.moment), made)
    return chain(rows, made)


def joined(node: Join, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """Each row with the fields of those of the subsearch that have its values."""
    read = [getter(one) for one in node.fields]
    found: dict[_Key, list[dict[str, Cell]]] = {}
    for row in context.subsearch(node.subsearch):
        key = _key(row, read)
        if key is not None and (not node.most or len(found.get(key, ())) < node.most):
            found.setdefault(key, []).append(_present(row))
    for row in rows:
        key = _key(row, read)
        others = found.get(key, []) if key is not None else []
        own = _present(row) if others else {}
        for other in others:
            yield Row(row.event, own | other if node.overwrite else other | own, raw=row.raw)
        if node.outer and not others:
            yield row


def _key(row: Row, read: list[Getter]) -> _Key | None:
    """The values of some fields as texts, None where one is missing."""
    key = tuple(texts(one(row)) for one in read)
    return key if all(key) else None


def _present(row: Row) -> dict[str, Cell]:
    return {name: value for name, value in row.materialized().items() if value is not None}


def looked_up(node: Lookup, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """Each row with the values that the table has for it."""
    read = [getter(one) for _, one in node.keys]
    places = [node.table.columns.index(column) for column, _ in node.keys]
    given = [(node.table.columns.index(column), name) for column, name in node.outputs]
    known: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for record in node.table.rows:
        known.setdefault(tuple(record[at] for at in places), []).append(record)
    for row in rows:
        found = [
            record for key in product(*(texts(one(row)) for one in read)) for record in known.get(key, ())
        ][:_MOST_MATCHES]
        yield _with(row, found, given, node.overwrite) if found else row


def _with(row: Row, found: list[tuple[str, ...]], given: list[tuple[int, str]], overwrite: bool) -> Row:
    columns = row.materialized()
    for at, name in given:
        values = tuple(record[at] for record in found if record[at])
        if values and (overwrite or columns.get(name) is None):
            columns[name] = values if len(values) > 1 else values[0]
    return Row(row.event, columns, raw=row.raw)
