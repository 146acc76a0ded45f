"""EvtxECmd's JSON, or a row of its CSV: a flat header, the payload as JSON in `Payload`.

The payload is EventData or UserData with `@Name` and `#text`. EvtxECmd writes GUIDs without their braces,
which are put back, and line ends in values as ", ", which cannot be told from a comma that was there. Its
times are UTC. `PayloadData1` to `6`, `UserName`, `RemoteHost` and `ExecutableInfo` are its maps' extracts
of the payload.
"""

import re
from typing import Any

import orjson

from carhound.model.event import RawEvent, Value
from carhound.readers.event_tree import tree_event
from carhound.readers.notes import Notes
from carhound.readers.times import utc_text
from carhound.readers.values import UnreadableError, put, text_of

_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
_HEADER = frozenset(
    """
    Channel Computer EventId EventRecordId Keywords Level Payload ProcessId Provider ThreadId TimeCreated
    UserId
    """.split()
)


def is_evtxecmd(record: dict[str, Any]) -> bool:
    """Whether the record has the names EvtxECmd gives to its header."""
    return "PayloadData1" in record or ("Payload" in record and "EventRecordId" in record)


def evtxecmd_event(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one record.

    Raises:
        UnreadableError: its Payload cannot be read.
    """
    tree = {
        **_payload(record.get("Payload")),
        "System": {
            "Provider": {"Name": record.get("Provider")},
            "EventID": record.get("EventId"),
            "Level": record.get("Level"),
            "Keywords": record.get("Keywords"),
            "TimeCreated": {"SystemTime": utc_text(record.get("TimeCreated"))},
            "EventRecordID": record.get("EventRecordId"),
            "Execution": {"ProcessID": record.get("ProcessId"), "ThreadID": record.get("ThreadId")},
            "Channel": record.get("Channel"),
            "Computer": record.get("Computer"),
            "Security": {"UserID": record.get("UserId")},
        },
    }
    event = tree_event(tree, position, notes)
    event.data = {name: _braced(name, value) for name, value in event.data.items()}
    meta: dict[str, Value] = {name: value for name, value in event.meta.items() if value != ""}
    for name, value in record.items():
        if name not in _HEADER and (text := text_of(value)):
            put(meta, name, text)
    event.meta = meta
    return event


def _braced(name: str, value: Value) -> Value:
    guid = type(value) is str and name.lower().endswith("guid") and _GUID.fullmatch(value)
    return f"{{{value}}}" if guid else value


def _payload(text: Any) -> dict[str, Any]:
    if type(text) is not str or not text.strip():
        return {}
    try:
        payload = orjson.loads(text)
    except ValueError as error:
        raise UnreadableError(f"its Payload cannot be read: {error}") from None
    if not isinstance(payload, dict):
        raise UnreadableError("its Payload is no object")
    return {name: payload[name] for name in ("EventData", "UserData") if name in payload}
