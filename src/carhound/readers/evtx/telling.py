"""Events told from the bytes of a chunk, which is far cheaper than to parse their records.

Of a record that stands for many the parser is asked once: what it says of the System part holds for all in
which these bytes are the same, but for their times and numbers. The fields are told by their template.
"""

import struct
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec

from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage
from carhound.readers.evtx.glance import Place, time_of
from carhound.readers.evtx.payload import UNFAMILIAR, Payloads
from carhound.readers.evtx.templates import Frame, UnfamiliarError, definition, frame_of
from carhound.readers.evtx.told import Layout, Told, layout_of
from carhound.readers.evtx.values import COUNT, FILETIME, UINT64, fixed_size

_RECORD_NUMBER = struct.Struct("<8xQ")
_INSTANCE = b"\x0f\x01\x01\x00\x0c\x01"
_INSTANCE_AT, _TEMPLATE_AT, _COUNT_AT = 24, 34, 38
_OFFSET = struct.Struct("<I")
_SIZE, _TIME_SIZE, _NUMBER = struct.Struct("<H2x"), 8, struct.Struct("<Q")
_DESCRIPTOR, _KIND_AT = 4, 2
_END_OF_STREAM = 0
_COPY = 4
"""Bytes at the end of a record that repeat its size."""
_REMEMBERED = 1000
_LONGEST = 2000
"""Bytes of a System part that is remembered."""


class _Head(NamedTuple):
    """Where the time and the number of records stand, from their first value on."""

    time: int
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
        self._frames: dict[int, tuple[Frame, int] | None] = {}
        """By the place of a template: what it says, and its size."""
        self._layouts: dict[tuple[int, bytes], tuple[Mapping[str, int], Layout | None]] = {}
        """By the identity of what a template says of fields, and types."""

    def __call__(self, place: Place, ticks: int) -> RawEvent | None:
        """The event of the record at this place, created then; None where it has to be parsed."""
        try:
            known, number, data = self._read(place)
        except UNFAMILIAR:
            return None
        like = self._known.get(known)
        return None if like is None else self._event(like, place, ticks, number, data)

    def learn(self, place: Place, ticks: int, parsed: RawEvent | Damage) -> None:
        """Takes note of what the parser says of a record."""
        if isinstance(parsed, Damage):
            return
        try:
            known, number, data = self._read(place)
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
        meta = like.meta.copy()
        meta["SystemTime"] = _system_time(time)
        (told_number,) = _RECORD_NUMBER.unpack_from(self._chunk, place[0])
        return RawEvent(
            like.provider,
            like.channel,
            like.event_id,
            like.computer,
            str(number),
            time,
            data,
            meta,
            f"record {told_number}",
        )

    def _read(self, place: Place) -> tuple[_Known, int, Told]:
        """What tells the System part, the number, and the fields. Raises as `Payloads.of`."""
        chunk, (start, end, payload) = self._chunk, place
        (template,) = _OFFSET.unpack_from(chunk, start + _TEMPLATE_AT)
        found = self._frames[template] if template in self._frames else self._frame(template)
        if found is None or not payload:
            raise UnfamiliarError
        frame, defined = found
        at = start + _COUNT_AT + (defined if template == start + _COUNT_AT else 0)
        (count,) = COUNT.unpack_from(chunk, at)
        at += COUNT.size
        inner = at + _DESCRIPTOR * frame.payload
        values = at + _DESCRIPTOR * count
        told, behind = chunk[at:inner], chunk[inner + _DESCRIPTOR : values]
        head = _head(frame, told, behind)
        (size,) = _SIZE.unpack_from(chunk, inner)
        following, stop = payload + size, payload + size + head.behind
        if values + head.end != payload or stop >= end - _COPY or chunk[stop] != _END_OF_STREAM:
            raise UnfamiliarError
        (number,) = _NUMBER.unpack_from(chunk, values + head.number)
        first, second = sorted((head.time, head.number))
        layout, data, reached = self._fields(place)
        if reached + 1 != following or chunk[reached] != _END_OF_STREAM:
            raise UnfamiliarError
        known = (
            frame,
            layout,
            told,
            behind,
            chunk[values : values + first],
            chunk[values + first + _TIME_SIZE : values + second],
            chunk[values + second + _TIME_SIZE : payload],
            chunk[following:stop],
        )
        return known, number, data

    def _fields(self, place: Place) -> tuple[Layout, Told, int]:
        """The fields of a record, their layout, and where they end."""
        ((fields, kinds, bounds),) = self._payloads.values((place,))
        found = self._layouts.get((id(fields), kinds))
        if found is None:
            layout = layout_of(tuple(fields.items()), kinds)
            found = self._layouts[id(fields), kinds] = fields, layout
        _, layout = found
        if layout is None:
            raise UnfamiliarError
        return layout, layout.told(self._chunk, bounds), bounds[-1]

    def _frame(self, template: int) -> tuple[Frame, int] | None:
        defined = definition(self._chunk, template)
        frame = _whole_frame(template, defined)
        self._frames[template] = found = None if frame is None else (frame, len(defined))
        return found


def _same(told: RawEvent, parsed: RawEvent) -> bool:
    """Whether all is told as it was parsed, the fields in the same order."""
    return (
        msgspec.structs.astuple(told) == msgspec.structs.astuple(parsed)
        and list(told.data) == list(parsed.data)
        and list(told.meta) == list(parsed.meta)
    )


def _system_time(time: datetime) -> str:
    return f"{time.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


@lru_cache(_REMEMBERED)
def _whole_frame(at: int, template: bytes) -> Frame | None:
    """What a template says whose names stand all in it; None where it is rare."""
    try:
        return frame_of(bytes(at) + template, at)[0]
    except UnfamiliarError:
        return None


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
    return _Head(sum(sizes[:time]), sum(sizes[:number]), sum(sizes[:payload]), sum(sizes[payload:]))
