"""Rows of SecurityEvent, WindowsEvent and Event."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.evidence import open_evidence
from carhound.readers.notes import Notes

from .reading import CREATION, SECURITY, SYSMON, car, codes, key, read, winlogbeat7

ROW: dict[str, Any] = {
    "TenantId": "redacted",
    "TimeGenerated": "2024-06-14T12:00:01.347Z",
    "Computer": "ws1.example.org",
    "EventID": 1,
    "Provider": SYSMON,
    "Channel": f"{SYSMON}/Operational",
}
PROCESS: dict[str, Any] = {
    "TenantId": "redacted",
    "TimeGenerated": "2024-06-14T12:00:01.347Z",
    "EventSourceName": SECURITY,
    "Channel": "Security",
    "Computer": "WS1",
    "EventID": 4688,
    "Account": "EXAMPLE\\alice",
    "Activity": "4688 - A new process has been created.",
    "NewProcessId": "0x1004",
    "NewProcessName": r"C:\Windows\System32\cmd.exe",
    "ProcessId": "0xfa0",
    "ParentProcessName": r"C:\Windows\System32\regsvr32.exe",
    "CommandLine": "cmd /c whoami",
    "SubjectUserName": "alice",
    "IpAddress": "",
    "Type": "SecurityEvent",
}


def test_a_windows_event_is_sysmons_own_again() -> None:
    """The service spells times in its own way; identity and CAR fields are those of any other shape."""
    data = CREATION | {"UtcTime": "2024-06-14T12:00:00.1230000Z"}
    own = winlogbeat7("1", CREATION)
    for payload in (json.dumps(data), data):
        event = read({**ROW, "EventData": payload}, "azure-sentinel")
        assert event.data == CREATION
        assert (key(event), car(event)) == (key(own), car(own))


@pytest.mark.parametrize(
    ("spelt", "read_as"),
    [
        ("2024-06-14T12:00:00.1230000Z", "2024-06-14 12:00:00.123"),
        ("2024-06-14T12:00:00.123Z", "2024-06-14 12:00:00.123"),
        ("2024-06-14T12:00:00.1234000Z", "2024-06-14T12:00:00.1234000Z"),
        ("2024-06-14 12:00:00.123", "2024-06-14 12:00:00.123"),
        ("soon", "soon"),
    ],
)
def test_a_time_is_respelt_only_where_nothing_is_lost(spelt: str, read_as: str) -> None:
    event = read({**ROW, "EventData": json.dumps({"UtcTime": spelt})}, "azure-sentinel")
    assert event.data["UtcTime"] == read_as


def test_a_security_event_has_its_fields_in_columns() -> None:
    """What the service adds is no payload, and an empty column is a field the event does not have."""
    event = read(PROCESS, "azure-sentinel")
    assert set(event.data) == {
        "NewProcessId",
        "NewProcessName",
        "ProcessId",
        "ParentProcessName",
        "CommandLine",
        "SubjectUserName",
    }
    assert (event.provider, event.channel, event.event_id, event.computer) == (
        SECURITY,
        "Security",
        "4688",
        "WS1",
    )
    assert event.time == datetime(2024, 6, 14, 12, 0, 1, 347000, UTC)
    assert event.meta["Account"] == "EXAMPLE\\alice"


def test_a_process_creation_without_its_source_is_the_security_logs() -> None:
    """As msticpy's samples have it; its time names no zone and is UTC all the same."""
    notes = Notes()
    row = {name: value for name, value in PROCESS.items() if name not in ("EventSourceName", "Channel")}
    event = read({**row, "TimeGenerated": "2024-06-14 12:00:01.347"}, "azure-sentinel", notes)
    assert event.provider == SECURITY
    assert event.time == datetime(2024, 6, 14, 12, 0, 1, 347000, UTC)
    assert codes(notes) == ["EV-B3"]
    assert read({**row, "EventID": 4689}, "azure-sentinel").provider is None


def test_xml_payloads() -> None:
    """Of SecurityEvent, of Event with Operations Manager's element around, and unparsed in RawEventData."""
    data = (
        '<EventData xmlns="urn:x"><Data Name="Image">a&amp;b</Data><Data>c</Data><Data Name="d"/></EventData>'
    )
    expected = {"Image": "a&b", "Data": "c", "d": ""}
    assert read({**ROW, "EventData": data}, "azure-sentinel").data == expected
    item = f'<DataItem type="System.XmlData" time="2024-06-14T14:00:01+02:00">{data}</DataItem>'
    log = {"TenantId": "x", "EventID": 1, "Source": SYSMON, "EventLog": "y", "EventData": item}
    event = read(log, "azure-sentinel")
    assert (event.data, event.provider, event.channel) == (expected, SYSMON, "y")
    assert read({**ROW, "EventData": None, "RawEventData": data}, "azure-sentinel").data == expected


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa">]><EventData><Data Name="Image">&a;</Data></EventData>'


def test_a_payload_that_cannot_be_read_is_damage(tmp_path: Path) -> None:
    """Cut, no XML, or with a document type, which may be a bomb: told, and the rows around it are read."""
    path = tmp_path / "rows.json"
    for broken in ('{"Image":"C:\\\\Wi', "<EventData><Data Name='Image'>C:\\Wi", "<EventData>&no;", BOMB):
        rows = [{**ROW, "EventData": payload} for payload in ('{"Image":"a"}', broken, '{"Image":"b"}')]
        path.write_text("\n".join(map(json.dumps, rows)))
        (part,) = open_evidence([str(path)])
        items = list(part.items())
        assert [item.data["Image"] for item in items if isinstance(item, RawEvent)] == ["a", "b"]
        (damage,) = (item for item in items if isinstance(item, Damage))
        assert damage.where == "line 2"
        assert damage.reason.startswith("its EventData cannot be read: ")
