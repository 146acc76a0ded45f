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

from carhound.model import guids
from carhound.model.event import Value
from carhound.readers.evtx.fields import fields_at
from carhound.readers.evtx.glance import Place
from carhound.readers.evtx.templates import UnfamiliarError, definition
from carhound.readers.evtx.values import (
    ABSENT,
    BOOL,
    COUNT,
    GUID,
    HEX32,
    HEX64,
    MOST_VALUES,
    NULL,
    NUMBERS,
    SID,
    SID_HEAD,
    STRING,
    check_sid,
    fixed_size,
)

UNFAMILIAR = (UnfamiliarError, struct.error)
"""What is raised where a chunk has to be parsed."""
_FRAGMENT, _INSTANCE = b"\x0f\x01\x01\x00", b"\x0c\x01"
_TEMPLATE = struct.Struct("<6xI")
"""In an instance."""
_DESCRIPTOR, _KIND_AT = 4, 2
_HEAD, _BARE_HEAD = 18, 14
"""Bytes of a payload before its descriptors, where its template is not defined in it.

Older Windows writes no header of a fragment before it.
"""
_REMEMBERED = 4096
_FEW = 1000
_SHORT = 512
"""Bytes of texts that are remembered."""

Picked = tuple[bytes, tuple[bytes, ...]]
"""The types of some fields, and their bytes; ABSENT where there is no such field."""


class Payloads:
    """The payloads of one chunk."""

    def __init__(self, chunk: bytes) -> None:
        self.chunk = chunk
        self._fields: dict[int, tuple[Mapping[str, int], int]] = {}
        """What templates say that are defined at these places, and their sizes."""
        self._inners: dict[bytes, Inner] = {}
        self._defining: dict[int, tuple[Inner, int] | None] = {}
        """Payloads with their template in them, by where they begin, which look like no other: how they are
        told, and where the descriptors of their values begin, where that was asked."""

    def of(self, places: Iterable[Place], names: tuple[str, ...]) -> Iterator[dict[str, Value]]:
        """Of each record that begins at one of these places, those of these fields that its payload has.

        Raises UnfamiliarError, or struct.error at the end of the chunk.
        """
        for kinds, values in self.picked(places, names):
            texts = zip(names, map(text_of_value, kinds, values), strict=True)
            yield {name: text for name, text in texts if text is not None}

    def picked(self, places: Iterable[Place], names: tuple[str, ...]) -> Iterator[Picked]:
        """Of each record likewise the types and the bytes of these fields. Raises likewise."""
        chunk = self.chunk
        fields: Mapping[str, int] | None = None
        numbers: tuple[int | None, ...] = ()
        for end, inner, at in self.found(places):
            if inner.fields is not fields:
                fields, numbers = inner.fields, tuple(map(inner.fields.get, names))
            if (begin := at + inner.size) > end:
                raise UnfamiliarError
            kinds, pick, length, sids = _layout(chunk[at:begin], numbers)
            if sids:
                _check_sids(chunk, begin, sids)
            if begin + length > end:
                raise UnfamiliarError
            yield kinds, pick(chunk[begin:end])

    def value(self, payload: "Payload", name: str) -> tuple[int, bytes]:
        """The type and the bytes of a field; ABSENT, where the payload has no such field.

        What stands behind it is not looked at. Raises likewise.
        """
        end, inner, at = payload
        number = inner.fields.get(name)
        if number is None:
            return ABSENT, b""
        chunk = self.chunk
        kind, start, stop, sids = _leading(chunk[at : at + _DESCRIPTOR * number + _DESCRIPTOR])
        at += inner.size
        if sids:
            _check_sids(chunk, at, sids)
        if at + stop > end:
            raise UnfamiliarError
        return kind, chunk[at + start : at + stop]

    def guids(self, places: Iterable[Place], name: str) -> list[bytes] | None:
        """The GUID that this field of each of these records holds, also as a text, as Windows stores GUIDs.

        None where one of the records has none there, or that of zeros. Raises likewise; what stands behind
        that field is not looked at.
        """
        found: list[bytes] = []
        for payload in self.found(places):
            guid = guid_of_value(*self.value(payload, name))
            if guid is None:
                return None
            found.append(guid)
        return found

    def found(self, places: Iterable[Place]) -> Iterator["Payload"]:
        """Where the payloads of these records are. Raises likewise."""
        one = self.one
        for _, end, at in places:
            yield end, *one(at)

    def one(self, at: int) -> tuple["Inner", int]:
        """How the payload there is told, and where the descriptors of its values begin. Raises likewise."""
        if at in self._defining:
            return self._defining[at] or self._inner(at)
        for head in (_HEAD, _BARE_HEAD):
            if (inner := self._inners.get(self.chunk[at : at + head])) is not None:
                return inner, at + head
        return self._inner(at)

    def _inner(self, start: int) -> tuple["Inner", int]:
        """How a payload is told, and where the descriptors of its values begin."""
        chunk = self.chunk
        begin = start + len(_FRAGMENT) if chunk.startswith(_FRAGMENT, start) else start
        if not chunk.startswith(_INSTANCE, begin):
            raise UnfamiliarError
        (template,) = _TEMPLATE.unpack_from(chunk, begin)
        behind = begin + _TEMPLATE.size
        if template not in self._fields:
            defined = definition(chunk, template)
            self._fields[template] = fields_at(chunk, template, defined), len(defined)
            bare = template - _TEMPLATE.size
            self._defining[bare] = self._defining[bare - len(_FRAGMENT)] = None
        fields, size = self._fields[template]
        at = behind + size if template == behind else behind
        (count,) = COUNT.unpack_from(chunk, at)
        if not len(fields) <= count <= MOST_VALUES:
            raise UnfamiliarError
        at += COUNT.size
        inner = Inner(fields, _DESCRIPTOR * count)
        if template == behind:
            self._defining[start] = inner, at
        self._inners[chunk[start:behind] + chunk[at - COUNT.size : at]] = inner  # as others begin
        return inner, at


