"""EQL's normalised events, and the raw ones they were made of."""

from datetime import UTC, datetime
from typing import Any

import pytest

from carhound.readers.notes import Notes

from .reading import CREATION, GUID, LOAD, PARENT_GUID, SYSMON, car, codes, key, read, winlogbeat7

TICKS = 133628400001230000
"""2024-06-14 12:00:00.123."""
PROCESS: dict[str, Any] = {
    "event_type": "process",
    "subtype": "create",
    "timestamp": TICKS,
    "pid": 4100,
    "process_name": "cmd.exe",
    "process_path": CREATION["Image"],
    "unique_pid": GUID,
    "ppid": 4000,
    "parent_process_name": "regsvr32.exe",
    "parent_process_path": CREATION["ParentImage"],
    "unique_ppid": PARENT_GUID,
    "command_line": CREATION["CommandLine"],
    "logon_id": 217055,
    "user": "EXAMPLE\\alice",
    "user_domain": "EXAMPLE",
    "user_name": "alice",
}
OF_PROCESS = {name: PROCESS[name] for name in ("timestamp", "pid", "process_path", "unique_pid")}


def event(record: dict[str, Any], notes: Notes | None = None) -> Any:
    return read(record, "eql-normalised", notes)


def test_a_process_creation_is_sysmons_again() -> None:
    notes = Notes()
    read_back, own = event(PROCESS, notes), winlogbeat7("1", CREATION)
    assert read_back.data == {**CREATION, "LogonId": "0x34fdf"}
    assert (read_back.provider, read_back.event_id) == (SYSMON, "1")
    assert key(read_back) == key(own)
    hidden = ("fqdn", "hostname")
    assert car(read_back) == {name: value for name, value in car(own).items() if name not in hidden}
    assert read_back.meta["process_path"] == CREATION["Image"]
    assert codes(notes) == ["EV-B2"]


def test_a_load_is_sysmons_again_without_its_signature() -> None:
    """Nothing in the record tells of signatures, so that no field of theirs may be there."""
    record = {
        **OF_PROCESS,
        "event_type": "image_load",
        "process_path": LOAD["Image"],
        "image_path": LOAD["ImageLoaded"],
        "image_name": "x.dll",
    }
    load = event(record)
    assert key(load) == key(winlogbeat7("7", LOAD))
    assert load.event_id == "7"
    assert not {"Signed", "Signature", "SignatureStatus"} & (set(load.data) | set(load.meta))


@pytest.mark.parametrize("moved", [-16, 0, 16])
def test_the_time_is_rounded_to_sysmons_milliseconds(moved: int) -> None:
    """A floating-point number cannot hold today's ticks: real files are off by 16 of them."""
    for stamp in (TICKS + moved, str(TICKS + moved), float(TICKS + moved)):
        read_back = event({**PROCESS, "timestamp": stamp})
        assert read_back.time == datetime(2024, 6, 14, 12, 0, 0, 123000, UTC)
        assert read_back.data["UtcTime"] == "2024-06-14 12:00:00.123"


def test_the_time_of_another_sensor_is_not_called_sysmons() -> None:
    read_back = event({**PROCESS, "unique_pid": 17})
    assert read_back.time is not None
    assert "UtcTime" not in read_back.data
    assert key(read_back) is None


@pytest.mark.parametrize("stamp", [None, "soon", -1, 10**40, True, [], 1e300, float("inf"), "9" * 30])
def test_a_time_that_is_none(stamp: Any) -> None:
    read_back = event({**PROCESS, "timestamp": stamp})
    assert read_back.time is None or read_back.time.year == 1601


@pytest.mark.parametrize(
    ("record", "event_id", "told"),
    [
        ({"event_type": "process", "subtype": "terminate"}, "5", "EV-B2"),
        ({"event_type": "process", "subtype": "fork"}, None, "EV-K1"),
        ({"event_type": "network", "subtype": "outgoing", "destination_port": "443"}, "3", "EV-B2"),
        ({"event_type": "network", "subtype": "disconnect"}, None, "EV-K1"),
        ({"event_type": "file", "file_path": "C:\\a.txt"}, "11", "EV-B2"),
        ({"event_type": "file", "file_path": "C:\\a.txt:Zone.Identifier"}, "15", "EV-B2"),
        ({"event_type": "file", "subtype": "delete", "file_path": "C:\\a.txt"}, None, "EV-K1"),
        ({"event_type": "registry", "registry_path": "HKLM\\a"}, None, "EV-K1"),
        ({"event_type": "dns"}, None, "EV-K1"),
    ],
)
def test_only_what_is_one_event_of_sysmons_has_an_id(
    record: dict[str, Any], event_id: str | None, told: str
) -> None:
    notes = Notes()
    read_back = event({**OF_PROCESS, **record}, notes)
    assert read_back.event_id == event_id
    assert codes(notes) == [told]


def test_connections() -> None:
    network = event(
        {
            **OF_PROCESS,
            "event_type": "network",
            "subtype": "incoming",
            "source_address": "10.0.0.1",
            "source_port": "50505",
            "destination_address": "10.0.0.2",
            "destination_port": "443",
            "protocol": "tcp",
        }
    )
    assert network.data["Initiated"] == "false"
    assert (car(network)["src_ip"], car(network)["dest_port"]) == ("10.0.0.1", "443")
