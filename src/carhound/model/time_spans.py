"""Lengths of time as Splunk writes them (`5m`, `1d`, `1w@w1`), and the bins that they cut time into.

Splunk's Search Reference, "bin": lengths below a day are counted from 1970 in UTC; days, weeks, months and
longer ones are those of the calendar in the zone of the run.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from msgspec import Struct

from carhound.model.instants import calendar_day, instant
from carhound.model.windows import UNITS

_MICROSECONDS = {"us": 1, "ms": 1_000, "cs": 10_000, "ds": 100_000} | {
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
}
_MONTHS = {"mon": 1, "q": 3, "y": 12}


class TimeSpan(Struct, frozen=True):
    """So many of a unit: us, ms, cs, ds, s, m, h, d, w, mon, q or y."""

    count: int
    unit: str
    weekday: int = 0
    """The day that a week begins with: 0 is Sunday, 1 Monday."""

    def __str__(self) -> str:
        return f"{self.count}{self.unit}" + (f"@w{self.weekday}" if self.weekday else "")

    def start(self, seconds: float, zone: tzinfo) -> float:
        """When the bin of a time begins, both in seconds since 1970.

        Raises OverflowError beyond the calendar.
        """
        if (length := _MICROSECONDS.get(self.unit)) is not None:
            length *= self.count
            return round(seconds * 1_000_000) // length * length / 1_000_000
        day = self._first_day(calendar_day(instant(seconds), zone))
        return datetime.combine(day, time(), zone).astimezone(UTC).timestamp()

    def _first_day(self, day: date) -> date:
        if (months := _MONTHS.get(self.unit)) is not None:
            length = months * self.count
            first = (day.year * 12 + day.month - 1) // length * length
            return date(max(first // 12, 1), first % 12 + 1, 1)
        origin = date(1970, 1, 1)
        length = self.count
        if self.unit == "w":
            origin = date(1970, 1, 4) + timedelta(days=self.weekday)
            length *= 7
        return origin + timedelta(days=(day - origin).days // length * length)


def parse_time_span(text: str) -> TimeSpan | None:
    """Reads a length of time; None where the text is none. The unit is required, its number 1 without one."""
    match = re.fullmatch(r"(\d*)([a-z]+)(?:@([a-z]+)([0-7])?)?", text, re.ASCII)
    if match is None:
        return None
    count = int(match[1] or 1)
    unit = match[2] if match[2] in _MICROSECONDS else UNITS.get(match[2])
    snap = None if match[3] is None else UNITS.get(match[3])
    if unit is None or not 0 < count <= _MOST or (match[3] is not None and snap != unit):
        return None
    if match[4] is not None and unit != "w":
        return None
    return TimeSpan(count, unit, int(match[4] or 0) % 7)


_MOST = 100_000
"""Of a unit; more is no length that anybody means."""
