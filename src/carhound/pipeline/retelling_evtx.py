"""What the chunks of EVTX tell of processes: fields straight from their bytes, and few records parsed."""

import struct
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

from carhound.findings.process_events import (
    KEY_FIELDS,
    OUTLINE_FIELDS,
    Header,
    Told,
    outline_in,
    process_in,
)
from carhound.findings.process_keys import Shown, stored_guid
from carhound.model.datasets import SYSMON
from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage
from carhound.readers.evtx_chunks import Chunk
from carhound.readers.evtx_counts import records_of_whole
from carhound.readers.evtx_glance import Glance, Kind, glance, microseconds_of
from carhound.readers.evtx_glimpses import Glimpses
from carhound.readers.evtx_payload import Payloads
from carhound.readers.evtx_records import event, some_records
from carhound.readers.evtx_sieve import ChunkSieve
from carhound.readers.evtx_templates import UnfamiliarError
from carhound.readers.interface import Sieve, Sifted
from carhound.readers.notes import Notes
from carhound.readers.part import Part

_STORED, _WRITTEN = 4, 16
"""Bytes in which all GUIDs agree that Sysmon makes on a computer; also where they are texts."""
_MOST_BEGINNINGS = 8
"""More of them take longer to search for than it saves."""

_UNFAMILIAR = (UnfamiliarError, struct.error)
_Payload = tuple[int, Kind, int, dict[str, Value]]
"""Place, kind, time and fields of a record."""


class Outlines:
    """The starts and ends in EVTX."""

    def __init__(self, sieve: Sieve, later: Sieve) -> None:
        """`later` is what will be asked for in full."""
        self._sieve = sieve
        self._later = later
        self.by_guid = True
        """Whether all that will be asked for in full, of what was read, names its process by a GUID."""

    def read(self, part: Part) -> Iterator[Told | Sifted]:
        """What a part tells; what cannot be told from its bytes comes as events."""
        notes, parse = Notes(part.options.zone), ChunkSieve(self._sieve)
        for chunk in part.chunks():
            if not isinstance(chunk, Chunk):
                yield chunk
                continue
            met = glance(chunk.data)
            payloads = Payloads(chunk.data)
            self.by_guid = self.by_guid and met is not None and self._are_by_guid(payloads, met)
            found = None if met is None else _payloads(payloads, met, self._sieve, OUTLINE_FIELDS)
            if found is None:
                yield from parse(chunk, notes, Glimpses())
                continue
            for _, kind, ticks, data in found:
                one = outline_in(Header(*kind), microseconds_of(ticks), data)
                if one is not None:
                    yield one

    def _are_by_guid(self, payloads: Payloads, met: Glance) -> bool:
        kinds = [kind for kind in met if self._later.can_match(*kind)]
        if not all(SYSMON.holds(kind.provider, kind.channel) for kind in kinds):
            return False
        try:
            return all(payloads.all_have_guid(met[kind].places, "ProcessGuid") for kind in kinds)
        except _UNFAMILIAR:
            return False


def events_of(part: Part, sieve: Sieve, shown: Shown, *, by_guid: bool) -> Iterator[RawEvent | Sifted]:
    """The events that tell of these processes; `by_guid` as `Outlines` found it."""
    notes, parse = Notes(part.options.zone), ChunkSieve(sieve)
    may_show = guid_search(shown.keys) if by_guid and not shown.numbers else None
    for chunk in part.chunks():
        if not isinstance(chunk, Chunk):
            yield chunk
        elif may_show is None or may_show(chunk.data):
            events = _events(chunk, sieve, shown, notes)
            yield from parse(chunk, notes, Glimpses()) if events is None else events


def _events(chunk: Chunk, sieve: Sieve, shown: Shown, notes: Notes) -> Sequence[RawEvent | Damage] | None:
    """None where the chunk has to be parsed as a whole."""
    met, stated = glance(chunk.data), records_of_whole(chunk.data)
    found = None if met is None else _payloads(Payloads(chunk.data), met, sieve, KEY_FIELDS)
    if found is None or stated is None:
        return None
    places = [
        place
        for place, kind, _, data in found
        if (who := process_in(Header(*kind), None, data)) is not None and shown.holds(who)
    ]
    parsed = some_records(chunk, places, stated[2]) if places else []
    return None if parsed is None else [event(record, chunk, notes) for record in parsed]


def _payloads(payloads: Payloads, met: Glance, sieve: Sieve, names: tuple[str, ...]) -> list[_Payload] | None:
    """These fields of the records that can match, in their order; None where one is unfamiliar."""
    try:
        found = [
            (place, kind, ticks, data)
            for kind, (times, places) in met.items()
            if sieve.can_match(*kind)
            for ticks, place, data in zip(times, places, payloads.of(places, names), strict=True)
        ]
    except _UNFAMILIAR:
        return None
    found.sort(key=lambda one: one[0])
    return found


def guid_search(keys: AbstractSet[bytes]) -> Callable[[bytes], bool] | None:
    """Whether a chunk holds the GUID of one of these; None where searching takes longer than it saves."""
    guids = {guid for key in keys if (guid := stored_guid(key)) is not None}
    texts = {str(UUID(bytes_le=guid)).encode("utf-16-le") for guid in guids}
    stored, written = _search(guids, _STORED), _search(texts, _WRITTEN)
    if stored is None or written is None:
        return None
    return lambda data: stored(data) or written(data.lower())


def _search(wanted: AbstractSet[bytes], beginning: int) -> Callable[[bytes], bool] | None:
    beginnings = {one[:beginning] for one in wanted}
    size = max(map(len, wanted), default=0)

    def holds(data: bytes) -> bool:
        for one in beginnings:
            at = data.find(one)
            while at >= 0:
                if data[at : at + size] in wanted:
                    return True
                at = data.find(one, at + 1)
        return False

    return holds if len(beginnings) <= _MOST_BEGINNINGS else None
