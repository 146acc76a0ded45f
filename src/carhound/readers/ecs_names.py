"""Elastic Common Schema names and the Windows event fields they were made of.

Two writers fill them: Winlogbeat's Sysmon module and the integration after it, which move Sysmon's payload
there (beats, x-pack/winlogbeat/module/sysmon/ingest/sysmon.yml: values "" and "-" are dropped, UtcTime
becomes `@timestamp`, hashes lose their capitals), and Elastic Defend, whose events were never Sysmon's (ECS
field reference: process, dll, file, registry, network; `code_signature.exists`, `.status`).
"""

from collections.abc import Mapping

from carhound.model.event import Value
from carhound.model.instants import parse_time
from carhound.readers.times import sysmon_time

_Places = tuple[tuple[str, tuple[str, ...]], ...]

_PROCESS: _Places = (
    ("Image", ("process.executable",)),
    ("ProcessGuid", ("process.entity_id",)),
    ("ProcessId", ("process.pid",)),
    ("RuleName", ("rule.name",)),
)
_SIGNATURE: _Places = (
    ("Signature", ("dll.code_signature.subject_name", "file.code_signature.subject_name")),
    ("SignatureStatus", ("dll.code_signature.status", "file.code_signature.status")),
    (
        "Signed",
        (
            "dll.code_signature.signed",
            "file.code_signature.signed",
            "dll.code_signature.exists",
            "file.code_signature.exists",
        ),
    ),
)
_FILE: _Places = (*_PROCESS, ("TargetFilename", ("file.path",)))
_REGISTRY: _Places = (*_PROCESS, ("TargetObject", ("registry.path",)))
SYSMON_PLACES: Mapping[str, _Places] = {
    "1": (
        *_PROCESS,
        ("CommandLine", ("process.command_line",)),
        ("CurrentDirectory", ("process.working_directory",)),
        ("Company", ("process.pe.company",)),
        ("Description", ("process.pe.description",)),
        ("FileVersion", ("process.pe.file_version",)),
        ("OriginalFileName", ("process.pe.original_file_name",)),
        ("ParentCommandLine", ("process.parent.command_line",)),
        ("ParentImage", ("process.parent.executable",)),
        ("ParentProcessGuid", ("process.parent.entity_id",)),
        ("ParentProcessId", ("process.parent.pid",)),
        ("Product", ("process.pe.product",)),
    ),
    "2": _FILE,
    "3": (
        *_PROCESS,
        ("Protocol", ("network.transport",)),
        ("SourceIp", ("source.ip",)),
        ("SourcePort", ("source.port",)),
        ("SourceHostname", ("source.domain",)),
        ("DestinationIp", ("destination.ip",)),
        ("DestinationPort", ("destination.port",)),
        ("DestinationHostname", ("destination.domain",)),
    ),
    "5": _PROCESS,
    "6": (("ImageLoaded", ("dll.path", "file.path")), *_SIGNATURE),
    "7": (
        *_PROCESS,
        ("ImageLoaded", ("dll.path", "file.path")),
        ("OriginalFileName", ("dll.pe.original_file_name", "file.pe.original_file_name")),
        *_SIGNATURE,
    ),
    "11": _FILE,
    "12": _REGISTRY,
    "13": (*_REGISTRY, ("Details", ("registry.data.strings",))),
    "14": _REGISTRY,
    "23": _FILE,
    "26": _FILE,
}
"""Sysmon event id -> its fields, and the ECS names that may hold each, the first that is there."""
_SECURITY_PLACES: Mapping[str, _Places] = {
    "4688": (
        ("NewProcessName", ("process.executable",)),
        ("CommandLine", ("process.command_line",)),
        ("ParentProcessName", ("process.parent.executable",)),
    ),
}
_SECURITY_PIDS = (("NewProcessId", "process.pid"), ("ProcessId", "process.parent.pid"))
_HASHED = {
    "1": ("process",),
    "6": ("dll", "file"),
    "7": ("dll", "file"),
    "23": ("process", "file"),
    "26": ("file",),
}
_ALGORITHMS = ("SHA1", "MD5", "SHA256")
_IMPHASHES = ("hash.imphash", "pe.imphash")
_STATUSES = {"trusted": "Valid"}
"""What Elastic Defend calls a signature that Sysmon calls Valid; others are not valid in either."""


