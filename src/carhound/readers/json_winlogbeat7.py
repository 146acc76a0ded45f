"""Winlogbeat 7 and later, and Elastic Agent: everything of the event log under `winlog`.

Fields: Winlogbeat reference, "Windows Event Log fields". Winlogbeat's Sysmon module moves the payload to ECS
names (beats, x-pack/winlogbeat/module/sysmon/ingest/sysmon.yml); for process creations and image loads these
are read back, or such an event would look as if it had neither image nor command line.
"""

from typing import Any

from carhound.model.event import RawEvent, Value
from carhound.readers.json_winlogbeat6 import flatten, payload, put_payload
from carhound.readers.notes import Notes
from carhound.readers.times import event_time
from carhound.readers.values import header_text, text_of

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
_PROCESS = (
    ("Image", ("process.executable",)),
    ("ProcessGuid", ("process.entity_id",)),
    ("ProcessId", ("process.pid",)),
)
_ECS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "1": (
        *_PROCESS,
        ("CommandLine", ("process.command_line",)),
        ("CurrentDirectory", ("process.working_directory",)),
        ("OriginalFileName", ("process.pe.original_file_name",)),
        ("ParentCommandLine", ("process.parent.command_line",)),
        ("ParentImage", ("process.parent.executable",)),
        ("ParentProcessGuid", ("process.parent.entity_id",)),
        ("ParentProcessId", ("process.parent.pid",)),
    ),
    "7": (
        *_PROCESS,
        ("ImageLoaded", ("dll.path", "file.path")),
        ("OriginalFileName", ("dll.pe.original_file_name", "file.pe.original_file_name")),
        ("Signature", ("dll.code_signature.subject_name", "file.code_signature.subject_name")),
        ("SignatureStatus", ("dll.code_signature.status", "file.code_signature.status")),
        ("Signed", ("dll.code_signature.signed", "file.code_signature.signed")),
    ),
}
"""Sysmon event id -> its field, and the ECS names that may hold it now."""
_SECURITY = (
    ("NewProcessId", ("process.pid",)),
    ("NewProcessName", ("process.executable",)),
    ("ParentProcessName", ("process.parent.executable",)),
)
"""What Winlogbeat's Security module moves out of a 4688 (beats, x-pack/winlogbeat/module/security)."""
_HASHED = {"1": "process", "7": "file"}


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
    if provider == "Microsoft-Windows-Sysmon" and event_id in _ECS and "Image" not in data:
        _read_back(event_id, meta, record, data, notes)
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


def _read_back(
    event_id: str, meta: dict[str, Value], record: dict[str, Any], data: dict[str, Value], notes: Notes
) -> None:
    if not _take(_ECS[event_id], meta, data):
        return
    notes.add("EV-E1")
    if event_id == "1" and "User" not in data and isinstance(user := meta.get("user.name"), str):
        domain = meta.get("user.domain")
        data["User"] = f"{domain}\\{user}" if isinstance(domain, str) else user
    hashed = record.get(_HASHED[event_id])
    hashes = hashed.get("hash") if isinstance(hashed, dict) else None
    if "Hashes" not in data and isinstance(hashes, dict):
        data["Hashes"] = ",".join(
            f"{name.upper()}={str(text_of(value)).upper()}" for name, value in hashes.items() if value
        )


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
