"""The headers of the records of a chunk, told from its bytes, at a fraction of what parsing them costs.

Where anything is not as Windows writes it, there is no answer and the chunk has to be parsed: so what is told
here is what parsing would tell.
"""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct

from carhound.model.evidence import Glimpsed
from carhound.model.presence import QUARTER
from carhound.readers.evtx.counts import FIRST_RECORD, records_of_whole
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
    check_sid,
    fixed_size,
)

_RECORD = struct.Struct("<II")
_RECORD_MAGIC = int.from_bytes(b"**\0\0", "little")
_INSTANCE = b"\x0f\x01\x01\x00\x0c\x01"
_INSTANCE_AT, _TEMPLATE_AT, _VALUES_AT = 24, 34, 38
_TEMPLATE = struct.Struct("<I")
_DESCRIPTOR = struct.Struct("<HBB")
_KIND_AT = 2
_BEHIND, _ALONE, _NONE = "HBxHBx", "HBx0s0s", "0s0s0s0s"
"""The descriptors of the payload and of the computer's name, of the former, of neither."""
_TEXTS = (NULL, STRING)
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_EARLIEST = (datetime(1970, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1) * 10
_LATEST = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1) * 10
_QUARTER = QUARTER.seconds * 10_000_000
_REMEMBERED = 1000


class Kind(NamedTuple):
    """What the headers of some records have in common."""

    provider: str | None
    channel: str | None
    event_id: str | None
    computer: str | None


Place = tuple[int, int, int]
"""Where in a chunk a record begins and ends, and where its payload begins: 0 where that is unknown."""


class Met(NamedTuple):
    """The records of a kind."""

    times: list[int]
    """When they were created: ticks of 100 ns since 1601."""
    places: list[Place]
    """Likewise."""


Glance = dict[Kind, Met]


class _Shape(Struct, frozen=True, eq=False):
    """The layout of records with the same template, and values of the same sizes before the payload."""

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


Seen = TypeVar("Seen")


class Walked(NamedTuple, Generic[Seen]):
    """The records of a chunk, in their order."""

    seen: list[Seen]
    """What stands for their kinds."""
    times: list[int]
    """When they were created: ticks of 100 ns since 1601."""
    places: list[Place]


class Walker(Generic[Seen]):
    """Walks over the records of chunks, most of which hold the same kinds."""

    def __init__(self, see: Callable[[Kind], Seen]) -> None:
        """`see` gives what stands for a kind."""
        self._see = see
        self._known: dict[_Shape, _OfShape[Seen]] = {}

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
        walked: Walked[Seen] = Walked([], [], [])
        add_seen, add_time, add_place = walked.seen.append, walked.times.append, walked.places.append
        at, known, unpack, least, payload, behind = FIRST_RECORD, b"", _ANY.unpack_from, 0, 0, 0
        for record_id in range(first_id, first_id + count):
            magic, size, number, told, inner, inner_kind, length, kind, event_id, time, said = unpack(
                chunk, at
            )
            record, start, defined = chunk, at, 0
            if told != known:
                record, start, defined, shape, known = _shape_at(chunk, at)
                unpack, least = shape.fields.unpack_from, shape.fields.size
                payload, behind = shape.payload, shape.behind
                magic, size, number, _, inner, inner_kind, length, kind, event_id, time, said = unpack(
                    record, start
                )
                seen = self._of(shape)
                latest = seen.latest
            if magic != _RECORD_MAGIC or number != record_id or size < least:
                raise UnfamiliarError
            name = b""
            if behind:
                name_at = start + behind + inner
                name = record[name_at : name_at + length]
                if inner_kind != BINXML or kind != STRING or len(name) < length:
                    raise UnfamiliarError
            before = latest.get(event_id)
            if before is None or before[0] != said or before[1] != name:
                before = latest[event_id] = said, name, seen[said, name, event_id]
            add_seen(before[2])
            add_time(time)
            following = at + size
            add_place((at, following, at + payload + defined if payload and inner_kind == BINXML else 0))
            at = following
        if at != end or not _EARLIEST <= min(walked.times) <= max(walked.times) <= _LATEST:
            raise UnfamiliarError
        return walked

    def _of(self, shape: _Shape) -> "_OfShape[Seen]":
        found = self._known.get(shape)
        if found is None:
            if len(self._known) == _REMEMBERED:
                self._known.clear()
            found = self._known[shape] = _OfShape(shape, self._see)
        return found


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
        for kind, time, place in zip(*walked, strict=True):
            if kind is not None:
                if (one := met.get(kind)) is None:
                    one = met[kind] = Met([], [])
                one.times.append(time)
                one.places.append(place)
        return met


