"""Which of a record's times is the time of the event."""

from datetime import UTC, datetime
from typing import Any

from carhound.model.instants import parse_time
from carhound.readers.notes import Notes


def event_time(notes: Notes, created: Any, utc_time: Any, stamp: Any, local: Any = None) -> datetime | None:
    """The first that can be read of: TimeCreated, UtcTime, the collector's stamp, a local time.

    `created` and `stamp` count only where they carry a zone of their own: collectors write TimeCreated in
    local time too (Security-Datasets even with a twelve-hour clock). `utc_time` is UTC by its name. A time
    without a zone is the last resort, read in the notes' zone and remarked.
    """
    if type(created) is str and has_zone(created) and (time := parse_time(created)):
        return time
    if type(utc_time) is str and (time := parse_time(utc_time)):
        return time
    if type(stamp) is str and has_zone(stamp) and (time := parse_time(stamp)):
        return time
    for text in (created, local, stamp):
        if type(text) is str and (time := parse_time(text, notes.zone)):
            notes.add("EV-T1")
            return time
    notes.add("EV-T2")
    return None


def sysmon_time(time: datetime) -> str:
    """A time as Sysmon writes it: UTC, in milliseconds."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "milliseconds")


def utc_text(value: Any) -> Any:
    """A time from a place whose times are all UTC: what carries no zone gets one."""
    return f"{value.strip()}Z" if type(value) is str and not has_zone(value.strip()) else value


def has_zone(text: str) -> bool:
    """Whether a time carries a zone of its own."""
    return text.endswith(("Z", "UTC")) or (len(text) > 19 and (text[-6] in "+-" or text[-5] in "+-"))
