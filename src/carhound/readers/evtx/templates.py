"""What the template of a record says of its header: which value is the provider, the event id, the time.

Format: libyal/libevtx, "Windows XML Event Log (EVTX) format", "Binary XML". Only what Windows writes is
understood; of all else there is no opinion, and the record has to be parsed.
"""

import struct
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from msgspec import Struct, field

_FRAGMENT = b"\x0f\x01\x01\x00"
_DEFINITION = struct.Struct("<4x16sI")
_END_OF_FRAGMENT = 0x00
_START, _CLOSE_START, _CLOSE_EMPTY, _END, _VALUE, _ATTRIBUTE = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
_NORMAL, _OPTIONAL, _MORE = 0x0D, 0x0E, 0x40
_ELEMENT = struct.Struct("<HII")
_OFFSET = struct.Struct("<I")
_NAME = struct.Struct("<4xHH")
"""A link, a hash, and the length of a name, whose characters follow."""
NAME_TEXT_AT = 6
"""Where in a name its length stands, and its characters."""
_LONGEST = 1024
"""Characters of a name or text."""
_SUBSTITUTION = struct.Struct("<HB")
_TYPES = frozenset((*range(0x16), 0x20, 0x21, 0x23, *range(0x81, 0x96)))
"""Those that a substitution may state; the parser stops at others."""
_TEXT = struct.Struct("<BH")
_STRING = 0x01
_FREE = 0xFFFF
_DEEPEST = 16
_ODD = frozenset({"", "Data", "Name", "xmlns"})
"""Names of fields that trees of events have for other things."""
_MARKS = "#@"
"""What such names begin with."""

Part = str | int
"""A text of the template, or the number of the value that stands there."""


class Named(NamedTuple):
    """A name that a template refers to."""

    told: int
    """Where in the template it is said where the name stands."""
    place: int
    """Where in the chunk it stands."""
    text: bytes
    """Its length and characters."""


class UnfamiliarError(Exception):
    """Not as Windows writes it."""


class Header(Struct, frozen=True, eq=False):
    """Where the parts of a record's header are; one for templates that say the same."""

    provider: Part
    channel: Part
    computer: Part
    event_id: int
    time: int
    payload: int | None
    """Of events that have nothing beside their header but one payload."""
    number: int | None
    """That of the record, of events with a payload, where neither these nor their time are told twice."""


class _Element(Struct):
    name: str
    dependency: int
    attributes: dict[str, list[Part]] = field(default_factory=dict)
    children: list["_Element"] = field(default_factory=list)
    content: list[Part] = field(default_factory=list)


def definition(chunk: bytes, at: int) -> bytes:
    """All bytes of a template that is defined there. Raises UnfamiliarError."""
    if at + _DEFINITION.size > len(chunk):
        raise UnfamiliarError
    _, size = _DEFINITION.unpack_from(chunk, at)
    end = at + _DEFINITION.size + size
    if end > len(chunk):
        raise UnfamiliarError
    return chunk[at:end]


def header_of(chunk: bytes, at: int) -> tuple[Header, list[Named]]:
    """What the template that is defined there says of a header, and the names in it, in their order.

    Raises UnfamiliarError.
    """
    event, tokens = _root(chunk, at)
    systems = [child for child in event.children if child.name == "System"]
    if event.name != "Event" or len(systems) != 1 or systems[0].dependency != _FREE:
        raise UnfamiliarError
    parts: dict[str, _Element] = {}
    for child in systems[0].children:
        if child.name in parts or child.children:
            raise UnfamiliarError
        parts[child.name] = child
    provider, time = _attribute(parts, "Provider", "Name"), _attribute(parts, "TimeCreated", "SystemTime")
    event_id = _content(parts, "EventID")
    if isinstance(time, str) or isinstance(event_id, str):
        raise UnfamiliarError
    channel, computer = _content(parts, "Channel"), _content(parts, "Computer")
    payload = _payload(event)
    number = None if payload is None else _number(event, parts, (time, payload))
    return Header(provider, channel, computer, event_id, time, payload, number), tokens.named


def fields_of(chunk: bytes, at: int) -> tuple[dict[str, int], list[Named]]:
    """By name of a field, which value it is, as the template of an EventData that is defined there says.

    Tells likewise of the names in it. Raises UnfamiliarError.
    """
    event_data, tokens = _root(chunk, at)
    if event_data.name != "EventData" or event_data.attributes or event_data.content:
        raise UnfamiliarError
    fields: dict[str, int] = {}
    for child in event_data.children:
        name, value = _only(child.attributes.get("Name", [])), _only(child.content)
        if child.name != "Data" or child.children or len(child.attributes) > 1:
            raise UnfamiliarError
        if not isinstance(name, str) or name in fields or not isinstance(value, int):
            raise UnfamiliarError
        if name in _ODD or name[0] in _MARKS:
            raise UnfamiliarError
        if child.dependency not in (_FREE, value):
            raise UnfamiliarError
        fields[name] = value
    if sorted(fields.values()) != list(range(len(fields))):
        raise UnfamiliarError
    return fields, tokens.named


