"""Events told from the bytes of a chunk, which is far cheaper than to parse their records.

Of a record that stands for many the parser is asked once: what it says of the System part holds for all in
which these bytes are the same, but for their times and numbers. The fields are told by their template.
"""

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec import Struct

from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage
from carhound.readers.evtx.alike import Alike
from carhound.readers.evtx.glance import Place, time_of
from carhound.readers.evtx.payload import UNFAMILIAR, Payloads, Values
from carhound.readers.evtx.templates import Frame, UnfamiliarError, definition, frame_of
from carhound.readers.evtx.told import Layout, Timed, Told, layout_of
from carhound.readers.evtx.values import COUNT, FILETIME, UINT64, fixed_size

_RECORD_NUMBER = struct.Struct("<8xQ")
_INSTANCE_AT, _TEMPLATE_AT, _COUNT_AT = 24, 34, 38
_OFFSET = struct.Struct("<I")
_SIZE, _NUMBER = struct.Struct("<H2x"), struct.Struct("<Q")
_SKIPPED = 8
"""Bytes of a time, and of a number."""
_DESCRIPTOR, _KIND_AT = 4, 2
_END_OF_STREAM = 0
_COPY = 4
"""Bytes at the end of a record that repeat its size."""
_REMEMBERED = 1000
_LONGEST = 2000
"""Bytes of a System part that is remembered."""


class _Head(Struct, frozen=True, eq=False):
    """Records with the same template around the payload, the same types and sizes of values around it."""

    first: int
    """Where the time stands, or the number, whatever comes first; from the first value on."""
    second: int
    """Where the other one does."""
    number: int
    end: int
    """Behind the last value before the payload."""
    behind: int
    """Bytes of the values behind it."""


_Known = tuple[object, ...]
"""All that the System part of a record is made of but its time and number, and the layout of its payload."""


class _Like(NamedTuple):
    """What records have in common."""

    provider: str | None
    channel: str | None
    event_id: str | None
    computer: str | None
    meta: dict[str, Value]


class Teller:
    """Tells events of chunks, which mostly hold the same kinds."""

    def __init__(self) -> None:
        self._known: dict[_Known, _Like | None] = {}

    def of(self, payloads: Payloads) -> "Telling":
        """Tells those of one chunk."""
        return Telling(payloads, self._known)


