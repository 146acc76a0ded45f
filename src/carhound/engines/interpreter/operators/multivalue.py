"""`mvexpand`, `makemv`, `nomv`, `mvcombine`: several values in one field.

Splunk's Search Reference, pages of these names, and Search Manual, "Evaluate and manipulate fields with
multiple values".
"""

from collections.abc import Callable, Iterable, Iterator

from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.regexes import compiled, encodable
from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.model.event import Cell
from carhound.plan.nodes import MakeMv, MvCombine, MvExpand, NoMv


def mvexpand(node: MvExpand, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """A row for each value."""
    read = getter(node.field)
    for row in rows:
        value = read(row)
        if not isinstance(value, tuple):
            yield row
            continue
        columns = row.materialized()
        for one in value[: node.limit]:
            yield Row(row.event, columns | {node.field.name: one}, raw=row.raw)


def makemv(node: MakeMv, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows with the field cut into values; one value stays single, and of none the field is gone."""
    read = getter(node.field)
    cut = _cutter(node)
    for row in rows:
        value = read(row)
        if value is None:
            yield row
            continue
        columns = row.materialized()
        columns[node.field.name] = _cell([part for text in texts(value) for part in cut(text)])
        yield Row(row.event, columns, raw=row.raw)


def _cutter(node: MakeMv) -> Callable[[str], list[str]]:
    if node.tokenizer is not None:
        expression = compiled(node.tokenizer)
        return lambda text: [
            found for match in expression.finditer(encodable(text)) if (found := match.group(1)) is not None
        ]
    return lambda text: [part for part in text.split(node.delimiter) if part or node.allow_empty]


def nomv(node: NoMv, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows with the values of the field in one."""
    read = getter(node.field)
    for row in rows:
        value = read(row)
        if isinstance(value, tuple):
            columns = row.materialized() | {node.field.name: "\n".join(value)}
            yield Row(row.event, columns, raw=row.raw)
        else:
            yield row


def mvcombine(node: MvCombine, rows: Iterable[Row], _context: Context) -> list[Row]:
    """The rows, those that differ in the field alone as one."""
    read = getter(node.field)
    groups: dict[frozenset[tuple[str, Cell]] | int, list[Row]] = {}
    for number, row in enumerate(rows):
        others = {name: value for name, value in row.materialized().items() if name != node.field.name}
        known = frozenset((name, value) for name, value in others.items() if value is not None)
        groups.setdefault(number if read(row) is None else known, []).append(row)
    made = []
    for same in groups.values():
        first, columns = same[0], same[0].materialized()
        if len(same) > 1:
            columns[node.field.name] = _cell([text for row in same for text in texts(read(row))])
            first = Row(first.event, columns, raw=first.raw)
        made.append(first)
    return made


def _cell(values: list[str]) -> Cell:
    return tuple(values) if len(values) > 1 else values[0] if values else None
