"""EvtxECmd's JSON, and rows of its CSV."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.evidence import open_evidence

from .reading import CREATION, SYSMON, car, key, read, winlogbeat7


def record(payload: Any, **more: Any) -> dict[str, Any]:
    return {
        "PayloadData1": "ProcessID: 4100",
        "MapDescription": "Process creation",
        "Computer": "ws1.example.org",
        "Payload": payload if isinstance(payload, str) else json.dumps(payload),
        "Channel": f"{SYSMON}/Operational",
        "Provider": SYSMON,
        "EventId": 1,
        "EventRecordId": "443",
        "ProcessId": 496,
        "ThreadId": 1092,
        "TimeCreated": "2024-06-14T12:00:00.9362930+00:00",
        "RecordNumber": 443,
        **more,
    }


def named(data: dict[str, str]) -> dict[str, Any]:
    return {"EventData": {"Data": [{"@Name": name, "#text": text} for name, text in data.items()]}}


def test_a_record_is_the_event_again() -> None:
    """GUIDs get their braces back; what is no GUID and what is no GUID's field stay."""
    bare = {name: value.strip("{}") for name, value in CREATION.items()}
    event = read(record(named(bare)), "evtxecmd")
    assert event.data == CREATION
    own = winlogbeat7("1", CREATION)
    assert (key(event), car(event)) == (key(own), car(own))
    assert (event.provider, event.event_id, event.computer, event.record_id) == (
        SYSMON,
        "1",
        "ws1.example.org",
        "443",
    )
    assert event.time == datetime(2024, 6, 14, 12, 0, 0, 936293, UTC)
    assert event.meta["System_ProcessID"] == "496"
    assert event.meta["PayloadData1"] == "ProcessID: 4100"
    guid = CREATION["ProcessGuid"].strip("{}")
    event = read(record(named({"LogonGuid": "none", "CommandLine": guid})), "evtxecmd")
    assert event.data == {"LogonGuid": "none", "CommandLine": guid}


def test_a_row_of_the_csv_says_the_same() -> None:
    """Its cells are texts, empty where there is nothing, and its time names no zone but is UTC."""
    row = {name: str(value) for name, value in record(named({"Image": "a"})).items()}
    row |= {"TimeCreated": "2024-06-14 12:00:00.9362930", "UserId": "", "PayloadData2": ""}
    event, own = read(row, "evtxecmd"), read(record(named({"Image": "a"})), "evtxecmd")
    assert (event.time, event.data, event.record_id) == (own.time, own.data, own.record_id)
    assert event.meta.keys() == own.meta.keys()


def test_other_payloads() -> None:
    """One element, elements without names, a provider's own element, and none at all."""
    assert read(record({"EventData": {"Data": {"@Name": "a", "#text": "b"}}}), "evtxecmd").data == {"a": "b"}
    assert read(record({"EventData": {"Data": "a, b"}}), "evtxecmd").data == {"Data": "a, b"}
    event = read(record({"UserData": {"LogFileCleared": {"SubjectUserName": "alice"}}}), "evtxecmd")
    assert event.data == {"SubjectUserName": "alice"}
    assert read(record(""), "evtxecmd").data == {}
    assert read(record(named({"Image": "a"}) | {"System": {"EventID": 9}}), "evtxecmd").event_id == "1"


def test_a_payload_that_cannot_be_read_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    good, bad = record(named({"Image": "a"})), record('{"EventData":{"Data":[{"@Na')
    path.write_text("\ufeff" + "\n".join(map(json.dumps, (good, bad, record("[]"), good))), encoding="utf-8")
    (part,) = open_evidence([str(path)])
    items = list(part.items())
    assert [type(item) for item in items] == [RawEvent, Damage, Damage, RawEvent]


def test_a_mark_and_nothing_else_is_no_evidence(tmp_path: Path) -> None:
    """What EvtxECmd leaves of a log without events."""
    path = tmp_path / "log.json"
    path.write_bytes(b"\xef\xbb\xbf")
    (part,) = open_evidence([str(path)])
    assert (part.kind, list(part.items())) == ("not evidence", [])
