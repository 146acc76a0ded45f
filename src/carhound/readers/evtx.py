"""EVTX: the binary log files of Windows, parsed by the `evtx` package chunk by chunk.

Each chunk is parsed as a file of its own, so a broken one costs nothing but itself, memory stays flat and any
source will do. After an error the parser is asked for the next record: a plain loop would stop there.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Set
from typing import Any

import orjson
from evtx import PyEvtxParser
from msgspec.structs import replace

from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage
from carhound.readers.event_tree import tree_event
from carhound.readers.evtx_chunks import Chunk, chunks, lone_chunk_header
from carhound.readers.evtx_glance import Kind, Times, glance, time_of
from carhound.readers.evtx_glimpses import Glimpses
from carhound.readers.interface import ByteSource, Item, ReadOptions, Sieve, Sifted
from carhound.readers.literal_scan import in_text, utf16_or_ansi
from carhound.readers.notes import Notes

_HEADER = lone_chunk_header()
_TOLD_EVERY = 64
"""Chunks."""
_MOST_KINDS = 10_000
_ERRORS = (RuntimeError, OSError, ValueError)
"""What the parser raises."""
_SMALLEST_RECORD = 28
_MOST_ERRORS = 65536 // _SMALLEST_RECORD
_GUID_NAMES = ("Guid", "GUID", "ActivityID")
_RECORD = re.compile(r"[Ff]ailed to parse record number (\d+): ?")
# What they do not understand, they find as an empty text.
_EVENT_ID = re.compile(r'"EventID":(?:\{[^{}]*(?:\{[^{}]*\})?[^{}]*"#text":)?"?(\d*)')
_COMPUTER = re.compile(r'"Computer":(?:"([^"\\]+)")?')
_NOISE = re.compile(
    r"(?:Failed to parse chunk number \d+: |Failed to parse chunk header: "
    r"|An error occurred while trying to deserialize evtx stream\.: )"
)


class EvtxReader:
    """Reads EVTX. A record's id is its EventRecordID: in exported files the record's header has another."""

    name = "evtx"

    def __init__(self, first: int = 0, stop: int | None = None) -> None:
        """Reads of the source a span of chunks alone, as `chunks` does."""
        self._span = first, stop

    def read(self, source: ByteSource, options: ReadOptions) -> Iterator[Item]:
        """Every record of every chunk."""
        notes = Notes(options.zone)
        for chunk in chunks(source, *self._span):
            if isinstance(chunk, Damage):
                yield chunk
            else:
                yield from records(chunk, notes)
        yield from notes.remarks()

    def sift(self, source: ByteSource, options: ReadOptions, sieve: Sieve) -> Iterator[Sifted]:
        """Every record that the sieve wants; of chunks and records without its literals only the headers."""
        notes, glimpses = Notes(options.zone), Glimpses()
        sift = ChunkSieve(sieve)
        try:
            for chunk in chunks(source, *self._span):
                if isinstance(chunk, Damage):
                    yield chunk
                    continue
                yield from sift(chunk, notes, glimpses)
                if glimpses.chunks >= _TOLD_EVERY:
                    yield from glimpses.told()
            yield from glimpses.told()
        except KeyboardInterrupt:
            yield from glimpses.told()
            raise
        yield from notes.remarks()


class ChunkSieve:
    """Reads of a chunk what a sieve wants. Chunks do not depend on each other."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        self._settled: dict[Kind, bool] = {}
        """Kinds not wanted for their own sake, and whether they can match."""
        literals = sieve.literals
        self._in_chunk = _anything if literals is None else utf16_or_ansi(literals, sieve.spellings)
        self._in_record = _anything if literals is None else in_text(literals)

    def __call__(self, chunk: Chunk, notes: Notes, glimpses: Glimpses) -> Iterator[RawEvent | Damage]:
        """The wanted records; the headers of the others go to `glimpses`."""
        times = glance(chunk.data)
        settled = times is not None and self._settle(times.keys())
        if times is not None and settled and not self._may_match(times.keys(), chunk.data):
            glimpses.add(times)
            return
        parsed = None if times is None else _whole(chunk)
        if times is None or parsed is None:
            yield from records(chunk, notes)
            return
        kinds = frozenset(times)
        may_be = _record_test(self._possible(kinds), kinds) if settled else _anything
        for record in parsed:
            text = record["data"]
            if settled and not (may_be(text) and self._in_record(text)):
                continue
            item = _event(record, chunk, notes)
            _take_out(times, item)
            yield item
            if not settled and self._settle(kinds):
                if not self._may_match(kinds, chunk.data):
                    break
                settled, may_be = True, _record_test(self._possible(kinds), kinds)
        glimpses.add(times)

    def _settle(self, kinds: Set[Kind]) -> bool:
        """Whether none of these kinds is wanted for its own sake."""
        if len(self._settled) > _MOST_KINDS:
            self._settled.clear()
        for kind in kinds - self._settled.keys():
            if self._sieve.wants(kind.provider, kind.channel, kind.event_id):
                return False
            self._settled[kind] = self._sieve.can_match(*kind)
        return True

    def _may_match(self, kinds: Set[Kind], data: bytes) -> bool:
        """Whether a chunk of settled kinds may hold a match."""
        return bool(self._possible(kinds)) and self._in_chunk(data)

    def _possible(self, kinds: Set[Kind]) -> list[Kind]:
        """Those of these settled kinds that can match."""
        return [kind for kind in kinds if self._settled[kind]]


