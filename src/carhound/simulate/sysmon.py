"""Sysmon's events as Sysmon 15 writes them: fields, order, spelling.

Follows the manifest of Sysmon (`sysmon -s`, schema 4.90) and what it writes in practice: `-` for what is
empty, times of UtcTime cut to milliseconds, GUIDs in lower case.
"""

from datetime import UTC, datetime
from functools import lru_cache

from carhound.simulate.catalogue import NONE, Program
from carhound.simulate.happenings import SECOND, Connected, RegistryChanged, Resolved
from carhound.simulate.processes import NO_GUID, Process

PROVIDER = "Microsoft-Windows-Sysmon"
PROVIDER_GUID = "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"
CHANNEL = "Microsoft-Windows-Sysmon/Operational"
KEYWORDS = 0x8000000000000000
LEVEL = 4
VERSIONS = {1: 5, 3: 5, 5: 3, 7: 3, 11: 2, 12: 2, 13: 2, 22: 5}
"""Event id -> the version of its layout; its task is the id itself."""

_PORTS = {53: "domain", 80: "http", 88: "kerberos", 389: "ldap", 443: "https", 445: "microsoft-ds"}


def utc_time(at: int) -> str:
    """Microseconds since 1970 as UtcTime writes them."""
    return f"{_second(at // SECOND)}.{at % SECOND // 1000:03d}"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def process_created(
    at: int, new: Process, logon_guid: str, parent: Process | None, gone: int
) -> dict[str, str]:
    """Event 1; `gone` is the process id of a parent that is known no more."""
    program = new.program
    return {
        "RuleName": NONE,
        "UtcTime": utc_time(at),
        "ProcessGuid": new.guid,
        "ProcessId": str(new.pid),
        "Image": program.path,
        "FileVersion": program.version,
        "Description": program.description,
        "Product": program.product,
        "Company": program.company,
        "OriginalFileName": program.original,
        "CommandLine": new.command_line,
        "CurrentDirectory": new.directory,
        "User": new.user.text,
        "LogonGuid": logon_guid,
        "LogonId": new.logon.hexadecimal,
        "TerminalSessionId": str(new.session),
        "IntegrityLevel": new.integrity,
        "Hashes": program.hashes,
        "ParentProcessGuid": parent.guid if parent else NO_GUID,
        "ParentProcessId": str(parent.pid if parent else gone),
        "ParentImage": parent.program.path if parent else NONE,
        "ParentCommandLine": parent.command_line if parent else NONE,
        "ParentUser": parent.user.text if parent else NONE,
    }


def connected(at: int, process: Process, connection: Connected, own: tuple[str, str, int]) -> dict[str, str]:
    """Event 3; `own` is the machine's address and name, and the local port."""
    here = _end(*own)
    there = _end(connection.address, connection.host or NONE, connection.port)
    source, destination = (here, there) if connection.initiated else (there, here)
    return {
        **_head(at, process),
        "User": process.user.text,
        "Protocol": connection.protocol,
        "Initiated": "true" if connection.initiated else "false",
        **{f"Source{name}": value for name, value in source.items()},
        **{f"Destination{name}": value for name, value in destination.items()},
    }


def process_ended(at: int, process: Process) -> dict[str, str]:
    """Event 5."""
    return {**_head(at, process), "User": process.user.text}


def module_loaded(at: int, process: Process, module: Program) -> dict[str, str]:
    """Event 7."""
    return {
        **_head(at, process),
        "ImageLoaded": module.path,
        "FileVersion": module.version,
        "Description": module.description,
        "Product": module.product,
        "Company": module.company,
        "OriginalFileName": module.original,
        "Hashes": module.hashes,
        "Signed": "true" if module.signed else "false",
        "Signature": module.signature,
        "SignatureStatus": module.status,
        "User": process.user.text,
    }


def file_created(at: int, process: Process, path: str) -> dict[str, str]:
    """Event 11."""
    return {
        **_head(at, process),
        "TargetFilename": path,
        "CreationUtcTime": utc_time(at),
        "User": process.user.text,
    }


def registry_changed(at: int, process: Process, change: RegistryChanged) -> dict[str, str]:
    """Event 12 or, with Details, event 13."""
    details = {"Details": change.details or "(Empty)"} if change.change == "SetValue" else {}
    head = _head(at, process)
    return {
        "RuleName": head.pop("RuleName"),
        "EventType": change.change,
        **head,
        "TargetObject": change.target,
        **details,
        "User": process.user.text,
    }


def resolved(at: int, process: Process, query: Resolved) -> dict[str, str]:
    """Event 22: addresses as IPv6 writes them, names with the type of their record."""
    head = _head(at, process)
    image = head.pop("Image")
    answers = "".join(f"{_answer(one)};" for one in query.answers)
    return {
        **head,
        "QueryName": query.name,
        "QueryStatus": str(query.status),
        "QueryResults": answers or NONE,
        "Image": image,
        "User": process.user.text,
    }


def _head(at: int, process: Process) -> dict[str, str]:
    return {
        "RuleName": NONE,
        "UtcTime": utc_time(at),
        "ProcessGuid": process.guid,
        "ProcessId": str(process.pid),
        "Image": process.program.path,
    }


def _end(address: str, host: str, port: int) -> dict[str, str]:
    return {
        "IsIpv6": "true" if ":" in address else "false",
        "Ip": address,
        "Hostname": host,
        "Port": str(port),
        "PortName": _PORTS.get(port, NONE),
    }


def _answer(answer: str) -> str:
    if ":" in answer:
        return answer
    return f"::ffff:{answer}" if answer.replace(".", "").isdigit() else f"type:  5 {answer}"
