"""JSON records that a mapping of the caller's applies to. Keys of objects in objects are joined with dots."""

from typing import Any

from carhound.model.event import RawEvent, Value
from carhound.readers.json.shapes.winlogbeat6 import flatten
from carhound.readers.notes import Notes
from carhound.readers.tables.column_mapping import ColumnMapping

MAPPED_JSON = "json-mapped"


def columns_of(record: dict[str, Any]) -> dict[str, Value]:
    """The record as a row: its leaves by their path."""
    row: dict[str, Value] = {}
    flatten(record, row, frozenset(), {})
    return row


def mapping_of(record: dict[str, Any], mappings: tuple[ColumnMapping, ...]) -> ColumnMapping | None:
    """The first mapping that applies to a record, else None."""
    names = frozenset(columns_of(record))
    return next((mapping for mapping in mappings if mapping.matches(names)), None)


def mapped_event(
    record: dict[str, Any], mappings: tuple[ColumnMapping, ...], position: str, notes: Notes
) -> RawEvent | None:
    """The raw event of a record that a mapping applies to, else None."""
    row = columns_of(record)
    names = frozenset(row)
    for mapping in mappings:
        if mapping.matches(names):
            return mapping.event(row, position, notes)
    return None
