"""Operators that keep some of the rows as they are."""

from collections.abc import Iterable, Iterator

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row, getter
from carhound.engines.interpreter.subsearch import row_matcher
from carhound.model.event import Cell
from carhound.plan.nodes import Dedup, Filter, SubsearchFilter


def filtered(node: Filter, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows on which the predicate holds."""
    return filter(condition(node.predicate, context.moment), rows)


def by_subsearch(node: SubsearchFilter, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows that match a row of the subsearch, or those that match none."""
    found = row_matcher([row.materialized() for row in context.subsearch(node.subsearch)], node.view)
    return (row for row in rows if found(row) is not node.negated)


def dedup(node: Dedup, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The first rows of each combination of values."""
    read = [getter(one) for one in node.fields]
    seen: dict[tuple[Cell, ...], int] = {}
    for row in rows:
        key = tuple(one(row) for one in read)
        if None in key:
            if node.keep_empty:
                yield row
            continue
        if node.consecutive and key not in seen:
            seen.clear()
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= node.keep:
            yield row
        elif node.keep_events:
            names = {one.name for one in node.fields}
            kept = {name: value for name, value in row.materialized().items() if name not in names}
            yield Row(row.event, kept, raw=row.raw)