class Telling:
    """Tells events of a chunk."""

    def __init__(self, payloads: Payloads, known: dict[_Known, _Like | None]) -> None:
        self._payloads = payloads
        self._chunk = payloads.chunk
        self._known = known
        self._frames: dict[int, tuple[Frame, int]] = {}
        """By the place of a template: what it says, and its size."""
        self._layouts: dict[tuple[int, bytes], tuple[Mapping[str, int], Layout | None]] = {}
        """By the identity of what a template says of fields, and types."""

    def __call__(self, places: Sequence[Place], times: Sequence[int]) -> list[RawEvent | None]:
        """The events of the records at these places, created then; None where one has to be parsed."""
        told: list[RawEvent | None] = []
        while len(told) < len(places):
            at = len(told)
            values = self._payloads.values(places[at:])
            try:
                for place, ticks, found in zip(places[at:], times[at:], values, strict=True):
                    known, number, data = self._read(place, found)
                    like = self._known.get(known)
                    told.append(None if like is None else self._event(like, place, ticks, number, data))
            except UNFAMILIAR:
                told.append(None)
        return told

    def learn(self, place: Place, ticks: int, parsed: RawEvent | Damage) -> None:
        """Takes note of what the parser says of a record."""
        if isinstance(parsed, Damage):
            return
        try:
            (found,) = self._payloads.values((place,))
            known, number, data = self._read(place, found)
        except UNFAMILIAR:
            return
        if known in self._known or sum(len(part) for part in known if isinstance(part, bytes)) > _LONGEST:
            return
        like = _Like(parsed.provider, parsed.channel, parsed.event_id, parsed.computer, dict(parsed.meta))
        told = self._event(like, place, ticks, number, data)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[known] = like if _same(told, parsed) else None

    def _event(self, like: _Like, place: Place, ticks: int, number: int, data: Told) -> RawEvent:
        time = time_of(ticks)
        (told_number,) = _RECORD_NUMBER.unpack_from(self._chunk, place[0])
        return RawEvent(
            like.provider,
            like.channel,
            like.event_id,
            like.computer,
            str(number),
            time,
            data,
            Timed(like.meta, time),
            f"record {told_number}",
        )

    def _read(self, place: Place, found: Values) -> tuple[_Known, int, Told]:
        """What tells the System part, the number, and the fields. Raises as `Payloads.of`."""
        chunk, (start, end, payload) = self._chunk, place
        (template,) = _OFFSET.unpack_from(chunk, start + _TEMPLATE_AT)
        if not payload:
            raise UnfamiliarError
        frame, defined = self._frames.get(template) or self._frame(template)
        at = start + _COUNT_AT + (defined if template == start + _COUNT_AT else 0)
        (count,) = COUNT.unpack_from(chunk, at)
        at += COUNT.size
        inner, values = at + _DESCRIPTOR * frame.payload, at + _DESCRIPTOR * count
        head = _head(frame, chunk[at:inner], chunk[inner + _DESCRIPTOR : values])
        fields, kinds, bounds = found
        reached, (size,) = bounds[-1], _SIZE.unpack_from(chunk, inner)
        following, stop = payload + size, payload + size + head.behind
        if values + head.end != payload or reached + 1 != following or stop >= end - _COPY:
            raise UnfamiliarError
        if chunk[reached] != _END_OF_STREAM or chunk[stop] != _END_OF_STREAM:
            raise UnfamiliarError
        layout = self._layout(fields, kinds)
        known = (
            head,
            layout,
            chunk[values : values + head.first],
            chunk[values + head.first + _SKIPPED : values + head.second],
            chunk[values + head.second + _SKIPPED : payload],
            chunk[following:stop],
        )
        (number,) = _NUMBER.unpack_from(chunk, values + head.number)
        return known, number, layout.told(chunk, bounds)

    def _layout(self, fields: Mapping[str, int], kinds: bytes) -> Layout:
        found = self._layouts.get((id(fields), kinds))
        if found is None:
            found = self._layouts[id(fields), kinds] = fields, layout_of(tuple(fields.items()), kinds)
        if found[1] is None:
            raise UnfamiliarError
        return found[1]

    def _frame(self, template: int) -> tuple[Frame, int]:
        defined = definition(self._chunk, template)
        self._frames[template] = found = _frame_at(self._chunk, template, defined), len(defined)
        return found


def _same(told: RawEvent, parsed: RawEvent) -> bool:
    """Whether all is told as it was parsed, the fields in the same order."""
    return (
        msgspec.structs.astuple(told) == msgspec.structs.astuple(parsed)
        and list(told.data) == list(parsed.data)
        and list(told.meta) == list(parsed.meta)
    )


_frame_at = Alike(frame_of)


@lru_cache(_REMEMBERED)
def _head(frame: Frame, before: bytes, behind: bytes) -> _Head:
    """Where the values stand, as the descriptors of those before the payload and behind it say.

    Raises UnfamiliarError.
    """
    sizes, kinds = [], []
    for descriptors in (before, behind):
        for at in range(0, len(descriptors), _DESCRIPTOR):
            (size,), kind = _SIZE.unpack_from(descriptors, at), descriptors[at + _KIND_AT]
            if fixed_size(kind) not in (None, size):
                raise UnfamiliarError
            sizes.append(size)
            kinds.append(kind)
    if max(frame.time, frame.number) >= frame.payload or len(before) != _DESCRIPTOR * frame.payload:
        raise UnfamiliarError
    if (kinds[frame.time], kinds[frame.number]) != (FILETIME, UINT64):
        raise UnfamiliarError
    time, number, payload = frame.time, frame.number, frame.payload
    first, second = sorted((sum(sizes[:time]), sum(sizes[:number])))
    return _Head(first, second, sum(sizes[:number]), sum(sizes[:payload]), sum(sizes[payload:]))
