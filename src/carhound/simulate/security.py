"""The Security log's own account of processes: 4688 and 4689, with command lines, as audit policy may ask.

Fields: Microsoft, "4688(S): A new process has been created" and "4689(S): A process has exited".
"""

from carhound.simulate.accounts import LABELS, SYSTEM
from carhound.simulate.catalogue import NONE
from carhound.simulate.processes import Process

PROVIDER = "Microsoft-Windows-Security-Auditing"
PROVIDER_GUID = "{54849625-5478-4994-a5ba-3e3b0328c30d}"
CHANNEL = "Security"
KEYWORDS = 0x8020000000000000
"""Audit success."""
LEVEL = 0
CREATED, ENDED = 4688, 4689
VERSIONS = {CREATED: 2, ENDED: 0}
TASKS = {CREATED: 13312, ENDED: 13313}

_NOBODY = "S-1-0-0"


def process_created(
    new: Process, parent: Process | None, gone: int, machine: tuple[str, str]
) -> dict[str, str]:
    """4688; `gone` is the id of a parent known no more, `machine` the domain and account of the host."""
    creator = parent or new
    other = creator.user.text != new.user.text or creator.logon.number != new.logon.number
    name, domain = _names(new, machine)
    return {
        **_subject(creator, machine),
        "NewProcessId": f"0x{new.pid:x}",
        "NewProcessName": new.program.path,
        "TokenElevationType": _elevation(new),
        "ProcessId": f"0x{parent.pid if parent else gone:x}",
        "CommandLine": new.command_line,
        "TargetUserSid": _NOBODY,
        "TargetUserName": name if other else NONE,
        "TargetDomainName": domain if other else NONE,
        "TargetLogonId": new.logon.hexadecimal if other else "0x0",
        "ParentProcessName": parent.program.path if parent else "",
        "MandatoryLabel": LABELS[new.integrity],
    }


def process_ended(process: Process, status: int, machine: tuple[str, str]) -> dict[str, str]:
    """4689."""
    return {
        **_subject(process, machine),
        "Status": f"0x{status:x}",
        "ProcessId": f"0x{process.pid:x}",
        "ProcessName": process.program.path,
    }


def _subject(process: Process, machine: tuple[str, str]) -> dict[str, str]:
    name, domain = _names(process, machine)
    return {
        "SubjectUserSid": process.user.sid,
        "SubjectUserName": name,
        "SubjectDomainName": domain,
        "SubjectLogonId": process.logon.hexadecimal,
    }


def _names(process: Process, machine: tuple[str, str]) -> tuple[str, str]:
    """The system goes by the account that the machine has in its domain."""
    if process.user.text.lower() == SYSTEM.lower():
        return machine[1], machine[0]
    return process.user.name, process.user.domain


def _elevation(process: Process) -> str:
    if process.user.sid.startswith("S-1-5-21-"):
        return "%%1937" if process.integrity in ("High", "System") else "%%1938"
    return "%%1936"
