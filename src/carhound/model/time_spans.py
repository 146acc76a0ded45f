"""Spans of time that begin at fixed points, for tables by time.

Splunk's Search Reference, "timechart" and "bin": seconds, minutes and hours are counted from 1970 in UTC;
days, weeks and months are those of the calendar in a zone, counted from 1970-01-01, a Thursday.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from carhound.model.instants import calendar_day
from carhound.model.windows import UNITS, Unit

_WRITTEN = re.compile(r"(\d*)([a-z]+)", re.ASCII)
_CLOCK = {"s": 1, "m": 60, "h": 3600}
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"mon": 1, "q": 3, "y": 12}
_FIRST = date(1970, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """So many seconds, minutes, hours, days, weeks, months, quarters or years."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        """As it can be written, for example `10m`."""
        return f"{self.amount}{self.unit}"

    def start(self, moment: datetime, zone: tzinfo) -> datetime:
        """The beginning (aware UTC) of the span that holds a time; never before that of the calendar."""
        return self._begin(self._number(moment, zone), zone)

    def starts(self, first: datetime, last: datetime, zone: tzinfo) -> Iterator[datetime]:
        """The beginnings of the spans from that which holds `first` to that which holds `last`."""
        for number in range(self._number(first, zone), self._number(last, zone) + 1):
            yield self._begin(number, zone)

    def count(self, first: datetime, last: datetime, zone: tzinfo) -> int:
        """How many spans there are from that which holds `first` to that which holds `last`."""
        return self._number(last, zone) - self._number(first, zone) + 1

    def _number(self, moment: datetime, zone: tzinfo) -> int:
        """How many spans after 1970 the one begins that holds a time."""
        if (seconds := _CLOCK.get(self.unit)) is not None:
            return (moment - _EPOCH) // timedelta(seconds=seconds * self.amount)
        day = calendar_day(moment, zone)
        if (days := _DAYS.get(self.unit)) is not None:
            return (day - _FIRST).days // (days * self.amount)
        return ((day.year - 1970) * 12 + day.month - 1) // (_MONTHS[self.unit] * self.amount)

    def _begin(self, number: int, zone: tzinfo) -> datetime:
        try:
            return self._reckon(number, zone)
        except (OverflowError, ValueError):
            return datetime.min.replace(tzinfo=UTC)

    def _reckon(self, number: int, zone: tzinfo) -> datetime:
        if (seconds := _CLOCK.get(self.unit)) is not None:
            return _EPOCH + timedelta(seconds=seconds * self.amount * number)
        if (days := _DAYS.get(self.unit)) is not None:
            day = _FIRST + timedelta(days=days * self.amount * number)
        else:
            year, month = divmod(_MONTHS[self.unit] * self.amount * number, 12)
            day = date(1970 + year, month + 1, 1)
        return datetime.combine(day, time(), zone).astimezone(UTC)


def read_time_span(text: str) -> TimeSpan | None:
    """Reads `10m`, `1d`, `mon` and the like; a number alone is seconds. None where it is none."""
    if text.isascii() and text.isdigit():
        text += "s"
    match = _WRITTEN.fullmatch(text)
    unit = UNITS.get(match[2]) if match else None
    amount = int(match[1] or "1") if match and len(match[1]) < 6 else 0
    return TimeSpan(amount, unit) if unit is not None and amount else None


SHORTEST_FIRST = (
    *(TimeSpan(amount, "s") for amount in (1, 5, 10, 30)),
    *(TimeSpan(amount, "m") for amount in (1, 5, 10, 30)),
    TimeSpan(1, "h"),
    TimeSpan(1, "d"),
)
"""What time is cut into where nobody says: Splunk's "timechart command usage", *Span threshold*."""


def fitting(first: datetime, last: datetime, zone: tzinfo, most: int) -> TimeSpan:
    """The shortest of `SHORTEST_FIRST` that cuts a range into no more than `most`, else a month."""
    fits = (span for span in SHORTEST_FIRST if span.count(first, last, zone) <= most)
    return next(fits, TimeSpan(1, "mon"))
