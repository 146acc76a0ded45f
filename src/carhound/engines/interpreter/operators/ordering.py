"""Operators that put rows in order, or take them by their place."""

from collections.abc import Iterable, Iterator
from itertools import islice

from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row, getter, sort_key, texts
from carhound.plan.nodes import Head, Sort


def sort(node: Sort, rows: Iterable[Row], context: Context) -> list[Row]:
    """Rows in order, those that lack a key last."""
    rows = list(rows)
    for key in reversed(node.keys):
        read = getter(key.field, context.used)
        known = [row for row in rows if texts(read(row))]
        lacking = [row for row in rows if not texts(read(row))]
        known.sort(key=lambda row, read=read: sort_key(read(row)), reverse=key.descending)  # type: ignore[misc]
        rows = known + lacking
    return rows if node.limit is None else rows[: node.limit]


def head(node: Head, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The first rows; no more are asked for."""
    return islice(rows, node.count)