def read_back(event_id: str | None, leaves: Mapping[str, Value], data: dict[str, Value]) -> bool:
    """Adds the fields of a Sysmon event that are not in `data`; whether there were any.

    `leaves` are the record's values under their dotted names.
    """
    added = len(data)
    for name, places in SYSMON_PLACES.get(event_id or "", ()):
        _take(name, places, leaves, data)
    if isinstance(status := data.get("SignatureStatus"), str):
        data["SignatureStatus"] = _STATUSES.get(status, status)
    if len(data) == added:
        return False
    user, domain = leaves.get("user.name"), leaves.get("user.domain")
    if "User" not in data and "Image" in data and isinstance(user, str):
        data["User"] = f"{domain}\\{user}" if isinstance(domain, str) else user
    if "Hashes" not in data and (hashes := _hashes(event_id or "", leaves)):
        data["Hashes"] = hashes
    return True


def read_back_security(event_id: str | None, leaves: Mapping[str, Value], data: dict[str, Value]) -> bool:
    """The same for an event of the Security log, which writes process ids in hexadecimal."""
    places = _SECURITY_PLACES.get(event_id or "")
    if places is None:
        return False
    added = len(data)
    for name, at in places:
        _take(name, at, leaves, data)
    for name, place in _SECURITY_PIDS:
        pid = leaves.get(place)
        if name not in data and isinstance(pid, str) and pid.isascii() and pid.isdigit() and len(pid) < 11:
            data[name] = f"{int(pid):#x}"
    return len(data) > added


def module_utc_time(stamp: object) -> str | None:
    """Sysmon's UtcTime, which its module moved to `@timestamp`."""
    time = parse_time(stamp) if isinstance(stamp, str) else None
    return sysmon_time(time) if time else None


def _take(name: str, places: tuple[str, ...], leaves: Mapping[str, Value], data: dict[str, Value]) -> None:
    for place in places:
        if name not in data and (value := leaves.get(place)) is not None:
            data[name] = value


def _hashes(event_id: str, leaves: Mapping[str, Value]) -> str:
    found: dict[str, str] = {}
    for of in _HASHED.get(event_id, ()):
        for algorithm in _ALGORITHMS:
            if isinstance(value := leaves.get(f"{of}.hash.{algorithm.lower()}"), str):
                found.setdefault(algorithm, value)
        for place in _IMPHASHES:
            if isinstance(value := leaves.get(f"{of}.{place}"), str):
                found.setdefault("IMPHASH", value)
    return ",".join(f"{algorithm}={value.upper()}" for algorithm, value in found.items())


_KINDS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("process", frozenset({"start", "exec", "creation"}), "1"),
    ("process", frozenset({"end"}), "5"),
    ("library", frozenset({"load", "start"}), "7"),
    ("driver", frozenset({"load", "start"}), "6"),
    ("network", frozenset({"connection_attempted", "connection_accepted", "start"}), "3"),
    ("file", frozenset({"creation"}), "11"),
    ("file", frozenset({"deletion"}), "23"),
)
"""Values of event.category, one of event.type or event.action, and the Sysmon event that is the same."""


def kind_of(leaves: Mapping[str, Value]) -> str | None:
    """The Sysmon event that says what category, type and action say of a process on Windows; its id."""
    system = leaves.get("host.os.type", leaves.get("host.os.family", "windows"))
    if system != "windows" or "process.executable" not in leaves:
        return None
    categories = _texts(leaves.get("event.category"))
    said = _texts(leaves.get("event.action")) | _texts(leaves.get("event.type"))
    for category, words, event_id in _KINDS:
        if category in categories and words & said:
            return event_id
    return None


def _texts(value: Value | None) -> set[str]:
    return {value.lower()} if isinstance(value, str) else {one.lower() for one in value or ()}
