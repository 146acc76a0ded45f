"""Some fields of the payloads of records, told from the bytes of a chunk without parsing them.

Where they begin is known from the glance at the chunk. Where anything is not as Windows writes it,
UnfamiliarError is raised and the chunk has to be parsed: so what is told here is what parsing would tell.
"""

import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from msgspec import Struct

from carhound.model.event import Value
from carhound.readers.evtx.fields import fields_at
from carhound.readers.evtx.glance import Place
from carhound.readers.evtx.templates import UnfamiliarError, definition
from carhound.readers.evtx.values import (
    BOOL,
    COUNT,
    GUID,
    HEX32,
    HEX64,
    MOST_VALUES,
    NULL,
    SID,
    SID_HEAD,
    STRING,
    UINT16,
    UINT32,
    UINT64,
    check_sid,
    fixed_size,
)

UNFAMILIAR = (UnfamiliarError, struct.error)
"""What is raised where a chunk has to be parsed."""
_INSTANCE = struct.Struct("<6s4xI")
_BEGIN = b"\x0f\x01\x01\x00\x0c\x01"
_DESCRIPTOR, _KIND_AT = 4, 2
_HEAD = 18
"""Bytes of a payload before its descriptors, where its template is not defined in it."""
_REMEMBERED = 4096
_SHORT = 512
"""Bytes of texts that are remembered."""

Values = tuple[Mapping[str, int], bytes, list[int]]
"""Which value each field is, the types of the values, and where in the chunk they begin; and the end."""


class Payloads:
    """The payloads of one chunk."""

    def __init__(self, chunk: bytes) -> None:
        self.chunk = chunk
        self._inners: dict[bytes, Inner] = {}

    def of(self, places: Iterable[Place], names: tuple[str, ...]) -> Iterator[dict[str, Value]]:
        """Of each record that begins at one of these places, those of these fields that its payload has.

        Raises UnfamiliarError, or struct.error at the end of the chunk.
        """
        return (self.texts(values, names) for values in self.values(places))

    def texts(self, values: Values, names: tuple[str, ...]) -> dict[str, Value]:
        """Those of these fields that the payload with these values has. Raises UnfamiliarError."""
        fields, kinds, bounds = values
        data: dict[str, Value] = {}
        for name in names:
            if (number := fields.get(name)) is None:
                continue
            text = text_of_value(kinds[number], self.chunk[bounds[number] : bounds[number + 1]])
            if text is not None:
                data[name] = text
        return data

    def guids(self, places: Iterable[Place], name: str) -> list[bytes] | None:
        """The GUID that this field of each of these records holds, also as a text, as Windows stores GUIDs.

        None where one of the records has none there, or that of zeros. Raises likewise; what stands behind
        that field is not looked at.
        """
        found: list[bytes] = []
        column = self.column(name)
        for place in places:
            kind, data = column(place)
            guid = stored_guid(kind, data)
            if guid is None:
                return None
            found.append(guid)
        return found

    def column(self, name: str) -> "Column":
        """A field of these payloads."""
        return Column(self, name)

    def values(self, places: Iterable[Place]) -> Iterator[Values]:
        """Those of the payloads of the records that begin at these places. Raises likewise."""
        chunk, checks = self.chunk, _checks(b"")
        for end, inner, at in self.found(places):
            told = inner.descriptors
            kinds, sizes = chunk[at + _KIND_AT : at + told.size : _DESCRIPTOR], told.unpack_from(chunk, at)
            bounds = list(accumulate(sizes, initial=at + told.size))
            if kinds != checks.kinds:
                checks = _checks(kinds)
            if checks.fixed(sizes) != checks.sizes:
                raise UnfamiliarError
            for number in checks.sids:
                start = bounds[number]
                check_sid(chunk[start : start + SID_HEAD], sizes[number])
            if bounds[-1] > end:
                raise UnfamiliarError
            yield inner.fields, kinds, bounds

    def found(self, places: Iterable[Place]) -> Iterator["Payload"]:
        """Where the payloads of these records are. Raises likewise."""
        chunk, inners = self.chunk, self._inners
        for _, end, at in places:
            inner = inners.get(chunk[at : at + _HEAD])
            if inner is None or at == inner.defined_at:
                yield end, *self._inner(at)
            else:
                yield end, inner, at + _HEAD

    def _inner(self, start: int) -> tuple["Inner", int]:
        """How a payload is told, and where the descriptors of its values begin."""
        chunk = self.chunk
        begin, template = _INSTANCE.unpack_from(chunk, start)
        if begin != _BEGIN:
            raise UnfamiliarError
        behind, defined = start + _INSTANCE.size, definition(chunk, template)
        fields = fields_at(chunk, template, defined)
        at = behind + len(defined) if template == behind else behind
        (count,) = COUNT.unpack_from(chunk, at)
        if not len(fields) <= count <= MOST_VALUES:
            raise UnfamiliarError
        head = chunk[start:behind] + chunk[at : at + COUNT.size]
        inner = self._inners[head] = Inner(template - _INSTANCE.size, fields, _descriptors(count))
        return inner, at + COUNT.size


