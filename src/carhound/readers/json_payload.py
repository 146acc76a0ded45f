"""Payloads of JSON lines that are looked at before an event is made of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import orjson

from carhound.model.event import HEADER, PAYLOAD_PREFIX, RawEvent, Value
from carhound.readers.interface import PayloadTest
from carhound.readers.json_layout import HeaderKeys
from carhound.readers.values import text_of

LineTest = Callable[[bytes], bool]
"""Whether a line may match; False is certain."""


def line_test(test: PayloadTest, keys: HeaderKeys, event: RawEvent, line: bytes) -> LineTest | None:
    """The test for lines of the layout and header of this one, of which the event was made.

    None where not all that is asked stands in their payload, so that it takes the event to tell.
    """
    if test.whole or any(map(_is_header, test.fields)):
        return None
    path = keys.payload.split(".") if keys.payload else []
    payload = _payload(line, path, test.fields)
    if payload != {name: event.data[name] for name in test.fields if name in event.data}:
        return None
    if not test.fields.isdisjoint(event.meta):
        return None
    return partial(_may_match, test, path)


def _may_match(test: PayloadTest, path: list[str], line: bytes) -> bool:
    return test.holds(_payload(line, path, test.fields))


def _payload(line: bytes, path: list[str], fields: frozenset[str]) -> dict[str, Value]:
    record: dict[str, Any] = orjson.loads(line)
    for name in path:
        inner = record.get(name)
        record = inner if type(inner) is dict else {}
    texts = ((name, text_of(record.get(name))) for name in fields)
    return {name: text for name, text in texts if text is not None}


def _is_header(name: str) -> bool:
    return name in HEADER or name.startswith(PAYLOAD_PREFIX)
