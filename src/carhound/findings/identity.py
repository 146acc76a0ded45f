"""The same event met twice is one event, with every place it was met.

Two records are one event when their content is the same, wherever they stand. Records of different shapes,
whose fields differ, are one event when the sensor mapping's own key agrees.
"""

import hashlib
from collections import Counter

from carhound.model.event import Event, Place


class Registry:
    """Every matching event once."""

    def __init__(self) -> None:
        self._by_content: dict[str, Event] = {}
        self._by_key: dict[tuple[str | None, ...], list[Event]] = {}
        self._places: dict[int, list[Place]] = {}
        self._shapes: dict[int, set[str]] = {}
        self.duplicates: Counter[str] = Counter()
        """By file, the records whose event had been met before."""

    def admit(self, event: Event) -> Event:
        """The event that stands for this record: itself when it is new, else the one met first."""
        identity = event.identity()
        standing = self._by_content.get(identity) or self._across_shapes(event)
        if standing is None:
            self._by_content[identity] = event
            self._places[id(event)] = [event.place]
            self._shapes[id(event)] = {event.shape}
            if (key := _key(event)) is not None:
                self._by_key.setdefault(key, []).append(event)
            return event
        self._by_content[identity] = standing
        self._shapes[id(standing)].add(event.shape)
        self.duplicates[event.place.file] += 1
        if event.place not in self._places[id(standing)]:
            self._places[id(standing)].append(event.place)
        return standing

    def places(self, event: Event) -> tuple[Place, ...]:
        """Every place at which an admitted event was met, in the order of reading."""
        return tuple(self._places[id(event)])

    def _across_shapes(self, event: Event) -> Event | None:
        key = _key(event)
        if key is None:
            return None
        known = self._by_key.get(key, [])
        return next((other for other in known if event.shape not in self._shapes[id(other)]), None)


def _key(event: Event) -> tuple[str | None, ...] | None:
    key = event.sensor_key()
    return None if key is None else (event.provider, event.event_id, *key)


def finding_id(analytic: str, event: Event) -> str:
    """16 hex digits that stay the same from run to run."""
    return hashlib.sha256(f"{analytic}\0{event.identity()}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