class Inner(Struct, frozen=True):
    """Payloads with the same template, that begin alike where it is not defined in them."""

    defined_at: int
    fields: Mapping[str, int]
    """Which value each field is."""
    descriptors: struct.Struct


Payload = tuple[int, Inner, int]
"""Where its record ends, how it is told, and where the descriptors of its values begin."""


class Column:
    """A field of the payloads of one chunk. Those of one template are best asked in a row."""

    def __init__(self, payloads: Payloads, name: str) -> None:
        self._payloads = payloads
        self._chunk = payloads.chunk
        self._name = name
        self._head: bytes | None = None
        """How payloads begin that are told as the last one was."""
        self._defined_at = 0
        """Where one would begin that has their template in it."""
        self._descriptors = self._values = self._end = 0
        """Where in these the descriptors begin, the values, and those descriptors that do not matter."""

    def __call__(self, place: Place) -> tuple[int, bytes]:
        """Its type and bytes in this record: of nothing, where that has no such field.

        What stands behind it is not looked at. Raises as `Payloads.of`.
        """
        chunk, (_, end, at) = self._chunk, place
        if chunk[at : at + _HEAD] != self._head or at == self._defined_at:
            self._learn(place)
        if not self._end:
            return NULL, b""
        kind, start, stop, sids = _leading(chunk[at + self._descriptors : at + self._end])
        at += self._values
        if sids:
            for sid, size in sids:
                check_sid(chunk[at + sid : at + sid + SID_HEAD], size)
        if at + stop > end:
            raise UnfamiliarError
        return kind, chunk[at + start : at + stop]

    def _learn(self, place: Place) -> None:
        ((_, inner, at),) = self._payloads.found((place,))
        begin = place[2]
        self._descriptors = at - begin
        self._values = self._descriptors + inner.descriptors.size
        number = inner.fields.get(self._name)
        self._end = 0 if number is None else self._descriptors + _DESCRIPTOR * (number + 1)
        self._defined_at = inner.defined_at
        self._head = None if begin == inner.defined_at else self._chunk[begin : begin + _HEAD]


class _Leading(NamedTuple):
    """What the first descriptors of a payload say of the last one's value; places from the first value on."""

    kind: int
    start: int
    end: int
    sids: list[tuple[int, int]]
    """Places and sizes of those before it, which say their size themselves."""


class _Checks(NamedTuple):
    """What is known of the sizes of values of these types."""

    kinds: bytes
    fixed: Callable[[tuple[int, ...]], tuple[int, ...]]
    """Takes the sizes of those that have one by their type."""
    sizes: tuple[int, ...]
    """What these must be."""
    sids: list[int]
    """Which say it themselves."""


@lru_cache(MOST_VALUES + 1)
def _descriptors(count: int) -> struct.Struct:
    """Those of so many values, of which it takes the sizes."""
    return struct.Struct("<" + "H2x" * count)


@lru_cache(_REMEMBERED)
def _leading(descriptors: bytes) -> _Leading:
    kinds = descriptors[_KIND_AT::_DESCRIPTOR]
    sizes = _descriptors(len(kinds)).unpack(descriptors)
    if not sizes or any(
        fixed_size(kind) not in (None, size) for kind, size in zip(kinds, sizes, strict=True)
    ):
        raise UnfamiliarError
    starts = list(accumulate(sizes, initial=0))
    sids = [(starts[number], sizes[number]) for number, kind in enumerate(kinds) if kind == SID]
    return _Leading(kinds[-1], starts[-2], starts[-1], sids)


