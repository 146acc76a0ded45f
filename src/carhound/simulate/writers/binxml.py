"""Binary XML: the elements of a template as tokens, laid out for any place in a chunk.

Format: libyal/libevtx, "Windows XML Event Log (EVTX) format", sections "Binary XML" (element start, attribute
list, name, value text, substitution, template definition) and "Token types", after [MS-EVEN6]. The hash of
names is not described there: it was worked out from logs that Windows wrote, where it holds for every name.
"""

import struct
from collections.abc import Container, Iterator

from msgspec import Struct, field

NULL, STRING, UINT8, UINT16, UINT32, UINT64 = 0x00, 0x01, 0x04, 0x06, 0x08, 0x0A
BOOLEAN, GUID, FILETIME, SID, HEX32, HEX64, BINXML = 0x0D, 0x0F, 0x11, 0x13, 0x14, 0x15, 0x21
"""Types of values."""

END_OF_FILE = b"\x00"
FRAGMENT = b"\x0f\x01\x01\x00"
"""Fragment header: version 1.1, no flags."""
INSTANCE = b"\x0c\x01"
"""Template instance."""

_START, _CLOSE_START, _CLOSE_EMPTY, _END, _VALUE, _ATTRIBUTE = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
_NORMAL, _OPTIONAL, _MORE = 0x0D, 0x0E, 0x40
_NO_DEPENDENCY = 0xFFFF
_ZERO = bytes(4)
_LENGTH = struct.Struct("<I")
_NAME_HEAD = struct.Struct("<IHH")
_SUBSTITUTION = struct.Struct("<BHB")
_STRING_HEAD = struct.Struct("<BBH")


class Substitution(Struct, frozen=True):
    """The place of a value that every record brings. An optional one vanishes with its null value."""

    index: int
    type: int
    optional: bool = False


class Element(Struct, frozen=True):
    """An element of a template; plain texts are the same in every record."""

    name: str
    attributes: tuple[tuple[str, str | Substitution], ...] = ()
    content: "tuple[Element | str | Substitution, ...]" = ()
    dependency: int = _NO_DEPENDENCY
    """The index of the value without which the element is left out."""


class Layout(Struct, frozen=True):
    """A template's tokens, wherever they will stand. Offsets in them are still 0."""

    body: bytes
    """From the fragment header to the end of file token."""
    references: tuple[tuple[int, str], ...]
    """Where in the body the offset of which name has to stand."""
    names: tuple[tuple[str, int], ...]
    """The names that are defined inside, each at its first use, and where in the body."""


def name_hash(units: tuple[int, ...]) -> int:
    """16 bits over the UTF-16 units of a name. The low bits also choose the bucket."""
    value = 0
    for unit in units:
        value = (value * 65599 + unit) & 0xFFFFFFFF
    return value & 0xFFFF


def utf16_units(data: bytes) -> tuple[int, ...]:
    """The 16-bit units of bytes in UTF-16."""
    return struct.unpack(f"<{len(data) // 2}H", data)


def names_in(element: Element) -> Iterator[str]:
    """Every name that the element's tokens use, with repeats."""
    yield element.name
    for name, _ in element.attributes:
        yield name
    for part in element.content:
        if isinstance(part, Element):
            yield from names_in(part)


def layout(root: Element, known: Container[str]) -> Layout:
    """The tokens of a template of this one element; names that are not known are defined inside."""
    tokens = _Tokens(known)
    tokens.body += FRAGMENT
    tokens.element(root)
    tokens.body += END_OF_FILE
    return Layout(bytes(tokens.body), tuple(tokens.references), tuple(tokens.names.items()))


class _Tokens(Struct):
    known: Container[str]
    body: bytearray = field(default_factory=bytearray)
    references: list[tuple[int, str]] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    def element(self, element: Element) -> None:
        self.body.append(_START | _MORE if element.attributes else _START)
        self.body += element.dependency.to_bytes(2, "little")
        size_at = self._size()
        self._name(element.name)
        if element.attributes:
            attributes_at = self._size()
            last = len(element.attributes) - 1
            for index, (name, value) in enumerate(element.attributes):
                self.body.append(_ATTRIBUTE if index == last else _ATTRIBUTE | _MORE)
                self._name(name)
                self._value(value)
            self._measure(attributes_at)
        if element.content:
            self.body.append(_CLOSE_START)
            for part in element.content:
                if isinstance(part, Element):
                    self.element(part)
                else:
                    self._value(part)
            self.body.append(_END)
        else:
            self.body.append(_CLOSE_EMPTY)
        self._measure(size_at)

    def _value(self, value: str | Substitution) -> None:
        if isinstance(value, Substitution):
            token = _OPTIONAL if value.optional else _NORMAL
            self.body += _SUBSTITUTION.pack(token, value.index, value.type)
        else:
            data = value.encode("utf-16-le")
            self.body += _STRING_HEAD.pack(_VALUE, STRING, len(data) // 2) + data

    def _name(self, name: str) -> None:
        self.references.append((len(self.body), name))
        self.body += _ZERO
        if name not in self.known and name not in self.names:
            self.names[name] = len(self.body)
            data = name.encode("utf-16-le")
            self.body += _NAME_HEAD.pack(0, name_hash(utf16_units(data)), len(data) // 2) + data + b"\0\0"

    def _size(self) -> int:
        self.body += _ZERO
        return len(self.body)

    def _measure(self, start: int) -> None:
        """Fills in the size that stands right before `start`."""
        _LENGTH.pack_into(self.body, start - 4, len(self.body) - start)
