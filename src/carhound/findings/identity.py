"""The same event met twice is one event, with every place it was met.

Two records are one event when their content is the same, wherever they stand. Records of different shapes,
whose fields differ, are one event when the sensor mapping's own key agrees.
"""

import hashlib
from collections import Counter

from msgspec import Struct

from carhound.model.event import Event, Place

_Key = tuple[str | None, ...]


class _Group(Struct):
    """The records of one event."""

    standing: Event
    """The one met first."""
    places: dict[Place, None]
    records: list[Event]
    """One of each shape, from the first of each."""


class Registry:
    """Every matching event once; with `keep_duplicates` every record, as Splunk would count them."""

    def __init__(self, *, keep_duplicates: bool = False) -> None:
        self._keep_duplicates = keep_duplicates
        self._by_content: dict[str, _Group] = {}
        self._by_key: dict[_Key, list[_Group]] = {}
        self._groups: dict[int, _Group] = {}
        """By id() of each of their records."""
        self.duplicates: Counter[str] = Counter()
        """By file, the records whose event had been met before."""

    def admit(self, event: Event) -> Event:
        """The event that stands for this record: itself when it is new, else the one met first."""
        identity = event.identity()
        group = self._by_content.get(identity) or self._across_shapes(event)
        if group is not None:
            self.duplicates[event.place.file] += 1
        if group is None or self._keep_duplicates:
            group = _Group(event, {event.place: None}, [event])
            self._by_content.setdefault(identity, group)
            self._groups[id(event)] = group
            if (key := _key(event)) is not None:
                self._by_key.setdefault(key, []).append(group)
            return event
        self._by_content[identity] = group
        if _lacks(group, event.shape):
            group.records.append(event)
            self._groups[id(event)] = group
        group.places[event.place] = None
        return group.standing

    def places(self, event: Event) -> tuple[Place, ...]:
        """Every place at which an event was met, in the order of reading."""
        return tuple(self._groups[id(event)].places)

    def fullest(self, event: Event) -> Event:
        """The record that says most of an event, whichever was read first."""
        return max(
            self._groups[id(event)].records,
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

    def _across_shapes(self, event: Event) -> _Group | None:
        key = _key(event)
        known = self._by_key.get(key, []) if key is not None else []
        return next((group for group in known if _lacks(group, event.shape)), None)


def _lacks(group: _Group, shape: str) -> bool:
    return all(record.shape != shape for record in group.records)


def _key(event: Event) -> _Key | None:
    key = event.sensor_key()
    return None if key is None else (event.provider, event.event_id, *key)