@lru_cache(_REMEMBERED)
def _checks(kinds: bytes) -> _Checks:
    by_type = {number: size for number, kind in enumerate(kinds) if (size := fixed_size(kind)) is not None}
    sids = [number for number, kind in enumerate(kinds) if kind == SID]
    return _Checks(kinds, _picked(list(by_type)), tuple(by_type.values()), sids)


def _picked(places: list[int]) -> Callable[[tuple[int, ...]], tuple[int, ...]]:
    if not places:
        return lambda _: ()
    if len(places) == 1:
        return lambda given: (given[places[0]],)
    pick: Callable[[tuple[int, ...]], tuple[int, ...]] = itemgetter(*places)
    return pick


def text_of_value(kind: int, data: bytes) -> str | None:
    """A value of this type as parsing tells it. Raises UnfamiliarError."""
    if kind == STRING:
        return _short_string(data) if len(data) <= _SHORT else _string(data)
    if kind == GUID:
        return _guid(data)
    if kind in _NUMBERS:
        number = int.from_bytes(data, "little")
        return f"0x{number:x}" if kind in _HEXADECIMAL else str(number)
    if kind == SID:
        return _sid(data)
    if kind == BOOL:
        return "true" if any(data) else "false"
    if kind == NULL and not data:
        return None
    raise UnfamiliarError


def check_type(kind: int) -> None:
    """Raises UnfamiliarError where values of this type are not told as texts."""
    if kind not in _TOLD:
        raise UnfamiliarError


@lru_cache(_REMEMBERED)
def _sid(data: bytes) -> str:
    check_sid(data[:SID_HEAD], len(data))
    parts = data[1]
    authority = int.from_bytes(data[2:8], "big")
    if len(data) != 8 + 4 * parts:
        raise UnfamiliarError
    return "-".join(map(str, ("S", data[0], authority, *struct.unpack_from(f"<{parts}I", data, 8))))


def _string(data: bytes) -> str:
    try:
        text = data.decode("utf-16-le")
    except UnicodeDecodeError:
        raise UnfamiliarError from None
    if "\0" in text:
        raise UnfamiliarError
    return text


_short_string = lru_cache(_REMEMBERED)(_string)


def stored_guid(kind: int, data: bytes) -> bytes | None:
    """The GUID that a value of this type is, also as a text, as Windows stores it.

    None for zeros, and for what is none.
    """
    if kind == STRING and len(data) <= _LONGEST_GUID:
        stored = _guid_in_text(data)
    else:
        stored = data if kind == GUID else None
    return None if stored == _NO_GUID else stored


@lru_cache(_REMEMBERED)
def _guid_in_text(data: bytes) -> bytes | None:
    """One process has many events in a row."""
    if _GUID_TEXT.fullmatch(data) is None:
        return None
    stored = bytes.fromhex(data[::2].decode().strip("{}").replace("-", ""))
    return stored[3::-1] + stored[5:3:-1] + stored[7:5:-1] + stored[8:]


@lru_cache(_REMEMBERED)
def _guid(data: bytes) -> str:
    digits = (data[3::-1] + data[5:3:-1] + data[7:5:-1] + data[8:]).hex()
    return f"{{{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}}}".upper()


_HEX = rb"(?:[0-9A-Fa-f]\0)"
_GUID_TEXT = re.compile(rb"(?:\{\0)?%b{8}(?:-\0%b{4}){3}-\0%b{12}(?:\}\0)?" % (_HEX, _HEX, _HEX))
_LONGEST_GUID = 76
"""Bytes of such texts."""
_NUMBERS = (UINT16, UINT32, UINT64, HEX32, HEX64)
"""Unsigned."""
_HEXADECIMAL = (HEX32, HEX64)
_TOLD = frozenset((STRING, GUID, SID, BOOL, *_NUMBERS))
_NO_GUID = bytes(16)
