"""Winlogbeat 5 and 6: `event_id`, `log_name`, `computer_name` at the top, the payload in `event_data`.

Fields: Winlogbeat 6.7 reference, "Event log record fields".
"""

from typing import Any

from carhound.model.event import RawEvent, Value
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.notes import Notes
from carhound.readers.times import event_time
from carhound.readers.values import header_text, put, text_of

_HEADER = frozenset({"event_id", "log_name", "source_name", "computer_name", "record_number"})
_SYSTEM = {
    "activity_id": "System_ActivityID",
    "process_id": "System_ProcessID",
    "provider_guid": "ProviderGuid",
    "related_activity_id": "System_RelatedActivityID",
    "thread_id": "System_ThreadID",
    "user.identifier": "System_UserID",
}
_PAYLOAD = frozenset({"event_data", "user_data"})


HEADER_KEYS = HeaderKeys(
    names=frozenset({"source_name", "log_name", "event_id", "computer_name"}),
    times=(("event_data.UtcTime", False), ("@timestamp", True)),
    plain=frozenset({"event_data", "user_data"}),
    payload="event_data",
)


def is_winlogbeat6(record: dict[str, Any]) -> bool:
    """Whether the record's top level is an event log record."""
    return "event_id" in record and ("log_name" in record or isinstance(record.get("event_data"), dict))


def winlogbeat6_event(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one record."""
    data = payload(record.get("event_data"))
    meta: dict[str, Value] = {}
    put_payload(record.get("user_data"), data, meta)
    flatten({name: value for name, value in record.items() if name not in _PAYLOAD}, meta, _HEADER, _SYSTEM)
    return RawEvent(
        provider=header_text(record.get("source_name")),
        channel=header_text(record.get("log_name")),
        event_id=header_text(record.get("event_id")),
        computer=header_text(record.get("computer_name")),
        record_id=header_text(record.get("record_number")),
        time=event_time(notes, None, data.get("UtcTime"), record.get("@timestamp")),
        data=data,
        meta=meta,
        position=position,
    )


def payload(event_data: Any) -> dict[str, Value]:
    """The fields of `event_data`."""
    data: dict[str, Value] = {}
    if isinstance(event_data, dict):
        for name, value in event_data.items():
            if (text := value if type(value) is str else text_of(value)) is not None:
                data[name] = text
    return data


def put_payload(user_data: Any, data: dict[str, Value], meta: dict[str, Value]) -> None:
    """Adds the fields of `user_data`; the name of its XML element is not one of them."""
    if isinstance(user_data, dict):
        for name, value in user_data.items():
            if name == "xml_name":
                put(meta, "UserData_Name", text_of(value))
            else:
                put(data, name, text_of(value))


def flatten(
    record: dict[str, Any],
    meta: dict[str, Value],
    left_out: frozenset[str],
    renamed: dict[str, str],
    prefix: str = "",
) -> None:
    """Puts the leaves of an object of objects into `meta` under their dotted names."""
    for name, value in record.items():
        path = prefix + name
        if path in left_out:
            continue
        if type(value) is dict:
            flatten(value, meta, left_out, renamed, path + ".")
            continue
        if type(value) is not str and (value := text_of(value)) is None:
            continue
        path = renamed.get(path, path)
        if path in meta:
            put(meta, path, value)
        else:
            meta[path] = value
