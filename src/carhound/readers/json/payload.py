"""Payloads of JSON lines that are looked at before an event is made of them."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any

from msgspec import Struct, defstruct
from msgspec.json import Decoder

from carhound.model.event import HEADER, PAYLOAD_PREFIX, RawEvent, Value
from carhound.readers.interface import PayloadTest
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.values import text_of

LineTest = Callable[[bytes], bool]
"""Whether a line may match; False is certain."""
_MOST_DECODERS = 500


def line_test(
    test: PayloadTest, keys: HeaderKeys, event: RawEvent, values: Mapping[str, Any], line: bytes
) -> LineTest | None:
    """What is asked of lines of the layout and header of this one, which has these values.

    None where not all that is asked stands in their payload, so that it takes the event to tell.
    """
    if test.whole or any(map(_is_header, test.fields)):
        return None
    path = path_of(keys)
    names = tuple(sorted(name for name in test.fields if path + name in values))
    payload = _payload(path, names, tuple(type(values[path + name]) for name in names))
    if payload(line) != {name: event.data[name] for name in test.fields if name in event.data}:
        return None
    if not test.fields.isdisjoint(event.meta):
        return None
    return lambda line: test.holds(payload(line))


def path_of(keys: HeaderKeys) -> str:
    """What the names of values of the payload begin with."""
    return f"{keys.payload}." if keys.payload else ""


@lru_cache(_MOST_DECODERS)
def _payload(
    path: str, names: tuple[str, ...], types: tuple[type, ...]
) -> Callable[[bytes], dict[str, Value]]:
    """Reads these fields of a valid line of known layout."""
    if not names:
        return lambda _: {}
    attributes = [f"f{number}" for number in range(len(names))]
    rename = dict(zip(attributes, names, strict=True))
    made: type[Struct] = defstruct("Line", zip(attributes, types, strict=True), rename=rename, gc=False)
    for name in reversed(path.split(".")[:-1]):
        made = defstruct("Line", [("within", made)], rename={"within": name}, gc=False)
    decode = Decoder(made).decode
    within = "within." * path.count(".")
    get = attrgetter(*(within + attribute for attribute in attributes))

    if set(types) == {str}:
        if len(names) == 1:
            return lambda line: {names[0]: get(decode(line))}
        return lambda line: dict(zip(names, get(decode(line)), strict=True))

    def one(line: bytes) -> dict[str, Value]:
        text = text_of(get(decode(line)))
        return {} if text is None else {names[0]: text}

    def some(line: bytes) -> dict[str, Value]:
        texts = zip(names, map(text_of, get(decode(line))), strict=True)
        return {name: text for name, text in texts if text is not None}

    return some if len(names) > 1 else one


def _is_header(name: str) -> bool:
    return name in HEADER or name.startswith(PAYLOAD_PREFIX)
