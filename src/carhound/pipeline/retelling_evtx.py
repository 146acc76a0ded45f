"""What the chunks of EVTX tell of processes: fields straight from their bytes, and few records parsed."""

import struct
from collections.abc import Iterable, Iterator, Sequence

from carhound.findings.process_events import (
    KEY_FIELDS,
    OUTLINE_FIELDS,
    Header,
    Told,
    outline_in,
    process_in,
)
from carhound.findings.process_keys import Shown
from carhound.model.datasets import SYSMON
from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage
from carhound.pipeline.retelling import Named
from carhound.readers.evtx_chunks import Chunk
from carhound.readers.evtx_glance import Glance, Kind, glance, microseconds_of
from carhound.readers.evtx_payload import Payloads
from carhound.readers.evtx_records import event, records, some_records
from carhound.readers.evtx_templates import UnfamiliarError
from carhound.readers.interface import Sieve, Sifted
from carhound.readers.notes import Notes
from carhound.readers.part import Part

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

    def read(self, part: Part) -> Iterator[Told | Sifted | Named]:
        """What a part tells; what cannot be told from its bytes comes as events."""
        notes = Notes(part.options.zone)
        for chunk in part.chunks():
            if not isinstance(chunk, Chunk):
                yield chunk
                continue
            met, payloads = glance(chunk.data), Payloads(chunk.data)
            if self.by_guid:
                guids = None if met is None or chunk.cut is not None else self._guids(payloads, met)
                self.by_guid = guids is not None
                if guids:
                    yield Named(chunk.offset, b"".join(sorted(guids)))
            found = None if met is None else _payloads(payloads, met, self._sieve, OUTLINE_FIELDS)
            if found is None:
                yield from records(chunk, notes)
                continue
            for _, kind, ticks, data in found:
                one = outline_in(Header(*kind), microseconds_of(ticks), data)
                if one is not None:
                    yield one

    def _guids(self, payloads: Payloads, met: Glance) -> set[bytes] | None:
        """Those of all processes that will be asked about; None where one of them is without."""
        kinds = [kind for kind in met if self._later.can_match(*kind)]
        if not all(SYSMON.holds(kind.provider, kind.channel) for kind in kinds):
            return None
        try:
            return payloads.guids([place for kind in kinds for place in met[kind].places], "ProcessGuid")
        except _UNFAMILIAR:
            return None


def events_of(
    part: Part, sieve: Sieve, shown: Shown, given: Iterable[Chunk | Sifted]
) -> Iterator[RawEvent | Sifted]:
    """The events of these chunks of a part that tell of these processes."""
    notes = Notes(part.options.zone)
    for chunk in given:
        if not isinstance(chunk, Chunk):
            yield chunk
            continue
        events = _events(chunk, sieve, shown, notes)
        yield from records(chunk, notes) if events is None else events


def _events(chunk: Chunk, sieve: Sieve, shown: Shown, notes: Notes) -> Sequence[RawEvent | Damage] | None:
    """None where the chunk has to be parsed as a whole."""
    met = glance(chunk.data)
    found = None if met is None else _payloads(Payloads(chunk.data), met, sieve, KEY_FIELDS)
    if found is None:
        return None
    places = [
        place
        for place, kind, _, data in found
        if (who := process_in(Header(*kind), None, data)) is not None and shown.holds(who)
    ]
    parsed = some_records(chunk, places) if places else []
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
