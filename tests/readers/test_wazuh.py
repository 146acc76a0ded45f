"""Alerts and archives of Wazuh."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from carhound.model.event import RawEvent
from carhound.readers.notes import Notes
from carhound.readers.sysmon_names import SECURITY_FIELDS, SYSMON_FIELDS, original_name

from .reading import CREATION, SECURITY, SYSMON, car, codes, key, read, winlogbeat7


def alert(data: dict[str, Any], provider: str = SYSMON, event_id: str = "1") -> dict[str, Any]:
    return {
        "timestamp": "2024-06-14T14:00:05.000+0200",
        "rule": {"level": 12, "id": "255000"},
        "agent": {"id": "006", "name": "WS1"},
        "data": {
            "win": {
                "system": {
                    "providerName": provider,
                    "eventID": event_id,
                    "systemTime": "2024-06-14T12:00:00.673398400Z",
                    "eventRecordID": "25759160",
                    "processID": "488",
                    "channel": f"{provider}/Operational",
                    "computer": "ws1.example.org",
                },
                "eventdata": data,
            }
        },
    }


def small(name: str) -> str:
    return name[:1].lower() + name[1:]


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def wazuh(record: dict[str, Any], notes: Notes | None = None) -> RawEvent:
    return read(record, "wazuh", notes)


@pytest.mark.parametrize("name", sorted(SYSMON_FIELDS | SECURITY_FIELDS))
def test_every_name_is_found_again(name: str) -> None:
    assert original_name(small(name), None) == name


def test_names_of_others_are_left_alone() -> None:
    """Only Sysmon's and the Security log's names are known to begin with a capital."""
    assert original_name("param1", "Service Control Manager") == "param1"
    assert original_name("somethingNew", SYSMON) == "SomethingNew"
    assert original_name("parentimage", None) == "ParentImage"


def test_an_alert_is_the_event_again() -> None:
    notes = Notes()
    event = wazuh(alert({small(name): escaped(value) for name, value in CREATION.items()}), notes)
    assert event.data == CREATION
    own = winlogbeat7("1", CREATION)
    assert (key(event), car(event)) == (key(own), car(own))
    assert (event.provider, event.event_id, event.record_id) == (SYSMON, "1", "25759160")
    assert event.time == datetime(2024, 6, 14, 12, 0, 0, 673398, UTC)
    assert event.meta["rule.id"] == "255000"
    assert event.meta["System_ProcessID"] == "488"
    assert not any(name.startswith("data.") for name in event.meta)
    assert codes(notes) == ["EV-W1"]


@pytest.mark.parametrize(
    "data",
    [
        {"image": "C:\\a.exe", "commandLine": "\\\\srv\\share\\x"},  # single ones: never doubled
        {"image": "C:\\\\a.exe", "commandLine": "a \\b"},  # one single one is enough
        {"image": "\\\\srv\\\\x", "commandLine": "x"},  # a network path alone shows nothing
        {"image": "C:\\\\\\\\a.exe", "parentImage": "C:\\b.exe"},
        {"image": "a.exe"},
    ],
)
def test_nothing_is_undone_where_the_record_does_not_show_it(data: dict[str, str]) -> None:
    notes = Notes()
    event = wazuh(alert(data), notes)
    assert {small(name): value for name, value in event.data.items()} == data
    assert codes(notes) == []


def test_exactly_one_level_is_undone() -> None:
    event = wazuh(alert({"image": "C:\\\\a.exe", "commandLine": '\\"C:\\\\a.exe\\" \\\\\\\\srv\\\\x'}))
    assert event.data == {"Image": "C:\\a.exe", "CommandLine": '"C:\\a.exe" \\\\srv\\x'}


def test_process_creations_of_the_security_log() -> None:
    event = wazuh(
        alert({"newProcessName": "a", "subjectUserName": "b", "processId": "0x1"}, SECURITY, "4688")
    )
    assert event.data == {"NewProcessName": "a", "SubjectUserName": "b", "ProcessId": "0x1"}


def test_an_archived_event_may_be_text_still() -> None:
    """`full_log` holds what the agent sent; what is decoded beside it comes first."""
    decoded = alert({"image": "a"})
    text = {"timestamp": decoded["timestamp"], "full_log": json.dumps(decoded["data"])}
    assert wazuh(text).data == {"Image": "a"}
    assert wazuh({**decoded, "full_log": "{not read"}).data == {"Image": "a"}


def test_the_names_of_version_3_8() -> None:
    record = {
        "data": {
            "EventChannel": {
                "System": {"ProviderName": SYSMON, "EventID": "1", "Computer": "ws1"},
                "EventData": {"Image": "a"},
            }
        }
    }
    event = wazuh(record)
    assert (event.provider, event.event_id, event.computer, event.data) == (
        SYSMON,
        "1",
        "ws1",
        {"Image": "a"},
    )


def test_user_data_is_payload() -> None:
    record = alert({})
    record["data"]["win"]["logFileCleared"] = {"subjectUserName": "alice"}
    event = wazuh(record)
    assert event.data == {"SubjectUserName": "alice"}
    assert event.meta["UserData_Name"] == "logFileCleared"
