"""The records of one chunk of an EVTX file, as events.

After an error the parser is asked for the next record: a plain loop would stop there.
"""

import io
import re
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from evtx import PyEvtxParser
from msgspec.structs import replace

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.event_tree import tree_event
from carhound.readers.evtx.chunks import Chunk, lone_chunk_header
from carhound.readers.evtx.counts import records_of_whole
from carhound.readers.evtx.guids import with_braces
from carhound.readers.evtx.hops import hopping
from carhound.readers.evtx.text import text_event
from carhound.readers.notes import Notes

_HEADER = lone_chunk_header()
_ERRORS = (RuntimeError, OSError, ValueError)
"""What the parser raises."""
_SMALLEST_RECORD = 28
_MOST_ERRORS = 65536 // _SMALLEST_RECORD
_RECORD = r"[Ff]ailed to parse record number (\d+): ?"
_NOISE = (
    r"(?:Failed to parse chunk number \d+: |Failed to parse chunk header: "
    r"|An error occurred while trying to deserialize evtx stream\.: )"
)


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


def some_records(chunk: Chunk, places: Sequence[int]) -> list[Any] | None:
    """Those of a chunk at these places, as the parser gives them; None where something is damaged."""
    stated = records_of_whole(chunk.data)
    if stated is None:
        return None
    try:
        parsed = list(_parser(hopping(chunk.mended(), places, stated[2])))
    except (*_ERRORS, struct.error):  # the latter where a place is none in this chunk
        return None
    parsed = parsed[len(parsed) - len(places) :]
    return parsed if len(parsed) == len(places) else None


def _parser(chunk: bytes) -> Iterator[Any]:
    # One thread: others would have nothing to do with a single chunk, and are in the way of forks.
    return iter(PyEvtxParser(io.BytesIO(_HEADER + chunk), 1).records_json())


def _parsed(chunk: Chunk, notes: Notes) -> Iterator[RawEvent | Damage]:
    """What the parser makes of a chunk; damage without a count is where it could not get on."""
    last = "its start"
    errors = 0
    try:
        parsed = _parser(chunk.mended())
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
        item = event(record, chunk, notes, last)
        if isinstance(item, RawEvent):
            last = f"record {item.record_id}"
        yield item


def tree_of(record: Any) -> Any:
    """The tree of a record, as the parser writes it; None where it is none."""
    try:
        return orjson.loads(record["data"])["Event"]
    except (ValueError, KeyError, TypeError):
        return None


def event(record: Any, chunk: Chunk, notes: Notes, last: str = "", tree: Any = None) -> RawEvent | Damage:
    """What the parser says of one record; `tree`, where it is known already."""
    try:
        if tree is None:
            if (usual := text_event(record["data"], position(record), notes)) is not None:
                return usual
            tree = orjson.loads(record["data"])["Event"]
        raw = tree_event(tree, position(record), notes)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"the record is no event ({error})"
        return replace(_damage(chunk, last or position(record), reason), records=1)
    if raw.record_id is None:
        raw.record_id = str(record["event_record_id"])
    raw.data, raw.meta = with_braces(raw.data), with_braces(raw.meta)
    return raw


def position(record: Any) -> str:
    """Where a record is, for people."""
    return f"record {record['event_record_id']}"


def _damage(chunk: Chunk, last: str, message: str) -> Damage:
    found = re.search(_RECORD, message)
    reason = re.sub(_NOISE, "", message[found.end() :] if found else message)
    where = f"record {found[1]}" if found else f"chunk {chunk.number} after {last}"
    return Damage(where, reason[:1].lower() + reason[1:], chunk.offset, 1 if found else None)
