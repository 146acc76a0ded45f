"""The headers of the records of a chunk, told from its bytes, at a fraction of what parsing them costs.

Where anything is not as Windows writes it, there is no answer and the chunk has to be parsed: so what is told
here is what parsing would tell.
"""

import struct
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from carhound.model.evidence import Glimpsed
from carhound.model.presence import QUARTER
from carhound.readers.evtx.counts import FIRST_RECORD, records_of_whole
from carhound.readers.evtx.shapes import Kind, Shape, kind_of, shape_told, told_at
from carhound.readers.evtx.templates import UnfamiliarError
from carhound.readers.evtx.values import BINXML, STRING

_RECORD = struct.Struct("<IIQ")
_RECORD_MAGIC = int.from_bytes(b"**\0\0", "little")
_ANY = struct.Struct("<IIQ8x1s0s0s0s0sHQ0s")
"""Likewise, where the shape is unknown."""
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
EARLIEST = (datetime(1970, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1) * 10
LATEST = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1) * 10
_QUARTER = QUARTER.seconds * 10_000_000
_MOST_SHAPES, _MOST_KINDS = 1000, 10_000
"""Remembered."""

Place = tuple[int, int, int]
"""Where in a chunk a record begins and ends, and where its payload begins: 0 where that is unknown."""


class Met(NamedTuple):
    """The records of a kind."""

    times: list[int]
    """When they were created: ticks of 100 ns since 1601."""
    places: list[Place]
    """Likewise."""


Glance = dict[Kind, Met]


Seen = TypeVar("Seen")


class Walked(NamedTuple, Generic[Seen]):
    """The records of a chunk, in their order."""

    first_id: int
    """The number of the first one."""
    seen: list[Seen]
    """What stands for their kinds."""
    times: list[int]
    """When they were created: ticks of 100 ns since 1601."""
    starts: list[int]
    """Where in the chunk they begin, and the end of the last one."""
    payloads: list[int]
    """Where their payloads begin: 0 where that is unknown."""
    shapes: list[Shape]

    def place(self, number: int) -> Place:
        """That of one."""
        return self.starts[number], self.starts[number + 1], self.payloads[number]

    def places(self) -> Iterator[Place]:
        """Those of all."""
        return zip(self.starts, self.starts[1:], self.payloads, strict=False)


class _OfShape(dict[tuple[bytes, bytes, int], Seen]):
    """What stands for kinds, by their texts, the computer's name behind the payload, and event id."""

    def __init__(self, shape: Shape, see: Callable[[Kind], Seen]) -> None:
        super().__init__()
        self.shape = shape
        self._see = see

    def __missing__(self, key: tuple[bytes, bytes, int]) -> Seen:
        seen = self[key] = self._see(kind_of(self.shape, *key))
        return seen


class Walker(Generic[Seen]):
    """Walks over the records of chunks, most of which hold the same kinds."""

    def __init__(self, see: Callable[[Kind], Seen]) -> None:
        """`see` gives what stands for a kind."""
        self._see = see
        self._known: dict[Shape, _OfShape[Seen]] = {}
        self._kinds = 0
        """How many these hold."""

    def __call__(self, chunk: bytes) -> Walked[Seen] | None:
        """The records of a chunk; None where it has to be parsed."""
        expected = records_of_whole(chunk)
        if expected is None:
            return None
        try:
            return self._walk(chunk, *expected)
        except (UnfamiliarError, struct.error, UnicodeDecodeError):
            return None

    def _walk(self, chunk: bytes, first_id: int, count: int, end: int) -> Walked[Seen]:
        seen: list[Seen] = []
        times: list[int] = []
        starts: list[int] = []
        payloads: list[int] = []
        shapes: list[Shape] = []
        met: dict[bytes, _OfShape[Seen]] = {}
        at, known, unpack, least, payload, behind = FIRST_RECORD, b"", _ANY.unpack_from, 0, 0, 0
        for record_id in range(first_id, first_id + count):
            magic, size, number, told, inner, inner_kind, length, kind, event_id, time, said = unpack(
                chunk, at
            )
            start = at
            if told != known:
                known, defined = told_at(chunk, at)
                found = met.get(known)
                if found is None:
                    found = met[known] = self._of(shape_told(chunk, known))
                kinds, shape = found, found.shape
                unpack, least = shape.fields.unpack_from, shape.fields.size
                payload, behind = shape.payload, shape.behind
                start += defined
                _, _, _, _, inner, inner_kind, length, kind, event_id, time, said = unpack(chunk, start)
                magic, size, number = _RECORD.unpack_from(chunk, at)
                if size < least + defined:
                    raise UnfamiliarError
            if magic != _RECORD_MAGIC or number != record_id or size < least:
                raise UnfamiliarError
            starts.append(at)
            at += size
            name = b""
            if behind:
                name_at = start + behind + inner
                name_end = name_at + length
                if inner_kind != BINXML or kind != STRING or name_end > at:
                    raise UnfamiliarError
                name = chunk[name_at:name_end]
            seen.append(kinds[said, name, event_id])
            times.append(time)
            shapes.append(shape)
            payloads.append(start + payload if inner and inner_kind == BINXML else 0)
        starts.append(at)
        if at != end or end > len(chunk) or not EARLIEST <= min(times) <= max(times) <= LATEST:
            raise UnfamiliarError
        return Walked(first_id, seen, times, starts, payloads, shapes)

    def _of(self, shape: Shape) -> _OfShape[Seen]:
        found = self._known.get(shape)
        if found is None:
            if len(self._known) == _MOST_SHAPES:
                self._forget()
            found = self._known[shape] = _OfShape(shape, self._met)
        return found

    def _met(self, kind: Kind) -> Seen:
        if self._kinds == _MOST_KINDS:
            self._forget()
        self._kinds += 1
        return self._see(kind)

    def _forget(self) -> None:
        self._known.clear()
        self._kinds = 0


class Glances:
    """The records of chunks by their kind, of some kinds."""

    def __init__(self, wanted: Callable[[Kind], bool]) -> None:
        """`wanted` says which kinds."""
        self._walker = Walker(lambda kind: kind if wanted(kind) else None)

    def __call__(self, chunk: bytes) -> Glance | None:
        """Those of a chunk; None where it has to be parsed."""
        walked = self._walker(chunk)
        if walked is None:
            return None
        met: Glance = {}
        for kind, time, place in zip(walked.seen, walked.times, walked.places(), strict=True):
            if kind is not None:
                if (one := met.get(kind)) is None:
                    one = met[kind] = Met([], [])
                one.times.append(time)
                one.places.append(place)
        return met


def glimpsed(kind: Kind, times: list[int], *, looked: bool = False) -> Glimpsed:
    """Tells of records of a kind: when they were created, at least one."""
    first, last = min(times), max(times)
    quarters: Collection[int] = range(_quarter_of(first), _quarter_of(last) + 1)
    if len(quarters) > 2:
        quarters = {(time - EARLIEST) // _QUARTER for time in times}
    begin = time_of(first)
    end = begin if first == last else time_of(last)
    return Glimpsed(*kind, len(times), begin, end, frozenset(quarters), looked)


def _quarter_of(ticks: int) -> int:
    return (ticks - EARLIEST) // _QUARTER


def time_of(ticks: int) -> datetime:
    """Aware UTC, in microseconds."""
    seconds, rest = divmod(ticks, 10_000_000)
    return _EPOCH + timedelta(0, seconds, rest // 10)


def microseconds_of(ticks: int) -> int:
    """Likewise as microseconds since 1970."""
    return (ticks - EARLIEST) // 10
