"""Events with fields changed: as if the record had said something else. The CAR view follows its sources."""

from collections.abc import Mapping

from carhound.model.event import HEADER, Event, RawEvent, Value
from carhound.normalize.mapping import SENSORS, sensor
from carhound.normalize.normalizer import Normalizer


def altered(event: Event, changes: Mapping[str, Value | None]) -> Event:
    """A copy of the event in which native fields have other values; None takes a field away."""
    header: dict[str, str | None] = {
        name: getattr(event, name) for name in ("provider", "channel", "event_id", "computer", "record_id")
    }
    data, meta = dict(event.data), dict(event.meta)
    for name, value in changes.items():
        if name in HEADER:
            header[HEADER[name]] = value if isinstance(value, str) else None
            continue
        part = meta if name not in data and name in meta else data
        if value is None:
            part.pop(name, None)
        else:
            part[name] = value
    raw = RawEvent(**header, time=event.time, data=data, meta=meta, position=event.position)
    return Normalizer().event(raw, event.place.file, event.shape)


def sources_of(event: Event, field: str) -> tuple[str, ...]:
    """The native fields from which a CAR field of the event is made, the preferred one first."""
    for name in SENSORS:
        mapping = sensor(name)
        if mapping.holds(event.provider, event.channel):
            found = mapping.events.get(event.event_id or "")
            return found.sources.get(field, ()) if found is not None else ()
    return ()
