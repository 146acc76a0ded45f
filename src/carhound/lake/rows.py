"""Events to rows of a table: the columns are those of `model.event_table`."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

import orjson
import pyarrow as pa

from carhound.model.event import Event, Value
from carhound.model.event_table import EventTable, tag_column
from carhound.model.folding import fold

Row = tuple[object, ...]

_TEXT = frozenset((str,))
_TIME = pa.timestamp("us", tz="UTC")
_TYPES = {
    "time": _TIME,
    "odd": pa.bool_(),
    "sequence": pa.int64(),
    "identity": pa.binary(16),
    "key": pa.binary(16),
}


def arrow_schema(table: EventTable) -> pa.Schema:
    """The Arrow schema of a table's columns."""
    tags = {tag_column(literal) for literal in table.literals}
    types = {name: pa.bool_() if name in tags else _TYPES.get(name, pa.string()) for name in table.columns}
    return pa.schema(list(types.items()))


def to_arrow(rows: Iterable[Row], table: EventTable) -> pa.Table:
    """Rows of `as_row` as an Arrow table."""
    schema = arrow_schema(table)
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def as_row(event: Event, table: EventTable, sequence: int) -> Row:
    """The event's values in the order of `table.columns`."""
    data, meta, odd = _record(event)
    native: Iterable[object] = _native(event, table)
    car: Iterable[object] = map(event.car.get, table.car)
    if odd:
        native, car = map(_storable, native), map(_storable, car)
    return (
        event.time,
        _header(event.provider),
        _header(event.channel),
        _header(event.event_id),
        _header(event.computer),
        _header(event.record_id),
        *native,
        *car,
        *_tags(event, table.literals),
        ",".join([f"{kind}/{action}" for kind, action in event.kinds]) or None,
        odd,
        data,
        meta,
        _header(event.place.file),
        event.position,
        event.shape,
        sequence,
        bytes.fromhex(event.identity()[:32]),
        key_of(event),
    )


def key_of(event: Event) -> bytes | None:
    """16 bytes for what identifies the event across shapes, None where it lacks a field of the key."""
    key = event.sensor_key()
    if key is None:
        return None
    text = "\0".join((event.provider or "", event.event_id or "", *key))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _record(event: Event) -> tuple[str, str, bool]:
    """The payload and the rest as JSON, and whether the event is odd."""
    try:
        data, meta = orjson.dumps(event.data), orjson.dumps(event.meta)
    except TypeError:  # lone surrogates
        return json.dumps(event.data), json.dumps(event.meta), True
    # A look at the bytes: nearly all events have neither of these, and are not looked at field by field.
    doubtful = b"\\u0000" in data or b"\\u0000" in meta or not _texts_only(event)
    return data.decode(), meta.decode(), (doubtful and _is_odd(event)) or not all(map(_plain, _head(event)))


def _texts_only(event: Event) -> bool:
    return _TEXT.issuperset(map(type, event.data.values())) and _TEXT.issuperset(
        map(type, event.meta.values())
    )


def _is_odd(event: Event) -> bool:
    return not all(
        _plain(name) and _plain(value)
        for fields in (event.data, event.meta)
        for name, value in fields.items()
    )


def _head(event: Event) -> list[str]:
    head = (event.provider, event.channel, event.event_id, event.computer, event.record_id)
    return [value for value in head if value is not None]


def _native(event: Event, table: EventTable) -> list[Value | None]:
    """What `Event.lookup` gives for each native field, by a look at those that are there."""
    positions, prefixed = _positions(table)
    found: list[Value | None] = [None] * len(table.native)
    for fields in (event.meta, event.data):
        for name, value in fields.items():
            if (position := positions.get(name)) is not None:
                found[position] = value
    for name, position in prefixed:
        found[position] = event.lookup(name)
    return found


@lru_cache(maxsize=8)
def _positions(table: EventTable) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """Where each native field stands, and those whose names need a closer look: the header has them too."""
    positions = {name: position for position, name in enumerate(table.native)}
    prefixed = [(name, position) for name, position in positions.items() if name.startswith("EventData_")]
    return positions, prefixed


def _plain(value: Value) -> bool:
    if not isinstance(value, str):
        return False
    if value.isascii():
        return "\0" not in value
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value


def _header(text: str | None) -> str | None:
    """The header has no place beside its columns: what no UTF-8 can write stands there as an escape."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()


def _storable(value: object) -> str | None:
    return value if isinstance(value, str) and _plain(value) else None


def _tags(event: Event, literals: tuple[str, ...]) -> Iterable[bool]:
    if not literals:
        return ()
    head = [text for text in (event.provider, event.channel, event.computer) if text is not None]
    if _texts_only(event):
        texts = [*head, *event.data.values(), *event.meta.values()]
    else:
        texts = [*head, *_texts(event)]
    text = fold("\n".join(cast(list[str], texts)))
    return [literal in text for literal in literals]


def _texts(event: Event) -> Iterator[str]:
    for fields in (event.data, event.meta):
        for value in fields.values():
            if isinstance(value, str):
                yield value
            else:
                yield from value
