"""Some fields of the payloads of records, told from the bytes of a chunk without parsing them.

Where anything is not as Windows writes it, UnfamiliarError is raised and the chunk has to be parsed: so what
is told here is what parsing would tell.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from carhound.model.event import Value
from carhound.readers.evtx_fields import fields_at
from carhound.readers.evtx_templates import UnfamiliarError, definition
from carhound.readers.evtx_values import (
    BINXML,
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

_RECORD = struct.Struct("<4sI")
_FRAGMENT, _INSTANCE = b"\x0f\x01\x01\x00", b"\x0c\x01"
_INSTANCE_AT = 24
_TEMPLATE = struct.Struct("<2x4xI")
_REMEMBERED = 1000


class Payloads:
    """The payloads of one chunk."""

    def __init__(self, chunk: bytes) -> None:
        self._chunk = chunk
        self._fields: dict[int, Mapping[str, int]] = {}
        """By place of a template, which value each field is."""

    def of(self, places: Iterable[int], names: tuple[str, ...]) -> Iterator[dict[str, Value]]:
        """Of each record that begins at one of these places, those of these fields that its payload has.

        Raises UnfamiliarError, or struct.error at the end of the chunk.
        """
        for fields, kinds, sizes, values in self._instances(places):
            data: dict[str, Value] = {}
            for name in names:
                if (number := fields.get(name)) is None:
                    continue
                start = values + sum(sizes[:number])
                text = _text(kinds[number], self._chunk[start : start + sizes[number]])
                if text is not None:
                    data[name] = text
            yield data

    def guids(self, places: Iterable[int], name: str) -> set[bytes] | None:
        """The GUIDs that this field of these records holds, also as texts, as Windows stores GUIDs.

        None where one of the records has none there, or that of zeros. Raises likewise.
        """
        found: set[bytes] = set()
        for fields, kinds, sizes, values in self._instances(places):
            if (number := fields.get(name)) is None:
                return None
            start = values + sum(sizes[:number])
            guid = _stored_guid(kinds[number], self._chunk[start : start + sizes[number]])
            if guid is None:
                return None
            found.add(guid)
        return found

    def _instances(
        self, places: Iterable[int]
    ) -> Iterator[tuple[Mapping[str, int], Sequence[int], Sequence[int], int]]:
        """Which value each field is, the types and sizes of the values, and where they begin."""
        chunk, known = self._chunk, self._fields
        for place in places:
            _, size = _RECORD.unpack_from(chunk, place)
            outer, _ = _instance(chunk, place + _INSTANCE_AT)
            (count,) = COUNT.unpack_from(chunk, outer)
            inner, template = _instance(chunk, outer + _before_payload(chunk[outer : outer + 4 + 4 * count]))
            fields = known.get(template)
            if fields is None:
                fields = known[template] = fields_at(chunk, template)
            kinds, sizes, values = _values(chunk, inner)
            if len(kinds) < len(fields) or values + sum(sizes) > place + size:
                raise UnfamiliarError
            _check(chunk, kinds, sizes, values)
            yield fields, kinds, sizes, values


@lru_cache(_REMEMBERED)
def _before_payload(head: bytes) -> int:
    """How many bytes of an instance with this count and these descriptors are before its payload."""
    kinds, sizes, values = _values(head, 0)
    if BINXML not in kinds:
        raise UnfamiliarError
    return values + sum(sizes[: kinds.index(BINXML)])


def _instance(chunk: bytes, at: int) -> tuple[int, int]:
    """Where the values of a template's instance begin, and where its template is defined."""
    if chunk.startswith(_FRAGMENT, at):
        at += len(_FRAGMENT)
    if not chunk.startswith(_INSTANCE, at):
        raise UnfamiliarError
    (template,) = _TEMPLATE.unpack_from(chunk, at)
    behind = at + _TEMPLATE.size
    return (template + len(definition(chunk, template)) if template == behind else behind), template


def _values(chunk: bytes, at: int) -> tuple[Sequence[int], Sequence[int], int]:
    """The types of an instance's values, their sizes, and where the first one begins."""
    (count,) = COUNT.unpack_from(chunk, at)
    if count > MOST_VALUES:
        raise UnfamiliarError
    descriptors = _descriptors(count)
    told = descriptors.unpack_from(chunk, at + COUNT.size)
    return told[1::2], told[::2], at + COUNT.size + descriptors.size


@lru_cache(MOST_VALUES + 1)
def _descriptors(count: int) -> struct.Struct:
    return struct.Struct("<" + "HBx" * count)


def _check(chunk: bytes, kinds: Sequence[int], sizes: Sequence[int], values: int) -> None:
    """Raises UnfamiliarError where a value is not as long as its size says."""
    for number, fixed in _to_check(kinds):
        if fixed is None:
            start = values + sum(sizes[:number])
            check_sid(chunk[start : start + SID_HEAD], sizes[number])
        elif sizes[number] != fixed:
            raise UnfamiliarError


@lru_cache(_REMEMBERED)
def _to_check(kinds: Sequence[int]) -> tuple[tuple[int, int | None], ...]:
    """Which values have a size by their type, and that; None for SIDs."""
    fixed = ((number, kind, fixed_size(kind)) for number, kind in enumerate(kinds))
    return tuple((number, size) for number, kind, size in fixed if size is not None or kind == SID)


def _text(kind: int, data: bytes) -> str | None:
    if kind == STRING:
        return _string(data)
    if kind == GUID:
        return _guid(data)
    if kind in _NUMBERS:
        number = int.from_bytes(data, "little")
        return f"0x{number:x}" if kind in _HEXADECIMAL else str(number)
    if kind == NULL and not data:
        return None
    raise UnfamiliarError


@lru_cache(_REMEMBERED)
def _string(data: bytes) -> str:
    try:
        text = data.decode("utf-16-le")
    except UnicodeDecodeError:
        raise UnfamiliarError from None
    if "\0" in text:
        raise UnfamiliarError
    return text


@lru_cache(_REMEMBERED)
def _stored_guid(kind: int, data: bytes) -> bytes | None:
    if kind == STRING and _GUID_TEXT.fullmatch(data) is not None:
        data = UUID(data.decode("utf-16-le")).bytes_le
    elif kind != GUID:
        return None
    return data if any(data) else None


@lru_cache(_REMEMBERED)
def _guid(data: bytes) -> str:
    digits = (data[3::-1] + data[5:3:-1] + data[7:5:-1] + data[8:]).hex()
    return f"{{{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}}}".upper()


_HEX = rb"(?:[0-9A-Fa-f]\0)"
_GUID_TEXT = re.compile(rb"(?:\{\0)?%b{8}(?:-\0%b{4}){3}-\0%b{12}(?:\}\0)?" % (_HEX, _HEX, _HEX))
_NUMBERS = (UINT16, UINT32, UINT64, HEX32, HEX64)
"""Unsigned."""
_HEXADECIMAL = (HEX32, HEX64)