def _anything(_: object) -> bool:
    return True


def _record_test(possible: Iterable[Kind], kinds: Iterable[Kind]) -> Callable[[str], bool]:
    """Of a chunk with these kinds, whether a record as the parser writes it may be of a possible one."""
    tests = [
        (pattern, {"", *wanted})
        for pattern, wanted, every in (
            (_EVENT_ID, {kind.event_id for kind in possible}, {kind.event_id for kind in kinds}),
            (_COMPUTER, {kind.computer for kind in possible}, {kind.computer for kind in kinds}),
        )
        if wanted != every
    ]

    def may_be(text: str) -> bool:
        return not any(wanted.isdisjoint(pattern.findall(text) or wanted) for pattern, wanted in tests)

    return may_be if tests else _anything


def _take_out(times: Times, item: RawEvent | Damage) -> None:
    """Leaves in `times` what was glimpsed alone."""
    if isinstance(item, Damage):
        return
    kind = Kind(item.provider, item.channel, item.event_id or "", item.computer)
    created = times.get(kind, [])
    same = next((at for at, ticks in enumerate(created) if time_of(ticks) == item.time), None)
    if same is not None:
        del created[same]


def _whole(chunk: Chunk) -> list[Any] | None:
    """All records of a chunk as the parser gives them; None where something is damaged."""
    try:
        parsed = list(_parser(chunk))
    except _ERRORS:
        return None
    return parsed if len(parsed) == chunk.records else None


def records(chunk: Chunk, notes: Notes) -> Iterator[RawEvent | Damage]:
    """The records of one chunk, and what of it is damaged."""
    lost = chunk.records
    """Of the records the chunk should hold, those neither read nor told of as damaged."""
    stuck: Damage | None = None
    for item in _parsed(chunk, notes):
        if isinstance(item, RawEvent) or item.records is not None:
            lost -= 1
            yield item
            continue
        if stuck is not None:
            yield stuck
        stuck = item
    if stuck is not None:
        yield replace(stuck, records=max(lost, 0))
    elif lost > 0:
        reason = f"{lost} of {chunk.records} records, which its header counts, are not there"
        yield Damage(f"chunk {chunk.number}", reason, chunk.offset, lost)


def _parser(chunk: Chunk) -> Iterator[Any]:
    return iter(PyEvtxParser(io.BytesIO(_HEADER + chunk.mended())).records_json())


def _parsed(chunk: Chunk, notes: Notes) -> Iterator[RawEvent | Damage]:
    """What the parser makes of a chunk; damage without a count is where it could not get on."""
    last = "its start"
    errors = 0
    try:
        parsed = _parser(chunk)
    except _ERRORS as error:
        yield _damage(chunk, last, str(error))
        return
    while errors < _MOST_ERRORS:  # a chunk holds no more records: more errors mean that it does not get on
        try:
            record = next(parsed)
        except StopIteration:
            return
        except _ERRORS as error:
            errors += 1
            yield _damage(chunk, last, str(error))
            continue
        item = _event(record, chunk, notes, last)
        if isinstance(item, RawEvent):
            last = f"record {item.record_id}"
        yield item


def _event(record: Any, chunk: Chunk, notes: Notes, last: str = "") -> RawEvent | Damage:
    """What the parser says of one record."""
    try:
        event = orjson.loads(record["data"])["Event"]
        raw = tree_event(event, f"record {record['event_record_id']}", notes)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"the record is no event ({error})"
        where = last or f"record {record['event_record_id']}"
        return replace(_damage(chunk, where, reason), records=1)
    if raw.record_id is None:
        raw.record_id = str(record["event_record_id"])
    _restore_braces(raw.data)
    _restore_braces(raw.meta)
    return raw


def _damage(chunk: Chunk, last: str, message: str) -> Damage:
    found = _RECORD.search(message)
    reason = _NOISE.sub("", message[found.end() :] if found else message)
    where = f"record {found[1]}" if found else f"chunk {chunk.number} after {last}"
    return Damage(where, reason[:1].lower() + reason[1:], chunk.offset, 1 if found else None)


def _restore_braces(fields: dict[str, Value]) -> None:
    """Puts GUIDs into braces, as Windows and every other shape write them; the parser leaves them off."""
    for name, value in fields.items():
        if len(value) == 36 and name.endswith(_GUID_NAMES) and _is_guid(value):
            fields[name] = f"{{{value}}}"


def _is_guid(value: Any) -> bool:
    return isinstance(value, str) and value[8] == value[13] == value[18] == value[23] == "-"
