"""Azure Monitor and Microsoft Sentinel: rows of the tables SecurityEvent, WindowsEvent and Event.

The payload is in `EventData`, as a text of JSON (WindowsEvent), of XML (Event, SecurityEvent), or, for the
Security events the service knows, in columns of its own; columns an event does not use may be empty texts.
Tables: Azure Monitor Logs reference, "SecurityEvent", "WindowsEvent", "Event". Times there are UTC.
"""

import re
from typing import Any

import orjson

from carhound.model.event import RawEvent, Value
from carhound.readers.notes import Notes
from carhound.readers.sysmon_names import SECURITY
from carhound.readers.times import event_time, utc_text
from carhound.readers.values import UnreadableError, header_text, put, text_of

_HEADER = frozenset(
    {
        "Channel",
        "Computer",
        "EventData",
        "EventID",
        "EventLog",
        "EventRecordId",
        "EventSourceName",
        "Provider",
        "Source",
        "TimeGenerated",
    }
)
_META = frozenset(
    """
    Account AccountType Activity AzureDeploymentID AzureTableName Correlation EventCategory EventLevel
    EventLevelName EventOriginId Keywords Level MG ManagementGroupName Message Opcode ParameterXml
    PartitionKey Process RawEventData RenderedDescription Role RowKey SourceComputerId SourceSystem
    StorageAccount SubjectAccount TargetAccount Task TenantId TimeCollected TimeCreatedUtc Type UserName
    Version
    """.split()
)
_SYSTEM = {
    "SystemProcessId": "System_ProcessID",
    "SystemThreadId": "System_ThreadID",
    "SystemUserId": "System_UserID",
}
_RESPELT_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d\.\d{3})0{0,4}Z", re.ASCII)


def is_azure(record: dict[str, Any]) -> bool:
    """Whether the record is a row of one of the tables: its event id beside columns only they have."""
    if "EventID" not in record:
        return False
    if "TenantId" in record or "TimeGenerated" in record:
        return True
    payload = record.get("EventData")
    return type(payload) is str and payload.lstrip()[:1] in ("{", "<")


def azure_event(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one row.

    Raises:
        UnreadableError: its EventData cannot be read.
    """
    data: dict[str, Value] = {}
    meta: dict[str, Value] = {}
    for name, value in record.items():
        if name in _HEADER or not (text := text_of(value)):
            continue
        if name in _SYSTEM:
            meta[_SYSTEM[name]] = text
        elif name in _META or name.startswith("_"):
            meta[name] = text
        else:
            data[name] = text
    data.update(_payload(record))
    provider = _first(record, "EventSourceName", "Provider", "Source")
    channel = _first(record, "Channel", "EventLog")
    event_id = header_text(record["EventID"])
    if provider is None and channel is None and event_id == "4688" and "NewProcessName" in data:
        notes.add("EV-B3")
        provider = SECURITY
    return RawEvent(
        provider=provider,
        channel=channel,
        event_id=event_id,
        computer=_first(record, "Computer"),
        record_id=_first(record, "EventRecordId"),
        time=event_time(notes, utc_text(record.get("TimeGenerated")), data.get("UtcTime"), None),
        data=data,
        meta=meta,
        position=position,
    )


def _first(record: dict[str, Any], *names: str) -> str | None:
    return next((text for name in names if (text := header_text(record.get(name)))), None)


def _payload(record: dict[str, Any]) -> dict[str, Value]:
    """What EventData says; where the service could not parse it, RawEventData has the XML."""
    payload = record.get("EventData") or record.get("RawEventData")
    try:
        if type(payload) is str and payload.lstrip().startswith("<"):
            from carhound.readers.xml.event import event_data_fields  # no other JSON needs a parser of XML

            return event_data_fields(payload)
        if type(payload) is str and payload.lstrip().startswith("{"):
            payload = orjson.loads(payload)
    except ValueError as error:
        raise UnreadableError(f"its EventData cannot be read: {error}") from None
    data: dict[str, Value] = {}
    if isinstance(payload, dict):
        for name, value in payload.items():
            put(data, name, _as_sysmon_spells(name, text_of(value)))
    else:
        put(data, "EventData", text_of(payload))
    return data


def _as_sysmon_spells(name: str, value: Value | None) -> Value | None:
    """The service re-spells Sysmon's times (`2022-05-13T08:54:05.1230000Z`); the way back loses nothing."""
    if name.endswith("UtcTime") and type(value) is str and (time := _RESPELT_TIME.fullmatch(value)):
        return f"{time[1]} {time[2]}"
    return value
