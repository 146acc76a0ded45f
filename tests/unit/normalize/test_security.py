"""Process creations of the Security log in the words of CAR."""

from typing import Any

import pytest

from carhound.model.event import Event, RawEvent
from carhound.normalize.derivations import decimal, integrity
from carhound.normalize.normalizer import Normalizer

SECURITY = "Microsoft-Windows-Security-Auditing"
CREATION = {
    "SubjectUserSid": "S-1-5-18",
    "SubjectUserName": "WS1$",
    "SubjectDomainName": "EXAMPLE",
    "NewProcessId": "0x1610",
    "NewProcessName": r"C:\Windows\System32\cmd.exe",
    "ProcessId": "0x888",
    "CommandLine": "cmd /c whoami",
    "TargetUserSid": "S-1-0-0",
    "TargetUserName": "-",
    "TargetDomainName": "-",
    "ParentProcessName": r"C:\Windows\System32\regsvr32.exe",
    "MandatoryLabel": "S-1-16-12288",
}


def event(provider: str | None = SECURITY, event_id: str = "4688", **changes: Any) -> Event:
    data = {name: value for name, value in (CREATION | changes).items() if value is not None}
    raw = RawEvent(provider, "Security", event_id, "ws1.example.org", "7", None, data, {}, "line 1")
    return Normalizer().event(raw, "a.json", "nxlog")


def test_every_field_that_a_creation_carries() -> None:
    assert event().kinds == (("process", "create"),)
    assert event().car == {
        "fqdn": "ws1.example.org",
        "hostname": "ws1",
        "image_path": r"C:\Windows\System32\cmd.exe",
        "exe": "cmd.exe",
        "command_line": "cmd /c whoami",
        "pid": "5648",
        "ppid": "2184",
        "user": r"EXAMPLE\WS1$",
        "sid": "S-1-5-18",
        "integrity_level": "high",
        "parent_image_path": r"C:\Windows\System32\regsvr32.exe",
        "parent_exe": "regsvr32.exe",
    }


@pytest.mark.parametrize(("provider", "kinds"), [(None, (("process", "create"),)), ("Other", ())])
def test_the_provider_decides_and_without_one_the_channel(provider: str | None, kinds: object) -> None:
    assert event(provider).kinds == kinds


def test_other_events_of_the_log_are_no_creations() -> None:
    assert event(event_id="4689").kinds == ()
    assert event(event_id="1").kinds == ()


def test_a_process_started_for_another_user_is_that_user_s() -> None:
    other = {"TargetUserName": "alice", "TargetDomainName": "EXAMPLE", "TargetUserSid": "S-1-5-21-1"}
    assert event(**other).car["user"] == r"EXAMPLE\alice"
    assert event(**other).car["sid"] == "S-1-5-21-1"
    assert event(**other | {"TargetDomainName": "-"}).car["user"] == "alice"


@pytest.mark.parametrize("value", [None, "", "-"])
def test_what_is_not_told_is_absent(value: str | None) -> None:
    car = event(CommandLine=value, ParentProcessName=value, MandatoryLabel=value, SubjectUserName=value).car
    for name in ("command_line", "parent_image_path", "parent_exe", "integrity_level", "user"):
        assert name not in car


@pytest.mark.parametrize(
    ("text", "number"),
    [("0x1610", "5648"), ("0XFF", "255"), ("5648", "5648"), ("0x", "0x"), ("0x1g", "0x1g"), ("", None)],
)
def test_process_ids_are_decimal(text: str, number: str | None) -> None:
    assert decimal(text) == number


def test_a_number_too_long_for_a_process_id_stays_text() -> None:
    assert decimal("0x" + "f" * 5000) == "0x" + "f" * 5000


def test_integrity_levels_of_no_known_sid_are_absent() -> None:
    assert integrity("S-1-16-8192") == "medium"
    assert integrity("S-1-16-1") is None
