"""Raw events to events: placed, numbered, bound to their sensor and with a CAR view on demand."""

from collections import Counter
from collections.abc import Iterator

from carhound.model.event import Derive, Event, Fields, Place, RawEvent, no_view
from carhound.model.evidence import Remark
from carhound.model.instants import parse_time
from carhound.normalize.mapping import EventMapping, sensor_of

_DOUBLED = "\\\\"
REMARKABLE = ("Image",)
"""Fields of which something may have to be stated."""

_MOST_KINDS = 10_000
"""Providers, channels and event ids remembered; real evidence has hundreds."""


class Normalizer:
    """Makes events. Binds by provider (or channel where there is none), never by event id alone."""

    def __init__(self) -> None:
        self.made = 0
        """Events so far; each carries how many came before it."""
        self._bound: dict[tuple[str | None, ...], tuple[EventMapping | None, Derive]] = {}
        self._without_kind: Counter[str] = Counter()
        self._doubled = 0

    def event(self, raw: RawEvent, file: str, shape: str) -> Event:
        """The event of a raw event met in `file`; it takes over the raw event's fields."""
        mapping, derive = self._bound_to(raw.provider, raw.channel, raw.event_id)
        event = Event(
            raw.provider,
            raw.channel,
            raw.event_id,
            raw.computer,
            raw.record_id,
            raw.time,
            raw.data,
            raw.meta,
            raw.position,
            Place(file, raw.record_id or raw.position),
            shape,
            (),
            self.made,
        )
        self.made += 1
        if event.time is None and isinstance(utc_time := raw.data.get("UtcTime"), str):
            event.time = parse_time(utc_time)
        if mapping is not None:
            event.kinds = kinds = mapping.kinds(raw)
            event.key_fields = mapping.key
            event.derive = derive
            if not kinds:
                self._without_kind[raw.event_id or ""] += 1
            self._doubled += remarkable(raw.data)
        return event

    def kinds_of(
        self, provider: str | None, channel: str | None, event_id: str | None
    ) -> tuple[tuple[tuple[str, str], ...], bool]:
        """The CAR (object, action) pairs that such events may be of, and whether each is of all of them."""
        mapping = self.mapping_of(provider, channel, event_id)
        if mapping is None:
            return (), True
        return tuple(action.kind for action in mapping.actions), mapping.always is not None

    def mapping_of(
        self, provider: str | None, channel: str | None, event_id: str | None
    ) -> EventMapping | None:
        """What such events are in terms of CAR."""
        return self._bound_to(provider, channel, event_id)[0]

    def _bound_to(self, *kind: str | None) -> tuple[EventMapping | None, Derive]:
        """Likewise, with what makes the CAR view: one for all, so that another process is sent it once."""
        try:
            return self._bound[kind]
        except KeyError:
            if len(self._bound) > _MOST_KINDS:
                self._bound.clear()
            provider, channel, event_id = kind
            sensor = sensor_of(provider, channel)
            mapping = None if sensor is None else sensor.events.get(event_id or "")
            self._bound[kind] = found = mapping, no_view if mapping is None else mapping.derive
            return found

    def take_remarks(self) -> Iterator[Remark]:
        """What the events since the last call gave reason to state: no action, doubled backslashes."""
        for event_id, count in sorted(self._without_kind.items()):
            yield Remark(
                "EV-N1",
                f"of no CAR action, for want of an EventType that tells it: {{count}} events {event_id}",
                count,
            )
        if self._doubled:
            yield Remark(
                "EV-N2",
                "with doubled backslashes in Image, as some exports write them: {count} events; "
                "patterns with single ones do not match these",
                self._doubled,
            )
        self._without_kind.clear()
        self._doubled = 0


def remarkable(data: Fields) -> bool:
    """Whether a payload with these fields gives reason to state that backslashes are doubled."""
    return isinstance(image := data.get("Image"), str) and _DOUBLED in image[2:]
