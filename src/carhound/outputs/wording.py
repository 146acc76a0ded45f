"""How outputs for people spell numbers, times and lists."""

from collections.abc import Sequence
from datetime import datetime

from carhound.model.instants import readable_time


def number(value: int) -> str:
    """1234567 as 1,234,567."""
    return f"{value:,}"


def count(value: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: "1 event", "1,204 events"."""
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def size(value: int) -> str:
    """A number of bytes for people: "812 bytes", "3.4 MB"."""
    if value < 1000:
        return count(value, "byte")
    scaled = float(value)
    for unit in ("kB", "MB", "GB", "TB"):
        scaled /= 1000
        if scaled < 999.95 or unit == "TB":
            return f"{scaled:,.1f} {unit}"
    raise AssertionError("the last unit takes every size")


def moment(time: datetime | None) -> str:
    """A time in UTC, with a blank where ISO has a T."""
    return "no time" if time is None else readable_time(time)


def some(names: Sequence[str], most: int) -> str:
    """The names in a row, the first `most` of them, with the number left out."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def said_of_unread(events: int) -> str:
    """What is said of events of which only the header was read; an argument of `--count-all` reads them."""
    which = "its kind or its bytes rule" if events == 1 else "their kinds or their bytes rule"
    return f"{count(events, 'event')} beyond the header: {which} a match out; --count-all reads all"
