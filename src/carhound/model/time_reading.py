"""Times read by a form of variables, as `model/time_formats.py` writes them.

Splunk's Search Reference, "Date and time format variables"; where that is silent, strptime() of POSIX.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from msgspec import Struct

from carhound.model.time_formats import DAYS, MONTHS, pieces


def read_form(form: str, text: str, here: datetime) -> datetime | None:
    """The time (aware) that a text begins with; None where it does not follow the form.

    What names no zone is in that of `here`. Where the form has no date, the day is that of `here`; where it
    has no year, the year. A date without its month or day is none.
    """
    pattern = _pattern(form)
    match = None if pattern is None else pattern.match(text)
    if match is None:
        return None
    found: dict[str, str] = {}
    for name, value in match.groupdict().items():
        if value is not None:
            found[name.rpartition("_")[0]] = value
    try:
        return _joined(found, here)
    except (ValueError, OverflowError, OSError):
        return None


_OFFSET = r"[+-]\d\d:?\d\d(?::?\d\d)?|[Zz]"
_READ: Mapping[str, str] = {
    ":::z": r"[+-]\d\d(?::\d\d){0,2}|[Zz]",
    "::z": _OFFSET,
    ":z": _OFFSET,
    "A": "|".join(f"{day}|{day[:3]}" for day in DAYS),
    "B": "|".join(f"{month}|{month[:3]}" for month in MONTHS),
    "H": r"\d{1,2}",
    "I": r"\d{1,2}",
    "M": r"\d{1,2}",
    "S": r"\d{1,2}",
    "Y": r"\d{4}",
    "Z": r"[A-Za-z][A-Za-z0-9_+\-/]*",
    "d": r"\d{1,2}",
    "f": r"\d{1,9}",
    "j": r"\d{1,3}",
    "m": r"\d{1,2}",
    "p": r"[AaPp][Mm]",
    "s": r"-?\d{1,12}(?:\.\d{1,9})?",
    "w": r"\d",
    "y": r"\d{2}",
    "z": _OFFSET,
}
_SAME: Mapping[str, str] = {"a": "A", "b": "B", "e": "d", "k": "H", "l": "I", "u": "w"}
"""Variables that are read like others; numbers may do without their leading zero."""


def unreadable_variable(form: str) -> str | None:
    """The first variable of a form that says nothing when read, None where all do."""
    return next((f"%{one}" for one, _ in pieces(form) if one and _group(one, 0) is None), None)


def _group(name: str, place: int) -> str | None:
    """A variable as part of an expression; its group is named by what it holds, and by its place.

    None for a variable that cannot be read.
    """
    read = _SAME.get(name, name)
    if name == "%":
        return "%"
    if name in "nt":
        return r"\s*"
    if name[-1] in "NQ":
        return rf"(?P<fraction_{place}>\d{{1,{name[0] if len(name) > 1 else 9}}})"
    if read not in _READ:
        return None
    holds = {"f": "fraction"}.get(read, "z" if read[-1] == "z" else read)
    return rf"\s*(?P<{holds}_{place}>{_READ[read]})"


@lru_cache(maxsize=64)
def _pattern(form: str) -> re.Pattern[str] | None:
    """The form as an expression, None for one that cannot be read."""
    made: list[str] = []
    for place, (name, plain) in enumerate(pieces(form)):
        if not name:
            made += [r"\s*" if one.isspace() else re.escape(one) for one in plain]
            continue
        group = _group(name, place)
        if group is None:
            return None
        made.append(group)
    return re.compile("".join(made), re.ASCII | re.IGNORECASE)


class _Clock(Struct, frozen=True):
    hour: int
    minute: int
    second: int
    micros: int


def _joined(found: Mapping[str, str], here: datetime) -> datetime | None:
    if "s" in found:
        whole, _, decimals = found["s"].partition(".")
        micros = int(((decimals or found.get("fraction", "")) + "000000")[:6])
        sign = -1 if whole.startswith("-") else 1
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(whole), microseconds=sign * micros)
    zone = _zone(found, here)
    clock = _clock(found)
    if zone is None or clock is None:
        return None
    day = _day(found, here.astimezone(zone))
    if day is None:
        return None
    start = day.replace(hour=clock.hour, minute=clock.minute, microsecond=clock.micros, tzinfo=zone)
    # Second 60 is a leap second: it is the one after.
    return start.astimezone(UTC) + timedelta(seconds=clock.second)


def _clock(found: Mapping[str, str]) -> _Clock | None:
    hour = int(found.get("H", found.get("I", "0")))
    if "p" in found:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["p"].lower() == "pm" else 0)
    second = int(found.get("S", "0"))
    if second > 60:
        return None
    micros = int((found.get("fraction", "") + "000000")[:6])
    return _Clock(hour, int(found.get("M", "0")), second, micros)


def _day(found: Mapping[str, str], here: datetime) -> datetime | None:
    """Midnight of the day, without a zone."""
    if not found.keys() & set("YymBdj"):
        return datetime(here.year, here.month, here.day)
    year = int(found.get("Y", here.year))
    if "y" in found:
        # As in POSIX: 69 to 99 are of the last century.
        year = int(found["y"]) + (1900 if int(found["y"]) > 68 else 2000)
    if "j" in found:
        day = datetime(year, 1, 1) + timedelta(days=int(found["j"]) - 1)
        return day if day.year == year else None
    if "d" not in found or not found.keys() & {"m", "B"}:
        return None
    month = int(found["m"]) if "m" in found else _month(found["B"])
    return datetime(year, month, int(found["d"]))


def _month(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())


def _zone(found: Mapping[str, str], here: datetime) -> tzinfo | None:
    if "z" in found:
        digits = found["z"][1:].replace(":", "").ljust(6, "0")
        if found["z"] in "Zz":
            return UTC
        shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
        return timezone(-shift if found["z"][0] == "-" else shift)
    if "Z" in found:
        return _named(found["Z"])
    return here.tzinfo


@lru_cache(maxsize=64)
def _named(name: str) -> tzinfo | None:
    """A zone by its name in the tz database."""
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    from zoneinfo import ZoneInfo  # few times name one

    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None
