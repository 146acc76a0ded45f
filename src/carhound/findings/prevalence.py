"""How common what was found is: where and when its key was met among all matches, whatever their window."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo

from msgspec import Struct, field

from carhound.model.folding import fold
from carhound.model.instants import calendar_day

Key = tuple[str, ...]
"""The values of the key's fields."""


class Sighting(Struct, frozen=True):
    """A match that has the key."""

    key: Key
    computer: str | None
    time: datetime | None
    raw: Key | None = None
    """The values as the event has them, where the key is a normal form of them."""


class Prevalence(Struct, frozen=True):
    """Where and when a key was met."""

    fields: tuple[str, ...]
    """Names of the key's fields."""
    key: Key
    """The values of the finding."""
    hosts: int
    """Computers, letter case aside; all events that name none count as one."""
    days: int
    """Calendar days, in the zone of the run."""
    first: datetime | None
    """Aware UTC; None where no match has a time."""
    last: datetime | None
    folded: int | None = None
    """For a normal form: how many distinct values, letter case aside, have it."""


class _Seen(Struct):
    hosts: set[str | None] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    raw: set[Key] = field(default_factory=set)


class Prevalences:
    """All keys of one kind: the same fields, met by the same analytic."""

    def __init__(self, fields: tuple[str, ...], sightings: Iterable[Sighting], zone: tzinfo) -> None:
        self._fields = fields
        self._seen: dict[Key, _Seen] = {}
        for one in sightings:
            self._add(one, zone)

    def of(self, key: Key) -> Prevalence | None:
        """What is known of a key, letter case aside; None for one that was never met."""
        seen = self._seen.get(_folded(key))
        if seen is None:
            return None
        folded = len(seen.raw) or None
        return Prevalence(self._fields, key, len(seen.hosts), len(seen.days), seen.first, seen.last, folded)

    def _add(self, one: Sighting, zone: tzinfo) -> None:
        seen = self._seen.setdefault(_folded(one.key), _Seen())
        seen.hosts.add(None if one.computer is None else fold(one.computer))
        if one.raw is not None:
            seen.raw.add(_folded(one.raw))
        if one.time is None:
            return
        seen.days.add(calendar_day(one.time, zone))
        seen.first = one.time if seen.first is None else min(seen.first, one.time)
        seen.last = one.time if seen.last is None else max(seen.last, one.time)


def _folded(key: Key) -> Key:
    return tuple(map(fold, key))
