"""Documents in the Elastic Common Schema, with and without `winlog`, nested and dotted."""

from typing import Any

import pytest

from carhound.model.event import RawEvent
from carhound.readers.json.shapes.winlogbeat6 import flatten
from carhound.readers.notes import Notes

from .reading import CREATION, GUID, LOAD, PARENT_GUID, SECURITY, SYSMON, car, codes, key, read, winlogbeat7

STAMP = "2024-06-14T12:00:00.123Z"
PROCESS: dict[str, Any] = {
    "executable": CREATION["Image"],
    "entity_id": GUID,
    "pid": 4100,
    "command_line": CREATION["CommandLine"],
    "parent": {"executable": CREATION["ParentImage"], "entity_id": PARENT_GUID, "pid": 4000},
}
OF_SYSMON: dict[str, Any] = {
    "@timestamp": STAMP,
    "ecs": {"version": "8.17.0"},
    "host": {"name": "ws1.example.org"},
    "user": {"domain": "EXAMPLE", "name": "alice", "id": "S-1-5-18"},
    "event": {
        "code": "1",
        "provider": SYSMON,
        "module": "sysmon",
        "category": ["process"],
        "type": ["start"],
    },
    "process": PROCESS,
}
LOADED: dict[str, Any] = {
    "path": LOAD["ImageLoaded"],
    "code_signature": {"status": "Valid", "subject_name": "Example", "valid": True, "signed": True},
    "hash": {"sha1": "aa", "md5": "bb", "sha256": "cc"},
    "pe": {"imphash": "dd"},
}
OF_LOAD = {
    **OF_SYSMON,
    "user": {},
    "event": {**OF_SYSMON["event"], "code": "7"},
    "process": {"executable": LOAD["Image"], "entity_id": GUID, "pid": 4100},
}


def dotted(record: dict[str, Any]) -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    flatten(record, leaves, frozenset(), {})
    return leaves


def both(record: dict[str, Any]) -> tuple[RawEvent, Notes]:
    """The event of a document, which says the same in dotted names."""
    notes = Notes()
    event = read(record, "ecs", notes)
    flat = read(dotted(record), "ecs")
    assert (event.provider, event.event_id, event.data, event.computer, event.time) == (
        flat.provider,
        flat.event_id,
        flat.data,
        flat.computer,
        flat.time,
    )
    return event, notes


def test_a_process_creation_of_sysmon_is_read_back() -> None:
    """Fields, CAR view and identity: UtcTime is where the Sysmon module put it."""
    event, notes = both(OF_SYSMON)
    own = winlogbeat7("1", CREATION)
    assert event.data == CREATION
    assert (key(event), car(event)) == (key(own), car(own))
    assert codes(notes) == ["EV-E1"]


@pytest.mark.parametrize("name", ["file", "dll"])
def test_a_load_of_sysmon_is_read_back(name: str) -> None:
    event, _ = both({**OF_LOAD, name: LOADED})
    own = winlogbeat7("7", LOAD)
    assert event.data == LOAD
    assert (key(event), car(event)) == (key(own), car(own))


@pytest.mark.parametrize(("record", "data"), [(OF_SYSMON, CREATION), ({**OF_LOAD, "file": LOADED}, LOAD)])
def test_winlogbeats_documents_are_read_back_by_the_same_table(
    record: dict[str, Any], data: dict[str, str]
) -> None:
    """Nested it is Winlogbeat's shape; in dotted names the document is ECS's, and the event the same."""
    winlog = {
        "provider_name": SYSMON,
        "event_id": record["event"]["code"],
        "computer_name": "ws1.example.org",
        "record_id": "20",
        "event_data": {"IntegrityLevel": "Medium"},
    }
    nested = read({**record, "winlog": winlog}, "winlogbeat7")
    flat = read(dotted({**record, "winlog": winlog}), "ecs")
    for event in (nested, flat):
        assert event.data == {**data, "IntegrityLevel": "Medium"}
        assert event.record_id == "20"
        assert key(event) == key(winlogbeat7(record["event"]["code"], data))


def test_process_creations_of_the_security_log() -> None:
    event, notes = both({**OF_SYSMON, "event": {"code": 4688, "provider": SECURITY}})
    assert (event.provider, event.event_id) == (SECURITY, "4688")
    assert event.data == {
        "NewProcessName": CREATION["Image"],
        "CommandLine": CREATION["CommandLine"],
        "ParentProcessName": CREATION["ParentImage"],
        "NewProcessId": "0x1004",
        "ProcessId": "0xfa0",
    }
    assert codes(notes) == ["EV-E1"]


def defend(category: str, action: str, **parts: Any) -> dict[str, Any]:
    """An event of Elastic Defend."""
    return {
        "@timestamp": STAMP,
        "ecs": {"version": "8.10.0"},
        "host": {"name": "WS1", "os": {"type": "windows"}},
        "event": {"category": [category], "type": ["start"], "action": action, "module": "endpoint"},
        "process": PROCESS,
        **parts,
    }


def test_another_sensors_process_creation_is_bound_by_what_it_says() -> None:
    """It is told, and its time is not called Sysmon's."""
    event, notes = both(defend("process", "start"))
    assert (event.provider, event.event_id) == (SYSMON, "1")
    assert car(event)["parent_image_path"] == CREATION["ParentImage"]
    assert key(event) is None
    assert codes(notes) == ["EV-B2"]


@pytest.mark.parametrize(
    ("signature", "signed", "signer", "valid"),
    [
        ({"exists": True, "status": "trusted", "subject_name": "Example"}, "true", "Example", "true"),
        ({"exists": True, "status": "errorUntrustedRoot", "subject_name": "X"}, "true", "X", "false"),
        ({"exists": False}, "false", None, None),
    ],
)
def test_defends_signatures(
    signature: dict[str, Any], signed: str, signer: str | None, valid: str | None
) -> None:
    event, _ = both(defend("library", "load", dll={"path": LOAD["ImageLoaded"], "code_signature": signature}))
    view = car(event)
    assert (event.event_id, event.data["Signed"]) == ("7", signed)
    assert (view.get("signer"), view.get("signature_valid")) == (signer, valid)


@pytest.mark.parametrize(
    "record",
    [
        defend("process", "start", host={"os": {"type": "linux"}}),
        defend("registry", "modification"),
        defend("process", "start", process={}),
        {"event": {"category": ["web"], "type": ["access"]}, "ecs": {"version": "1.0"}},
    ],
)
def test_what_is_no_sysmon_event_is_bound_to_nothing(record: dict[str, Any]) -> None:
    event, notes = both(record)
    assert (event.provider, event.data) == (None, {})
    assert "EV-K1" in codes(notes)


def test_an_event_of_another_provider_keeps_it() -> None:
    event, _ = both({**OF_SYSMON, "event": {"code": "1", "provider": "Microsoft-Windows-Kernel-General"}})
    assert (event.provider, event.event_id, event.data) == ("Microsoft-Windows-Kernel-General", "1", {})


def test_dotted_names_that_cannot_be_nested() -> None:
    """A name that is a value and an object at once loses nothing and ends nothing."""
    event = read({"winlog.event_id": 1, "winlog.event_id.x": 2, "winlog.event_data.Image": "a"}, "ecs")
    assert (event.event_id, event.data) == ("1", {"Image": "a"})
    assert event.meta["winlog.event_id.x"] == "2"
