"""Payloads of JSON lines that are looked at before an event is made of them."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from carhound.model.event import HEADER, PAYLOAD_PREFIX, RawEvent, Value
from carhound.readers.interface import PayloadTest
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.values import text_of

LineTest = Callable[[Any], bool]
"""Whether a line may match, of which an object was made; False is certain."""
LineTake = Callable[[Any, str], None]
"""Takes what is asked for of a line, of which an object was made, and its time."""


def line_test(
    test: PayloadTest, keys: HeaderKeys, event: RawEvent, attributes: Mapping[str, str], line: Any
) -> tuple[LineTest, LineTake | None] | None:
    """What is asked of lines of the layout and header of this one, of which the event was made.

    None where not all that is asked stands in their payload, so that it takes the event to tell.
    """
    if test.whole or any(map(_is_header, test.fields)):
        return None
    path = f"{keys.payload}." if keys.payload else ""
    getters = [
        (name, attrgetter(attributes[path + name])) for name in test.fields if path + name in attributes
    ]

    def payload(line: Any) -> dict[str, Value]:
        texts = ((name, text_of(get(line))) for name, get in getters)
        return {name: text for name, text in texts if text is not None}

    if payload(line) != {name: event.data[name] for name in test.fields if name in event.data}:
        return None
    if not test.fields.isdisjoint(event.meta):
        return None
    take = test.take
    return lambda line: test.holds(payload(line)), take and (lambda line, time: take(payload(line), time))


def _is_header(name: str) -> bool:
    return name in HEADER or name.startswith(PAYLOAD_PREFIX)
