"""Of the chunks of EVTX the events that tell of some processes; few records are parsed for that."""

from collections.abc import Iterable, Iterator, Sequence

from carhound.findings.process_events import KEY_FIELDS, Header, process_in
from carhound.findings.process_keys import Shown
from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.evtx_chunks import Chunk
from carhound.readers.evtx_glance import Glance, Glances
from carhound.readers.evtx_payload import UNFAMILIAR, Payloads
from carhound.readers.evtx_records import event, records, some_records
from carhound.readers.interface import Sieve, Sifted
from carhound.readers.notes import Notes
from carhound.readers.part import Part


def events_of(
    part: Part, sieve: Sieve, shown: Shown, given: Iterable[Chunk | Sifted]
) -> Iterator[RawEvent | Sifted]:
    """The events of these chunks of a part that tell of these processes."""
    notes, glances = Notes(part.options.zone), Glances(lambda kind: sieve.can_match(*kind))
    for chunk in given:
        if not isinstance(chunk, Chunk):
            yield chunk
            continue
        events = _events(chunk, glances(chunk.data), shown, notes)
        yield from records(chunk, notes) if events is None else events


def _events(
    chunk: Chunk, met: Glance | None, shown: Shown, notes: Notes
) -> Sequence[RawEvent | Damage] | None:
    """None where the chunk has to be parsed as a whole."""
    if met is None:
        return None
    try:
        places = sorted(_places(Payloads(chunk.data), met, shown))
    except UNFAMILIAR:
        return None
    parsed = some_records(chunk, places) if places else []
    return None if parsed is None else [event(record, chunk, notes) for record in parsed]


def _places(payloads: Payloads, met: Glance, shown: Shown) -> Iterator[int]:
    """Where the records begin that tell of these processes."""
    for kind, (_, places) in met.items():
        for (place, _), data in zip(places, payloads.of(places, KEY_FIELDS), strict=True):
            who = process_in(Header(*kind), None, data)
            if who is not None and shown.holds(who):
                yield place
