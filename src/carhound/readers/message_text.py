"""The message of an event, as Windows renders it for people, read back into the names of its payload.

Only where the rendering is known: Sysmon writes every field of its payload as `Name: value` (its manifest's
message strings); Security writes labels in sections, of which those of 4688 are mapped here (Microsoft,
"4688(S): A new process has been created"). Texts rendered in other languages than English give no fields.

A command line may hold newlines, and lines that look like fields. Where a name that Sysmon writes once stands
twice, nobody can tell which is real: the field has both values.
"""

import re

from carhound.model.event import Value
from carhound.readers.values import put

_LINE = re.compile(r"([A-Z][A-Za-z0-9]{1,40}):(?: (.*))?", re.ASCII | re.DOTALL)
_ENDS = re.compile(r"\r\n|\n|\r")
_FREE = frozenset(
    {
        "CommandLine",
        "Company",
        "Configuration",
        "Consumer",
        "Contents",
        "Description",
        "Destination",
        "Details",
        "Filter",
        "ParentCommandLine",
        "Product",
        "Query",
        "QueryResults",
        "RuleName",
    }
)
"""Fields whose text may go on in the next line."""
_AFTER_FREE = _FREE | frozenset(
    """
    Archived CallTrace ClientInfo ConfigurationFileHash CreationUtcTime CurrentDirectory DestinationHostname
    DestinationIp DestinationIsIpv6 DestinationPort DestinationPortName Device EventNamespace EventType
    FileVersion GrantedAccess Hash Hashes ID Image ImageLoaded Initiated IntegrityLevel IsExecutable LogonGuid
    LogonId Name NewName NewThreadId Operation OriginalFileName ParentImage ParentProcessGuid ParentProcessId
    ParentUser PipeName PreviousCreationUtcTime ProcessGuid ProcessId Protocol QueryName QueryStatus
    SchemaVersion Session Signature SignatureStatus Signed SourceHostname SourceImage SourceIp SourceIsIpv6
    SourcePort SourcePortName SourceProcessGUID SourceProcessGuid SourceProcessId SourceThreadId SourceUser
    StartAddress StartFunction StartModule State TargetFilename TargetImage TargetObject TargetProcessGUID
    TargetProcessGuid TargetProcessId TargetUser TerminalSessionId Type User UtcTime Version
    """.split()
)
"""Sysmon's names (schema 4.90): after free text only these begin a field, and anything else belongs to it."""


def sysmon_message_fields(text: str) -> dict[str, Value]:
    """The fields of a Sysmon message; empty where the text is none. The first line names the event."""
    lines = _ENDS.split(text.strip("\r\n"))
    if len(lines) < 2 or not lines[0].rstrip().endswith(":"):
        return {}
    found: list[tuple[str, list[str]]] = []
    for line in lines[1:]:
        field = _LINE.fullmatch(line)
        if field and (not found or found[-1][0] not in _FREE or field[1] in _AFTER_FREE):
            found.append((field[1], [field[2] or ""]))
        elif found:
            found[-1][1].append(line)
    return _gathered(found)


_SECTION = re.compile(r"(Creator Subject|Subject|Target Subject|Process Information):\s*")
_LABEL = re.compile(r"\s+([A-Z][A-Za-z ]{1,60}):\s*(.*)", re.DOTALL)
_CREATOR = ("Creator Subject", "Subject")
_LABELS: dict[tuple[str, str], str] = {
    **{
        (section, label): name
        for section in _CREATOR
        for label, name in (
            ("Security ID", "SubjectUserSid"),
            ("Account Name", "SubjectUserName"),
            ("Account Domain", "SubjectDomainName"),
            ("Logon ID", "SubjectLogonId"),
        )
    },
    ("Target Subject", "Security ID"): "TargetUserSid",
    ("Target Subject", "Account Name"): "TargetUserName",
    ("Target Subject", "Account Domain"): "TargetDomainName",
    ("Target Subject", "Logon ID"): "TargetLogonId",
    ("Process Information", "New Process ID"): "NewProcessId",
    ("Process Information", "New Process Name"): "NewProcessName",
    ("Process Information", "Token Elevation Type"): "TokenElevationType",
    ("Process Information", "Mandatory Label"): "MandatoryLabel",
    ("Process Information", "Creator Process ID"): "ProcessId",
    ("Process Information", "Creator Process Name"): "ParentProcessName",
    ("Process Information", "Process Command Line"): "CommandLine",
}
"""Section and label in the message of 4688 -> the name in its payload."""
_SIDS = frozenset({"SubjectUserSid", "TargetUserSid", "MandatoryLabel"})
"""The payload has SIDs; a message may have their names instead, which are not the same field."""
_EXPLANATION = "Token Elevation Type indicates"


def process_created_fields(text: str) -> dict[str, Value]:
    """The fields of the message of a Security 4688; empty where the text is none.

    The command line goes on to the next label, or to the explanation at the end of the message.
    """
    section = ""
    found: list[tuple[str, list[str]]] = []
    body, explained, rest = text.rpartition(f"\n{_EXPLANATION}")
    for line in _ENDS.split(body if explained else rest):
        if (label := _LABEL.fullmatch(line)) and (name := _LABELS.get((section, label[1]))):
            found.append((name, [label[2]]))
        elif heading := _SECTION.fullmatch(line):
            section = heading[1]
        elif found and found[-1][0] == "CommandLine":
            found[-1][1].append(line)
    fields = _gathered([(name, [part.rstrip() for part in parts]) for name, parts in found])
    return {
        name: value
        for name, value in fields.items()
        if name not in _SIDS or (isinstance(value, str) and value.startswith("S-1-"))
    }


def _gathered(found: list[tuple[str, list[str]]]) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for name, parts in found:
        put(fields, name, "\n".join(parts).rstrip("\n"))
    return fields
