"""Rows of a lake back to records: the columns are those of `model.event_table`."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from carhound.model.event import RawEvent, Value
from carhound.model.event_table import RECORD_COLUMNS


def as_raw_event(row: Mapping[str, Any]) -> RawEvent:
    """The record that a row with the columns `RECORD_COLUMNS` was made of."""
    time: datetime | None = row["time"]
    return RawEvent(
        row["provider"],
        row["channel"],
        row["event_id"],
        row["computer"],
        row["record_id"],
        time.astimezone(UTC) if time is not None else None,
        _fields(row["data"]),
        _fields(row["meta"]),
        row["position"],
    )


def pack(row: Mapping[str, Any]) -> bytes:
    """A row with the columns `RECORD_COLUMNS` as bytes."""
    return orjson.dumps([row[name] for name in RECORD_COLUMNS])


def unpack(packed: bytes) -> dict[str, Any]:
    """The row that `pack` was given."""
    row = dict(zip(RECORD_COLUMNS, orjson.loads(packed), strict=True))
    if row["time"] is not None:
        row["time"] = datetime.fromisoformat(row["time"])
    return row


def _fields(text: str) -> dict[str, Value]:
    try:
        loaded = orjson.loads(text)
    except orjson.JSONDecodeError:
        loaded = json.loads(text)  # lone surrogates, which orjson does not take
    return {name: tuple(value) if isinstance(value, list) else value for name, value in loaded.items()}