class Inner(Struct, frozen=True):
    """How payloads are told that begin alike."""

    fields: Mapping[str, int]
    """Which value each field is."""
    size: int
    """Bytes of the descriptors of the values."""


Payload = tuple[int, Inner, int]
"""Where its record ends, how it is told, and where the descriptors of its values begin."""


class _Leading(NamedTuple):
    """What the first descriptors of a payload say of the last one's value; places from the first value on."""

    kind: int
    start: int
    end: int
    sids: "_Sids"
    """Those before it."""


class _Layout(NamedTuple):
    """What the descriptors of a payload say of some of its values."""

    kinds: bytes
    pick: Callable[[bytes], tuple[bytes, ...]]
    """Takes these values from all of them."""
    end: int
    """Of all values, from the first one on."""
    sids: "_Sids"
    """Among all values."""


_Sids = list[tuple[int, int]]
"""Places, from the first value on, and sizes of those that say their size themselves."""


@lru_cache(_REMEMBERED)
def _leading(descriptors: bytes) -> _Leading:
    if not descriptors:
        raise UnfamiliarError
    kinds, bounds, sids = _bounds(descriptors)
    return _Leading(kinds[-1], bounds[-2], bounds[-1], sids)


@lru_cache(_REMEMBERED)
def _layout(descriptors: bytes, numbers: tuple[int | None, ...]) -> _Layout:
    """Of values with these numbers; None stands for nothing."""
    kinds, bounds, sids = _bounds(descriptors)
    picked = bytes(ABSENT if one is None else kinds[one] for one in numbers)
    slices = [slice(0) if one is None else slice(bounds[one], bounds[one + 1]) for one in numbers]
    return _Layout(picked, _picking(slices), bounds[-1], sids)


def _picking(slices: list[slice]) -> Callable[[bytes], tuple[bytes, ...]]:
    if len(slices) > 1:
        return itemgetter(*slices)
    return lambda given: tuple(given[one] for one in slices)


@lru_cache(_FEW)
def _bounds(descriptors: bytes) -> tuple[bytes, list[int], _Sids]:
    """The types of values, where they begin, from the first one on, and the end."""
    kinds = descriptors[_KIND_AT::_DESCRIPTOR]
    sizes = struct.unpack(f"<{'H2x' * len(kinds)}", descriptors)
    if any(fixed_size(kind) not in (None, size) for kind, size in zip(kinds, sizes, strict=True)):
        raise UnfamiliarError
    bounds = list(accumulate(sizes, initial=0))
    return kinds, bounds, [(bounds[one], sizes[one]) for one, kind in enumerate(kinds) if kind == SID]


def _check_sids(chunk: bytes, begin: int, sids: _Sids) -> None:
    for start, size in sids:
        check_sid(chunk[begin + start : begin + start + SID_HEAD], size)


def text_of_value(kind: int, data: bytes) -> str | None:
    """A value of this type as parsing tells it; None for ABSENT. Raises UnfamiliarError."""
    if kind == STRING:
        return text_of_string(data)
    if kind == GUID:
        return _guid(data)
    if kind in NUMBERS:
        number = int.from_bytes(data, "little")
        return f"0x{number:x}" if kind in _HEXADECIMAL else str(number)
    if kind == SID:
        return _sid(data)
    if kind == BOOL and data in _BOOLEANS:
        return _BOOLEANS[data]
    if kind == NULL and not data:
        return ""
    if kind == ABSENT:
        return None
    raise UnfamiliarError


@lru_cache(_REMEMBERED)
def _sid(data: bytes) -> str:
    check_sid(data[:SID_HEAD], len(data))
    parts = data[1]
    authority = int.from_bytes(data[2:8], "big")
    if len(data) != 8 + 4 * parts:
        raise UnfamiliarError
    return "-".join(map(str, ("S", data[0], authority, *struct.unpack_from(f"<{parts}I", data, 8))))


def text_of_string(data: bytes) -> str:
    """Likewise a text."""
    return _short_string(data) if len(data) <= _SHORT else _string(data)


def _string(data: bytes) -> str:
    try:
        text = data.decode("utf-16-le")
    except UnicodeDecodeError:
        raise UnfamiliarError from None
    return text.partition("\0")[0]  # older Windows writes the end of a text with it


_short_string = lru_cache(_REMEMBERED)(_string)


def guid_of_value(kind: int, data: bytes) -> bytes | None:
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
    return None if re.fullmatch(_GUID_TEXT, data) is None else guids.stored_guid(data[::2].strip(b"{}"))


@lru_cache(_REMEMBERED)
def _guid(data: bytes) -> str:
    digits = guids.turned(data).hex()
    return f"{{{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}}}".upper()


_HEX = rb"(?:[0-9A-Fa-f]\0)"
_GUID_TEXT = rb"(?:\{\0)?%b{8}(?:-\0%b{4}){3}-\0%b{12}(?:\}\0)?" % (_HEX, _HEX, _HEX)
_LONGEST_GUID = 76
"""Bytes of such texts."""
_HEXADECIMAL = (HEX32, HEX64)
_NO_GUID = bytes(16)
_BOOLEANS = {bytes(4): "false", b"\1\0\0\0": "true"}
"""Others are parsed as numbers."""
