"""What each JSON shape does beyond the common: times, names that two sides use, ECS."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from carhound.model.event import RawEvent
from carhound.readers.json.shapes.order import JSON_SHAPES, shape_of
from carhound.readers.notes import Notes

NOON = datetime(2024, 6, 14, 12, 0, 0, tzinfo=UTC)


def event(record: dict[str, Any], notes: Notes | None = None) -> RawEvent:
    shape = shape_of(record)
    assert shape is not None
    assert shape.event is not None
    return shape.event(record, "line 1", notes or Notes())


def codes(notes: Notes) -> list[str]:
    return [remark.code for remark in notes.remarks()]


FLAT: dict[str, Any] = {"EventID": 1, "SourceName": "Microsoft-Windows-Sysmon", "Hostname": "ws1"}


@pytest.mark.parametrize(
    ("times", "expected", "told"),
    [
        ({"TimeCreated": "2024-06-14T12:00:00Z", "UtcTime": "2020-01-01 00:00:00.000"}, NOON, []),
        ({"TimeCreated": "2024-06-14 02:00:00", "UtcTime": "2024-06-14 12:00:00.000"}, NOON, []),
        ({"UtcTime": "2024-06-14 12:00:00.000", "@timestamp": "2024-06-14T13:00:00Z"}, NOON, []),
        ({"@timestamp": "2024-06-14T12:00:00.000Z", "EventTime": "2024-06-14 09:00:00"}, NOON, []),
        ({"EventTime": "2024-06-14 14:00:00"}, NOON, ["EV-T1"]),
        ({"EventTime": "2024-06-14 14:00:00 +0200"}, NOON, ["EV-T1"]),
        ({"TimeCreated": "2024-06-14 14:00:00.000"}, NOON, ["EV-T1"]),
        ({"UtcTime": "soon", "@timestamp": "2024-06-14T12:00:00Z"}, NOON, []),
        ({"EventTime": "yesterday"}, None, ["EV-T2"]),
        ({}, None, ["EV-T2"]),
    ],
)
def test_nxlog_time(times: dict[str, str], expected: datetime | None, told: list[str]) -> None:
    """The event's own time beats the collector's, one with a zone beats one without; guesses are told."""
    notes = Notes(timezone(timedelta(hours=2)))
    assert event({**FLAT, **times}, notes).time == expected
    assert codes(notes) == told


def test_nxlog_tells_its_own_names_from_the_payloads() -> None:
    """NXLog writes numbers, payloads are text; EventType is Sysmon's only when no level of NXLog's."""
    own = event({**FLAT, "ProcessID": 2740, "Version": 5, "EventType": "INFO", "UserID": "S-1-5-18"})
    assert own.data == {}
    assert own.meta == {
        "Hostname": "ws1",
        "System_ProcessID": "2740",
        "Version": "5",
        "EventType": "INFO",
        "System_UserID": "S-1-5-18",
    }
    payload = event(
        {**FLAT, "ProcessID": "3428", "ProcessId": "99", "EventType": "SetValue", "ExecutionProcessID": 4}
    )
    assert payload.data == {"ProcessID": "3428", "ProcessId": "99", "EventType": "SetValue"}
    assert payload.meta["System_ProcessID"] == "4"


def test_values_become_text() -> None:
    """Nulls are left out, booleans and numbers are text, lists several texts, objects JSON."""
    read = event(
        {
            **FLAT,
            "Signed": True,
            "ProcessId": 12.0,
            "Ratio": 0.5,
            "Nothing": None,
            "None": [],
            "Several": ["a", 1, None],
            "One": ["a"],
            "Nested": {"b": [1, {"c": None}]},
        }
    )
    assert read.data == {
        "Signed": "true",
        "ProcessId": "12",
        "Ratio": "0.5",
        "Several": ("a", "1"),
        "One": "a",
        "Nested": '{"b":[1,{"c":null}]}',
    }


def test_winlogbeat_user_data_is_payload() -> None:
    """The fields of a provider's own XML element are the payload; its name is not one of them."""
    for record in (
        {"event_id": 5860, "log_name": "x", "user_data": {"xml_name": "Operation", "Query": "select"}},
        {"winlog": {"event_id": 5860, "user_data": {"xml_name": "Operation", "Query": "select"}}},
    ):
        read = event(record)
        assert read.data == {"Query": "select"}
        assert read.meta["UserData_Name"] == "Operation"


def test_winlogbeat_fields_get_dotted_names() -> None:
    read = event(
        {
            "winlog": {
                "event_id": "1",
                "user": {"identifier": "S-1-5-18", "name": "SYSTEM"},
                "keywords": ["a", "b"],
            },
            "host": {"name": "collector", "os": {"family": "windows"}},
        }
    )
    assert read.computer is None
    assert read.meta == {
        "System_UserID": "S-1-5-18",
        "winlog.user.name": "SYSTEM",
        "winlog.keywords": ("a", "b"),
        "host.name": "collector",
        "host.os.family": "windows",
    }