def _root(chunk: bytes, at: int) -> tuple[_Element, "_Tokens"]:
    try:
        tokens = _Tokens(chunk, at, at + len(definition(chunk, at)))
        return tokens.root(), tokens
    except (struct.error, IndexError, UnicodeDecodeError):
        raise UnfamiliarError from None


def _payload(event: _Element) -> int | None:
    match event.children, event.content:
        case [_], [int(number)]:
            return number
    return None


def _number(event: _Element, parts: dict[str, _Element], others: tuple[int, ...]) -> int | None:
    """Which value is the number of the record; None where that or one of the others is told twice."""
    told = Counter(_values(event))
    match parts.get("EventRecordID"):
        case _Element(content=[int(number)]) if all(told[one] == 1 for one in (number, *others)):
            return number
    return None


def _values(element: _Element) -> Iterator[int]:
    """The numbers of the values in an element, each as often as it is told."""
    parts = chain(element.content, *element.attributes.values())
    yield from (part for part in parts if isinstance(part, int))
    for child in element.children:
        yield from _values(child)


def _attribute(parts: dict[str, _Element], name: str, attribute: str) -> Part:
    element = parts.get(name)
    if element is None or element.dependency != _FREE:
        raise UnfamiliarError
    return _only(element.attributes.get(attribute, []))


def _content(parts: dict[str, _Element], name: str) -> Part:
    element = parts.get(name)
    if element is None:
        raise UnfamiliarError
    content = _only(element.content)
    if element.dependency not in (_FREE, content):
        raise UnfamiliarError
    return content


def _only(found: list[Part]) -> Part:
    if len(found) != 1:
        raise UnfamiliarError
    return found[0]


class _Tokens:
    def __init__(self, chunk: bytes, at: int, end: int) -> None:
        self._chunk = chunk[:end]
        self._names = chunk
        self._start = at
        self._at = at + _DEFINITION.size
        self._defined: set[int] = set()
        """Where the names stand that were defined on the way."""
        self.named: list[Named] = []

    def root(self) -> _Element:
        if not self._chunk.startswith(_FRAGMENT, self._at):
            raise UnfamiliarError
        self._at += len(_FRAGMENT)
        root = self._element(self._byte(), 0)
        if self._byte() != _END_OF_FRAGMENT:
            raise UnfamiliarError
        return root

    def _element(self, token: int, depth: int) -> _Element:
        if token & ~_MORE != _START or depth > _DEEPEST:
            raise UnfamiliarError
        dependency, _, name = _ELEMENT.unpack_from(self._chunk, self._at)
        self._at += _ELEMENT.size
        element = _Element(self._name(name), dependency)
        if token & _MORE:
            self._at += _OFFSET.size
        token = self._byte()
        while token & ~_MORE == _ATTRIBUTE:
            token = self._attribute(element)
        if token == _CLOSE_EMPTY:
            return element
        if token != _CLOSE_START:
            raise UnfamiliarError
        while (token := self._byte()) != _END:
            if (part := self._part(token)) is not None:
                element.content.append(part)
            else:
                element.children.append(self._element(token, depth + 1))
        return element

    def _attribute(self, element: _Element) -> int:
        """Reads an attribute; the token behind it."""
        (offset,) = _OFFSET.unpack_from(self._chunk, self._at)
        self._at += _OFFSET.size
        name = self._name(offset)
        if name in element.attributes:
            raise UnfamiliarError
        parts = element.attributes[name] = []
        token = self._byte()
        while (part := self._part(token)) is not None:
            parts.append(part)
            token = self._byte()
        return token

    def _part(self, token: int) -> Part | None:
        if token & ~_MORE == _VALUE:
            kind, length = _TEXT.unpack_from(self._chunk, self._at)
            if kind != _STRING:
                raise UnfamiliarError
            self._at += _TEXT.size
            return self._text(length)
        if token in (_NORMAL, _OPTIONAL):
            number, kind = _SUBSTITUTION.unpack_from(self._chunk, self._at)
            if kind not in _TYPES:
                raise UnfamiliarError
            self._at += _SUBSTITUTION.size
            return int(number)
        return None

    def _text(self, length: int) -> str:
        data = self._chunk[self._at : self._at + 2 * length]
        if length > _LONGEST or len(data) < 2 * length:
            raise UnfamiliarError
        self._at += len(data)
        return _decoded(data)

    def _name(self, place: int) -> str:
        _, length = _NAME.unpack_from(self._names, place)
        end = place + _NAME.size + 2 * length
        if length > _LONGEST or end > len(self._names):
            raise UnfamiliarError
        text = self._names[place + NAME_TEXT_AT : end]
        self.named.append(Named(self._at - _OFFSET.size - self._start, place, text))
        if place == self._at:
            self._defined.add(place)
            self._at = end + 2
        elif self._start <= place < len(self._chunk) and place not in self._defined:
            raise UnfamiliarError  # what a link says may be part of it
        return _decoded(text[_NAME.size - NAME_TEXT_AT :])

    def _byte(self) -> int:
        self._at += 1
        return self._chunk[self._at - 1]


def _decoded(data: bytes) -> str:
    text = data.decode("utf-16-le")
    if "\0" in text:
        raise UnfamiliarError  # the parser ends texts there
    return text
