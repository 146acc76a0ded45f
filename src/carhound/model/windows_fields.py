"""The fields that Sysmon and the Security log write, by event id: what a search can ask of which event.

Sysmon's are those of its manifest, schema 4.90; the Security log's those of Microsoft's page about 4688.
"""

from collections.abc import Mapping
from types import MappingProxyType

from carhound.model.event import HEADER

_PROCESS = "RuleName UtcTime ProcessGuid ProcessId Image User"
_VERSION = "FileVersion Description Product Company OriginalFileName Hashes"
_SIGNED = "Signed Signature SignatureStatus"
_OTHER = "SourceProcessId SourceImage TargetProcessId TargetImage SourceUser TargetUser"

_SYSMON = {
    "1": f"{_PROCESS} {_VERSION} CommandLine CurrentDirectory LogonGuid LogonId TerminalSessionId "
    "IntegrityLevel ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser",
    "2": f"{_PROCESS} TargetFilename CreationUtcTime PreviousCreationUtcTime",
    "3": f"{_PROCESS} Protocol Initiated SourceIsIpv6 SourceIp SourceHostname SourcePort SourcePortName "
    "DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort DestinationPortName",
    "4": "UtcTime State Version SchemaVersion",
    "5": _PROCESS,
    "6": f"RuleName UtcTime ImageLoaded Hashes {_SIGNED}",
    "7": f"{_PROCESS} ImageLoaded {_VERSION} {_SIGNED}",
    "8": f"RuleName UtcTime {_OTHER} SourceProcessGuid TargetProcessGuid NewThreadId StartAddress "
    "StartModule StartFunction",
    "9": f"{_PROCESS} Device",
    "10": f"RuleName UtcTime {_OTHER} SourceProcessGUID SourceProcessGuid SourceThreadId TargetProcessGUID "
    "TargetProcessGuid GrantedAccess CallTrace",
    "11": f"{_PROCESS} TargetFilename CreationUtcTime",
    "12": f"{_PROCESS} EventType TargetObject",
    "13": f"{_PROCESS} EventType TargetObject Details",
    "14": f"{_PROCESS} EventType TargetObject NewName",
    "15": f"{_PROCESS} TargetFilename CreationUtcTime Hash Hashes Contents",
    "16": "UtcTime Configuration ConfigurationFileHash",
    "17": f"{_PROCESS} EventType PipeName",
    "18": f"{_PROCESS} EventType PipeName",
    "19": "RuleName EventType UtcTime Operation User EventNamespace Name Query",
    "20": "RuleName EventType UtcTime Operation User Name Type Destination",
    "21": "RuleName EventType UtcTime Operation User Consumer Filter",
    "22": f"{_PROCESS} QueryName QueryStatus QueryResults",
    "23": f"{_PROCESS} TargetFilename Hashes IsExecutable Archived",
    "24": f"{_PROCESS} Session ClientInfo Hashes Archived",
    "25": f"{_PROCESS} Type",
    "26": f"{_PROCESS} TargetFilename Hashes IsExecutable",
    "27": f"{_PROCESS} TargetFilename Hashes IsExecutable",
    "28": f"{_PROCESS} TargetFilename Hashes IsExecutable",
    "29": f"{_PROCESS} TargetFilename Hashes",
    "255": "UtcTime ID Description",
}
_SECURITY = {
    "4688": "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName "
    "TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName TargetDomainName TargetLogonId "
    "ParentProcessName MandatoryLabel",
}

EVENT_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {number: frozenset(names.split()) for number, names in (_SYSMON | _SECURITY).items()}
)
"""Event id -> the names of its payload fields. Sysmon writes one id's GUIDs in two spellings."""

SYSMON_IDS = frozenset(_SYSMON)

ANY_EVENT = frozenset(
    {
        *HEADER,
        *("_raw", "_time", "index", "source", "sourcetype", "host", "eventtype", "tag", "splunk_server"),
        *("Guid", "Keywords", "Level", "Message", "Name", "Opcode", "ProcessID", "RecordID", "RecordNumber"),
        *("SecurityID", "Task", "TaskCategory", "ThreadID", "UserID", "Version", "LogName", "Type"),
    }
)
"""Fields of every event: the header, and what Splunk and its inputs add."""

HASHES = frozenset({"MD5", "SHA1", "SHA256", "IMPHASH"})
"""What Splunk's add-on for Sysmon takes out of Hashes."""

PATHS = frozenset(
    {
        *("Image", "ParentImage", "ImageLoaded", "TargetFilename", "SourceImage", "TargetImage"),
        *("NewProcessName", "ParentProcessName", "process_path", "parent_process_path"),
        *("image_path", "parent_image_path", "module_path", "file_path", "src_image_path", "tgt_image_path"),
    }
)
"""Fields, native and CAR's, whose values are paths of files."""
