"""The event of `shapes`, written as exporters of JSON write it that re-spell fields."""

import json
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

Fields = dict[str, Any]

SYSMON = "Microsoft-Windows-Sysmon"
CHANNEL = "Microsoft-Windows-Sysmon/Operational"
COMPUTER = "WS1.example.org"
HEADER = ("EventCode", "Provider", "Computer", "Channel")


def _data(event: Fields) -> Fields:
    return {name: value for name, value in event.items() if name not in HEADER}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _zulu(event: Fields) -> str:
    return str(event.get("UtcTime", "2024-06-14 12:00:00.123")).replace(" ", "T") + "Z"


def _azure(event: Fields, number: int) -> Fields:
    provider = event.get("Provider", SYSMON)
    return {
        "TenantId": "redacted",
        "SourceSystem": "OpsManager",
        "TimeGenerated": _zulu(event),
        "Channel": event.get("Channel", f"{provider}/Operational"),
        "Computer": event.get("Computer", COMPUTER),
        "Task": 1,
        "EventLevelName": "Information",
        "EventID": int(event["EventCode"]),
        "EventRecordId": str(number),
        "SystemProcessId": 2740,
        "SystemThreadId": 3440,
        "_ResourceId": "/subscriptions/redacted",
    }


def azure_json(event: Fields, number: int) -> Fields:
    """A row of WindowsEvent: EventData as JSON in a text, times as the service spells them."""
    data = {
        name: f"{value.replace(' ', 'T')}0000Z" if name == "UtcTime" else value
        for name, value in _data(event).items()
    }
    return {
        **_azure(event, number),
        "Provider": event.get("Provider", SYSMON),
        "EventData": json.dumps(data),
        "Type": "WindowsEvent",
    }


def azure_xml(event: Fields, number: int) -> Fields:
    """A row of SecurityEvent or Event: EventData as XML in a text."""
    elements = "".join(
        f'\r\n  <Data Name="{name}">{escape(_text(value))}</Data>'
        for name, value in _data(event).items()
        if value is not None
    )
    schema = "http://schemas.microsoft.com/win/2004/08/events/event"
    return {
        **_azure(event, number),
        "EventSourceName": event.get("Provider", SYSMON),
        "EventData": f'<EventData xmlns="{schema}">{elements}\r\n</EventData>',
        "Type": "SecurityEvent",
    }


def wazuh(event: Fields, number: int) -> Fields:
    """An alert: small first letters, and the escapes of the agent's JSON left in."""
    provider = event.get("Provider", SYSMON)
    return {
        "timestamp": "2024-06-14T14:00:05.000+0200",
        "rule": {"level": 3, "id": "61603", "groups": ["windows", "sysmon"]},
        "agent": {"id": "006", "name": "collector"},
        "manager": {"name": "manager"},
        "decoder": {"name": "windows_eventchannel"},
        "location": "EventChannel",
        "data": {
            "win": {
                "system": {
                    "providerName": provider,
                    "eventID": str(event["EventCode"]),
                    "version": "5",
                    "systemTime": _zulu(event),
                    "eventRecordID": str(number),
                    "processID": "2740",
                    "threadID": "3440",
                    "channel": event.get("Channel", f"{provider}/Operational"),
                    "computer": event.get("Computer", COMPUTER),
                    "severityValue": "INFORMATION",
                    "message": '"Process Create:',
                },
                "eventdata": {
                    name[:1].lower() + name[1:]: _text(value).replace("\\", "\\\\").replace('"', '\\"')
                    for name, value in _data(event).items()
                    if value is not None
                },
            }
        },
    }


def evtxecmd(event: Fields, number: int) -> Fields:
    """GUIDs without braces, the payload as JSON in a text."""
    named = [
        {"@Name": name} if value is None else {"@Name": name, "#text": _text(value)}
        for name, value in _data(event).items()
    ]
    for one in named:
        if one["@Name"].endswith("Guid") and "#text" in one:
            one["#text"] = one["#text"].strip("{}")
    provider = event.get("Provider", SYSMON)
    return {
        "PayloadData1": "ProcessID: 99",
        "ExecutableInfo": str(event.get("CommandLine")),
        "MapDescription": "Process creation",
        "ChunkNumber": 0,
        "Computer": event.get("Computer", COMPUTER),
        "Payload": json.dumps({"EventData": {"Data": named}}),
        "UserId": "S-1-5-18",
        "Channel": event.get("Channel", f"{provider}/Operational"),
        "Provider": provider,
        "EventId": int(event["EventCode"]),
        "EventRecordId": str(number),
        "ProcessId": 2740,
        "ThreadId": 3440,
        "Level": "Info",
        "Keywords": "Classic",
        "SourceFile": "C:\\case\\sysmon.evtx",
        "ExtraDataOffset": 0,
        "HiddenRecord": False,
        "TimeCreated": _zulu(event).replace("Z", "0000+00:00"),
        "RecordNumber": number,
    }


SHAPES: dict[str, Callable[[Fields, int], Fields]] = {
    "azure-sentinel, JSON": azure_json,
    "azure-sentinel, XML": azure_xml,
    "wazuh": wazuh,
    "evtxecmd": evtxecmd,
}
"""As in `shapes`."""
