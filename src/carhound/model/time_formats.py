"""Times written in a form of variables such as `%Y-%m-%d`, in English whatever the machine speaks.

Splunk's Search Reference, "Date and time format variables".
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_VARIABLE = re.compile(r"%(:{1,3}z|Ez|[1-9][NQ]|.)", re.DOTALL)
_SHORT: Mapping[str, str] = {
    "+": "%a %b %e %H:%M:%S %Z %Y",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "X": "%H:%M:%S",
    "c": "%a %b %e %H:%M:%S %Y",
    "h": "%b",
    "x": "%m/%d/%Y",
}
"""Variables that stand for several others."""


def unknown_variable(form: str) -> str | None:
    """The first variable of a form that has no meaning here, None where all have."""
    return next((f"%{one}" for one, _ in pieces(form) if one and not _known(one)), None)


def _known(name: str) -> bool:
    return name in _WRITTEN or name[-1] in "NQ"


def write_form(form: str, time: datetime) -> str:
    """An aware time in its own zone; a variable without a meaning stays as it is."""
    return "".join(plain if not name else _written(name, time) for name, plain in pieces(form))


@lru_cache(maxsize=64)
def pieces(form: str) -> tuple[tuple[str, str], ...]:
    """A form as (variable, "") and ("", plain text), with those that stand for others replaced."""
    made: list[tuple[str, str]] = []
    at = 0
    for match in _VARIABLE.finditer(form):
        name = match[1]
        if match.start() > at:
            made.append(("", form[at : match.start()]))
        made += pieces(_SHORT[name]) if name in _SHORT else ((name, ""),)
        at = match.end()
    if at < len(form):
        made.append(("", form[at:]))
    return tuple(made)


def _written(name: str, time: datetime) -> str:
    if name[-1] in "NQ":
        count = int(name[0]) if len(name) > 1 else 9 if name == "N" else 3
        return f"{time.microsecond * 1000:09}"[:count]
    write = _WRITTEN.get(name)
    return f"%{name}" if write is None else write(time)


def _offset(time: datetime, between: str, seconds: bool = False) -> str:
    shift = int((time.utcoffset() or timedelta()).total_seconds())
    hours, rest = divmod(abs(shift), 3600)
    text = f"{'-' if shift < 0 else '+'}{hours:02}{between}{rest // 60:02}"
    return f"{text}{between}{rest % 60:02}" if seconds else text


def _least_offset(time: datetime) -> str:
    text = _offset(time, ":", True)
    return text.removesuffix(":00").removesuffix(":00")


_WRITTEN: Mapping[str, Callable[[datetime], str]] = {
    "%": lambda _: "%",
    ":::z": _least_offset,
    "::z": lambda time: _offset(time, ":", True),
    ":z": lambda time: _offset(time, ":"),
    "A": lambda time: DAYS[time.weekday()],
    "B": lambda time: MONTHS[time.month - 1],
    "C": lambda time: f"{time.year // 100:02}",
    "Ez": lambda time: str(int((time.utcoffset() or timedelta()).total_seconds()) // 60),
    "G": lambda time: f"{time.isocalendar().year:04}",
    "H": lambda time: f"{time.hour:02}",
    "I": lambda time: f"{(time.hour - 1) % 12 + 1:02}",
    "M": lambda time: f"{time.minute:02}",
    "S": lambda time: f"{time.second:02}",
    "U": lambda time: f"{(time.timetuple().tm_yday + 6 - time.isoweekday() % 7) // 7:02}",
    "V": lambda time: f"{time.isocalendar().week:02}",
    "W": lambda time: f"{(time.timetuple().tm_yday + 6 - time.weekday()) // 7:02}",
    "Y": lambda time: f"{time.year:04}",
    "Z": lambda time: time.tzname() or "",
    "a": lambda time: DAYS[time.weekday()][:3],
    "b": lambda time: MONTHS[time.month - 1][:3],
    "d": lambda time: f"{time.day:02}",
    "e": lambda time: f"{time.day:2}",
    "f": lambda time: f"{time.microsecond:06}",
    "g": lambda time: f"{time.isocalendar().year % 100:02}",
    "j": lambda time: f"{time.timetuple().tm_yday:03}",
    "k": lambda time: f"{time.hour:2}",
    "l": lambda time: f"{(time.hour - 1) % 12 + 1:2}",
    "m": lambda time: f"{time.month:02}",
    "n": lambda _: "\n",
    "p": lambda time: "AM" if time.hour < 12 else "PM",
    "s": lambda time: str(int(time.timestamp() // 1)),
    "t": lambda _: "\t",
    "u": lambda time: str(time.isoweekday()),
    "w": lambda time: str(time.isoweekday() % 7),
    "y": lambda time: f"{time.year % 100:02}",
    "z": lambda time: _offset(time, ""),
}
