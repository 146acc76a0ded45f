"""Events told from the bytes of a chunk, which is far cheaper than to parse their records.

Of a record that stands for many the parser is asked once: what it says of the System part holds for all in
which these bytes are the same, but for their times and numbers. The fields are told by their template.
"""

import struct
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from msgspec.structs import astuple, replace

from carhound.model.event import RawEvent
from carhound.readers.evtx.glance import EARLIEST, LATEST, Walked, time_of
from carhound.readers.evtx.payload import UNFAMILIAR, Payloads
from carhound.readers.evtx.shapes import Shape
from carhound.readers.evtx.templates import UnfamiliarError
from carhound.readers.evtx.told import Layout, Texts, Told, Written, layout_of
from carhound.readers.evtx.values import fixed_size

_WRITTEN = struct.Struct("<16xQ")
"""When a record was."""
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

    def __init__(self, payloads: Payloads, walked: Walked[Any], known: Known) -> None:
        """`known` is what other chunks taught, and this one teaches."""
        self._payloads = payloads
        self._walked = walked
        self._known = known
        self._layouts: dict[tuple[int, bytes], tuple[Mapping[str, int], Layout | None]] = {}
        """By the identity of what a template says of fields, and types."""

    def told(self, numbers: Iterable[int]) -> dict[int, RawEvent]:
        """The events of these records, by their numbers; without those that have to be parsed."""
        told, texts, numbers = {}, Texts(), list(numbers)
        for number in numbers:
            try:
                system, record_id, data = self._read(number, texts)
            except UNFAMILIAR:
                continue
            if (like := self._known.get(system)) is not None:
                told[number] = self._event(like, number, record_id, data)
        if texts.plain():
            return told
        if len(numbers) > 1:  # some are, it may be
            return {number: event for one in numbers for number, event in self.told((one,)).items()}
        return {}

    def learn(self, number: int, parsed: RawEvent) -> None:
        """Takes note of what the parser says of a record."""
        try:
            system, record_id, data = self._read(number, texts := Texts())
        except UNFAMILIAR:
            return
        if not texts.plain() or system in self._known or sum(map(len, system[2:])) > _LONGEST:
            return
        like = replace(parsed, data={})
        told = self._event(like, number, record_id, data)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[system] = like if _same(told, parsed) else None

    def _event(self, like: RawEvent, number: int, record_id: int, data: Told) -> RawEvent:
        time = time_of(self._walked.times[number])
        return RawEvent(
            like.provider,
            like.channel,
            like.event_id,
            like.computer,
            str(record_id),
            time,
            data,
            Written(like.meta, time),
            f"record {self._walked.first_id + number}",
        )

    def _read(self, number: int, texts: Texts) -> tuple[System, int, Told]:
        """What tells the System part of a record, its number there, and the fields.

        `texts` takes what of these is text. Raises as `Payloads.of`.
        """
        chunk, walked = self._payloads.chunk, self._walked
        payload, shape = walked.payloads[number], walked.shapes[number]
        (written,) = _WRITTEN.unpack_from(chunk, walked.starts[number])
        if not payload or shape.system is None or not EARLIEST <= written <= LATEST:
            raise UnfamiliarError
        size, sizes_behind, before, one, between, other, after = shape.system.unpack_from(
            chunk, payload - shape.payload
        )
        behind = payload + size
        stop = behind + _length(sizes_behind) if sizes_behind else behind
        if (
            stop >= walked.starts[number + 1] - _COPY
            or chunk[behind - 1] != _END_OF_STREAM
            or chunk[stop] != _END_OF_STREAM
        ):
            raise UnfamiliarError
        inner, at = self._payloads.one(payload)
        layout = self._layout(inner.fields, chunk[at + _KIND_AT : at + inner.size : _DESCRIPTOR])
        system = shape, layout, before, between, after, sizes_behind, chunk[behind:stop]
        record_id = other if one == walked.times[number] else one
        return system, record_id, layout.told(chunk, at, behind - 1, texts)

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
