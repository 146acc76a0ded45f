"""Of the chunks of EVTX the events that tell of some processes; few records are parsed for that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from carhound.findings.lineage.events import KEY_FIELDS, Header, process_in
from carhound.findings.lineage.keys import Shown
from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.evtx.chunks import Chunk, chunks_at
from carhound.readers.evtx.glance import Glance, Glances
from carhound.readers.evtx.payload import UNFAMILIAR, Payloads
from carhound.readers.evtx.records import event, records, some_records
from carhound.readers.interface import Sieve, Sifted
from carhound.readers.notes import Notes
from carhound.readers.part import Part


def events_of(part: Part, sieve: Sieve, shown: Shown) -> Iterator[RawEvent | Sifted]:
    """The events of a part that tell of these processes, and others."""
    notes, glances = Notes(part.options.zone), Glances(lambda kind: sieve.can_match(*kind))
    for chunk in part.chunks():
        if not isinstance(chunk, Chunk):
            yield chunk
            continue
        met = glances(chunk.data)
        try:
            places = None if met is None else sorted(_places(Payloads(chunk.data), met, shown))
        except UNFAMILIAR:
            places = None
        yield from records(chunk, notes) if places is None else _events(chunk, places, notes)


def events_at(path: Path, told: Mapping[int, Sequence[int]], notes: Notes) -> Iterator[RawEvent | Damage]:
    """The events of a file at these places, by place of their chunk; where it has changed, others too."""
    for chunk in chunks_at(path, told):
        yield from _events(chunk, sorted(told[chunk.offset]), notes)


def _events(chunk: Chunk, places: Sequence[int], notes: Notes) -> Iterable[RawEvent | Damage]:
    """Those that begin at these places; all, where the chunk has to be parsed as a whole."""
    if not places:
        return ()
    parsed = some_records(chunk, places)
    return records(chunk, notes) if parsed is None else [event(one, chunk, notes) for one in parsed]


def _places(payloads: Payloads, met: Glance, shown: Shown) -> Iterator[int]:
    """Where the records begin that tell of these processes."""
    for kind, (_, places) in met.items():
        for (place, _, _), data in zip(places, payloads.of(places, KEY_FIELDS), strict=True):
            who = process_in(Header(*kind), None, data)
            if who is not None and shown.holds(who):
                yield place
