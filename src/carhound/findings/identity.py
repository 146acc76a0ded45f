"""The same event met twice is one event, with every place it was met.

Two records are one event when their content is the same, wherever they stand. Records of different shapes,
whose fields differ, are one event when the sensor mapping's own key agrees.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from carhound.model.event import Event, Place

_Key = tuple[str | None, ...]


class _Group(Struct):
    """The records of one event, of which there are several."""

    standing: Event
    """The one met first."""
    places: dict[Place, None]
    records: list[Event]
    """One of each shape, from the first of each."""


class Registry:
    """Every matching event once; with `keep_duplicates` every record, as Splunk would count them.

    Groups, hashes and keys of events are made only once another one could be the same: few are.
    """

    def __init__(self, *, keep_duplicates: bool = False) -> None:
        self._keep_duplicates = keep_duplicates
        self._by_header: dict[_Key, Event] = {}
        """The first record with each header."""
        self._told_apart: set[_Key] = set()
        """Headers of several records, which are told by the hash of their content."""
        self._by_content: dict[str, Event] = {}
        self._by_key: dict[_Key, list[Event]] = {}
        """The events, each as the record that stands for it."""
        self._without_key: list[Event] = []
        """Those that were not put under their key yet."""
        self._shapes: set[str] = set()
        self._groups: dict[int, _Group] = {}
        """By id() of each of their records."""
        self.duplicates: Counter[str] = Counter()
        """By file, the records whose event had been met before."""

    def admit(self, event: Event) -> Event:
        """The event that stands for this record: itself when it is new, else the one met first."""
        self._shapes.add(event.shape)
        header = _header(event)
        first = self._by_header.get(header)
        met = None if first is None else self._same_content(event, first, header)
        if met is None and len(self._shapes) > 1:
            met = self._across_shapes(event)
        if met is not None:
            self.duplicates[event.place.file] += 1
        if met is None or self._keep_duplicates:
            self._without_key.append(event)
            self._note(event, header)
            return event
        group = self._group(met)
        if _lacks(group.records, event.shape):
            group.records.append(event)
            self._groups[id(event)] = group
            self._note(event, header)
        group.places[event.place] = None
        return group.standing

    def _same_content(self, event: Event, first: Event, header: _Key) -> Event | None:
        """A record that says the same; `first` is the first one with this header."""
        if first.data == event.data and (first.time == event.time or _moment(first) == _moment(event)):
            return first
        if header not in self._told_apart:
            self._told_apart.add(header)
            self._by_content[first.identity()] = first
        return self._by_content.get(event.identity())

    def _note(self, event: Event, header: _Key) -> None:
        """Takes note of what a record says."""
        if header in self._told_apart:
            self._by_content.setdefault(event.identity(), event)
        else:
            self._by_header.setdefault(header, event)

    def _group(self, event: Event) -> _Group:
        """That of a record which stands for its event, or was met with it."""
        group = self._groups.get(id(event))
        if group is None:
            group = self._groups[id(event)] = _Group(event, {event.place: None}, [event])
        return group

    def _records(self, event: Event) -> Sequence[Event]:
        group = self._groups.get(id(event))
        return (event,) if group is None else group.records

    def places(self, event: Event) -> tuple[Place, ...]:
        """Every place at which an event was met, in the order of reading."""
        group = self._groups.get(id(event))
        return (event.place,) if group is None else tuple(group.places)

    def fullest(self, event: Event) -> Event:
        """The record that says most of an event, whichever was read first."""
        records = self._records(event)
        if len(records) == 1:
            return records[0]
        return max(
            records,
            key=lambda record: (record.computer is not None, len(record.data), record.identity()),
        )

    def finding_id(self, analytic: str, event: Event) -> str:
        """16 hex digits that stay the same from run to run, in whatever order and shape records are read."""
        by_key, key = self._keyed(), _key(self._records(event)[0])
        parts: list[str | None] = [analytic]
        if self._keep_duplicates:
            parts += [event.identity(), event.place.file, event.place.record, event.position]
        elif key is not None and len(by_key[key]) == 1:
            parts += key
        else:
            parts.append(event.identity())
        text = "\0".join(part or "" for part in parts)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _across_shapes(self, event: Event) -> Event | None:
        if (key := _key(event)) is None:
            return None
        same = self._keyed().get(key, [])
        return next((one for one in same if _lacks(self._records(one), event.shape)), None)

    def _keyed(self) -> dict[_Key, list[Event]]:
        for event in self._without_key:
            if (key := _key(event)) is not None:
                self._by_key.setdefault(key, []).append(event)
        self._without_key.clear()
        return self._by_key


def _lacks(records: Sequence[Event], shape: str) -> bool:
    return shape not in [record.shape for record in records]


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
