"""Which fields of a Splunk row are the event's own, where there is no `_raw` to read them from.

Names: Splunk, "Use default fields"; the Splunk Add-ons for Microsoft Windows and for Sysmon
(transforms.conf). The names that Windows gives begin with a capital letter, those of Splunk and of its
Common Information Model do not.
"""

import re
from typing import Any

from carhound.model.event import HEADER, Value
from carhound.readers.values import text_of

_CHANNEL = re.compile(r"(?:Xml)?WinEventLog:(.+)", re.IGNORECASE)
_ELSEWHERE = frozenset(HEADER) | frozenset(
    """
    ActivityID Category CategoryString ComputerName Correlation EventData_Xml EventDescription
    EventSourceName EventXML Guid IMPHASH Keywords Level LogName Logfile MD5 Message OpCode Opcode ProcessID
    Provider ProviderName Provider_Name Qualifiers RecordID RecordNumber RelatedActivityID RenderingInfo_Xml
    SHA1 SHA256 SecurityID Sid SidType SystemTime System_Props_Xml Task TaskCategory ThreadID TimeCreated
    Type UserData_Xml UserID Version
    """.split()
)
"""Capitalised names of the System part, of the classic header, or made by an add-on."""
_PROCESS_CREATED = {
    "Account_Domain": "SubjectDomainName",
    "Account_Name": "SubjectUserName",
    "Creator_Process_ID": "ProcessId",
    "Creator_Process_Name": "ParentProcessName",
    "Logon_ID": "SubjectLogonId",
    "New_Process_ID": "NewProcessId",
    "New_Process_Name": "NewProcessName",
    "Process_Command_Line": "CommandLine",
    "Token_Elevation_Type": "TokenElevationType",
}
"""Labels of the message of 4688 as Splunk flattens them -> names in its payload; the creator comes first."""


def plain(value: Any) -> Any:
    """The first of several values."""
    return value[0] if isinstance(value, list) and value else value


def channel_of(row: dict[str, Any]) -> str | None:
    """The channel that `source` or `sourcetype` names, for example `XmlWinEventLog:Security`."""
    for name in ("source", "sourcetype"):
        value = plain(row.get(name))
        if isinstance(value, str) and (found := _CHANNEL.fullmatch(value)):
            return found[1]
    return None


def payload(row: dict[str, Any], event_id: str | None) -> dict[str, Value]:
    """The event's own fields."""
    data: dict[str, Value] = {}
    for name, value in row.items():
        if name[:1].isupper() and not _is_elsewhere(name, value) and (text := text_of(value)) is not None:
            data[name] = text
    if event_id == "4688" and "NewProcessName" not in data:
        for name, ours in _PROCESS_CREATED.items():
            if ours not in data and (text := text_of(plain(row.get(name)))) is not None:
                data[ours] = text
    return data


def _is_elsewhere(name: str, value: Any) -> bool:
    if name in _ELSEWHERE or "." in name:
        return True
    first = plain(value)
    if name == "EventType":  # a number in the header, a word in Sysmon's events of the registry and of WMI
        return not isinstance(first, str) or first.isdecimal()
    return name == "Name" and isinstance(first, str) and first.startswith("Microsoft-")
