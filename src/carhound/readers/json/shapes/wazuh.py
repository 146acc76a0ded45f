"""Wazuh: alerts.json and archives.json, the event under `data.win` as `system` and `eventdata`.

Wazuh's decoder (wazuh, src/analysisd/decoders/winevtchannel.c) writes every name with a small first letter
and leaves the escapes of the JSON in which the agent sent the event: texts have each backslash and quote
behind another backslash. 3.8 wrote `EventChannel` with `System` and `EventData` and kept the names. Line
ends and tabs in values are lost. What is beside the event (`rule`, `agent`, `manager`) is the manager's;
`timestamp` is when it had the event.
"""

import re
from typing import Any

import orjson

from carhound.model.event import RawEvent, Value
from carhound.readers.json.shapes.winlogbeat6 import flatten
from carhound.readers.notes import Notes
from carhound.readers.sysmon_names import original_name
from carhound.readers.times import event_time
from carhound.readers.values import header_text, put, text_of

_PARTS = ("win", "EventChannel", "WinEvtChannel")
_PLACES = frozenset(_PARTS) | {f"data.{part}" for part in _PARTS}
_HEADER = frozenset({"providername", "channel", "eventid", "computer", "eventrecordid"})
_SYSTEM = {
    "eventsourcename": "EventSourceName",
    "keywords": "Keywords",
    "level": "Level",
    "message": "Message",
    "opcode": "Opcode",
    "processid": "System_ProcessID",
    "providerguid": "ProviderGuid",
    "security userid": "System_UserID",
    "severityvalue": "SeverityValue",
    "systemtime": "SystemTime",
    "task": "Task",
    "threadid": "System_ThreadID",
    "userid": "System_UserID",
    "version": "Version",
}
_PAYLOADS = frozenset({"eventdata", "system"})
_ESCAPES = re.compile(r'(?:[^\\]|\\[\\"])*+', re.DOTALL)
"""A text in which every backslash is half of an escape."""
_DOUBLED_PATH = re.compile(r"(?:^|[^A-Za-z])[A-Za-z]:\\\\[^\\]")
_ESCAPE = re.compile(r'\\([\\"])')


def is_wazuh(record: dict[str, Any]) -> bool:
    """Whether the record holds a Windows event the way Wazuh's decoder writes it."""
    return _win(record) is not None


def wazuh_event(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one alert or archived event."""
    win = _win(record) or {}
    system = {
        field.lower(): text
        for name, part in win.items()
        if name.lower() == "system" and isinstance(part, dict)
        for field, text in part.items()
    }
    provider = header_text(system.get("providername"))
    meta: dict[str, Value] = {}
    data = _data(win, provider, meta)
    if _is_escaped(data):
        notes.add("EV-W1")
        data = {name: _unescaped(value) for name, value in data.items()}
    for name, value in system.items():
        if name not in _HEADER:
            put(meta, _SYSTEM.get(name, f"system.{name}"), text_of(value))
    flatten(record, meta, _PLACES, {})
    return RawEvent(
        provider=provider,
        channel=header_text(system.get("channel")),
        event_id=header_text(system.get("eventid")),
        computer=header_text(system.get("computer")),
        record_id=header_text(system.get("eventrecordid")),
        time=event_time(notes, system.get("systemtime"), data.get("UtcTime"), record.get("timestamp")),
        data=data,
        meta=meta,
        position=position,
    )


def _data(win: dict[str, Any], provider: str | None, meta: dict[str, Value]) -> dict[str, Value]:
    """The payload: `eventdata`, or an element of the provider's own, as under UserData."""
    data: dict[str, Value] = {}
    for name, part in win.items():
        if name.lower() == "system":
            continue
        if not isinstance(part, dict):
            put(meta, name, text_of(part))
            continue
        if name.lower() != "eventdata":
            put(meta, "UserData_Name", name)
        for field, value in part.items():
            put(data, original_name(field, provider), text_of(value))
    return data


def _win(record: dict[str, Any]) -> dict[str, Any] | None:
    """The event of a record: decoded, or still as text in the `full_log` of an archive."""
    for holder in (record.get("data"), record):
        if isinstance(holder, dict) and (win := _part(holder)) is not None:
            return win
    log = record.get("full_log")
    if type(log) is str and log.startswith("{") and any(f'"{part}"' in log[:40] for part in _PARTS):
        try:
            return _part(orjson.loads(log))
        except ValueError:
            return None
    return None


def _part(holder: dict[str, Any]) -> dict[str, Any] | None:
    for part in _PARTS:
        win = holder.get(part)
        if isinstance(win, dict) and any(name.lower() in _PAYLOADS for name in win):
            return win
    return None


def _is_escaped(data: dict[str, Value]) -> bool:
    """Whether the whole record shows the escapes: a drive with two backslashes, and nowhere a single one.

    A network path alone, whose first backslashes are two by right, shows nothing.
    """
    texts = [value for value in data.values() if type(value) is str and "\\" in value]
    return any(_DOUBLED_PATH.search(text) for text in texts) and all(
        _ESCAPES.fullmatch(text) for text in texts
    )


def _unescaped(value: Value) -> Value:
    if isinstance(value, str):
        return _ESCAPE.sub(r"\1", value)
    return tuple(_ESCAPE.sub(r"\1", one) for one in value)
