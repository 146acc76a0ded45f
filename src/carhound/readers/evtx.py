"""EVTX: the binary log files of Windows, parsed by the `evtx` package chunk by chunk.

Each chunk is parsed as a file of its own, so a broken one costs nothing but itself, memory stays flat and any
source will do. After an error the parser is asked for the next record: a plain loop would stop there.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
from evtx import PyEvtxParser

from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage
from carhound.readers.event_tree import tree_event
from carhound.readers.evtx_chunks import Chunk, chunks, lone_chunk_header
from carhound.readers.interface import ByteSource, Item, ReadOptions
from carhound.readers.notes import Notes

_SMALLEST_RECORD = 28
_MOST_ERRORS = 65536 // _SMALLEST_RECORD
_GUID_NAMES = ("Guid", "GUID", "ActivityID")
_RECORD = re.compile(r"[Ff]ailed to parse record number (\d+): ?")
_NOISE = re.compile(
    r"(?:Failed to parse chunk number \d+: |Failed to parse chunk header: "
    r"|An error occurred while trying to deserialize evtx stream\.: )"
)


class EvtxReader:
    """Reads EVTX. A record's id is its EventRecordID: in exported files the record's header has another."""

    name = "evtx"

    def read(self, source: ByteSource, options: ReadOptions) -> Iterator[Item]:
        """Every record of every chunk."""
        notes = Notes(options.zone)
        header = lone_chunk_header()
        for chunk in chunks(source):
            if isinstance(chunk, Damage):
                yield chunk
            else:
                yield from _records(header, chunk, notes)
        yield from notes.remarks()


def _records(header: bytes, chunk: Chunk, notes: Notes) -> Iterator[RawEvent | Damage]:
    lost = chunk.records
    """Of the records the chunk should hold, those neither read nor told of as damaged."""
    stuck: Damage | None = None
    for item in _parsed(header, chunk, notes):
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


def _parsed(header: bytes, chunk: Chunk, notes: Notes) -> Iterator[RawEvent | Damage]:
    """What the parser makes of a chunk; damage without a count is where it could not get on."""
    last = "its start"
    errors = 0
    try:
        records = iter(PyEvtxParser(io.BytesIO(header + chunk.data)).records_json())
    except (RuntimeError, OSError, ValueError) as error:
        yield _damage(chunk, last, str(error))
        return
    while errors < _MOST_ERRORS:  # a chunk holds no more records: more errors mean that it does not get on
        try:
            record: Any = next(records)
        except StopIteration:
            return
        except (RuntimeError, OSError, ValueError) as error:
            errors += 1
            yield _damage(chunk, last, str(error))
            continue
        try:
            event = orjson.loads(record["data"])["Event"]
            raw = tree_event(event, f"record {record['event_record_id']}", notes)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason = f"the record is no event ({error})"
            yield replace(_damage(chunk, last, reason), records=1)
            continue
        if raw.record_id is None:
            raw.record_id = str(record["event_record_id"])
        last = f"record {raw.record_id}"
        _restore_braces(raw.data)
        _restore_braces(raw.meta)
        yield raw


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
