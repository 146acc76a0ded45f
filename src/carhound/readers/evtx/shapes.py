"""How records are laid out before their payload, and what kinds their headers tell."""

import struct
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from carhound.readers.evtx.alike import Alike
from carhound.readers.evtx.templates import Header, Part, UnfamiliarError, definition, header_of
from carhound.readers.evtx.values import (
    BINXML,
    COUNT,
    FILETIME,
    MOST_VALUES,
    NULL,
    SID,
    SID_HEAD,
    STRING,
    UINT16,
    UINT64,
    check_sid,
    fixed_size,
)

_INSTANCE = b"\x0f\x01\x01\x00\x0c\x01"
_INSTANCE_AT, _TEMPLATE_AT, _VALUES_AT = 24, 34, 38
_TEMPLATE = struct.Struct("<I")
_DESCRIPTOR = struct.Struct("<HBB")
_KIND_AT = 2
_BEHIND, _ALONE, _NONE = "HBxHBx", "HBx0s0s", "0s0s0s0s"
"""The descriptors of the payload and of the computer's name, of the former, of neither."""
_TEXTS = (NULL, STRING)
_REMEMBERED = 1000
_LONGEST = 2048
"""Bytes of the texts of a header."""


class Kind(NamedTuple):
    """What the headers of some records have in common."""

    provider: str | None
    channel: str | None
    event_id: str | None
    computer: str | None


class Shape(Struct, frozen=True, eq=False):
    """The layout of records whose templates say the same, with values of the same sizes."""

    fields: struct.Struct
    """Magic, size, id, what tells the shape, sizes and types behind it, event id, time, texts."""
    header: Header
    texts: tuple[tuple[int, int, int], ...]
    """Number of a text among the values, its start and its end in the bytes of the texts."""
    sids: tuple[tuple[int, int], ...]
    """Start of each SID in these bytes, which reach at least behind its head, and its size."""
    payload: int
    """Where in the record the payload begins; 0 where that is unknown."""
    behind: int
    """Likewise what the computer's name follows, if that does not come first."""
    system: struct.Struct | None
    """The size of the payload, those of the values behind it, and the values up to it, as bytes: but for the
    time and the record's number, which stand between them.

    None where one of these three is unknown or told elsewhere too.
    """


def told_at(chunk: bytes, at: int) -> tuple[bytes, int]:
    """What tells the shape of the record there, within its chunk, and the size of a template defined in it.

    Raises UnfamiliarError, or struct.error at the end of the chunk.
    """
    values_at, defined = at + _VALUES_AT, 0
    if _TEMPLATE.unpack_from(chunk, at + _TEMPLATE_AT)[0] == values_at:
        defined = len(definition(chunk, values_at))
    behind = values_at + defined
    (count,) = COUNT.unpack_from(chunk, behind)
    if count > MOST_VALUES:
        raise UnfamiliarError
    begin = behind + COUNT.size
    end = begin + count * _DESCRIPTOR.size
    stop = chunk[begin + _KIND_AT : end : _DESCRIPTOR.size].find(BINXML)
    if stop >= 0:
        end = begin + stop * _DESCRIPTOR.size
    return chunk[at + _INSTANCE_AT : values_at] + chunk[behind:end], defined


def shape_told(chunk: bytes, told: bytes) -> Shape:
    """The shape that this tells in this chunk. Raises UnfamiliarError."""
    if not told.startswith(_INSTANCE):
        raise UnfamiliarError
    (template,) = _TEMPLATE.unpack_from(told, _TEMPLATE_AT - _INSTANCE_AT)
    return _shape(told[_VALUES_AT - _INSTANCE_AT :], _header_at(chunk, template, definition(chunk, template)))


_header_at = Alike(header_of)


