"""Splunk's time modifiers, and the half-open windows they make.

Follows Splunk's Search Reference, "Time modifiers": an offset, then a snap that always rounds down, then
further offsets. Days are calendar days in the zone of the search.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from msgspec import Struct

from carhound.errors import UsageError
from carhound.model.instants import parse_time, readable_time

Unit = Literal["s", "m", "h", "d", "w", "mon", "q", "y"]

_NAMES: dict[Unit, str] = {
    "s": "s sec secs second seconds",
    "m": "m min mins minute minutes",
    "h": "h hr hrs hour hours",
    "d": "d day days",
    "w": "w week weeks",
    "mon": "mon month months",
    "q": "q qtr qtrs quarter quarters",
    "y": "y yr yrs year years",
}
UNITS = {name: unit for unit, names in _NAMES.items() for name in names.split()}
_CLOCK = {"s": "seconds", "m": "minutes", "h": "hours"}
_STEP = re.compile(r"([+-])(\d*)([a-z]+)", re.ASCII)
_SNAP = re.compile(r"@(w[0-7]|[a-z]+)", re.ASCII)
_US_TIME = r"(?a)(\d{1,2})/(\d{1,2})/(\d{4}):(\d{1,2}):(\d{1,2}):(\d{1,2})"
_EPOCH = r"(?a)\d+(?:\.\d+)?"


class Window(Struct, frozen=True):
    """The half-open range [earliest, latest) of event times; None is no bound. Aware UTC."""

    earliest: datetime | None = None
    latest: datetime | None = None

    @property
    def bounded(self) -> bool:
        """Whether the window leaves anything out."""
        return self.earliest is not None or self.latest is not None

    @property
    def empty(self) -> bool:
        """Whether no time at all is inside."""
        return self.earliest is not None and self.latest is not None and self.earliest >= self.latest

    def contains(self, time: datetime | None) -> bool:
        """An event without a time falls in no bounded window."""
        if time is None:
            return not self.bounded
        return (self.earliest is None or self.earliest <= time) and (
            self.latest is None or time < self.latest
        )


NO_BOUNDS = Window()


def hull(windows: Iterable[Window]) -> Window:
    """The least window that holds all of the windows."""
    several = list(windows)
    starts = [one.earliest for one in several if one.earliest is not None]
    ends = [one.latest for one in several if one.latest is not None]
    return Window(
        min(starts) if len(starts) == len(several) else None, max(ends) if len(ends) == len(several) else None
    )


class TimeRange(Struct, frozen=True):
    """The window as written, before `now` is known."""

    earliest: str | None = None
    latest: str | None = None

    @property
    def written(self) -> bool:
        """Whether the text states any bound."""
        return self.earliest is not None or self.latest is not None

    def resolve(self, now: datetime, zone: tzinfo) -> Window:
        """The window for a run at `now`; `earliest` alone ends at `now`."""
        latest = self.latest if self.latest is not None or self.earliest is None else "now"
        return Window(
            None if self.earliest is None else resolve_time(self.earliest, now, zone),
            None if latest is None else resolve_time(latest, now, zone),
        )


ALL_TIME = TimeRange()


def resolve_time(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The moment (aware UTC) that a time modifier names for a run at `now` in `zone`.

    Takes relative times (`-1d@d`, `@w1+8h`, `now`, `now()`), ISO 8601, `%m/%d/%Y:%H:%M:%S` and epoch seconds.
    Raises UsageError for anything else.
    """
    text = text.strip()
    if text in ("now", "now()"):
        return now
    try:
        if text.lstrip()[:1].isdigit():
            return _resolve_absolute(text, zone)
        return _resolve_relative(text, now.astimezone(zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"cannot read the time {text!r}",
            hint="write it like -1d@d, now, 2024-06-15T13:00:00Z, 06/15/2024:13:00:00 or epoch seconds",
        ) from None


def _resolve_absolute(text: str, zone: tzinfo) -> datetime:
    if re.fullmatch(_EPOCH, text):
        return datetime.fromtimestamp(float(text), UTC)
    if (match := re.fullmatch(_US_TIME, text)) is not None:
        month, day, year, hour, minute, second = (int(part) for part in match.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    time = parse_time(text, zone) or parse_time(f"{text}T00:00", zone)
    if time is None:
        raise ValueError(text)
    return time


def _resolve_relative(text: str, moment: datetime) -> datetime:
    at = 3 if text.startswith("now") else 0
    if not text[at:]:
        raise ValueError(text)
    while at < len(text):
        if (match := _STEP.match(text, at)) is not None:
            sign, amount, unit = match.groups()
            moment = _shift(moment, int(sign + (amount or "1")), UNITS.get(unit))
        elif (match := _SNAP.match(text, at)) is not None:
            moment = _snap(moment, match[1])
        else:
            raise ValueError(text)
        at = match.end()
    return moment


def _shift(moment: datetime, amount: int, unit: Unit | None) -> datetime:
    match unit:
        case None:
            raise ValueError("unknown unit")
        case "s" | "m" | "h":
            # Clock time runs in UTC; calendar units run on the wall.
            step = timedelta(**{_CLOCK[unit]: amount})
            return (moment.astimezone(UTC) + step).astimezone(moment.tzinfo)
        case "d" | "w":
            return moment + timedelta(days=amount * (7 if unit == "w" else 1))
        case "mon" | "q" | "y":
            from calendar import monthrange

            months = moment.month - 1 + amount * {"mon": 1, "q": 3, "y": 12}[unit]
            year, month = moment.year + months // 12, months % 12 + 1
            return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def _snap(moment: datetime, unit: str) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if unit[0] == "w" and unit[1:].isdigit():
        return day - timedelta(days=(day.isoweekday() - int(unit[1:])) % 7)
    match UNITS.get(unit):
        case None:
            raise ValueError("unknown unit")
        case "s":
            return moment.replace(microsecond=0)
        case "m":
            return moment.replace(second=0, microsecond=0)
        case "h":
            return moment.replace(minute=0, second=0, microsecond=0)
        case "d":
            return day
        case "w":
            return day - timedelta(days=day.isoweekday() % 7)
        case "mon":
            return day.replace(day=1)
        case "q":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "y":
            return day.replace(month=1, day=1)


def describe(window: Window) -> str:
    """The window for people, for example `2024-06-14 00:00:00Z to 2024-06-15 13:00:00Z`."""
    start = readable_time(window.earliest) if window.earliest else "the beginning"
    end = readable_time(window.latest) if window.latest else "the end"
    return f"{start} to {end}"