def ecs(event_id: str, **parts: Any) -> dict[str, Any]:
    return {
        "@timestamp": "2024-06-14T12:00:00.000Z",
        "winlog": {"event_id": event_id, "provider_name": "Microsoft-Windows-Sysmon", "event_data": {}},
        **parts,
    }


def test_winlogbeats_sysmon_module_is_read_back() -> None:
    """Where the module moved a process creation to ECS names, Sysmon's names are there all the same."""
    notes = Notes()
    process = {
        "executable": "C:\\Windows\\System32\\cmd.exe",
        "command_line": "cmd /c whoami",
        "pid": 3616,
        "entity_id": "{9F32B55F-7C4E-5F98-5803-000000000500}",
        "hash": {"sha1": "b6d2", "md5": "c7c4"},
        "pe": {"original_file_name": "Cmd.Exe"},
        "parent": {
            "executable": "C:\\Windows\\System32\\regsvr32.exe",
            "command_line": "regsvr32 /s x",
            "pid": 4212,
        },
    }
    read = event(ecs("1", process=process, user={"domain": "WS1", "name": "bob"}), notes)
    assert read.data == {
        "UtcTime": "2024-06-14 12:00:00.000",
        "Image": "C:\\Windows\\System32\\cmd.exe",
        "ProcessGuid": "{9F32B55F-7C4E-5F98-5803-000000000500}",
        "ProcessId": "3616",
        "CommandLine": "cmd /c whoami",
        "OriginalFileName": "Cmd.Exe",
        "ParentCommandLine": "regsvr32 /s x",
        "ParentImage": "C:\\Windows\\System32\\regsvr32.exe",
        "ParentProcessId": "4212",
        "User": "WS1\\bob",
        "Hashes": "SHA1=B6D2,MD5=C7C4",
    }
    assert codes(notes) == ["EV-E1"]


def test_ecs_image_loads_are_read_back() -> None:
    loaded = {"path": "C:\\Temp\\x.dll", "code_signature": {"signed": False, "status": "Unavailable"}}
    for name in ("file", "dll"):
        read = event(ecs("7", process={"executable": "C:\\a.exe"}, **{name: loaded}))
        assert read.data["ImageLoaded"] == "C:\\Temp\\x.dll"
        assert read.data["Signed"] == "false"
        assert read.data["SignatureStatus"] == "Unavailable"


def test_a_payload_that_is_there_is_not_touched_by_ecs() -> None:
    notes = Notes()
    record = ecs("1", process={"executable": "C:\\other.exe"})
    record["winlog"]["event_data"] = {"Image": "C:\\a.exe"}
    assert event(record, notes).data == {"Image": "C:\\a.exe"}
    assert codes(notes) == []


def test_raw_eql_events_are_bound_to_sysmon_and_it_is_told() -> None:
    notes = Notes()
    read = event({"EventId": 1, "UtcTime": "2024-06-14 12:00:00.000", "RuleName": None, "Image": "a"}, notes)
    assert (read.provider, read.event_id, read.time) == ("Microsoft-Windows-Sysmon", "1", NOON)
    assert read.data == {"UtcTime": "2024-06-14 12:00:00.000", "Image": "a"}
    assert codes(notes) == ["EV-B1"]


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"TenantId": "x", "EventID": 4688, "Computer": "ws1"}, "azure-sentinel"),
        ({"EventID": 1, "Channel": "x", "EventData": '{"Image":"a"}'}, "azure-sentinel"),
        ({"event_type": "process", "process_path": "a"}, "eql-normalised"),
        ({"preview": False, "result": {"_raw": "x"}}, "splunk-json"),
        ({"_raw": "<Event/>", "_time": "1"}, "splunk-json"),
        ({"event": "<Event/>", "sourcetype": "xmlwineventlog"}, "splunk-json"),
        ({"PayloadData1": "x", "EventId": 1, "Channel": "y"}, "evtxecmd"),
        ({"data": {"win": {"eventdata": {"image": "a"}}}}, "wazuh"),
        ({"event": {"code": "1"}, "process": {"executable": "a"}}, "ecs"),
    ],
)
def test_shapes_known_by_sight(record: dict[str, Any], name: str) -> None:
    shape = shape_of(record)
    assert shape is not None
    assert shape.name == name


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"about": "x", "events": [{"event": {"EventCode": 1}}]},
        {"EventId": 1, "Channel": "x"},
        {"System": "x"},
    ],
)
def test_what_is_no_event_has_no_shape(record: dict[str, Any]) -> None:
    assert shape_of(record) is None


def test_names_of_shapes_are_unique() -> None:
    assert len({shape.name for shape in JSON_SHAPES}) == len(JSON_SHAPES)
