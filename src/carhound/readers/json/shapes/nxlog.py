"""NXLog's flat JSON, and the flat form of the Security-Datasets: payload and the rest side by side.

Which names are NXLog's own: NXLog reference manual, im_msvistalog "Fields" and the core fields; the rest here
are Logstash's, through which these files went, and Security-Datasets'.
"""

from typing import Any

from carhound.model.event import RawEvent, Value
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.message_text import sysmon_message_fields
from carhound.readers.notes import Notes
from carhound.readers.sysmon_names import SYSMON
from carhound.readers.times import event_time
from carhound.readers.values import header_text, text_of

_HEADER = frozenset({"EventID", "SourceName", "Channel", "Computer", "EventRecordID"})
_META = frozenset(
    {
        "@metadata",
        "@timestamp",
        "@version",
        "AccountName",
        "AccountType",
        "Category",
        "Domain",
        "ERROR_EVT_UNRESOLVED",
        "EventReceivedTime",
        "EventTime",
        "EventTypeOriginal",
        "EventTypeOrignal",
        "EventXML",
        "Hostname",
        "Keywords",
        "Level",
        "LevelValue",
        "Message",
        "MessageSourceAddress",
        "Opcode",
        "OpcodeValue",
        "ProviderGuid",
        "RecordNumber",
        "Severity",
        "SeverityValue",
        "SourceModuleName",
        "SourceModuleType",
        "Task",
        "TaskValue",
        "TimeCreated",
        "host",
        "port",
        "tags",
        "type",
    }
)
_SYSTEM = {
    "ActivityID": "System_ActivityID",
    "ExecutionProcessID": "System_ProcessID",
    "RelatedActivityID": "System_RelatedActivityID",
    "UserID": "System_UserID",
}
_SYSTEM_NUMBERS = {"ProcessID": "System_ProcessID", "ThreadID": "System_ThreadID", "Version": "Version"}
"""Names that a payload may have too: NXLog writes its own as numbers, every value of a payload as text."""
_LEVELS = frozenset(
    {"AUDIT_FAILURE", "AUDIT_SUCCESS", "CRITICAL", "DEBUG", "ERROR", "INFO", "VERBOSE", "WARNING"}
)
"""What NXLog writes into EventType; Sysmon's registry and WMI events have a field of that name as well."""


HEADER_KEYS = HeaderKeys(
    names=frozenset({"SourceName", "Channel", "EventID", "Hostname", "Computer"}),
    times=(("TimeCreated", True), ("UtcTime", False), ("@timestamp", True)),
    plain=frozenset({""}),
    never=frozenset({"EventData", "full_log"}),
)


def is_nxlog(record: dict[str, Any]) -> bool:
    """Whether a record is flat: an event id and its source or host at the top."""
    return "EventID" in record and ("SourceName" in record or "Hostname" in record or "Channel" in record)


def nxlog_event(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one flat record."""
    data: dict[str, Value] = {}
    meta: dict[str, Value] = {}
    for name, value in record.items():
        if name in _HEADER:
            continue
        text = value if type(value) is str else text_of(value)
        if text is None:
            continue
        if name in _META:
            meta[name] = text
        elif name in _SYSTEM:
            meta[_SYSTEM[name]] = text
        elif name in _SYSTEM_NUMBERS and type(value) is int:
            meta[_SYSTEM_NUMBERS[name]] = text
        elif name == "EventType" and text in _LEVELS:
            meta[name] = text
        else:
            data[name] = text
    provider = header_text(record.get("SourceName"))
    if provider == SYSMON and "UtcTime" not in data and type(message := record.get("Message")) is str:
        _from_message(message, data, notes)
    return RawEvent(
        provider=provider,
        channel=header_text(record.get("Channel")),
        event_id=header_text(record.get("EventID")),
        computer=header_text(record.get("Hostname")) or header_text(record.get("Computer")),
        record_id=header_text(record.get("RecordNumber")) or header_text(record.get("EventRecordID")),
        time=event_time(
            notes,
            record.get("TimeCreated"),
            data.get("UtcTime"),
            record.get("@timestamp"),
            record.get("EventTime"),
        ),
        data=data,
        meta=meta,
        position=position,
    )


def _from_message(message: str, data: dict[str, Value], notes: Notes) -> None:
    """Adds the fields of the message that are not there; every message of Sysmon's has a UtcTime."""
    fields = sysmon_message_fields(message)
    if "UtcTime" in fields:
        notes.add("EV-M1")
        for name, value in fields.items():
            data.setdefault(name, value)
