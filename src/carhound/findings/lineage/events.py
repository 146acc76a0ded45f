"""What one event tells of a process: that it started, that it ended, or what it did.

Told by Sysmon (events 1, 3, 5, 7, 11 to 15, 17, 18, 22) and by the Security log (4688, 4689).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from carhound.findings.lineage.tree import DeedKind
from carhound.model.datasets import SECURITY, SYSMON, Dataset
from carhound.model.event import Event, RawEvent, Value
from carhound.model.folding import fold
from carhound.model.names import short_name

STARTS_AND_ENDS = ("1", "5", "4688", "4689")
DEEDS = ("3", "7", "11", "12", "13", "14", "15", "17", "18", "22")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_NO_GUID = "00000000-0000-0000-0000-000000000000"
_REMEMBERED = 4096
_LONGEST = 1000
"""Characters kept of what a deed is about; paths and values end sooner."""


KEY_FIELDS = (
    *("ProcessGuid", "SourceProcessGuid", "SourceProcessGUID"),
    *("ProcessId", "SourceProcessId", "NewProcessId"),
)
"""What tells a process from others."""
OUTLINE_FIELDS = (
    *KEY_FIELDS,
    *("ParentProcessGuid", "ParentProcessId"),
    *("Image", "NewProcessName", "OriginalFileName", "Description", "Hashes"),
)


class Header(NamedTuple):
    """What says which event it is, and of which computer."""

    provider: str | None
    channel: str | None
    event_id: str | None
    computer: str | None


class Who(NamedTuple):
    """The process that an event names. Of guid and pid at least one is there."""

    host: str
    """The first label of the computer's name, folded; empty where it has none."""
    guid: str | None
    """Folded, without braces."""
    pid: str | None
    """Decimal."""
    time: int | None
    """Of the event, in microseconds since 1970."""


class Start(NamedTuple):
    """A process started. Texts are from evidence; None is what the event does not tell."""

    who: Who
    image: str | None
    command_line: str | None
    user: str | None
    original_file_name: str | None
    description: str | None
    company: str | None
    hashes: str | None
    parent_guid: str | None
    parent_pid: str | None
    parent_image: str | None
    parent_command_line: str | None
    parent_user: str | None
    computer: str | None
    file: str
    record: str


class End(NamedTuple):
    """A process ended."""

    who: Who


class Outline(NamedTuple):
    """A process started: what tells it from others, what it is, and who started it."""

    who: Who
    image: str | None = None
    original_file_name: str | None = None
    description: str | None = None
    hashes: str | None = None
    parent_guid: str | None = None
    parent_pid: str | None = None


class Act(NamedTuple):
    """A process did something."""

    who: Who
    kind: DeedKind
    event_id: str
    what: str
    detail: str
    unsigned: bool
    """Whether it is a module without a valid signature."""
    image: str | None
    user: str | None
    computer: str | None
    file: str
    record: str


Told = Start | End | Act


@lru_cache(_REMEMBERED)
def host_key(computer: str | None) -> str:
    """One key for all the ways in which logs spell a computer."""
    return fold(short_name(computer or ""))


def instant(microseconds: int | None) -> datetime | None:
    """Aware UTC."""
    return None if microseconds is None else EPOCH + microseconds * MICROSECOND


def process_of(event: RawEvent) -> Who | None:
    """The process that an event is about: the one that it creates, or that did what it tells."""
    return process_in(_header_of(event), microseconds(event.time), event.data)


def _header_of(event: RawEvent) -> Header:
    return Header(event.provider, event.channel, event.event_id, event.computer)


def microseconds(time: datetime | None) -> int | None:
    """Since 1970."""
    return None if time is None else (time - EPOCH) // MICROSECOND


def process_in(header: Header, time: int | None, data: Mapping[str, Value]) -> Who | None:
    """Likewise of an event with this payload, of which `KEY_FIELDS` are enough."""
    dataset, host = _source(header)
    if dataset is SYSMON:
        guid = guid_in(data, "ProcessGuid") or guid_in(data, "SourceProcessGuid", "SourceProcessGUID")
        pid = pid_in(data, "ProcessId") or pid_in(data, "SourceProcessId")
    elif dataset is SECURITY:
        guid = None
        pid = pid_in(data, "NewProcessId" if header.event_id == "4688" else "ProcessId")
    else:
        return None
    if guid is None and pid is None:
        return None
    return Who(host, guid, pid, time)


@lru_cache(_REMEMBERED)
def _source(header: Header) -> tuple[Dataset | None, str]:
    """Who tells of events like this, and the key of their host."""
    named = header.provider, header.channel
    dataset = next((one for one in (SYSMON, SECURITY) if one.holds(*named)), None)
    return dataset, host_key(header.computer)


def outline_of_event(event: RawEvent) -> Outline | End | None:
    """What an event tells in outline, as `outline_in`."""
    return outline_in(_header_of(event), microseconds(event.time), event.data)


def outline_in(header: Header, time: int | None, data: Mapping[str, Value]) -> Outline | End | None:
    """That a process started or ended, as an event with this payload tells; see `OUTLINE_FIELDS`."""
    if (who := process_in(header, time, data)) is None:
        return None
    if header.event_id in ("5", "4689"):
        return End(who)
    if header.event_id == "4688":
        return Outline(who, image=_text(data, "NewProcessName"), parent_pid=pid_in(data, "ProcessId"))
    return Outline(
        who,
        _text(data, "Image"),
        _text(data, "OriginalFileName"),
        _text(data, "Description"),
        _text(data, "Hashes"),
        guid_in(data, "ParentProcessGuid"),
        pid_in(data, "ParentProcessId"),
    )


