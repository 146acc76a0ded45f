"""JSON in any of the shapes of `json_shapes`, decided for every record by itself."""

from collections.abc import Callable, Iterator
from typing import Any

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.column_mapping import ColumnMapping
from carhound.readers.interface import ByteSource, Item, ReadOptions
from carhound.readers.json_envelopes import keep_envelope, open_envelope
from carhound.readers.json_items import JsonItems
from carhound.readers.json_mapped import mapped_event
from carhound.readers.json_shapes import shape_of
from carhound.readers.json_text import as_utf8, utf16_name
from carhound.readers.notes import Notes
from carhound.readers.other import Other
from carhound.readers.values import UnreadableError

_HEAD = 4096
_NO_EVENT = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)
"""What the shapes run into where a value is of a kind that nobody writes there, or nested too deeply."""
_BEHIND = "JSON behind a broken record, with no event among it"
_UNKNOWN = "JSON that is no event of a known shape"


class JsonReader:
    """Reads JSON lines, arrays, and objects one after another."""

    name = "json"

    def read(self, source: ByteSource, options: ReadOptions) -> Iterator[Item]:
        """Every record; those of no supported shape are told at the end, by shape, as skipped."""
        head = source.read(_HEAD)
        notes = Notes(options.zone)
        yield from _records(
            as_utf8(head, source), notes, utf16_name(head) is None, options.largest, options.mappings
        )
        yield from notes.remarks()


def _records(
    read: Callable[[int], bytes],
    notes: Notes,
    offsets: bool,
    largest: int,
    mappings: tuple[ColumnMapping, ...],
) -> Iterator[Item]:
    other, behind = Other("records"), Other("records")
    broken = ""
    items = JsonItems(read, notes, offsets, largest)
    for item in items:
        if isinstance(item, Damage):
            broken = item.where
            yield item
            continue
        read_item = _event(*item, notes, mappings)
        if isinstance(read_item, RawEvent):
            items.recovering = False
            behind = Other("records")  # what came before was pieces of the broken record
        elif isinstance(read_item, str):
            if read_item != _UNKNOWN or not items.recovering:
                other.add(read_item, item[1])
            elif item[1] != broken:
                behind.add(_BEHIND, item[1])
            continue
        yield read_item
    yield from other.skipped()
    yield from behind.skipped()


def _event(
    record: dict[str, Any], position: str, notes: Notes, mappings: tuple[ColumnMapping, ...]
) -> RawEvent | Damage | str:
    """The event of a record, why it cannot be read, or what it is instead."""
    try:
        inner = open_envelope(record)
    except ValueError as error:
        return Damage(position, f"what is in its body is not valid JSON: {error}", records=1)
    if mappings and (mapped := mapped_event(inner, mappings, position, notes)) is not None:
        return mapped
    shape = shape_of(inner)
    if shape is None or shape.event is None:
        return f"{shape.about}: not supported yet" if shape else _UNKNOWN
    try:
        event = shape.event(inner, position, notes)
        if inner is not record:
            keep_envelope(record, event)
    except UnreadableError as error:
        return Damage(position, str(error), records=1)
    except _NO_EVENT as error:
        return Damage(position, f"a record of the shape {shape.name} that is no event ({error})", records=1)
    return event


def sample(read: Callable[[int], bytes], count: int) -> tuple[list[dict[str, Any]], bool]:
    """Up to `count` objects from the start of a text, envelopes opened, and whether anything was broken."""
    records: list[dict[str, Any]] = []
    broken = False
    for item in JsonItems(read, Notes()):
        if isinstance(item, Damage):
            broken = True
        else:
            try:
                records.append(open_envelope(item[0]))
            except ValueError:
                broken = True
            if len(records) == count:
                break
    return records, broken
