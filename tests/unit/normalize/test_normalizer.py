"""From raw event to event: binding, place, order, time, kinds and the CAR view."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from carhound.model.event import Event, Place, RawEvent, Value
from carhound.normalize.normalizer import Normalizer

SYSMON = "Microsoft-Windows-Sysmon"
TIME = datetime(2024, 6, 14, 12, 0, 0, 123000, UTC)


def raw(
    event_id: str, data: Mapping[str, Value], provider: str | None = SYSMON, **header: str | None
) -> RawEvent:
    return RawEvent(
        provider=provider,
        channel=header.get("channel"),
        event_id=event_id,
        computer="ws1.example.org",
        record_id=header.get("record_id"),
        time=TIME,
        data=dict(data),
        meta={},
        position="line 3",
    )


def normal(
    event_id: str, data: Mapping[str, Value], provider: str | None = SYSMON, **header: str | None
) -> Event:
    return Normalizer().event(raw(event_id, data, provider, **header), "log.json", "nxlog")


def test_process_create() -> None:
    event = normal(
        "1",
        {
            "UtcTime": "2024-06-14 12:00:00.123",
            "ProcessGuid": "{A}",
            "ProcessId": "99",
            "Image": "C:\\Windows\\System32\\cmd.exe",
            "CommandLine": "cmd /c whoami",
            "CurrentDirectory": "C:\\",
            "User": "WS1\\bob",
            "IntegrityLevel": "High",
            "Hashes": "SHA1=a1,MD5=a5,SHA256=a2,IMPHASH=ff",
            "Company": "Microsoft Corporation",
            "ParentProcessGuid": "{B}",
            "ParentProcessId": "98",
            "ParentImage": "C:\\Windows\\System32\\regsvr32.exe",
            "ParentCommandLine": "regsvr32 /s x",
        },
    )
    assert event.kinds == (("process", "create"),)
    assert event.key_fields == ("ProcessGuid", "UtcTime", "Image", "CommandLine")
    assert event.car == {
        "fqdn": "ws1.example.org",
        "hostname": "ws1",
        "image_path": "C:\\Windows\\System32\\cmd.exe",
        "exe": "cmd.exe",
        "command_line": "cmd /c whoami",
        "current_working_directory": "C:\\",
        "guid": "{A}",
        "pid": "99",
        "user": "WS1\\bob",
        "integrity_level": "High",
        "md5_hash": "a5",
        "sha1_hash": "a1",
        "sha256_hash": "a2",
        "parent_image_path": "C:\\Windows\\System32\\regsvr32.exe",
        "parent_exe": "regsvr32.exe",
        "parent_command_line": "regsvr32 /s x",
        "parent_guid": "{B}",
        "ppid": "98",
    }


@pytest.mark.parametrize(
    ("signing", "expected"),
    [
        (
            {"Signed": "true", "Signature": "Microsoft Windows", "SignatureStatus": "Valid"},
            {"signer": "Microsoft Windows", "signature_valid": "true", "signed": "true"},
        ),
        (
            {"Signed": "false", "Signature": "-", "SignatureStatus": "Unavailable"},
            {"signature_valid": "false", "signed": "false"},
        ),
        ({"Signed": "true", "Signature": ""}, {"signed": "true"}),
        ({}, {}),
    ],
)
def test_module_load_signer(signing: dict[str, str], expected: dict[str, str]) -> None:
    """`signer` is null where Sysmon writes "" or "-"; Signed has no CAR field and is our own `signed`."""
    event = normal("7", {"Image": "C:\\a.exe", "ImageLoaded": "C:\\Temp\\x.dll", "ProcessId": "9", **signing})
    assert event.kinds == (("module", "load"),)
    assert event.car == {
        "fqdn": "ws1.example.org",
        "hostname": "ws1",
        "image_path": "C:\\a.exe",
        "module_path": "C:\\Temp\\x.dll",
        "module_name": "x.dll",
        "pid": "9",
        **expected,
    }


@pytest.mark.parametrize(
    ("event_id", "event_type", "kinds"),
    [
        ("12", "CreateKey", (("registry", "add"),)),
        ("12", "DeleteKey", (("registry", "remove"),)),
        ("12", "DeleteValue", (("registry", "remove"),)),
        ("12", None, ()),
        ("13", "SetValue", (("registry", "value_edit"),)),
        ("13", None, (("registry", "value_edit"),)),
        ("14", "RenameKey", (("registry", "key_edit"),)),
        ("14", None, (("registry", "key_edit"),)),
    ],
)
def test_registry_actions(event_id: str, event_type: str | None, kinds: tuple[tuple[str, str], ...]) -> None:
    data = {"TargetObject": "HKLM\\x\\y"} | ({"EventType": event_type} if event_type else {})
    event = normal(event_id, data)
    assert event.kinds == kinds
    assert (event.car["key"], event.car["hive"], event.car["value"]) == ("HKLM\\x\\y", "HKLM", "y")


def test_registry_content() -> None:
    assert normal("13", {"Details": "DWORD (1)"}).car["data"] == "DWORD (1)"
    assert normal("14", {"NewName": "HKLM\\z"}).car["new_content"] == "HKLM\\z"


def test_process_access_reads_either_spelling() -> None:
    for name in ("SourceProcessGUID", "SourceProcessGuid"):
        assert normal("10", {name: "{A}", "TargetImage": "C:\\lsass.exe"}).car["guid"] == "{A}"


def test_binding_is_by_provider_never_by_event_id() -> None:
    """Event ids 1 and 7 belong to many providers."""
    assert normal("1", {"Image": "a"}, "Microsoft-Windows-Kernel-General").kinds == ()
    assert normal("1", {"Image": "a"}, None).kinds == ()
    assert normal("1", {"Image": "a"}, "MICROSOFT-WINDOWS-SYSMON").kinds == (("process", "create"),)
    bound = normal("1", {"Image": "a"}, None, channel="Microsoft-Windows-Sysmon/Operational")
    assert bound.kinds == (("process", "create"),)
    security = normal("1", {"NewProcessName": "a"}, "Microsoft-Windows-Security-Auditing")
    assert (security.kinds, dict(security.car)) == ((), {})


def test_place_and_order() -> None:
    normalizer = Normalizer()
    first = normalizer.event(raw("1", {}, record_id="4711"), "a.evtx", "evtx")
    second = normalizer.event(raw("1", {}), "b.json", "nxlog")
    assert (first.place, first.shape, first.sequence) == (Place("a.evtx", "4711"), "evtx", 0)
    assert (second.place, second.shape, second.sequence) == (Place("b.json", "line 3"), "nxlog", 1)


def test_time_is_utc_time_where_the_reader_found_none() -> None:
    lost = raw("1", {"UtcTime": "2024-06-14 12:00:00.123"})
    lost.time = None
    assert Normalizer().event(lost, "f", "s").time == TIME
    lost = raw("1", {"UtcTime": "soon"})
    lost.time = None
    assert Normalizer().event(lost, "f", "s").time is None


def test_the_car_view_is_made_when_asked_for_and_once() -> None:
    event = normal("1", {"Image": "C:\\a.exe"})
    event.data["Image"] = "C:\\b.exe"
    assert event.car["exe"] == "b.exe"
    assert event.car is event.car


def test_an_event_written_in_two_shapes_has_one_sensor_key() -> None:
    """GUIDs come in either letter case and with or without braces, UtcTime with more or fewer decimals."""
    data = {"Image": "C:\\a.exe", "CommandLine": "a"}
    one = normal("1", {**data, "ProcessGuid": "{AB}", "UtcTime": "2024-06-14 12:00:00.123"})
    two = normal("1", {**data, "ProcessGuid": "ab", "UtcTime": "2024-06-14T12:00:00.1230000Z"})
    other = normal("1", {**data, "ProcessGuid": "{AB}", "UtcTime": "2024-06-14 12:00:00.124"})
    assert one.sensor_key() == two.sensor_key() is not None
    assert one.sensor_key() != other.sensor_key()
    assert normal("1", {**data, "ProcessGuid": "{AB}"}).sensor_key() is None
    assert normal("3", data).sensor_key() is None


def test_remarks_on_what_could_not_be_told() -> None:
    normalizer = Normalizer()
    assert list(normalizer.take_remarks()) == []
    normalizer.event(raw("12", {"TargetObject": "x"}), "f", "s")
    normalizer.event(raw("1", {"Image": "C:\\\\Windows\\\\cmd.exe"}), "f", "s")
    normalizer.event(raw("1", {"Image": "\\\\server\\share\\cmd.exe"}), "f", "s")
    remarks = {remark.code: remark.message for remark in normalizer.take_remarks()}
    assert remarks.keys() == {"EV-N1", "EV-N2"}
    assert "1 events 12" in remarks["EV-N1"]
    assert "1 events" in remarks["EV-N2"]
    assert list(normalizer.take_remarks()) == []
