"""Times of JSON lines: which of a line's texts its time is, and many at once made such as sort like texts."""

import re
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from carhound.model.instants import parse_time
from carhound.model.presence import quarter_of
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.times import has_zone

_USUAL = re.compile(r"(?:\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,9})?Z(?:\n|\Z))*+", re.ASCII)
_MINUTE = 16
"""Characters up to the minute."""
_MOST_MINUTES = 10_000


class Clock:
    """Reads times that carry a zone."""

    def __init__(self) -> None:
        self._quarters: dict[str, int] = {}
        """By minute."""

    def utc(self, texts: list[str]) -> list[str | None]:
        """The times in UTC, all with a T and a Z; None for what is no time, or has no zone.

        Those of one length are in the order of their characters.
        """
        joined = "\n".join(texts)
        if joined.count("\n") != len(texts) - 1:
            return list(map(self._utc, texts))
        if " " in joined:
            joined = joined.replace(" ", "T")
            texts = joined.split("\n")
        if _USUAL.fullmatch(joined):
            minutes = {text[:_MINUTE] for text in texts}
            if minutes <= self._quarters.keys() or all(map(self._learn, minutes)):
                return list(texts)
        return list(map(self._utc, texts))

    def quarters(self, times: list[str]) -> set[int]:
        """The quarters of an hour of times that are in UTC."""
        minutes = {time[:_MINUTE] for time in times}
        deque(map(self._learn, minutes - self._quarters.keys()), 0)
        found = {self._quarters[minute] for minute in minutes}
        if len(self._quarters) > _MOST_MINUTES:
            self._quarters.clear()
        return found

    def _learn(self, minute: str) -> bool:
        start = parse_time(f"{minute}Z")
        if start is not None:
            self._quarters[minute] = quarter_of(start)
        return start is not None

    def _utc(self, text: str) -> str | None:
        time = parse_time(text) if has_zone(text) else None
        if time is None:
            return None
        written = time.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        self._learn(written[:_MINUTE])
        return written


def ends(times: list[str]) -> tuple[datetime, datetime]:
    """The first and the last of times that are in UTC."""
    found = []
    lengths = set(map(len, times))
    for length in lengths:
        alike = times if len(lengths) == 1 else [time for time in times if len(time) == length]
        found += [datetime.fromisoformat(min(alike)), datetime.fromisoformat(max(alike))]
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
