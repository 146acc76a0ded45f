"""Events out of Splunk: a row of results, or what is sent to its HTTP Event Collector.

Formats: Splunk, "Search endpoint descriptions" (REST: search/jobs/export, .../results), "Format events for
HTTP Event Collector". What an event says is read from `_raw` where that can be read: it is what Windows
wrote. The fields that Splunk extracted, and those of its Common Information Model, are kept beside it. Only
where there is no `_raw`, or one that is cut, are they the event.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from carhound.model.event import HEADER, RawEvent
from carhound.readers.notes import Notes
from carhound.readers.tables.splunk_fields import channel_of, payload, plain
from carhound.readers.times import event_time
from carhound.readers.values import header_text, text_of
from carhound.readers.wineventlog_text import classic_event, is_classic, provider_name

Nested = Callable[[dict[str, Any], str, Notes], RawEvent | None]
"""Makes the event of a JSON object that another collector wrote; None where it is of no known shape."""

_HEC = frozenset({"event", "fields", "host", "index", "source", "sourcetype", "time"})
_RENAMED = {
    "ActivityID": "System_ActivityID",
    "Guid": "ProviderGuid",
    "ProcessID": "System_ProcessID",
    "RelatedActivityID": "System_RelatedActivityID",
    "ThreadID": "System_ThreadID",
    "UserID": "System_UserID",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_splunk(record: dict[str, Any]) -> bool:
    """Whether the record is a row of events, one in an export's `result`, or an event for the collector."""
    result = record.get("result")
    if isinstance(result, dict):
        return "_time" in result or _is_row(result)
    return _is_row(record) or _is_hec(record)


def _is_row(row: dict[str, Any]) -> bool:
    return "_raw" in row or (
        ("EventCode" in row or "EventID" in row) and ("_time" in row or "sourcetype" in row)
    )


def _is_hec(record: dict[str, Any]) -> bool:
    return isinstance(record.get("event"), str | dict) and (
        "sourcetype" in record or ("time" in record and record.keys() <= _HEC)
    )


def splunk_event(record: dict[str, Any], position: str, notes: Notes, nested: Nested) -> RawEvent:
    """The raw event of one record.

    Raises:
        ValueError: its `_raw` cannot be read, and there are no fields that say the same.
    """
    row = _row(record)
    inner = record.get("event")
    event: RawEvent | None = None
    if isinstance(inner, dict) and "_raw" not in record:
        event = nested(inner, position, notes)
    elif isinstance(raw := plain(row.get("_raw")), str):
        event = _event_in(raw, row, position, notes, nested)
    if event is None:
        event = _event_of_fields(row, position, notes)
    elif not event.data:
        event.data = payload(row, event.event_id)
    if event.computer is None and (host := header_text(plain(row.get("host")))):
        event.computer = host
        notes.add("EV-S2")
    _keep(row, event)
    return event


def _row(record: dict[str, Any]) -> dict[str, Any]:
    """The row in an envelope, with what is written on the envelope."""
    result = record.get("result")
    if isinstance(result, dict):
        return {**{name: value for name, value in record.items() if name != "result"}, **result}
    if "_raw" in record or not _is_hec(record):
        return record
    row = {name: value for name, value in record.items() if name not in ("event", "fields", "time")}
    inner, fields = record["event"], record.get("fields")
    row.update(inner if isinstance(inner, dict) else {"_raw": inner})
    row.update(fields if isinstance(fields, dict) else {})
    if "time" in record:
        row["_time"] = record["time"]
    return row


def _event_in(raw: str, row: dict[str, Any], position: str, notes: Notes, nested: Nested) -> RawEvent | None:
    text = raw.lstrip("\ufeff \t\r\n")
    try:
        if text.startswith("<") and "<Event" in text:
            from carhound.readers.xml.event import xml_event

            return xml_event(text, position, notes)
        if text.startswith("{"):
            inner = orjson.loads(text)
            return nested(inner, position, notes) if isinstance(inner, dict) else None
    except ValueError as error:
        if _event_id(row) is None or not payload(row, None):
            raise ValueError(f"what is in its _raw cannot be read: {error}") from None
        notes.add("EV-S1")
        return None
    return classic_event(text, position, notes, _stamp(row)) if is_classic(text) else None


def _event_of_fields(row: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    event_id = _event_id(row)
    channel = _header(row, "Channel", "LogName") or channel_of(row)
    name = _header(row, "SourceName", "Provider_Name", "ProviderName", "Provider")
    if name is None and (found := _header(row, "Name")) and found.startswith("Microsoft-"):
        name = found  # the attribute of Provider, as the add-on for Windows extracts it
    data = payload(row, event_id)
    return RawEvent(
        provider=provider_name(name, channel),
        channel=channel,
        event_id=event_id,
        computer=_header(row, "Computer", "ComputerName"),
        record_id=_header(row, "EventRecordID", "RecordNumber", "RecordID"),
        time=event_time(notes, _header(row, "SystemTime", "TimeCreated"), data.get("UtcTime"), _stamp(row)),
        data=data,
        meta={},
        position=position,
    )


def _keep(row: dict[str, Any], event: RawEvent) -> None:
    """Adds what else is in the row; what the event says already is not said again."""
    event.meta = meta = dict(event.meta)
    for name, value in row.items():
        ours = _RENAMED.get(name, name)
        if name in event.data or ours in meta:
            continue
        if (attribute := HEADER.get(name)) is not None and getattr(event, attribute) is not None:
            continue
        if (text := text_of(value)) is not None:
            meta[ours] = text


def _header(row: dict[str, Any], *names: str) -> str | None:
    for name in names:
        if (text := header_text(plain(row.get(name)))) is not None:
            return text
    return None


def _event_id(row: dict[str, Any]) -> str | None:
    return _header(row, "EventCode", "EventID")


def _stamp(row: dict[str, Any]) -> str | None:
    """`_time` as ISO 8601; it may be seconds since 1970."""
    time = plain(row.get("_time"))
    if isinstance(time, int | float) or (isinstance(time, str) and time.replace(".", "", 1).isdecimal()):
        try:
            return (_EPOCH + timedelta(microseconds=round(float(time) * 1_000_000))).isoformat()
        except (OverflowError, ValueError):
            return None
    return time if isinstance(time, str) else None
