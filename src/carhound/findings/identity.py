"""The same event met twice is one event, with every place it was met.

Two records are one event when their content is the same, wherever they stand. Records of different shapes,
whose fields differ, are one event when the sensor mapping's own key agrees.
"""

import hashlib
from collections import Counter

from carhound.model.event import Event, Place

_Key = tuple[str | None, ...]


class Registry:
    """Every matching event once; with `keep_duplicates` every record, as Splunk would count them."""

    def __init__(self, *, keep_duplicates: bool = False) -> None:
        self._keep_duplicates = keep_duplicates
        self._by_content: dict[str, Event] = {}
        self._by_key: dict[_Key, list[Event]] = {}
        self._places: dict[int, list[Place]] = {}
        self._records: dict[int, list[Event]] = {}
        """By id() of the event that stands for them, one record of each shape."""
        self.duplicates: Counter[str] = Counter()
        """By file, the records whose event had been met before."""

    def admit(self, event: Event) -> Event:
        """The event that stands for this record: itself when it is new, else the one met first."""
        identity = event.identity()
        standing = self._by_content.get(identity) or self._across_shapes(event)
        if standing is not None:
            self.duplicates[event.place.file] += 1
        if standing is None or self._keep_duplicates:
            self._by_content.setdefault(identity, event)
            self._places[id(event)] = [event.place]
            self._records[id(event)] = [event]
            if (key := _key(event)) is not None:
                self._by_key.setdefault(key, []).append(event)
            return event
        self._by_content[identity] = standing
        if all(record.shape != event.shape for record in self._records[id(standing)]):
            self._records[id(standing)].append(event)
        if event.place not in self._places[id(standing)]:
            self._places[id(standing)].append(event.place)
        return standing

    def places(self, event: Event) -> tuple[Place, ...]:
        """Every place at which an admitted event was met, in the order of reading."""
        return tuple(self._places[id(event)])

    def fullest(self, event: Event) -> Event:
        """The record that says most of an admitted event, whichever was read first."""
        return max(
            self._records[id(event)],
            key=lambda record: (record.computer is not None, len(record.data), record.identity()),
        )

    def finding_id(self, analytic: str, event: Event) -> str:
        """16 hex digits that stay the same from run to run, in whatever order and shape records are read."""
        key = _key(event)
        parts: list[str | None] = [analytic]
        if self._keep_duplicates:
            parts += [event.identity(), event.place.file, event.place.record, event.position]
        elif key is not None and len(self._by_key[key]) == 1:
            parts += key
        else:
            parts.append(event.identity())
        text = "\0".join(part or "" for part in parts)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _across_shapes(self, event: Event) -> Event | None:
        key = _key(event)
        for other in self._by_key.get(key, []) if key is not None else ():
            if all(record.shape != event.shape for record in self._records[id(other)]):
                return other
        return None


def _key(event: Event) -> _Key | None:
    key = event.sensor_key()
    return None if key is None else (event.provider, event.event_id, *key)