def glimpsed(kind: Kind, times: list[int], *, looked: bool = False) -> Glimpsed:
    """Tells of records of a kind: when they were created, at least one."""
    first, last = min(times), max(times)
    quarters: Sequence[int] = range(_quarter_of(first), _quarter_of(last) + 1)
    if len(quarters) > 2:
        quarters = [_quarter_of(time) for time in times]
    begin = time_of(first)
    end = begin if first == last else time_of(last)
    return Glimpsed(*kind, len(times), begin, end, frozenset(quarters), looked)


def _quarter_of(ticks: int) -> int:
    return (ticks - _EARLIEST) // _QUARTER


def time_of(ticks: int) -> datetime:
    """Aware UTC, in microseconds."""
    seconds, rest = divmod(ticks, 10_000_000)
    return _EPOCH + timedelta(0, seconds, rest // 10)


def microseconds_of(ticks: int) -> int:
    """Likewise as microseconds since 1970."""
    return (ticks - _EARLIEST) // 10


class _OfShape(dict[tuple[bytes, bytes, int], Seen]):
    """What stands for kinds, by their texts, the computer's name behind the payload, and event id."""

    def __init__(self, shape: _Shape, see: Callable[[Kind], Seen]) -> None:
        super().__init__()
        self.latest: dict[int, tuple[bytes, bytes, Seen]] = {}
        """By event id those met last: mostly they come again, and are compared faster than hashed."""
        self._shape = shape
        self._see = see

    def __missing__(self, key: tuple[bytes, bytes, int]) -> Seen:
        if len(self) == _REMEMBERED:
            self.clear()
            self.latest.clear()
        seen = self[key] = self._see(_kind(self._shape, *key))
        return seen


@lru_cache(_REMEMBERED)
def _kind(shape: _Shape, said: bytes, computer: bytes, event_id: int) -> Kind:
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


def _shape_at(chunk: bytes, at: int) -> tuple[bytes, int, int, _Shape, bytes]:
    """The record without a template defined in it, where it begins, and the size of that template.

    And its shape, and what tells that.
    """
    if not chunk.startswith(_INSTANCE, at + _INSTANCE_AT):
        raise UnfamiliarError
    (template,) = _TEMPLATE.unpack_from(chunk, at + _TEMPLATE_AT)
    record, start, defined = chunk, at, 0
    if template == at + _VALUES_AT:
        _, size = _RECORD.unpack_from(chunk, at)
        defined = len(definition(chunk, template))
        record, start = chunk[at:template] + chunk[template + defined : at + size], 0
    header = _whole_header(template, definition(chunk, template)) or header_of(chunk, template)[0]
    at_count = start + _VALUES_AT
    (count,) = COUNT.unpack_from(record, at_count)
    if count > MOST_VALUES:
        raise UnfamiliarError
    stop = 0
    while stop < count and record[at_count + COUNT.size + _KIND_AT + _DESCRIPTOR.size * stop] != BINXML:
        stop += 1
    told = record[start + _INSTANCE_AT : at_count + COUNT.size + _DESCRIPTOR.size * stop]
    return record, start, defined, _shape(told, header), told


@lru_cache(_REMEMBERED)
def _whole_header(at: int, template: bytes) -> Header | None:
    """None where names of the template stand elsewhere in the chunk."""
    try:
        header, whole = header_of(bytes(at) + template, at)
    except UnfamiliarError:
        return None
    return header if whole else None


@lru_cache(_REMEMBERED)
def _shape(told: bytes, header: Header) -> _Shape:
    head = _VALUES_AT - _INSTANCE_AT
    (count,) = COUNT.unpack_from(told, head)
    head += COUNT.size
    descriptors = [_DESCRIPTOR.unpack_from(told, at) for at in range(head, len(told), _DESCRIPTOR.size)]
    at = _INSTANCE_AT + head + _DESCRIPTOR.size * count
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
        if part == stop + 1 < count and part is header.computer:
            behind = at
        elif not isinstance(part, str):
            texts.append((part, *_span(descriptors, starts, part, _TEXTS)))
    event_at, _ = _span(descriptors, starts, header.event_id, (UINT16,))
    time_at, _ = _span(descriptors, starts, header.time, (FILETIME,))
    looked_at = [span[1:] for span in texts] + [(start, start + SID_HEAD) for start, _ in sids]
    first = min((start for start, _ in looked_at), default=time_at + 8)
    last = max((end for _, end in looked_at), default=first)
    told_end = _INSTANCE_AT + len(told)
    parts = (
        (_INSTANCE_AT, f"{len(told)}s"),
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
    return _Shape(struct.Struct(layout), header, spans, heads, payload, behind)


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


_ANY = struct.Struct("<IIQ8x1s0s0s0s0sHQ0s")
