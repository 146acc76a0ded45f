"""The shapes a JSON record can have, in the order in which they are tried."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from carhound.model.event import RawEvent
from carhound.readers.json_eql_raw import eql_raw_event, is_eql_raw
from carhound.readers.json_event_tree import event_tree_event, is_event_tree
from carhound.readers.json_nxlog import is_nxlog, nxlog_event
from carhound.readers.json_winlogbeat6 import is_winlogbeat6, winlogbeat6_event
from carhound.readers.json_winlogbeat7 import is_winlogbeat7, winlogbeat7_event
from carhound.readers.notes import Notes


@dataclass(frozen=True, slots=True)
class JsonShape:
    """One shape of record."""

    name: str
    """As results show it."""
    about: str
    """For people, in messages."""
    matches: Callable[[dict[str, Any]], bool]
    event: Callable[[dict[str, Any], str, Notes], RawEvent] | None = None
    """Makes the event; None for a shape that is known by sight only."""
    marks: tuple[bytes, ...] = ()
    """Keys that betray the shape in a text whose objects are all broken."""


def _is_evtxecmd(record: dict[str, Any]) -> bool:
    return "PayloadData1" in record or ("Payload" in record and "EventRecordId" in record)


def _is_sentinel(record: dict[str, Any]) -> bool:
    return "EventID" in record and (
        "TenantId" in record
        or (isinstance(record.get("EventData"), str) and record["EventData"].startswith(("{", "<")))
    )


def _is_eql_normalised(record: dict[str, Any]) -> bool:
    return "event_type" in record and ("process_path" in record or "unique_pid" in record or "pid" in record)


def _is_splunk(record: dict[str, Any]) -> bool:
    return (
        "_raw" in record
        or isinstance(record.get("result"), dict)
        or ("event" in record and "sourcetype" in record)
        or (isinstance(record.get("results"), list) and "preview" in record)
    )


def _is_wazuh(record: dict[str, Any]) -> bool:
    data = record.get("data", record)
    return isinstance(data, dict) and isinstance(data.get("win"), dict)


def _is_ecs(record: dict[str, Any]) -> bool:
    about = record.get("event")
    return isinstance(about, dict) and ("ecs" in record or "code" in about or "process" in record)


JSON_SHAPES: tuple[JsonShape, ...] = (
    JsonShape("winlogbeat7", "Winlogbeat 7", is_winlogbeat7, winlogbeat7_event, (b'"winlog"',)),
    JsonShape("winlogbeat6", "Winlogbeat 6", is_winlogbeat6, winlogbeat6_event, (b'"event_data"',)),
    JsonShape("event-tree", "an event tree", is_event_tree, event_tree_event, (b'"System"', b'"Event')),
    JsonShape("splunk-json", "a Splunk export in JSON", _is_splunk),
    JsonShape("evtxecmd", "EvtxECmd JSON", _is_evtxecmd),
    JsonShape("azure-sentinel", "an Azure Sentinel export", _is_sentinel),
    JsonShape("nxlog", "NXLog", is_nxlog, nxlog_event, (b'"EventID"', b'"Hostname"')),
    JsonShape("eql-raw", "raw EQL data", is_eql_raw, eql_raw_event, (b'"EventId"', b'"UtcTime"')),
    JsonShape("eql-normalised", "normalised EQL data", _is_eql_normalised),
    JsonShape("wazuh", "Wazuh alerts", _is_wazuh),
    JsonShape("ecs", "ECS events without winlog", _is_ecs),
)
"""The first that matches is a record's shape: those with a mark of their own come first, then flat ones."""


def shape_of(record: dict[str, Any]) -> JsonShape | None:
    """The shape of a record, else None."""
    for shape in JSON_SHAPES:
        if shape.matches(record):
            return shape
    return None


def broken_shape(text: bytes) -> JsonShape | None:
    """The shape a text would seem to have, none of whose objects can be read."""
    text = text.replace(b'\\"', b'"')  # in an envelope the record is text
    for shape in JSON_SHAPES:
        if shape.marks and all(mark in text for mark in shape.marks):
            return shape
    return None
