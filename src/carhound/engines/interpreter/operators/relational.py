"""Operators over relations: what one has and another has not, pairs, groups. Letter case never counts."""

from collections.abc import Hashable, Iterable, Iterator
from itertools import groupby

from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row, as_text, getter, texts
from carhound.model.event import Cell
from carhound.model.folding import fold
from carhound.plan.nodes import Difference, Groups, Pairs, Select


def difference(node: Difference, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows that the subsearch does not give as well."""
    other = {_essence(row) for row in context.subsearch(node.subsearch)}
    return (row for row in rows if _essence(row) not in other)


def _essence(row: Row) -> Hashable:
    if row.columns is None and row.event is not None:
        return row.event.identity()
    named = {name: tuple(map(fold, texts(row.get(name)))) for name in row.names()}
    return tuple(sorted(named.items()))


def pairs(node: Pairs, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """A row for each two that have the same keys."""
    left, right = ([one for one, _ in node.keys], [other for _, other in node.keys])
    found: dict[tuple[str, ...], list[dict[str, Cell]]] = {}
    for row in context.subsearch(node.subsearch):
        fields = _fields(row)
        if (key := _key(fields, right)) is not None:
            found.setdefault(key, []).append(_named(node.names[1], fields))
    for row in rows:
        fields = _fields(row)
        if (key := _key(fields, left)) is None:
            continue
        own = _named(node.names[0], fields)
        for other in found.get(key, ()):
            yield Row(row.event, own | other, raw=False)


def _fields(row: Row) -> dict[str, Cell]:
    """What a row of a relation holds: the columns that commands made, before the fields of its event."""
    fields: dict[str, Cell] = {}
    if row.event is not None:
        fields |= row.event.car
        fields["time"] = fields["timestamp"] = Row(row.event).get("_time")
    fields.update(row.columns or {})
    return fields


def _key(fields: dict[str, Cell], names: list[str]) -> tuple[str, ...] | None:
    values = [fields.get(name) for name in names]
    known = [fold(as_text(one)) for one in values if isinstance(one, str | int | float)]
    return tuple(known) if len(known) == len(values) else None


def _named(name: str, fields: dict[str, Cell]) -> dict[str, Cell]:
    return {f"{name}.{field}": value for field, value in fields.items()}


def groups(node: Groups, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows by group and time, with the number of their group."""
    read = [getter(field) for field in node.by]
    keyed = []
    for row in rows:
        values = [texts(one(row)) for one in read]
        time = row.get("_time")
        if all(values) and (node.gap is None or isinstance(time, int | float)):
            keyed.append((tuple(tuple(map(fold, one)) for one in values), _instant(time), row))
    keyed.sort(key=lambda item: item[:2])
    number = 0
    for _, members in groupby(keyed, key=lambda item: item[0]):
        group = list(members)
        shown = [one(group[0][2]) for one in read]
        last = None
        for _, time, row in group:
            if last is None or (node.gap is not None and time - last > node.gap):
                number += 1
            last = time
            columns: dict[str, Cell] = dict(row.columns or {})
            columns |= {field.name: value for field, value in zip(node.by, shown, strict=True)}
            yield Row(row.event, columns | {"group": number, "_time": row.get("_time")}, raw=False)


def _instant(time: Cell) -> float:
    return time if isinstance(time, int | float) else float("inf")


def select(node: Select, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The rows with exactly these columns."""
    read = [(name, getter(field)) for name, field in node.columns]
    for row in rows:
        yield Row(row.event, {name: value(row) for name, value in read}, raw=False)
