"""One event, written in every shape the readers know."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ..analytics import shapes_json

SYSMON = "Microsoft-Windows-Sysmon"
CHANNEL = "Microsoft-Windows-Sysmon/Operational"


def _nxlog(record_id: int, event_id: int, data: dict[str, str]) -> dict[str, Any]:
    return {
        "EventTime": "2024-06-14 13:00:00",
        "TimeCreated": "2024-06-14T12:00:00.123Z",
        "Hostname": "ws1.example.org",
        "host": "collector",
        "EventType": "INFO",
        "EventID": event_id,
        "SourceName": SYSMON,
        "ProcessID": 2740,
        "ThreadID": 3440,
        "Channel": CHANNEL,
        "RecordNumber": record_id,
        "Message": "Process Create:",
        "tags": ["collected"],
        **data,
    }


def _winlogbeat6(record_id: int, event_id: int, data: dict[str, str]) -> dict[str, Any]:
    return {
        "@timestamp": "2024-06-14T12:00:00.123Z",
        "beat": {"name": "collector", "version": "6.7.0"},
        "host": {"name": "collector"},
        "event_id": event_id,
        "log_name": CHANNEL,
        "source_name": SYSMON,
        "computer_name": "ws1.example.org",
        "record_number": str(record_id),
        "process_id": 2740,
        "thread_id": 3440,
        "message": "Process Create:",
        "event_data": data,
    }


def _winlogbeat7(record_id: int, event_id: int, data: dict[str, str]) -> dict[str, Any]:
    return {
        "@timestamp": "2024-06-14T12:00:00.123Z",
        "agent": {"type": "winlogbeat"},
        "host": {"name": "collector"},
        "event": {"code": str(event_id), "provider": SYSMON},
        "message": "Process Create:",
        "winlog": {
            "channel": CHANNEL,
            "computer_name": "ws1.example.org",
            "event_id": str(event_id),
            "provider_name": SYSMON,
            "record_id": record_id,
            "process": {"pid": 2740, "thread": {"id": 3440}},
            "event_data": data,
        },
    }


def _system(record_id: int, event_id: int) -> dict[str, Any]:
    return {
        "Provider": {"Name": SYSMON},
        "EventID": str(event_id),
        "TimeCreated": {"SystemTime": "2024-06-14T12:00:00.123456700Z"},
        "EventRecordID": str(record_id),
        "Correlation": None,
        "Execution": {"ProcessID": "2740", "ThreadID": "3440"},
        "Channel": CHANNEL,
        "Computer": "ws1.example.org",
    }


def _event_tree(record_id: int, event_id: int, data: dict[str, str]) -> dict[str, Any]:
    named = [{"Name": name, "text": text} for name, text in data.items()]
    return {"Event": {"System": _system(record_id, event_id), "EventData": {"Data": named}}}


def _body(record_id: int, event_id: int, data: dict[str, str]) -> dict[str, Any]:
    return {"body": json.dumps(_event_tree(record_id, event_id, data)), "mime": "application/x-pt-eventlog"}


def _eql_raw(_: int, event_id: int, data: dict[str, str]) -> dict[str, Any]:
    return {"EventId": event_id, "RuleName": None, "UtcTime": "2024-06-14 12:00:00.123", **data}


def _exported(write: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def written(record_id: int, event_id: int, data: dict[str, str]) -> dict[str, Any]:
        return write({"EventCode": event_id, "Computer": "ws1.example.org", **data}, record_id)

    return written


WRITERS = {
    "nxlog": _nxlog,
    "winlogbeat6": _winlogbeat6,
    "winlogbeat7": _winlogbeat7,
    "event-tree": _event_tree,
    "event-tree in body": _body,
    "eql-raw": _eql_raw,
    **{name: _exported(write) for name, write in shapes_json.SHAPES.items()},
}


@pytest.fixture(params=WRITERS)
def shape(request: pytest.FixtureRequest) -> tuple[str, Callable[..., dict[str, Any]]]:
    """The name of a JSON shape and its writer: (record id, event id, fields) -> the record."""
    name: str = request.param
    return name.removesuffix(" in body").partition(",")[0], WRITERS[name]


@pytest.fixture
def nxlog() -> Callable[..., dict[str, Any]]:
    """The writer of one shape, where any will do."""
    return _nxlog