def told(event: Event) -> Told | None:
    """What an event tells; None where that is nothing about a process."""
    if (who := process_of(event)) is None:
        return None
    if SYSMON.holds(event.provider, event.channel):
        if event.event_id == "1":
            return _start(event, who)
        return End(who) if event.event_id == "5" else _act(event, who)
    if event.event_id == "4688":
        return _audited_start(event, who)
    return End(who) if event.event_id == "4689" else None


def _start(event: Event, who: Who) -> Start:
    data = event.data
    return Start(
        who,
        _text(data, "Image"),
        _text(data, "CommandLine"),
        _text(data, "User"),
        _text(data, "OriginalFileName"),
        _text(data, "Description"),
        _text(data, "Company"),
        _text(data, "Hashes"),
        guid_in(data, "ParentProcessGuid"),
        pid_in(data, "ParentProcessId"),
        _text(data, "ParentImage"),
        _text(data, "ParentCommandLine"),
        _text(data, "ParentUser"),
        event.computer,
        event.place.file,
        event.place.record,
    )


def _audited_start(event: Event, who: Who) -> Start:
    car = event.car
    return Start(
        who,
        _text(car, "image_path"),
        _text(car, "command_line"),
        _text(car, "user"),
        None,
        None,
        None,
        None,
        None,
        pid_in(event.data, "ProcessId"),
        _text(car, "parent_image_path"),
        None,
        None,
        event.computer,
        event.place.file,
        event.place.record,
    )


def _act(event: Event, who: Who) -> Act | None:
    data, event_id = event.data, event.event_id or ""
    kind: DeedKind
    what: str | None
    detail: str | None = None
    unsigned = False
    match event_id:
        case "3":
            kind = "network"
            incoming = fold(_text(data, "Initiated") or "") == "false"
            what = _end(data, "Source" if incoming else "Destination")
            name = _text(data, "SourceHostname" if incoming else "DestinationHostname")
            detail = ", ".join(filter(None, ("incoming" if incoming else None, name)))
        case "7":
            kind, what = "module", _text(data, "ImageLoaded")
            unsigned, detail = _signature(data)
        case "11" | "15":
            kind, what = "file", _text(data, "TargetFilename")
            detail = "stream" if event_id == "15" else None
        case "12" | "13" | "14":
            kind, what = "registry", _text(data, "TargetObject")
            detail = _change(event_id, data)
        case "17" | "18":
            kind, what = "pipe", _text(data, "PipeName")
            detail = "created" if event_id == "17" else "connected to"
        case "22":
            kind, what, detail = "dns", _text(data, "QueryName"), _text(data, "QueryResults")
        case _:
            return None
    if what is None:
        return None
    return Act(
        who,
        kind,
        event_id,
        _cut(what),
        _cut(detail or ""),
        unsigned,
        _text(data, "Image"),
        _text(data, "User"),
        event.computer,
        event.place.file,
        event.place.record,
    )


def _end(data: Mapping[str, Value], side: str) -> str | None:
    """The address and port of one end of a connection."""
    address = _text(data, f"{side}Ip") or _text(data, f"{side}Hostname")
    port = _text(data, f"{side}Port")
    if address is None or port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _signature(data: Mapping[str, Value]) -> tuple[bool, str | None]:
    """Whether a module lacks a valid signature, and its signature in words; None where nothing is told."""
    signed, status = fold(_text(data, "Signed") or ""), _text(data, "SignatureStatus")
    if signed == "false":
        return True, "unsigned"
    if signed != "true":
        return False, None
    signer = f"signed by {_text(data, 'Signature') or 'somebody unnamed'}"
    if status is None or fold(status) == "valid":
        return False, signer
    return True, f"{signer}, but the signature is: {status}"


def _change(event_id: str, data: Mapping[str, Value]) -> str | None:
    if event_id == "13":
        return f"set to {_text(data, 'Details') or 'nothing'}"
    if event_id == "14":
        return f"renamed to {_text(data, 'NewName') or 'nothing'}"
    return {"createkey": "created", "deletekey": "deleted", "deletevalue": "value deleted"}.get(
        fold(_text(data, "EventType") or "")
    )


def _text(data: Mapping[str, Value], name: str) -> str | None:
    """The text of a field; Sysmon writes "-" for none."""
    value = data.get(name)
    if value is None or not isinstance(value, str):
        return None
    return None if value in ("", "-") else value


def guid_in(data: Mapping[str, Value], *names: str) -> str | None:
    """The GUID in the first of these fields that is there, as `Who` has it."""
    for name in names:
        if (text := _text(data, name)) is not None:
            guid = fold(text.strip("{}"))
            return None if guid == _NO_GUID else guid
    return None


def pid_in(data: Mapping[str, Value], name: str) -> str | None:
    """The process id in a field, decimal, as Sysmon writes it; the Security log writes 0x…."""
    text = _text(data, name)
    return None if text is None else _decimal(text)


@lru_cache(_REMEMBERED)
def _decimal(text: str) -> str | None:
    if not text.isascii() or len(text) > _PID_DIGITS:
        return None
    try:
        return str(int(text, 16) if text[:2] in ("0x", "0X") else int(text))
    except ValueError:
        return None


_PID_DIGITS = 18


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
