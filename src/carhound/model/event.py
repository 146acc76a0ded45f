"""The event: what a record in a log says, free of the shape of the file it came in.

Two views of one event: `native` names, as Sysmon and the Windows event log spell them, for SPL; CAR data
model names, for pseudocode. Both are read from the same record, which keeps every original field.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from msgspec import Struct, field

from carhound.model.instants import parse_time

Value = str | tuple[str, ...]
"""A field's value: text, or several texts where the record repeats a field (Splunk's multivalue)."""

Cell = Value | int | float | None
"""A value in a row of results: a field's, or a number that an aggregate made."""

Fields = Mapping[str, Value]

NO_FIELDS: Fields = MappingProxyType({})


HEADER: Mapping[str, str] = MappingProxyType(
    {
        "EventCode": "event_id",
        "EventID": "event_id",
        "Computer": "computer",
        "Channel": "channel",
        "SourceName": "provider",
        "EventRecordID": "record_id",
    }
)
"""The fields every Windows event has, under the names Splunk gives them, and where `Event` keeps them."""


PAYLOAD_PREFIX = "EventData_"
"""Stands before the name of a payload field that the header has too."""


VIEWS = frozenset({"_car", "_native"})
"""What an event keeps of what was made of it."""


_MOST_KINDS = 500
"""Sets of names remembered; real evidence has hundreds."""
_LONGEST_NAMES = 4000
"""Characters of a set that is remembered: longer ones are made up, and each may be new."""


class Place(Struct, frozen=True):
    """Where a record was met."""

    file: str
    """Path as given on the command line; members of archives follow the archive's name after a slash."""
    record: str
    """The record's own number where it has one (EventRecordID), else its position ("line 12")."""


class RawEvent(Struct, eq=False):
    """One record as a reader found it. Absent is None; all values are text."""

    provider: str | None
    channel: str | None
    event_id: str | None
    computer: str | None
    record_id: str | None
    time: datetime | None
    """Aware UTC."""
    data: Fields
    """The event's own payload (EventData, UserData), original spelling, nulls left out."""
    meta: Fields
    """Everything else the record carried (System, the collector's additions), original spelling."""
    position: str
    """Where in the file, for people, when there is no record id: "line 12", "item 3"."""


def no_view(_: "Event") -> Fields:
    """That of an event of which CAR knows nothing."""
    return NO_FIELDS


class Event(RawEvent, eq=False):
    """A record with its place, and what the sensor mapping knows about it."""

    place: Place
    shape: str
    """The shape of the file it came in, for example "evtx" or "winlogbeat7"."""
    kinds: tuple[tuple[str, str], ...] = ()
    """CAR (object, action) pairs, for example (("process", "create"),)."""
    sequence: int = 0
    """Order in which events were read: the last tie-break everywhere."""
    key_fields: tuple[str, ...] = ()
    """Native fields that together tell this kind of event apart whatever shape it is written in."""
    derive: "Derive" = field(default=no_view)
    """Makes the CAR view; called once, when the view is first asked for."""
    _car: Fields | None = None
    _native: Fields | None = None
    _identity: str | None = None

    def __reduce__(self) -> tuple[type["Event"], tuple[object, ...]]:
        """For another process: without the views, which are made anew."""
        said = (None if name in VIEWS else getattr(self, name) for name in self.__struct_fields__)
        return Event, tuple(said)

    @property
    def car(self) -> Fields:
        """The event in the names of the CAR data model."""
        if self._car is None:
            self._car = self.derive(self)
        return self._car

    @property
    def native(self) -> Fields:
        """Every original field. Where payload and System part use one name, the payload's gets a prefix."""
        if self._native is None:
            header = {name: value for name in HEADER if (value := self.lookup(name)) is not None}
            data = {
                PAYLOAD_PREFIX + name if name in HEADER else name: value for name, value in self.data.items()
            }
            self._native = {**self.meta, **data, **header}
        return self._native

    def lookup(self, name: str) -> Value | None:
        """The native field of exactly this name: System part first, then payload, then the rest."""
        if (attribute := HEADER.get(name)) is not None:
            found: str | None = getattr(self, attribute)
            return found
        value = self.data.get(name)
        if value is not None:
            return value
        if name.startswith(PAYLOAD_PREFIX) and name.removeprefix(PAYLOAD_PREFIX) in HEADER:
            return self.data.get(name.removeprefix(PAYLOAD_PREFIX))
        return self.meta.get(name)

    def identity(self) -> str:
        """SHA-256 (hex) over what the event says, never over where it was found."""
        if self._identity is None:
            self._identity = self._hash()
        return self._identity

    def _hash(self) -> str:
        parts: list[str | None] = [self.provider, self.event_id, self.computer, self.record_id]
        parts.append(self.time.isoformat(timespec="milliseconds") if self.time else None)
        texts = ["\0" if part is None else f"\1{part}\0" for part in parts]
        data = self.data
        names = tuple(data)
        in_order = _remembered if sum(map(len, names)) <= _LONGEST_NAMES else _in_order
        for name, written in in_order(names):
            value = data[name]
            if type(value) is str:
                texts.append(f"{written}{len(value)} {value}")
            else:
                texts += [f"{written}{len(text)} {text}" for text in value]
        return hashlib.sha256("".join(texts).encode("utf-8", "surrogatepass")).hexdigest()

    def sensor_key(self) -> tuple[str, ...] | None:
        """What identifies the event across shapes; None where a field of the key is missing.

        Shapes write GUIDs in either letter case, UtcTime with more or fewer decimals and computers with or
        without their domain: all are levelled. `_time` in a key is the time of the event.
        """
        values = []
        for name in self.key_fields:
            value = self.data.get(name)
            if name == "_time":
                value = self.time.isoformat(timespec="milliseconds") if self.time else None
            elif name == "Computer":
                value = self.computer
            if not isinstance(value, str) or not value:
                return None
            values.append(_level(name, value))
        return tuple(values) or None


Derive = Callable[[Event], Fields]
"""Makes the CAR view of an event."""


def _in_order(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The names of a payload in their order, each with how it is written where it is hashed."""
    return tuple((name, f"{len(name)} {name}") for name in sorted(names))


_remembered = lru_cache(_MOST_KINDS)(_in_order)


def _level(name: str, value: str) -> str:
    if name.endswith("Guid"):
        return value.strip("{}").lower()
    if name == "UtcTime" and (time := parse_time(value)) is not None:
        return time.isoformat(timespec="milliseconds")
    if name == "Computer":
        return value.partition(".")[0].lower()
    return value