@lru_cache(_REMEMBERED)
def _shape(told: bytes, header: Header) -> Shape:
    """Told by the count of the values, and the descriptors of those before the payload."""
    (count,) = COUNT.unpack_from(told)
    descriptors = list(_DESCRIPTOR.iter_unpack(told[COUNT.size :]))
    told_end = _VALUES_AT + len(told)
    at = values = _VALUES_AT + COUNT.size + _DESCRIPTOR.size * count
    starts = []
    sids = []
    for size, kind, _ in descriptors:
        if fixed_size(kind) not in (None, size):
            raise UnfamiliarError
        if kind == SID:
            sids.append((at, size))
        starts.append(at)
        at += size
    stop = len(descriptors)
    texts: list[tuple[int, int, int]] = []
    payload, behind = at if header.payload == stop < count else 0, 0
    for part in (header.provider, header.channel, header.computer):
        if payload and part == stop + 1 < count and part is header.computer:
            behind = at
        elif not isinstance(part, str):
            texts.append((part, *_span(descriptors, starts, part, _TEXTS)))
    event_at, _ = _span(descriptors, starts, header.event_id, (UINT16,))
    time_at, _ = _span(descriptors, starts, header.time, (FILETIME,))
    looked_at = [span[1:] for span in texts] + [(start, start + SID_HEAD) for start, _ in sids]
    first = min((start for start, _ in looked_at), default=time_at + 8)
    last = max((end for _, end in looked_at), default=first)
    parts = (
        (_INSTANCE_AT, f"{told_end - _INSTANCE_AT}s"),
        (told_end, _BEHIND if behind else _ALONE if payload else _NONE),
        (event_at, "H"),
        (time_at, "Q"),
        (first, f"{last - first}s"),
    )
    layout, reached = "<IIQ", 16
    for start, code in parts:
        layout += f"{_distance(reached, start)}x{code}"
        reached = start + struct.calcsize(f"<{code}")
    spans = tuple((part, start - first, end - first) for part, start, end in texts)
    heads = tuple((start - first, size) for start, size in sids)
    number, system = header.number, None
    if payload and number is not None and number < stop and descriptors[number][1] == UINT64:
        early, late = sorted((time_at, starts[number]))
        sizes = f"{told_end}xH2x{values - told_end - _DESCRIPTOR.size}s"
        system = struct.Struct(f"<{sizes}{early - values}sQ{late - early - 8}sQ{payload - late - 8}s")
    fields = struct.Struct(layout)
    return Shape(fields, header, spans, heads, payload, behind, system)


def kind_of(shape: Shape, said: bytes, computer: bytes, event_id: int) -> Kind:
    """What records of a shape are of: by their texts, the computer's name behind the payload, and event id.

    Raises UnfamiliarError, or UnicodeDecodeError.
    """
    if len(said) + len(computer) > _LONGEST:
        raise UnfamiliarError
    for start, size in shape.sids:
        check_sid(said[start:], size)
    values = {number: _text(said[start:end]) for number, start, end in shape.texts}
    if shape.behind and isinstance(shape.header.computer, int):
        values[shape.header.computer] = _text(computer)
    header = shape.header
    provider, channel, host = (
        part if isinstance(part, str) else values[part]
        for part in (header.provider, header.channel, header.computer)
    )
    return Kind(provider or None, channel or None, str(event_id), host or None)


def _text(data: bytes) -> str:
    text = data.decode("utf-16-le")
    if "\0" in text:
        raise UnfamiliarError
    return text


def _span(
    descriptors: list[tuple[int, int, int]], starts: list[int], part: Part, kinds: tuple[int, ...]
) -> tuple[int, int]:
    if not isinstance(part, int) or part >= len(descriptors):
        raise UnfamiliarError
    size, kind, _ = descriptors[part]
    if kind not in kinds or (kind == NULL and size):
        raise UnfamiliarError
    return starts[part], starts[part] + size


def _distance(start: int, end: int) -> int:
    if end < start:
        raise UnfamiliarError
    return end - start
