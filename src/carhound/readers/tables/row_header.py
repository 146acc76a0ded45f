"""The header of an event as columns of a table: who wrote it, where, when. Names as exporters spell them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from carhound.model.event import Value
from carhound.model.instants import credible
from carhound.readers.notes import Notes
from carhound.readers.times import event_time

PROVIDER = ("Provider", "ProviderName", "SourceName", "EventSourceName", "provider_name", "source_name")
CHANNEL = ("Channel", "LogName", "channel", "log_name")
EVENT_ID = ("EventID", "EventCode", "EventId", "event_id", "event_code")
COMPUTER = ("Computer", "ComputerName", "Hostname", "computer_name", "computer", "fqdn", "hostname", "host")
RECORD_ID = ("EventRecordID", "EventRecordId", "RecordNumber", "RecordID", "record_number", "record_id")
TIMES = (
    "@timestamp",
    "EventTime",
    "SystemTime",
    "TimeCreated",
    "TimeCreatedUtc",
    "TimeGenerated",
    "_time",
    "event_time",
    "time",
    "timestamp",
)
"""Columns that hold nothing but a time of the event; Sysmon's UtcTime is a field of its own."""

COLLECTED = frozenset(
    {
        "Account",
        "AccountType",
        "Activity",
        "EventOriginId",
        "Level",
        "ManagementGroupName",
        "SourceComputerId",
        "SourceSystem",
        "TenantId",
        "TimeCollected",
        "Type",
        "_ResourceId",
        "_ItemId",
        "index",
        "source",
        "sourcetype",
    }
)
"""What Azure's and Splunk's tables add to an event."""
HEADER = frozenset({*PROVIDER, *CHANNEL, *EVENT_ID, *COMPUTER, *RECORD_ID, *TIMES})

_UTC_SUFFIX = " [UTC]"
_PORTAL = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?: ([AP])M)?", re.ASCII
)
_EPOCH = re.compile(r"\d{9,11}(?:\.\d{1,9})?", re.ASCII)


class Header(Struct):
    """What the columns of a row say about its event."""

    provider: str | None
    channel: str | None
    event_id: str | None
    computer: str | None
    record_id: str | None
    time: datetime | None


def read_header(row: Mapping[str, Value], notes: Notes) -> Header:
    """The header of the event in a row; of several columns for one thing the first that is filled."""
    number = one_of(row, EVENT_ID)
    return Header(
        one_of(row, PROVIDER),
        one_of(row, CHANNEL),
        number.removesuffix(".0") if number else None,  # pandas makes floats of columns with gaps
        one_of(row, COMPUTER),
        one_of(row, RECORD_ID),
        _time(row, notes),
    )


def one_of(row: Mapping[str, Value], names: tuple[str, ...]) -> str | None:
    """The first of these columns that holds a single text."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def named_utc(column: str) -> str:
    """The name of a column without what Azure's portal adds to it: its times are UTC."""
    return column.removesuffix(_UTC_SUFFIX)


def _time(row: Mapping[str, Value], notes: Notes) -> datetime | None:
    """The time of an event: what is UTC by its name or its own zone first, then what has no zone."""
    # Azure's TimeGenerated is UTC; elsewhere a column of that name need not be.
    azure = one_of(row, ("TimeGenerated",)) if "TenantId" in row or "TimeCreatedUtc" in row else None
    utc = one_of(row, ("UtcTime", "TimeCreatedUtc")) or azure
    local = next((text for name in TIMES if (text := one_of(row, (name,))) is not None), None)
    created = one_of(row, ("TimeCreated", "SystemTime"))
    stamp = one_of(row, ("@timestamp", "_time", "timestamp", "time", "event_time"))
    for text, zoned in ((utc, True), (stamp, False), (local, False)):
        if text is None:
            continue
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        if zoned and (time := _portal_time(text)) is not None:
            return time
    return event_time(notes, created, utc, stamp, local)


def _portal_time(text: str) -> datetime | None:
    """A time as Azure's portal exports it: "6/14/2024, 12:00:00.123 PM", month first."""
    found = _PORTAL.fullmatch(text)
    if found is None:
        return None
    month, day, year, hour, minute, second, fraction, half = found.groups()
    hours = int(hour) % 12 + (12 if half == "P" else 0) if half else int(hour)
    micros = int((fraction or "").ljust(6, "0"))
    try:
        time = datetime(int(year), int(month), int(day), hours, int(minute), int(second), micros, UTC)
        return credible(time)
    except ValueError:
        return None
