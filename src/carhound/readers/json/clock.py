"""Times of JSON lines: which of a line's texts its time is, and many at once in such writing as sorts."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from carhound.model.instants import parse_time
from carhound.model.presence import quarter_of
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.times import has_zone

_minute = itemgetter(slice(16))
_MOST_MINUTES = 10_000


def utc(text: bytes) -> bytes | None:
    """A time of any writing, with a T and a Z; None for what is no time, or has no zone."""
    plain = text.decode()
    time = parse_time(plain) if has_zone(plain) else None
    if time is None:
        return None
    return (time.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z").encode()


def quarters(times: list[bytes]) -> set[int]:
    """The quarters of an hour of times that are in UTC."""
    return set(map(_quarter, set(map(_minute, times))))


@lru_cache(_MOST_MINUTES)
def _quarter(minute: bytes) -> int:
    return quarter_of(datetime.fromisoformat(f"{minute.decode()}Z"))


def ends(times: list[bytes]) -> tuple[datetime, datetime]:
    """The first and the last of times that are in UTC; those of one length are written alike."""
    found = []
    lengths = set(map(len, times))
    for length in lengths:
        alike = times if len(lengths) == 1 else [time for time in times if len(time) == length]
        found += [datetime.fromisoformat(min(alike).decode()), datetime.fromisoformat(max(alike).decode())]
    return min(found), max(found)


def time_of(values: Mapping[str, Any], keys: HeaderKeys) -> tuple[str, str, list[str]] | None:
    """The name of the value that is the time of lines like this one, and what it lacks to carry a zone.

    Also the names of those that would be, if they carried a zone. None where it varies which one it is.
    """
    order = dict(keys.times)
    if any(name.rpartition(".")[2] == "UtcTime" and name not in order for name in values):
        return None
    without: list[str] = []
    for name, zoned in order.items():
        text = values.get(name)
        if text is None:
            continue
        if type(text) is not str:
            return None
        if has_zone(text) or not zoned:
            return name, "" if has_zone(text) else "Z", without
        without.append(name)
    return None
