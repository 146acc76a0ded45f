"""Reads one record, and shows it in CAR's names."""

from typing import Any

from carhound.model.event import Fields, RawEvent
from carhound.normalize.normalizer import Normalizer
from carhound.readers.json.shapes.order import shape_of
from carhound.readers.notes import Notes

SYSMON = "Microsoft-Windows-Sysmon"
SECURITY = "Microsoft-Windows-Security-Auditing"


def read(record: dict[str, Any], shape: str, notes: Notes | None = None) -> RawEvent:
    """The event of a record, which must be of that shape."""
    found = shape_of(record)
    assert found is not None
    assert found.name == shape
    assert found.event is not None
    return found.event(record, "line 1", notes or Notes())


def codes(notes: Notes) -> list[str]:
    return [remark.code for remark in notes.remarks()]


def car(raw: RawEvent) -> Fields:
    return Normalizer().event(raw, "a.json", "any").car


def key(raw: RawEvent) -> tuple[str, ...] | None:
    return Normalizer().event(raw, "a.json", "any").sensor_key()


GUID = "{A98268C1-9C2E-5ACD-0000-0010396CAB00}"
PARENT_GUID = "{A98268C1-9C2E-5ACD-0000-0010396CAB01}"
CREATION = {
    "UtcTime": "2024-06-14 12:00:00.123",
    "ProcessGuid": GUID,
    "ProcessId": "4100",
    "Image": r"C:\Windows\System32\cmd.exe",
    "CommandLine": 'cmd /c "echo \\\\srv\\share & type"',
    "User": r"EXAMPLE\alice",
    "ParentProcessGuid": PARENT_GUID,
    "ParentProcessId": "4000",
    "ParentImage": r"C:\Windows\System32\regsvr32.exe",
}
LOAD = {
    "UtcTime": "2024-06-14 12:00:00.123",
    "ProcessGuid": GUID,
    "ProcessId": "4100",
    "Image": r"C:\Windows\System32\regsvr32.exe",
    "ImageLoaded": r"C:\Temp\x.dll",
    "Hashes": "SHA1=AA,MD5=BB,SHA256=CC,IMPHASH=DD",
    "Signed": "true",
    "Signature": "Example",
    "SignatureStatus": "Valid",
}


def winlogbeat7(event_id: str, data: dict[str, str]) -> RawEvent:
    """The same event as Winlogbeat writes it: what the other shapes are held to."""
    record = {
        "@timestamp": "2024-06-14T12:00:00.123Z",
        "winlog": {
            "provider_name": SYSMON,
            "event_id": event_id,
            "computer_name": "ws1.example.org",
            "event_data": data,
        },
    }
    return read(record, "winlogbeat7")
