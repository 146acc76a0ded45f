"""Winlogbeat 7 and later, and Elastic Agent: everything of the event log under `winlog`.

Fields: Winlogbeat reference, "Windows Event Log fields". Winlogbeat's Sysmon module moves the payload to
ECS names, which are read back (`ecs_names`), or such an event would look as if it had neither image nor
command line.
"""

from typing import Any

from carhound.model.event import RawEvent, Value
from carhound.readers.ecs_names import module_utc_time, read_back
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.json.shapes.winlogbeat6 import flatten, payload, put_payload
from carhound.readers.notes import Notes
from carhound.readers.sysmon_names import SYSMON
from carhound.readers.times import event_time
from carhound.readers.values import header_text

_HEADER = frozenset(
    {
        "winlog.channel",
        "winlog.computer_name",
        "winlog.event_data",
        "winlog.event_id",
        "winlog.provider_name",
        "winlog.record_id",
        "winlog.user_data",
    }
)
_SYSTEM = {
    "winlog.activity_id": "System_ActivityID",
    "winlog.process.pid": "System_ProcessID",
    "winlog.process.thread.id": "System_ThreadID",
    "winlog.provider_guid": "ProviderGuid",
    "winlog.related_activity_id": "System_RelatedActivityID",
    "winlog.user.identifier": "System_UserID",
}
_MOVED = frozenset({"Image", "ImageLoaded", "UtcTime"})
"""None of these is left in the payload where the Sysmon module was at work."""
_SECURITY = (
    ("NewProcessId", ("process.pid",)),
    ("NewProcessName", ("process.executable",)),
    ("ParentProcessName", ("process.parent.executable",)),
)
"""What Winlogbeat's Security module moves out of a 4688 (beats, x-pack/winlogbeat/module/security)."""


HEADER_KEYS = HeaderKeys(
    names=frozenset(
        {
            "event.code",
            "event.provider",
            "winlog.channel",
            "winlog.computer_name",
            "winlog.event_id",
            "winlog.provider_name",
        }
    ),
    times=(("winlog.time_created", True), ("winlog.event_data.UtcTime", False), ("@timestamp", True)),
    plain=frozenset({"winlog.event_data", "winlog.user_data"}),
    payload="winlog.event_data",
)


def is_winlogbeat7(record: dict[str, Any]) -> bool:
    """Whether the record has a `winlog` object."""
    return isinstance(record.get("winlog"), dict)


def winlogbeat7_event(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one record."""
    winlog = record["winlog"]
    about = record.get("event")
    if not isinstance(about, dict):
        about = {}
    data = payload(winlog.get("event_data"))
    meta: dict[str, Value] = {}
    put_payload(winlog.get("user_data"), data, meta)
    flatten(record, meta, _HEADER, _SYSTEM)
    provider = header_text(winlog.get("provider_name")) or header_text(about.get("provider"))
    event_id = header_text(winlog.get("event_id")) or header_text(about.get("code"))
    if provider == SYSMON and _MOVED.isdisjoint(data) and read_back(event_id, meta, data):
        notes.add("EV-E1")
        if utc_time := module_utc_time(record.get("@timestamp")):
            data["UtcTime"] = utc_time
    elif _is_creation(provider, event_id) and _take(_SECURITY, meta, data):
        notes.add("EV-E1")
    return RawEvent(
        provider=provider,
        channel=header_text(winlog.get("channel")),
        event_id=event_id,
        computer=header_text(winlog.get("computer_name")),
        record_id=header_text(winlog.get("record_id")),
        time=event_time(notes, winlog.get("time_created"), data.get("UtcTime"), record.get("@timestamp")),
        data=data,
        meta=meta,
        position=position,
    )


def _is_creation(provider: str | None, event_id: str | None) -> bool:
    return provider == "Microsoft-Windows-Security-Auditing" and event_id == "4688"


def _take(
    wanted: tuple[tuple[str, tuple[str, ...]], ...], meta: dict[str, Value], data: dict[str, Value]
) -> bool:
    """Fills the fields that the payload lacks; whether there were any to fill."""
    found = False
    for name, places in wanted:
        for place in places:
            if name not in data and (value := meta.get(place)) is not None:
                data[name] = value
                found = True
    return found
