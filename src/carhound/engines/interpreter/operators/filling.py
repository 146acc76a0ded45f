"""`fillnull` and `filldown`: values where there are none. Splunk's Search Reference, pages of these names."""

from collections.abc import Iterable, Iterator

from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row, getter
from carhound.model.event import Cell
from carhound.plan.nodes import FillDown, FillNull
from carhound.plan.predicates import Field
from carhound.plan.wildcards import meant


def fillnull(node: FillNull, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows with the value where a field is missing."""
    names = list(node.names)
    if not node.by_row:
        rows, names = _known(rows, node.names)
    read = [(name, getter(Field(name))) for name in names]
    for row in rows:
        missing: dict[str, Cell] = {name: node.value for name, value in read if value(row) is None}
        yield Row(row.event, row.materialized() | missing, raw=row.raw) if missing else row


def filldown(node: FillDown, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows with the last value before them where a field is missing."""
    names = list(node.names)
    if not names or any("*" in name for name in names):
        rows, names = _known(rows, node.names)
    return _filled_down(names, rows)


def _filled_down(names: list[str], rows: Iterable[Row]) -> Iterator[Row]:
    read = [(name, getter(Field(name))) for name in names]
    last: dict[str, Cell] = {}
    for row in rows:
        missing: dict[str, Cell] = {}
        for name, value in read:
            known = value(row)
            if known is not None:
                last[name] = known
            elif name in last:
                missing[name] = last[name]
        yield Row(row.event, row.materialized() | missing, raw=row.raw) if missing else row


def _known(rows: Iterable[Row], names: tuple[str, ...]) -> tuple[list[Row], list[str]]:
    """All rows, and the fields of theirs that the names stand for."""
    kept = list(rows)
    present = dict.fromkeys(name for row in kept for name in row.names() if row.get(name) is not None)
    return kept, meant(names, present)
