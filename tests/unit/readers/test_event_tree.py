"""The ways in which writers render an event's XML tree as JSON."""

from datetime import UTC, datetime
from typing import Any

import pytest

from carhound.model.event import RawEvent
from carhound.readers.event_tree import plain_payload, tree_event
from carhound.readers.notes import Notes

TIME = "2024-06-14T12:00:00.1234567Z"

SYSTEMS: dict[str, dict[str, Any]] = {
    "attributes apart (evtx)": {
        "Provider": {"#attributes": {"Name": "P", "Guid": "g"}},
        "EventID": {"#attributes": {"Qualifiers": 16384}, "#text": 1},
        "TimeCreated": {"#attributes": {"SystemTime": TIME}},
        "EventRecordID": 7,
        "Correlation": None,
        "Execution": {"#attributes": {"ProcessID": 4, "ThreadID": 8}},
        "Channel": "C",
        "Computer": "ws1",
        "Security": {"#attributes": {"UserID": "S-1-5-18"}},
    },
    "attributes with @ (xmltodict)": {
        "Provider": {"@Name": "P", "@Guid": "g"},
        "EventID": {"@Qualifiers": "16384", "#text": "1"},
        "TimeCreated": {"@SystemTime": TIME},
        "EventRecordID": "7",
        "Execution": {"@ProcessID": "4", "@ThreadID": "8"},
        "Channel": "C",
        "Computer": "ws1",
        "Security": {"@UserID": "S-1-5-18"},
    },
    "plain names": {
        "Provider": {"Name": "P", "Guid": "g"},
        "EventID": {"Qualifiers": "16384", "text": "1"},
        "TimeCreated": {"SystemTime": TIME},
        "EventRecordID": "7",
        "Execution": {"ProcessID": "4", "ThreadID": "8"},
        "Channel": "C",
        "Computer": "ws1",
        "Security": {"UserID": "S-1-5-18"},
    },
    "attributes beside (evtx_dump --separate-json-attributes)": {
        "Provider_attributes": {"Name": "P", "Guid": "g"},
        "EventID": 1,
        "EventID_attributes": {"Qualifiers": 16384},
        "TimeCreated_attributes": {"SystemTime": TIME},
        "EventRecordID": 7,
        "Execution_attributes": {"ProcessID": 4, "ThreadID": 8},
        "Channel": "C",
        "Computer": "ws1",
        "Security_attributes": {"UserID": "S-1-5-18"},
    },
}


def read(event: dict[str, Any]) -> RawEvent:
    return tree_event(event, "item 1", Notes())


@pytest.mark.parametrize("system", SYSTEMS)
def test_system_is_read_whatever_attributes_look_like(system: str) -> None:
    event = read({"xmlns": "x", "System": SYSTEMS[system]})
    assert (event.provider, event.channel, event.event_id, event.computer, event.record_id) == (
        "P",
        "C",
        "1",
        "ws1",
        "7",
    )
    assert event.time == datetime(2024, 6, 14, 12, 0, 0, 123456, UTC)
    assert event.meta == {
        "ProviderGuid": "g",
        "Qualifiers": "16384",
        "SystemTime": TIME,
        "System_ProcessID": "4",
        "System_ThreadID": "8",
        "System_UserID": "S-1-5-18",
    }


@pytest.mark.parametrize(
    "event_data",
    [
        {"Image": "a.exe", "Signed": True, "Empty": "", "Gone": None},
        {"Data": {"Image": "a.exe", "Signed": True, "Empty": "", "Gone": None}},
        {
            "Data": [
                {"Name": "Image", "text": "a.exe"},
                {"Name": "Signed", "text": "true"},
                {"Name": "Empty", "text": ""},
                {"Name": "Gone"},
            ]
        },
        {
            "Data": [
                {"@Name": "Image", "#text": "a.exe"},
                {"@Name": "Signed", "#text": "true"},
                {"@Name": "Empty", "#text": ""},
                {"@Name": "Gone"},
            ]
        },
        {
            "Data": [
                {"#attributes": {"Name": "Image"}, "#text": "a.exe"},
                {"#attributes": {"Name": "Signed"}, "#text": True},
                {"#attributes": {"Name": "Empty"}, "#text": ""},
                {"#attributes": {"Name": "Gone"}},
            ]
        },
    ],
)
def test_named_data(event_data: dict[str, Any]) -> None:
    assert read({"System": {}, "EventData": event_data}).data == {
        "Image": "a.exe",
        "Signed": "true",
        "Empty": "",
    }


@pytest.mark.parametrize(
    ("event_data", "expected"),
    [
        ({"Data": {"#text": ["a", "b"]}}, ("a", "b")),
        ({"Data": {"#text": "a"}}, "a"),
        ({"Data": ["a", "b"]}, ("a", "b")),
        ({"Data": "a"}, "a"),
        ({"Data": [{"#text": "a"}, {"#text": "b"}]}, ("a", "b")),
        ("a", "a"),
    ],
)
def test_unnamed_data(event_data: Any, expected: Any) -> None:
    assert read({"System": {}, "EventData": event_data}).data == {"Data": expected}


def test_a_name_met_twice_gathers_its_texts() -> None:
    data = [{"Name": "x", "text": "1"}, {"Name": "x", "text": "2"}, {"Name": "x", "text": "3"}]
    assert read({"System": {}, "EventData": {"Data": data}}).data == {"x": ("1", "2", "3")}


def test_a_field_may_be_called_name() -> None:
    """Sysmon's WMI events have one."""
    assert read({"System": {}, "EventData": {"Name": "filter", "Query": "q"}}).data == {
        "Name": "filter",
        "Query": "q",
    }


def test_user_data_is_the_inside_of_its_element() -> None:
    event = read(
        {
            "System": {},
            "UserData": {
                "LogFileCleared": {
                    "#attributes": {"xmlns": "http://x", "version": "2"},
                    "Channel": "Security",
                    "Path": None,
                    "Service": {"#attributes": {"name": "s"}},
                }
            },
        }
    )
    assert event.data == {"version": "2", "Channel": "Security", "Service": '{"#attributes":{"name":"s"}}'}
    assert event.meta["UserData_Name"] == "LogFileCleared"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"System": None},
        {"System": {"EventID": {}}},
        {"System": {"Provider": 1}},
        {"EventData": 3, "UserData": []},
    ],
)
def test_odd_trees_are_events_with_little_in_them(event: dict[str, Any]) -> None:
    assert read(event).event_id is None


def test_a_plain_payload_is_that_of_the_event() -> None:
    payload = {"@a": "no field", "b": "text", "c": 7, "d": None}
    data = tree_event({"System": {}, "EventData": payload}, "item 1", Notes(UTC)).data
    assert plain_payload({"System": {}, "EventData": payload}, None) == data == {"b": "text", "c": "7"}
    assert plain_payload({"System": {}, "EventData": payload}, ["@a", "b", "x"]) == {"b": "text"}
