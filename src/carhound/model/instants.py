"""Times as logs write them, read into aware UTC datetimes."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

_ISO = r"(?a)(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|UTC|[+-]\d\d:?\d\d)?"
_USUAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?", re.ASCII)
"""As most logs write them, which Python reads in the same way and faster."""
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)
"""Where days and windows are reckoned from later times, they leave the calendar."""


def parse_time(text: str, zone: tzinfo = UTC) -> datetime | None:
    """Reads an ISO 8601 time (blank or T between date and time, up to nine decimals), else None.

    A text without an offset is read in `zone`. Decimals beyond microseconds are cut, not rounded. A time that
    Windows does not know, before 1601, is none, nor is one of the last day of the calendar.
    """
    time = _parse_time(text, zone)
    return time if time is None else credible(time)


def credible(time: datetime) -> datetime | None:
    """An aware time, where it may be that of an event; see `parse_time`."""
    return time if _FILETIME_EPOCH <= time <= _LAST else None


def _parse_time(text: str, zone: tzinfo) -> datetime | None:
    if _USUAL.fullmatch(text):
        try:
            time = datetime.fromisoformat(text)
            return time if text[-1] == "Z" else time.replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    match = re.fullmatch(_ISO, text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        time = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micros)
        if offset in (None, ""):
            return time.replace(tzinfo=zone).astimezone(UTC)
        time = time.replace(tzinfo=UTC)
        if offset in ("Z", "UTC"):
            return time
        shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        return time - shift if offset[0] == "+" else time + shift
    except (ValueError, OverflowError):
        return None


def parse_filetime(ticks: int) -> datetime | None:
    """Reads a Windows FILETIME: 100 ns ticks since 1601-01-01 UTC."""
    try:
        return credible(_FILETIME_EPOCH + timedelta(microseconds=ticks // 10))
    except OverflowError:
        return None


def instant(seconds: float) -> datetime:
    """The time so many seconds after 1970, to the microsecond. Raises OverflowError beyond the calendar."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(seconds * 1_000_000))


def calendar_day(time: datetime, zone: tzinfo) -> date:
    """The calendar day of an aware time in a zone; at either end of the calendar that in UTC."""
    try:
        return time.astimezone(zone).date()
    except OverflowError:
        return time.date()


def format_time(time: datetime) -> str:
    """ISO 8601 in UTC, decimals only where there are any, ending in Z."""
    text = time.astimezone(UTC).replace(tzinfo=None)
    if not text.microsecond:
        return text.isoformat(timespec="seconds") + "Z"
    return text.isoformat(timespec="microseconds" if text.microsecond % 1000 else "milliseconds") + "Z"


def readable_time(time: datetime) -> str:
    """Likewise, with a blank where ISO has a T: for sentences."""
    return format_time(time).replace("T", " ")
