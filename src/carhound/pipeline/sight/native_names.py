"""The native field names that implementations read, and what other exporters call the same things."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

NATIVE_NAMES: tuple[str, ...] = (
    *("Image", "CommandLine", "CurrentDirectory", "User", "ProcessId", "ProcessGuid", "IntegrityLevel"),
    *("ParentImage", "ParentCommandLine", "ParentProcessId", "ParentProcessGuid", "ParentUser"),
    *("Hashes", "OriginalFileName", "Description", "Product", "Company", "FileVersion", "LogonGuid"),
    *("LogonId", "TerminalSessionId", "RuleName", "UtcTime", "ImageLoaded", "Signed", "Signature"),
    *("SignatureStatus", "NewProcessName", "NewProcessId", "ParentProcessName", "SubjectUserName"),
    *("SubjectDomainName", "SubjectUserSid", "SubjectLogonId", "TargetUserName", "TargetDomainName"),
    *("TargetUserSid", "TargetLogonId", "TokenElevationType", "MandatoryLabel"),
    *("TargetFilename", "TargetObject", "Details", "EventType", "SourceImage", "TargetImage"),
    *("GrantedAccess", "DestinationIp", "DestinationPort", "SourceIp", "SourcePort", "Protocol"),
)
"""Sysmon's and those of 4688; a mapping may name others too."""

CAR_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "image_path": "Image",
        "command_line": "CommandLine",
        "current_working_directory": "CurrentDirectory",
        "parent_image_path": "ParentImage",
        "parent_command_line": "ParentCommandLine",
        "pid": "ProcessId",
        "ppid": "ParentProcessId",
        "guid": "ProcessGuid",
        "parent_guid": "ParentProcessGuid",
        "user": "User",
        "integrity_level": "IntegrityLevel",
        "module_path": "ImageLoaded",
        "signer": "Signature",
        "signature_valid": "SignatureStatus",
    }
)
"""CAR's name -> the native one."""

_GUESSES: Mapping[str, str] = MappingProxyType(
    {
        "time": "time timestamp eventtime datetime date timecreated generated deviceeventtime created ts",
        "computer": "computer computername host hostname devicename machine machinename endpoint agent",
        "event_id": "eventid eventcode event",
        "record_id": "recordid eventrecordid recordnumber",
        "Image": (
            "image imagepath procpath processpath processimage executable processexecutable filepath exepath"
        ),
        "CommandLine": "commandline cmdline cmd processcommandline command arguments",
        "ParentImage": (
            "parentimage parentimagepath parentpath parentprocesspath parentexecutable parentprocess "
            "processparentexecutable parentfilepath initiatingprocessfolderpath parentexepath"
        ),
        "ParentCommandLine": (
            "parentcommandline parentcmdline parentcmd parentprocesscommandline processparentcommandline "
            "initiatingprocesscommandline"
        ),
        "ProcessId": "processid pid processpid",
        "ParentProcessId": "parentprocessid parentpid ppid processparentpid initiatingprocessid",
        "ProcessGuid": "processguid guid processentityid",
        "User": "user username account accountname processuser",
        "CurrentDirectory": "currentdirectory workingdirectory cwd processworkingdirectory",
        "IntegrityLevel": "integritylevel processintegritylevel",
        "Hashes": "hashes hash",
        "ImageLoaded": "imageloaded modulepath loadedimage dllpath module dll",
        "Signed": "signed issigned",
        "Signature": "signature signer signername",
        "SignatureStatus": "signaturestatus signaturevalid",
    }
)
"""What a column may be called, in lower case and without punctuation."""


def guesses(columns: Iterable[str]) -> dict[str, str]:
    """For parts of the header and native fields, the column whose name is most like it; each column once.

    The same name comes first, then one that is known for it, then one that ends in such a name.
    """
    left = dict.fromkeys(columns)
    found: dict[str, str] = {}
    for close in (_same, _ends):
        for wanted, words in _GUESSES.items():
            if wanted not in found:
                for column in left:
                    if close(_plain(column), words.split()):
                        found[wanted] = column
                        del left[column]
                        break
    return {wanted: found[wanted] for wanted in _GUESSES if wanted in found}


def _plain(column: str) -> str:
    return "".join(character for character in column.lower() if character.isalnum())


def _same(name: str, words: list[str]) -> bool:
    return name in words


def _ends(name: str, words: list[str]) -> bool:
    return any(len(word) > 2 and name.endswith(word) for word in words) and not name.startswith("parent")
