"""Thirty events as Sysmon 15 writes them: hits and near-misses of each implementation of CAR-2019-04-002."""

from datetime import UTC, datetime, timedelta

from carhound.simulate.event import Simulated

SYSTEM32 = r"C:\Windows\System32"
SYSWOW64 = r"C:\Windows\SysWOW64"
REGSVR32 = rf"{SYSTEM32}\regsvr32.exe"
CMD = rf"{SYSTEM32}\cmd.exe"
DLL = r"C:\Users\dana\AppData\Local\Temp\x.dll"
NOON = datetime(2024, 6, 14, 12, 0, 0, 123_000, tzinfo=UTC)
COMPUTER = "WS1.example.org"
HOSTILE = "cmd /c \"echo <a> & 'b' {[, %PATH% ü\u202egpj\" > C:\\Temp\\*.txt"

Case = tuple[str, int, dict[str, str], timedelta]


def _child(
    hits: str, image: str, parent: str = REGSVR32, command: str = "x", ago: timedelta = timedelta()
) -> Case:
    """A process creation; `command` alone tells what New items must say of it."""
    return hits, 1, {"Image": image, "ParentImage": parent, "CommandLine": command}, ago


def _load(hits: str, loaded: str, image: str = REGSVR32, signed: str = "false", signature: str = "-") -> Case:
    status = "Valid" if signed == "true" else "Unavailable"
    data = {"Image": image, "ImageLoaded": loaded, "Signed": signed, "Signature": signature}
    return hits, 7, {**data, "SignatureStatus": status}, timedelta()


CASES: dict[str, Case] = {
    "child": _child("MmNSs", CMD, command=HOSTILE),
    "child of the 32-bit one, other case": _child("MmNSs", CMD.upper(), rf"{SYSWOW64}\REGSVR32.EXE".lower()),
    "child by a network path": _child("MmNSs", r"\\srv\share\a.exe"),
    "WerFault from elsewhere": _child("MmNSs", r"C:\Temp\WerFault.exe"),
    "wevtutil, 32 bit": _child("MmNSs", rf"{SYSWOW64}\wevtutil.exe"),
    "WerFault": _child("MmN", rf"{SYSTEM32}\WerFault.exe"),
    "wevtutil": _child("MmN", rf"{SYSTEM32}\wevtutil.exe"),
    "parent in another folder": _child("MmN", CMD, r"C:\Temp\regsvr32.exe"),
    "parent with a longer name": _child("m", CMD, r"C:\Temp\notregsvr32.exe"),
    "parent with a longer ending": _child("", CMD, r"C:\Temp\regsvr32.exe.bak"),
    "parent renamed": _child("", CMD, r"C:\Temp\r.exe"),
    "parent unknown": _child("", CMD, "-", "regsvr32.exe"),
    "respawn": _child("", rf"{SYSWOW64}\regsvr32.exe"),
    "respawn from elsewhere": _child("Ss", r"C:\Temp\regsvr32.exe"),
    "regsvr32 itself": _child("", REGSVR32, r"C:\Windows\explorer.exe", "regsvr32.exe /s x.dll"),
    "seen long before": _child("MmSs", CMD, command="old", ago=timedelta(days=44)),
    "seen again, not new": _child("MmSs", CMD, command="OLD"),
    "seen within the hole": _child("MmSs", CMD, command="hole", ago=timedelta(days=13)),
    "seen again after the hole": _child("MmNSs", CMD, command="hole"),
    "load": _load("Ll", DLL),
    "load, 32 bit, other case": _load("Ll", DLL, r"c:\WINDOWS\syswow64\REGSVR32.EXE"),
    "load from a share": _load("Ll", r"\\srv\share\x.dll"),
    "load from a folder that looks alike": _load("Ll", r"C:\Windows.old\x.dll"),
    "load from Windows": _load("", r"C:\WINDOWS\Temp\x.dll"),
    "load from Program Files": _load("", r"C:\Program Files (x86)\v\x.dll"),
    "load, signed": _load("", DLL, signed="true", signature="Example Ltd"),
    "load, not signed but with a signer": _load("L", DLL, signature="Example Ltd"),
    "load, signed by nobody": _load("l", DLL, signed="true"),
    "load by a copy of regsvr32": _load("", DLL, r"C:\Temp\regsvr32.exe"),
    "load by another program": _load("", DLL, rf"{SYSTEM32}\rundll32.exe"),
}
"""Case -> the implementations that must report it (letters as in `test_every_shape`), the event, its age."""


def _guid(number: int) -> str:
    return f"{{A98268C1-9C2E-5ACD-0000-0010{number:08X}}}"


def _simulated(number: int, event_id: int, told: dict[str, str], time: datetime) -> Simulated:
    head = {
        "RuleName": "-",
        "UtcTime": time.strftime("%Y-%m-%d %H:%M:%S.123"),
        "ProcessGuid": _guid(number),
        "ProcessId": str(4000 + number),
        "Image": told["Image"],
    }
    version = {
        "FileVersion": "10.0.19041.1",
        "Description": "Example",
        "Product": "Example® Suite",
        "Company": "Example Ltd",
        "OriginalFileName": "Example.Exe",
    }
    hashes = {
        "Hashes": f"SHA1={number:040X},MD5={number:032X},SHA256={number:064X},IMPHASH={number + 1:032X}"
    }
    if event_id == 7:
        signature = {name: told[name] for name in ("Signed", "Signature", "SignatureStatus")}
        user = {"User": r"EXAMPLE\dana"}
        data = {**head, "ImageLoaded": told["ImageLoaded"], **version, **hashes, **signature, **user}
    else:
        data = {
            **head,
            **version,
            "CommandLine": told["CommandLine"],
            "CurrentDirectory": "C:\\Users\\dana\\",
            "User": r"EXAMPLE\dana",
            "LogonGuid": _guid(0xFFFF),
            "LogonId": "0x34fdf",
            "TerminalSessionId": "1",
            "IntegrityLevel": "Medium",
            **hashes,
            "ParentProcessGuid": _guid(0xF000 + number),
            "ParentProcessId": str(3000 + number),
            "ParentImage": told["ParentImage"],
            "ParentCommandLine": f"parent {number} /s /u",
            "ParentUser": r"EXAMPLE\dana",
        }
    return Simulated(
        provider="Microsoft-Windows-Sysmon",
        provider_guid="{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
        channel="Microsoft-Windows-Sysmon/Operational",
        computer=COMPUTER,
        event_id=event_id,
        version=5 if event_id == 1 else 3,
        level=4,
        task=event_id,
        opcode=0,
        keywords=0x8000000000000000,
        record_id=100 + number,
        time=time,
        process_id=2740,
        thread_id=3440,
        user_sid="S-1-5-18",
        data=data,
    )


def events() -> dict[str, Simulated]:
    """Case -> its record, each with a second of its own."""
    return {
        case: _simulated(number, event_id, told, NOON + timedelta(seconds=number) - ago)
        for number, (case, (_, event_id, told, ago)) in enumerate(CASES.items(), 1)
    }
