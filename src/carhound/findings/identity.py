"""The same event met twice is one event, with every place it was met.

Two records are one event when their content is the same, wherever they stand. Records of different shapes,
whose fields differ, are one event when the sensor mapping's own key agrees.
"""

import hashlib
from collections import Counter
from datetime import datetime

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
    key: _Key | None = None
    """That of the sensor, once somebody asked."""


class Registry:
    """Every matching event once; with `keep_duplicates` every record, as Splunk would count them.

    Hashes and keys of events are made only once another one could be the same: few are.
    """

    def __init__(self, *, keep_duplicates: bool = False) -> None:
        self._keep_duplicates = keep_duplicates
        self._by_header: dict[_Key, Event] = {}
        """The first record with each header."""
        self._told_apart: set[_Key] = set()
        """Headers of several records, which are told by the hash of their content."""
        self._by_content: dict[str, _Group] = {}
        self._by_key: dict[_Key, list[_Group]] = {}
        self._without_key: list[_Group] = []
        """Those that were not put under their key yet."""
        self._shapes: set[str] = set()
        self._groups: dict[int, _Group] = {}
        """By id() of each of their records."""
        self.duplicates: Counter[str] = Counter()
        """By file, the records whose event had been met before."""

    def admit(self, event: Event) -> Event:
        """The event that stands for this record: itself when it is new, else the one met first."""
        self._shapes.add(event.shape)
        group = self._same_content(event) or self._across_shapes(event)
        if group is not None:
            self.duplicates[event.place.file] += 1
        if group is None or self._keep_duplicates:
            group = _Group(event, {event.place: None}, [event])
            self._groups[id(event)] = group
            self._without_key.append(group)
            self._note(event, group)
            return event
        if _lacks(group, event.shape):
            group.records.append(event)
            self._groups[id(event)] = group
            self._note(event, group)
        group.places[event.place] = None
        return group.standing

    def _same_content(self, event: Event) -> _Group | None:
        first = self._by_header.get(header := _header(event))
        if first is None:
            return None
        if first.data == event.data and (first.time == event.time or _moment(first) == _moment(event)):
            return self._groups[id(first)]
        if header not in self._told_apart:
            self._told_apart.add(header)
            self._by_content[first.identity()] = self._groups[id(first)]
        return self._by_content.get(event.identity())

    def _note(self, event: Event, group: _Group) -> None:
        """Takes note of what the record of a group says."""
        header = _header(event)
        if header in self._told_apart:
            self._by_content.setdefault(event.identity(), group)
        else:
            self._by_header.setdefault(header, event)

    def places(self, event: Event) -> tuple[Place, ...]:
        """Every place at which an event was met, in the order of reading."""
        return tuple(self._groups[id(event)].places)

    def fullest(self, event: Event) -> Event:
        """The record that says most of an event, whichever was read first."""
        records = self._groups[id(event)].records
        if len(records) == 1:
            return records[0]
        return max(
            records,
            key=lambda record: (record.computer is not None, len(record.data), record.identity()),
        )

    def finding_id(self, analytic: str, event: Event) -> str:
        """16 hex digits that stay the same from run to run, in whatever order and shape records are read."""
        by_key, group = self._keyed(), self._groups.get(id(event))
        key = _key(event) if group is None else group.key
        parts: list[str | None] = [analytic]
        if self._keep_duplicates:
            parts += [event.identity(), event.place.file, event.place.record, event.position]
        elif key is not None and len(by_key[key]) == 1:
            parts += key
        else:
            parts.append(event.identity())
        text = "\0".join(part or "" for part in parts)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _across_shapes(self, event: Event) -> _Group | None:
        if len(self._shapes) == 1 or (key := _key(event)) is None:
            return None
        return next((group for group in self._keyed().get(key, []) if _lacks(group, event.shape)), None)

    def _keyed(self) -> dict[_Key, list[_Group]]:
        for group in self._without_key:
            group.key = _key(group.standing)
            if group.key is not None:
                self._by_key.setdefault(group.key, []).append(group)
        self._without_key.clear()
        return self._by_key


def _lacks(group: _Group, shape: str) -> bool:
    return all(record.shape != shape for record in group.records)


def _key(event: Event) -> _Key | None:
    key = event.sensor_key()
    return None if key is None else (event.provider, event.event_id, *key)


def _header(event: Event) -> _Key:
    """What two records of one content have in common, and two events hardly ever."""
    return event.record_id, event.computer, event.event_id, event.provider


def _moment(event: Event) -> datetime | None:
    """The time of an event as far as it counts: to the millisecond."""
    time = event.time
    return None if time is None else time.replace(microsecond=time.microsecond // 1000)
