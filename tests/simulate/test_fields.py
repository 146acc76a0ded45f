"""Fields, order and spelling, held against real Sysmon and a real Security log."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from carhound.simulate.engine import events
from carhound.simulate.event import Simulated
from carhound.simulate.scenario import bundled, load

EVTX = "data/mdecrevoisier--EVTX-to-MITRE-Attack"
# Sysmon 13 and later, every event in the order of its own fields.
RECENT = "data/OTRF--Security-Datasets/cmd_stop_event_logging_controlset_minint_key.zip"
SHIPPER = {
    *("SourceName", "ProviderGuid", "Level", "Keywords", "Channel", "Hostname", "TimeCreated", "@timestamp"),
    *("EventID", "Message", "Task"),
}
SINCE_13 = {"User", "ParentUser"}
"""Fields that Sysmon 13.30 brought to its events."""


@pytest.fixture(scope="module")
def simulated() -> dict[int, Simulated]:
    """One record of every event id."""
    found: dict[int, Simulated] = {}
    for one in events([load(name) for name in bundled()], hosts=2, days=1):
        found.setdefault(one.event_id, one)
    return found


def recent(shared: Path) -> Iterator[dict[str, Any]]:
    """Records of a real machine."""
    with zipfile.ZipFile(shared / RECENT) as archive:
        for name in archive.namelist():
            if name.endswith(".json") and not name.startswith("__MACOSX"):
                for line in archive.read(name).decode("utf-8").splitlines():
                    yield json.loads(line)


def test_every_event_id_is_simulated(simulated: dict[int, Simulated]) -> None:
    assert set(simulated) == {1, 3, 5, 7, 11, 12, 13, 22, 4688, 4689}


def test_fields_and_order_are_those_of_a_recent_sysmon(shared: Path, simulated: dict[int, Simulated]) -> None:
    real: dict[int, dict[str, Any]] = {}
    for record in recent(shared):
        if "Sysmon" in record["SourceName"] or record["EventID"] in (4688, 4689):
            real.setdefault(record["EventID"], record)
    assert set(real) >= set(simulated)
    for number, ours in simulated.items():
        theirs = [name for name in real[number] if name not in SHIPPER]
        if number == 3:
            theirs = [name for name in theirs if name in ours.data]
        assert list(ours.data) == theirs, number
        header = real[number]
        assert ours.provider == header["SourceName"]
        assert ours.provider_guid == header["ProviderGuid"]
        assert ours.channel == header["Channel"]
        assert str(ours.task) == header["Task"]
        assert str(ours.level) == header["Level"]
        assert f"0x{ours.keywords:x}" == header["Keywords"]


def test_fields_are_those_of_sysmon_in_event_logs(shared: Path, simulated: dict[int, Simulated]) -> None:
    from evtx import PyEvtxParser

    compared = set()
    for path in sorted((shared / EVTX).glob("*.evtx")):
        for record in PyEvtxParser(str(path)).records():
            xml = record["data"]
            number = int(re.search(r"<EventID[^>]*>(\d+)<", xml)[1])  # type: ignore[index]
            names = re.findall(r'<Data Name="([^"]+)"', xml)
            if "Microsoft-Windows-Sysmon" not in xml or number not in simulated or "RuleName" not in names:
                continue
            ours = simulated[number]
            assert [name for name in ours.data if name in names or name not in SINCE_13] == names
            assert f"<Version>{ours.version}</Version>" in xml
            compared.add(number)
    assert compared >= {1, 3, 7, 11, 12, 13, 22}


def test_an_unsigned_module_looks_as_sysmon_writes_it(shared: Path) -> None:
    ours = {
        (one.data["Signed"], one.data["Signature"], one.data["SignatureStatus"])
        for one in events([load("unsigned-dll-user-folder")])
        if one.event_id == 7
    }
    theirs = {
        (one["Signed"], one["Signature"], one["SignatureStatus"])
        for one in recent(shared)
        if one["EventID"] == 7 and "Sysmon" in one["SourceName"]
    }
    assert ours == {("true", "Microsoft Windows", "Valid"), ("false", "-", "Unavailable")}
    assert ours <= theirs


def test_values_are_texts_in_their_forms(simulated: dict[int, Simulated]) -> None:
    one = simulated[1].data
    assert re.fullmatch(r"\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}", one["ProcessGuid"])
    assert re.fullmatch(r"MD5=[0-9A-F]{32},SHA256=[0-9A-F]{64},IMPHASH=[0-9A-F]{32}", one["Hashes"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", one["UtcTime"])
    assert re.fullmatch(r"0x[0-9a-f]+", simulated[4688].data["NewProcessId"])
    assert all(isinstance(value, str) for record in simulated.values() for value in record.data.values())
