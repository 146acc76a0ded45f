"""Envelopes around records: a record as text in `body`, or as `_source` in a dump of Elasticsearch."""

from typing import Any

import orjson

from carhound.model.event import RawEvent
from carhound.readers.values import text_of


def open_envelope(record: dict[str, Any]) -> dict[str, Any]:
    """What is in the envelope; the record itself where it is none.

    Raises:
        ValueError: a record in `body` that cannot be read.
    """
    body = record.get("body")
    if type(body) is str and body.lstrip()[:1] == "{":
        inner: dict[str, Any] = orjson.loads(body)
        return inner
    source = record.get("_source")
    return source if type(source) is dict else record


def keep_envelope(record: dict[str, Any], event: RawEvent) -> None:
    """Adds to the event what was written on its envelope."""
    added = {
        name: text
        for name, value in record.items()
        if name not in ("body", "_source") and name not in event.meta and (text := text_of(value)) is not None
    }
    event.meta = {**event.meta, **added}
