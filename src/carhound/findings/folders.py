r"""Folders that tell something of the files in them.

The list of folders below C:\Windows to which every user may write is that of Windows 10 and 11 as installed.
"""

import re

from carhound.model.folding import fold

WRITABLE = (
    "Users",
    "ProgramData",
    "Temp",
    "Tmp",
    "PerfLogs",
    "$Recycle.Bin",
    r"Windows\Temp",
    r"Windows\Tasks",
    r"Windows\tracing",
    r"Windows\Registration\CRMLog",
    r"Windows\System32\FxsTmp",
    r"Windows\System32\com\dmp",
    r"Windows\System32\Microsoft\Crypto\RSA\MachineKeys",
    r"Windows\System32\spool\drivers\color",
    r"Windows\System32\spool\PRINTERS",
    r"Windows\System32\spool\SERVERS",
    r"Windows\System32\Tasks",
    r"Windows\SysWOW64\FxsTmp",
    r"Windows\SysWOW64\com\dmp",
    r"Windows\SysWOW64\Tasks",
)
"""Folders of a drive in which users who are no administrators may make files, somewhere below at least."""

_WRITABLE = tuple((one, fold(one) + "\\") for one in WRITABLE)
_DRIVE = re.compile(r"(?:\\\\\?\\)?[a-z]:\\", re.IGNORECASE)
_PROGRAM_FILES = "program files"
_TRUE = ("program files\\", "program files (x86)\\")


def writable_folder(path: str) -> str | None:
    """The folder of the list that a path lies below; None for every other path."""
    below = _below_drive(path)
    return next((name for name, start in _WRITABLE if below is not None and below.startswith(start)), None)


def looks_like_program_files(path: str) -> bool:
    """Whether a path lies below a folder that is called almost like one of the two Program Files."""
    below = _below_drive(path)
    return (
        below is not None
        and below.startswith(_PROGRAM_FILES)
        and not below.startswith(_TRUE)
        and "\\" in below
    )


def _below_drive(path: str) -> str | None:
    """The path without its drive, folded; None where it has none."""
    found = _DRIVE.match(path)
    return None if found is None else fold(path[found.end() :])
