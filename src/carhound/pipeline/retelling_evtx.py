"""What the chunks of EVTX tell of processes: fields straight from their bytes, and few records parsed."""

import struct
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from carhound.findings.process_events import (
    KEY_FIELDS,
    OUTLINE_FIELDS,
    Header,
    Told,
    microseconds,
    outline_in,
    process_in,
)
from carhound.findings.process_keys import process_key
from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage
from carhound.readers.evtx_chunks import Chunk
from carhound.readers.evtx_counts import records_of_whole
from carhound.readers.evtx_glance import Kind, glance, time_of
from carhound.readers.evtx_glimpses import Glimpses
from carhound.readers.evtx_payload import payloads
from carhound.readers.evtx_records import event, some_records
from carhound.readers.evtx_sieve import ChunkSieve
from carhound.readers.evtx_templates import UnfamiliarError
from carhound.readers.interface import Sieve, Sifted
from carhound.readers.notes import Notes
from carhound.readers.part import Part


def retell(part: Part, sieve: Sieve, shown: AbstractSet[bytes] | None) -> Iterator[Told | Sifted]:
    """What is told of all processes in outline; or the events that tell of those shown.

    What cannot be told from the bytes comes as events of which the sieve lets pass what it likes.
    """
    notes = Notes(part.options.zone)
    parse = ChunkSieve(sieve)
    for chunk in part.chunks():
        if not isinstance(chunk, Chunk):
            yield chunk
            continue
        told = _outlines(chunk, sieve) if shown is None else _events(chunk, sieve, shown, notes)
        yield from parse(chunk, notes, Glimpses()) if told is None else told


def _outlines(chunk: Chunk, sieve: Sieve) -> list[Told] | None:
    found = _payloads(chunk, sieve, OUTLINE_FIELDS)
    if found is None:
        return None
    told = (outline_in(Header(*kind), microseconds(time_of(ticks)), data) for _, kind, ticks, data in found)
    return [one for one in told if one is not None]


def _events(
    chunk: Chunk, sieve: Sieve, shown: AbstractSet[bytes], notes: Notes
) -> list[RawEvent | Damage] | None:
    found, stated = _payloads(chunk, sieve, KEY_FIELDS), records_of_whole(chunk.data)
    if found is None or stated is None:
        return None
    places = [
        place
        for place, kind, _, data in found
        if (who := process_in(Header(*kind), None, data)) is not None and process_key(who) in shown
    ]
    if not places:
        return []
    parsed = some_records(chunk, places, stated[2])
    return None if parsed is None else [event(record, chunk, notes) for record in parsed]


def _payloads(
    chunk: Chunk, sieve: Sieve, names: tuple[str, ...]
) -> list[tuple[int, Kind, int, dict[str, Value]]] | None:
    """Place, kind, time and payload of the records that can match; None where it has to be parsed."""
    met = glance(chunk.data)
    if met is None:
        return None
    possible = [kind for kind in met if sieve.can_match(*kind)]
    found = sorted(
        (place, number, time)
        for number, kind in enumerate(possible)
        for time, place in zip(*met[kind], strict=True)
    )
    try:
        told = list(payloads(chunk.data, [place for place, _, _ in found], names))
    except (UnfamiliarError, struct.error):
        return None
    return [
        (place, possible[number], time, data) for (place, number, time), data in zip(found, told, strict=True)
    ]
