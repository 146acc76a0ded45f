"""Tables whose columns have the names of CAR's data model: process creations and module loads.

Their fields are filled into Sysmon's names, so that searches written for Sysmon find them too, and the result
says so (EV-C1). The columns stay beside them. Base names (`exe`, `parent_exe`) are no paths and fill none.
"""

from carhound.model.event import RawEvent, Value
from carhound.model.folding import fold
from carhound.readers.notes import Notes
from carhound.readers.tables.row_header import read_header
from carhound.readers.tables.row_native import SYSMON

_COMMON = {"image_path": "Image", "pid": "ProcessId", "user": "User"}
_PROCESS = {
    **_COMMON,
    "command_line": "CommandLine",
    "current_working_directory": "CurrentDirectory",
    "guid": "ProcessGuid",
    "integrity_level": "IntegrityLevel",
    "parent_command_line": "ParentCommandLine",
    "parent_guid": "ParentProcessGuid",
    "parent_image_path": "ParentImage",
    "ppid": "ParentProcessId",
}
_MODULE = {
    **_COMMON,
    "module_path": "ImageLoaded",
    "signed": "Signed",
    "signer": "Signature",
}
_HASHES = (("MD5", "md5_hash"), ("SHA1", "sha1_hash"), ("SHA256", "sha256_hash"))
_KINDS = {("process", "create"): ("1", _PROCESS), ("module", "load"): ("7", _MODULE)}


def is_car(columns: frozenset[str]) -> bool:
    """Whether a table has the fields of CAR's process/create or module/load."""
    return "image_path" in columns and not columns.isdisjoint(
        {"command_line", "module_path", "parent_image_path"}
    )


def car_event(row: dict[str, Value], position: str, notes: Notes) -> RawEvent | str:
    """The raw event of one row; for an object that is not read, which it is."""
    named = tuple(fold(str(row.get(name, ""))) for name in ("object", "action"))
    if named == ("", ""):
        named = ("module", "load") if "module_path" in row else ("process", "create")
    known = _KINDS.get((named[0], named[1]))
    if known is None:
        return f"a row of CAR's {'/'.join(named)}, which is not read from a table"
    event_id, names = known
    notes.add("EV-C1")
    header = read_header(row, notes)
    data = {native: row[name] for name, native in names.items() if name in row}
    if "signature_valid" in row and event_id == "7":
        data["SignatureStatus"] = "Valid" if fold(str(row["signature_valid"])) == "true" else "Invalid"
    hashes = [f"{algorithm}={value}" for algorithm, name in _HASHES if (value := row.get(name))]
    if hashes:
        data["Hashes"] = ",".join(hashes)
    return RawEvent(
        SYSMON,
        None,
        event_id,
        header.computer,
        header.record_id,
        header.time,
        data,
        dict(row),
        position,
    )
