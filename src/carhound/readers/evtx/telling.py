"""Events told from the bytes of a chunk, which is far cheaper than to parse their records.

Of a record that stands for many the parser is asked once: what it says of the System part holds for all in
which these bytes are the same, but for their times and numbers. The fields are told by their template.
"""

import struct
from collections.abc import Mapping
from functools import lru_cache

from msgspec.structs import astuple, replace

from carhound.model.event import RawEvent
from carhound.readers.evtx.glance import EARLIEST, LATEST, Place, time_of
from carhound.readers.evtx.payload import UNFAMILIAR, Payloads
from carhound.readers.evtx.shapes import Shape
from carhound.readers.evtx.templates import UnfamiliarError
from carhound.readers.evtx.told import Layout, Told, layout_of
from carhound.readers.evtx.values import fixed_size

_RECORD = struct.Struct("<8xQQ")
"""The number of a record, and when it was written."""
_SIZE = struct.Struct("<H2x")
_DESCRIPTOR, _KIND_AT = 4, 2
_END_OF_STREAM = 0
_COPY = 4
"""Bytes at the end of a record that repeat its size."""
_REMEMBERED = 1000
_LONGEST = 2000
"""Bytes of a System part that is remembered."""

System = tuple[Shape, Layout, bytes, bytes, bytes, bytes, bytes]
"""All that the System part of a record is made of but its time and number, and the layout of its payload."""
Known = dict[System, RawEvent | None]
"""An event with each System part, without fields; None where events like it have to be parsed."""


class Telling:
    """Tells events of a chunk."""

    def __init__(self, payloads: Payloads, known: Known) -> None:
        """`known` is what other chunks taught, and this one teaches."""
        self._payloads = payloads
        self._known = known
        self._layouts: dict[tuple[int, bytes], tuple[Mapping[str, int], Layout | None]] = {}
        """By the identity of what a template says of fields, and types."""

    def __call__(self, place: Place, ticks: int, shape: Shape) -> RawEvent | None:
        """The event of a record of this shape there, created then; None where it has to be parsed."""
        try:
            system, number, data = self._read(place, ticks, shape)
        except UNFAMILIAR:
            return None
        like = self._known.get(system)
        return None if like is None else self._event(like, place, ticks, number, data)

    def learn(self, place: Place, ticks: int, shape: Shape, parsed: RawEvent) -> None:
        """Takes note of what the parser says of a record."""
        try:
            system, number, data = self._read(place, ticks, shape)
        except UNFAMILIAR:
            return
        if system in self._known or sum(map(len, system[2:])) > _LONGEST:
            return
        like = replace(parsed, data={}, meta=dict(parsed.meta))
        told = self._event(like, place, ticks, number, data)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[system] = like if _same(told, parsed) else None

    def _event(self, like: RawEvent, place: Place, ticks: int, number: int, data: Told) -> RawEvent:
        time = time_of(ticks)
        written = time.isoformat("T", "microseconds")[: -len("+00:00")]
        told_number, _ = _RECORD.unpack_from(self._payloads.chunk, place[0])
        return RawEvent(
            like.provider,
            like.channel,
            like.event_id,
            like.computer,
            str(number),
            time,
            data,
            {**like.meta, "SystemTime": f"{written}Z"},
            f"record {told_number}",
        )

    def _read(self, place: Place, ticks: int, shape: Shape) -> tuple[System, int, Told]:
        """What tells the System part, the number of the record, and the fields. Raises as `Payloads.of`."""
        chunk, (at, end, payload) = self._payloads.chunk, place
        _, written = _RECORD.unpack_from(chunk, at)
        if not payload or shape.system is None or not EARLIEST <= written <= LATEST:
            raise UnfamiliarError
        start = payload - shape.payload
        size_at, values = start + shape.size, start + shape.values
        (size,) = _SIZE.unpack_from(chunk, size_at)
        sizes_behind = chunk[size_at + _DESCRIPTOR : values]
        behind = payload + size
        stop = behind + _length(sizes_behind)
        if stop >= end - _COPY or chunk[behind - 1] != _END_OF_STREAM or chunk[stop] != _END_OF_STREAM:
            raise UnfamiliarError
        ((_, inner, at),) = self._payloads.found((place,))
        layout = self._layout(inner.fields, chunk[at + _KIND_AT : at + inner.size : _DESCRIPTOR])
        before, one, between, other, after = shape.system.unpack_from(chunk, values)
        system = shape, layout, before, between, after, sizes_behind, chunk[behind:stop]
        return system, other if one == ticks else one, layout.told(chunk, at, behind - 1)

    def _layout(self, fields: Mapping[str, int], kinds: bytes) -> Layout:
        found = self._layouts.get((id(fields), kinds))
        if found is None:
            in_order = list(fields.values()) == list(range(len(fields)))
            found = fields, layout_of(tuple(fields), kinds) if in_order else None
            self._layouts[id(fields), kinds] = found
        if found[1] is None:
            raise UnfamiliarError
        return found[1]


def _same(told: RawEvent, parsed: RawEvent) -> bool:
    """Whether all is told as it was parsed, the fields in the same order."""
    return (
        astuple(told) == astuple(parsed)
        and list(told.data) == list(parsed.data)
        and list(told.meta) == list(parsed.meta)
    )


@lru_cache(_REMEMBERED)
def _length(descriptors: bytes) -> int:
    """Bytes of the values with these descriptors. Raises UnfamiliarError."""
    length = 0
    for at in range(0, len(descriptors), _DESCRIPTOR):
        (size,) = _SIZE.unpack_from(descriptors, at)
        if fixed_size(descriptors[at + _KIND_AT]) not in (None, size):
            raise UnfamiliarError
        length += size
    return length
