"""EQL's normalised events, as endgameinc/eqllib has them: `event_type`, `subtype`, FILETIME `timestamp`.

eqllib says which field is made of which of Sysmon's (eqllib/sources/sysmon.toml), and this goes the way
back. The original names stay beside Sysmon's. Not told apart there, and so of no event id here: registry
events, which are 12, 13 and 14. Signatures and hashes are not in it.

The time is Sysmon's UtcTime, where the process has Sysmon's GUID. It went through a floating-point number,
which moves it by up to 1.6 microseconds; Sysmon writes milliseconds, to which it is rounded.
"""

import re
from typing import Any

from carhound.model.event import RawEvent, Value
from carhound.model.instants import parse_filetime
from carhound.readers.json.tally import Kind
from carhound.readers.notes import Notes
from carhound.readers.sysmon_names import SYSMON
from carhound.readers.times import event_time, sysmon_time
from carhound.readers.values import header_text, text_of

_GUID = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}", re.ASCII)
_TICKS = 10_000
"""Of 100 nanoseconds in a millisecond."""
_PROCESS = {
    "pid": "ProcessId",
    "process_path": "Image",
    "unique_pid": "ProcessGuid",
    "user": "User",
}
_FIELDS: dict[str, dict[str, str]] = {
    "process": {
        "command_line": "CommandLine",
        "original_file_name": "OriginalFileName",
        "parent_process_path": "ParentImage",
        "ppid": "ParentProcessId",
        "unique_ppid": "ParentProcessGuid",
    },
    "image_load": {"image_path": "ImageLoaded"},
    "network": {
        "destination_address": "DestinationIp",
        "destination_port": "DestinationPort",
        "protocol": "Protocol",
        "source_address": "SourceIp",
        "source_port": "SourcePort",
    },
    "file": {"file_path": "TargetFilename"},
    "registry": {"registry_path": "TargetObject"},
}
_NAMES = {kind: {**_PROCESS, **fields} for kind, fields in _FIELDS.items()}
_EVENT_IDS: dict[tuple[str, str | None], str] = {
    ("process", "create"): "1",
    ("process", "terminate"): "5",
    ("image_load", None): "7",
    ("network", "incoming"): "3",
    ("network", "outgoing"): "3",
    ("file", None): "11",
    ("file", "create"): "11",
}
_INITIATED = {"incoming": "false", "outgoing": "true"}


def is_eql_normalised(record: dict[str, Any]) -> bool:
    """Whether a record has an event type and a process in EQL's names."""
    return "event_type" in record and ("process_path" in record or "unique_pid" in record or "pid" in record)


def eql_normalised_kind(record: dict[str, Any]) -> Kind:
    """What the header of its event says."""
    kind, subtype = header_text(record.get("event_type")), header_text(record.get("subtype"))
    if kind == "file" and ":" in str(text_of(record.get("file_path")) or "")[2:]:
        event_id = "15" if subtype is None else None  # a stream of a file: FileCreateStreamHash
    else:
        event_id = _EVENT_IDS.get((kind or "", subtype))
    return SYSMON, None, event_id, header_text(record.get("hostname"))


def eql_normalised_event(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one record."""
    meta: dict[str, Value] = {}
    for name, value in record.items():
        if (text := value if type(value) is str else text_of(value)) is not None:
            meta[name] = text
    kind = header_text(record.get("event_type")) or ""
    subtype = header_text(record.get("subtype"))
    names = _NAMES.get(kind, _PROCESS)
    data = {native: meta[name] for name, native in names.items() if name in meta}
    if kind == "process" and type(logon := record.get("logon_id")) is int:
        data["LogonId"] = f"{logon:#x}"
    if kind == "network" and subtype in _INITIATED:
        data["Initiated"] = _INITIATED[subtype]
    provider, channel, event_id, computer = eql_normalised_kind(record)
    notes.add("EV-B2" if event_id else "EV-K1")
    stamp = _filetime(record.get("timestamp"))
    if stamp is not None and _GUID.fullmatch(str(data.get("ProcessGuid"))):
        data["UtcTime"] = sysmon_time(stamp)
    return RawEvent(
        provider=provider,
        channel=channel,
        event_id=event_id,
        computer=computer,
        record_id=None,
        time=stamp or event_time(notes, None, None, record.get("timestamp")),
        data=data,
        meta=meta,
        position=position,
    )


def _filetime(value: Any) -> Any:
    if type(value) is str and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        return None
    return parse_filetime((value + _TICKS // 2) // _TICKS * _TICKS)
