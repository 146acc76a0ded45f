"""JSON in any of the shapes of `json_shapes`, decided for every record by itself."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from carhound.model.evidence import Damage, Skipped
from carhound.readers.column_mapping import ColumnMapping
from carhound.readers.interface import ByteSource, Item, ReadOptions
from carhound.readers.json_envelopes import keep_envelope, open_envelope
from carhound.readers.json_items import JsonItems
from carhound.readers.json_mapped import mapped_event
from carhound.readers.json_shapes import shape_of
from carhound.readers.json_text import as_utf8, utf16_name
from carhound.readers.notes import Notes
from carhound.readers.values import UnreadableError

_HEAD = 4096
_NO_EVENT = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)
"""What the shapes run into where a value is of a kind that nobody writes there, or nested too deeply."""
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
    skipped: Counter[str] = Counter()
    first: dict[str, str] = {}
    items = JsonItems(read, notes, offsets, largest)
    for item in items:
        if isinstance(item, Damage):
            yield item
            continue
        record, position = item
        try:
            inner = open_envelope(record)
        except ValueError as error:
            yield Damage(position, f"what is in its body is not valid JSON: {error}", records=1)
            continue
        if mappings and (mapped := mapped_event(inner, mappings, position, notes)) is not None:
            items.recovering = False
            yield mapped
            continue
        shape = shape_of(inner)
        if shape is None or shape.event is None:
            if shape is None and items.recovering:
                continue  # a piece of the broken record
            about = f"{shape.about}: not supported yet" if shape else _UNKNOWN
            skipped[about] += 1
            first.setdefault(about, position)
            continue
        items.recovering = False
        try:
            event = shape.event(inner, position, notes)
            if inner is not record:
                keep_envelope(record, event)
        except UnreadableError as error:
            yield Damage(position, str(error), records=1)
            continue
        except _NO_EVENT as error:
            yield Damage(
                position, f"a record of the shape {shape.name} that is no event ({error})", records=1
            )
            continue
        yield event
    for about, count in skipped.items():
        where = first[about] if count == 1 else f"{count} records from {first[about]}"
        yield Skipped(where, about, records=count)


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
