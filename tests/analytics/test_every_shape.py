"""CAR-2019-04-002 fires on hits and stays quiet on near-misses, in whatever shape and file they come."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from carhound.findings.run import ImplementationResult, Run
from carhound.model.event import RawEvent
from carhound.pipeline import Request, hunt
from carhound.readers.evidence import open_evidence

from .shapes import LAYOUTS, SHAPES, SYSMON, Fields, nxlog_local

IMPLEMENTATIONS = {
    "M": "Main Pattern",
    "m": "Main Pattern - pseudocode",
    "N": "New items since last month",
    "S": "Spawning child processes",
    "s": "Spawning child processes - pseudocode",
    "L": "Loading unsigned images",
    "l": "Loading unsigned images - pseudocode",
}
SYSTEM32 = r"C:\Windows\System32"
SYSWOW64 = r"C:\Windows\SysWOW64"
REGSVR32 = rf"{SYSTEM32}\regsvr32.exe"
CMD = rf"{SYSTEM32}\cmd.exe"


def child(image: Any, parent: Any = REGSVR32, **fields: Any) -> Fields:
    """A process creation; None leaves a field out."""
    known = {"EventCode": 1, "Image": image, "ParentImage": parent, "CommandLine": "x"} | fields
    return {name: value for name, value in known.items() if value is not None}


def load(loaded: Any, image: Any = REGSVR32, **fields: Any) -> Fields:
    """An image load, unsigned as Sysmon writes it; None leaves a field out."""
    known = {"EventCode": 7, "Image": image, "ImageLoaded": loaded, "Signed": "false", "Signature": "-"}
    return {name: value for name, value in (known | fields).items() if value is not None}


DLL = r"C:\Users\a\AppData\Local\Temp\x.dll"

EVENTS: dict[str, tuple[str, Fields]] = {
    # children of regsvr32
    "child": ("MmNSs", child(CMD)),
    "child of the 32-bit one": ("MmNSs", child(CMD, rf"{SYSWOW64}\regsvr32.exe")),
    "child, other letter case": (
        "MmNSs",
        child(r"C:\WINDOWS\SYSTEM32\CMD.EXE", r"c:\windows\SYSTEM32\REGSVR32.EXE"),
    ),
    "child without a command line": ("MmNSs", child(CMD, CommandLine=None)),
    "child with an empty command line": ("MmNSs", child(CMD, CommandLine="")),
    "child with a hostile command line": (
        "MmNSs",
        child(CMD, CommandLine='cmd /c "echo {[,\\" & type\t*\nü \u202egpj.exe', ParentCommandLine="{"),
    ),
    "child with an odd name": ("MmNSs", child("C:\\Temp\\\u202efdp.exe\nregsvr32")),
    "child by a network path": ("MmNSs", child(r"\\srv\share\a.exe")),
    "child named like half of it": ("MmNSs", child(r"C:\Temp\regsvr.exe")),
    # regsvr32 elsewhere
    "parent in another folder": ("MmN", child(CMD, r"C:\Temp\regsvr32.exe")),
    "parent in a folder that looks alike": ("MmN", child(CMD, r"C:\Windows\System32.old\regsvr32.exe")),
    "parent on another drive": ("MmN", child(CMD, r"D:\Windows\System32\regsvr32.exe")),
    "parent by a device path": ("MmN", child(CMD, r"\\?\C:\Windows\System32\regsvr32.exe")),
    "parent by a short path": ("MmN", child(CMD, r"C:\WINDOW~1\System32\regsvr32.exe")),
    "parent by slashes": ("MmN", child(CMD, "C:/Windows/System32/regsvr32.exe")),
    "parent without a folder": ("MmN", child(CMD, "regsvr32.exe")),
    "parent with a longer name": ("m", child(CMD, r"C:\Temp\notregsvr32.exe")),
    "parent with a longer name, term elsewhere": (
        "MmN",
        child(CMD, r"C:\Temp\notregsvr32.exe", CommandLine="cmd /c where REGSVR32.EXE"),
    ),
    "parent with a longer ending": ("", child(CMD, r"C:\Temp\regsvr32.exe.bak")),
    "parent in a folder of that name": ("", child(CMD, r"C:\regsvr32.exe\a.exe")),
    "parent renamed": (
        "",
        child(CMD, r"C:\Temp\r.exe", OriginalFileName="Cmd.Exe", ParentCommandLine="r.exe /s x.dll"),
    ),
    "parent unknown": ("", child(CMD, "-", CommandLine="regsvr32.exe")),
    "parent missing": ("", child(CMD, None, CommandLine="regsvr32.exe")),
    # what the patterns leave out
    "respawn": ("", child(rf"{SYSWOW64}\regsvr32.exe")),
    "respawn, other letter case": ("", child(r"C:\WINDOWS\SysWOW64\REGSVR32.EXE")),
    "respawn from elsewhere": ("Ss", child(r"C:\Temp\regsvr32.exe")),
    "child in a folder of that name": ("Ss", child(r"C:\Temp\regsvr32.exe.d\a.exe")),
    "WerFault": ("MmN", child(rf"{SYSTEM32}\WerFault.exe")),
    "WerFault, 32 bit": ("MmN", child(rf"{SYSWOW64}\werfault.EXE")),
    "WerFault from elsewhere": ("MmNSs", child(r"C:\Temp\WerFault.exe")),
    "wevtutil": ("MmN", child(rf"{SYSTEM32}\wevtutil.exe")),
    "wevtutil, 32 bit": ("MmNSs", child(rf"{SYSWOW64}\wevtutil.exe")),
    "image missing": ("", child(None)),
    "regsvr32 itself": ("", child(REGSVR32, r"C:\Windows\explorer.exe", CommandLine="regsvr32.exe /s x")),
    # new since last month
    "seen long before": ("MmSs", child(CMD, CommandLine="old", UtcTime="2024-05-01 12:00:00.123")),
    "seen again": ("MmNSs", child(CMD, CommandLine="older", UtcTime="2024-06-14 11:00:00.123")),
    "seen again, not new": ("MmSs", child(CMD, CommandLine="OLD", UtcTime="2024-06-14 11:00:00.123")),
    "seen within the hole": ("MmSs", child(CMD, CommandLine="hole", UtcTime="2024-06-01 12:00:00.123")),
    "seen again after the hole": ("MmNSs", child(CMD, CommandLine="hole")),
    # other events with the same fields
    "process end": ("", child(CMD, EventCode=5)),
    "another provider": ("", child(CMD, Provider="Microsoft-Windows-Kernel-General")),
    # image loads
    "load": ("Ll", load(DLL)),
    "load, 32 bit, other letter case": ("Ll", load(DLL, r"c:\WINDOWS\syswow64\REGSVR32.EXE", Signed="False")),
    "load, signed as a boolean": ("Ll", load(DLL, Signed=False)),
    "load from a share": ("Ll", load(r"\\srv\share\x.dll")),
    "load from a shadow copy": ("Ll", load(r"\Device\HarddiskVolumeShadowCopy7\Windows\x.dll")),
    "load from a folder that looks alike": ("Ll", load(r"C:\Windows.old\x.dll")),
    "load from another drive": ("Ll", load(r"D:\Program Files\x.dll")),
    "load from Windows": ("", load(r"C:\WINDOWS\Temp\x.dll")),
    "load from Program Files": ("", load(r"C:\Program Files (x86)\v\x.dll")),
    "load from what begins like it": ("", load(r"C:\Program FilesX\x.dll")),
    "load of what is missing": ("", load(None)),
    "load, signed": ("", load(DLL, Signed="true", Signature="Foo")),
    "load, not signed but with a signer": ("L", load(DLL, Signature="Foo")),
    "load, signed by nobody": ("l", load(DLL, Signed="true", Signature="-")),
    "load, signed by an empty name": ("l", load(DLL, Signed="true", Signature="")),
    "load, bad hash": ("l", load(DLL, Signed="failed: Invalid hash")),
    "load, signature missing": ("l", load(DLL, Signed=None, Signature=None)),
    "load, signer null": ("Ll", load(DLL) | {"Signature": None}),
    "load by a copy of regsvr32": ("", load(DLL, r"C:\Temp\regsvr32.exe")),
    "load by another program": ("", load(DLL, rf"{SYSTEM32}\rundll32.exe")),
    "driver load": ("", load(DLL, EventCode=6)),
}
"""Case -> the implementations that must report it, by the letters above, and the event."""


def events() -> list[Fields]:
    """The events of all cases, each named in RuleName and with identifiers of its own."""
    return [
        {
            "RuleName": case,
            "UtcTime": "2024-06-14 12:00:00.123",
            "ProcessGuid": f"{{A98268C1-9C2E-5ACD-0000-0010{number:08X}}}",
            "ProcessId": 4000 + number,
            "User": "EXAMPLE\\alice",
            **event,
        }
        for number, (case, (_, event)) in enumerate(EVENTS.items(), 1)
    ]


CARRIED = {"eql-raw": [event for event in events() if "Provider" not in event]}
"""What a shape can carry, where that is not all."""


def write(folder: Path, shape: str, layout: str, given: list[Fields]) -> Path:
    """Writes the events into a file of the folder."""
    name, make = LAYOUTS[layout]
    records = [SHAPES[shape](event, 100 + number) for number, event in enumerate(given)]
    path = folder / name
    path.write_bytes(make(records))
    return path


def run_over(*paths: Path, **options: Any) -> Run:
    return hunt(Request(tuple(map(str, paths)), ("carhound", "hunt"), **options))


def named(run: Run, name: str) -> ImplementationResult:
    return next(one for one in run.analytics[0].implementations if one.name == name)


def said(run: Run) -> dict[str, str]:
    """Case -> the letters of the implementations that reported it."""
    return {
        str(one.native["RuleName"]): "".join(
            letter for letter, name in IMPLEMENTATIONS.items() if name in one.implementations
        )
        for one in run.findings
    }


def cars(run: Run) -> dict[str, Mapping[str, Any]]:
    return {str(one.native["RuleName"]): one.car for one in run.findings}


def rows(run: Run, name: str) -> list[tuple[Any, ...]]:
    """The rows of an implementation that aggregates, without the computer."""
    table = named(run, name).table
    assert table is not None
    left_out = table.columns.index("Computer Name")
    return [row[:left_out] + row[left_out + 1 :] for row in table.rows]


EXPECTED = {case: hits for case, (hits, _) in EVENTS.items() if hits}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run to which the others are compared."""
    return run_over(write(tmp_path_factory.mktemp("reference"), "nxlog, TimeCreated", "lines", events()))


def test_seven_implementations_have_hits_and_near_misses() -> None:
    """The cases are worth something only if each implementation has both."""
    for letter in IMPLEMENTATIONS:
        assert any(letter in hits for hits, _ in EVENTS.values()), letter
        assert any(letter not in hits for hits, _ in EVENTS.values()), letter
    assert len(EVENTS) > 50


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_findings_and_fields(shape: str, layout: str, tmp_path: Path, reference: Run) -> None:
    given = CARRIED.get(shape, events())
    run = run_over(write(tmp_path, shape, layout, given))
    (file,) = run.evidence.files
    assert (file.format, file.events, file.damaged) == (shape.partition(",")[0], len(given), ())
    assert (run.status, run.exit_status) == ("complete", 1)
    assert said(run) == EXPECTED
    hidden = ("fqdn", "hostname") if shape == "eql-raw" else ()
    expected = {
        case: {name: value for name, value in car.items() if name not in hidden}
        for case, car in cars(reference).items()
    }
    assert cars(run) == expected
    assert {one.time for one in run.findings} == {one.time for one in reference.findings}
    assert run.info.now == datetime(2024, 6, 14, 12, 0, 0, 123001, tzinfo=UTC)
    for name in ("Spawning child processes", "Loading unsigned images"):
        assert rows(run, name) == rows(reference, name)
    assert {one.computer for one in run.findings} == {None if hidden else "WS1.example.org"}


def test_the_fields_of_one_finding_of_each_kind(reference: Run) -> None:
    """By hand, since the test above compares readers only with each other."""
    found = cars(reference)
    assert found["child of the 32-bit one"] == {
        "command_line": "x",
        "exe": "cmd.exe",
        "fqdn": "WS1.example.org",
        "guid": "{A98268C1-9C2E-5ACD-0000-001000000002}",
        "hostname": "WS1",
        "image_path": CMD,
        "parent_exe": "regsvr32.exe",
        "parent_image_path": r"C:\Windows\SysWOW64\regsvr32.exe",
        "pid": "4002",
        "user": r"EXAMPLE\alice",
    }
    assert {**found["load, signed as a boolean"], "pid": "?"} == {
        "fqdn": "WS1.example.org",
        "hostname": "WS1",
        "image_path": REGSVR32,
        "module_name": "x.dll",
        "module_path": DLL,
        "pid": "?",
        "signed": "false",
        "user": r"EXAMPLE\alice",
    }
    hostile = EVENTS["child with a hostile command line"][1]["CommandLine"]
    assert found["child with a hostile command line"]["command_line"] == hostile


def test_twins_differ_where_a_clause_tells_them_apart(reference: Run) -> None:
    """And nowhere else: the difference names the case and the clause."""
    case_of = {one.id: str(one.native["RuleName"]) for one in reference.findings}
    main, spawn, loads = reference.analytics[0].twins
    assert main.only_spl == ()
    assert [case_of[one.finding] for one in main.only_pseudocode] == ["parent with a longer name"]
    assert [one.clause for one in main.only_pseudocode] == ["regsvr32.exe"]
    assert spawn.agree
    assert {case_of[one.finding]: one.clause for one in loads.only_spl} == {
        "load, not signed but with a signer": "signer == null"
    }
    assert {case_of[one.finding]: (one.clause, one.value) for one in loads.only_pseudocode} == {
        "load, signed by nobody": ("Signed=false", "true"),
        "load, signed by an empty name": ("Signed=false", "true"),
        "load, bad hash": ("Signed=false", "failed: Invalid hash"),
        "load, signature missing": ("Signed=false", None),
    }


def test_the_same_events_in_every_shape_are_one_finding_each(tmp_path: Path, reference: Run) -> None:
    """Identity comes from content and, across shapes, from the sensor's key; all places are kept."""
    whole = [event for event in CARRIED["eql-raw"] if event["EventCode"] == 7 or event.get("CommandLine")]
    for number, shape in enumerate(SHAPES):
        (tmp_path / str(number)).mkdir()
        write(tmp_path / str(number), shape, "lines", whole)
    run = run_over(tmp_path)
    names = {event["RuleName"] for event in whole}
    assert said(run) == {case: hits for case, hits in EXPECTED.items() if case in names}
    assert [len(one.places) for one in run.findings] == [len(SHAPES)] * len(run.findings)
    for name in IMPLEMENTATIONS.values():
        assert named(run, name).matched == sum(name in one.implementations for one in run.findings)
    assert sum(row[-1] for row in rows(run, "Spawning child processes")) == sum(
        "S" in hits for hits in said(run).values()
    )


def test_nxlog_without_any_utc_time_is_read_in_the_zone_of_the_run(tmp_path: Path) -> None:
    """Five hours behind UTC: the same moment as everywhere else, and said to be an assumption."""
    path = tmp_path / "local.json"
    path.write_text(json.dumps(nxlog_local(child(CMD), 1)))
    (finding,) = run_over(path, tz="America/Chicago").findings
    assert finding.time == datetime(2024, 6, 14, 12, tzinfo=UTC)
    run = run_over(path)
    assert run.findings[0].time == datetime(2024, 6, 14, 7, tzinfo=UTC)
    assert [one.code for one in run.evidence.files[0].remarks] == ["EV-T1"]


def test_what_eql_raw_does_not_say_is_said(tmp_path: Path) -> None:
    """The events are taken for Sysmon's by their shape, which is a remark."""
    run = run_over(write(tmp_path, "eql-raw", "lines", CARRIED["eql-raw"]))
    assert [one.code for one in run.evidence.files[0].remarks] == ["EV-B1"]
    assert [host.computer for host in run.hosts] == [None]


REAL_ANALYTIC = r"""
title: Children of a shell, and what is loaded
id: CAR-0000-00-000
implementations:
  - name: Children
    type: splunk
    code: index=__your_sysmon_data__ EventCode=1 cmd.exe | search ParentImage="*\\cmd.exe" Image!="*ping.exe"
  - name: Children - pseudocode
    type: pseudocode
    code: |
      processes = search Process:Create
      children = filter processes where (parent_exe == "cmd.exe" and exe != "PING.EXE")
      output children
  - name: Unsigned
    type: splunk
    code: index=__your_sysmon_data__ EventCode=7 Signed=false Image="*\\powershell.exe"
  - name: Unsigned - pseudocode
    type: pseudocode
    code: |
      modules = search Module:Load
      unsigned = filter modules where (signer == null and image_path == "*\powershell.exe")
      output unsigned
"""


@pytest.fixture(scope="module")
def real_logs(shared: Path) -> list[str]:
    """Logs in EVTX that hold Sysmon's events, one of them damaged."""
    public = shared / "data"
    return [
        str(public / "mdecrevoisier--EVTX-to-MITRE-Attack"),
        str(public / "omerbenamram--evtx" / "sysmon.evtx"),
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_real_events_say_the_same_from_evtx_and_from_every_shape(
    shape: str, real_logs: list[str], tmp_path: Path
) -> None:
    """What stands in real EVTX is written again in each shape, and found again with the same fields."""
    analytic = tmp_path / "analytic.yaml"
    analytic.write_text(REAL_ANALYTIC)
    options = ("carhound", "hunt"), (str(analytic),)
    real = hunt(Request(tuple(real_logs), *options))
    assert {file.format for file in real.evidence.files} == {"evtx"}
    raw = [item for part in open_evidence(real_logs) for item in part.items() if isinstance(item, RawEvent)]
    given = [
        {"EventCode": one.event_id, "Computer": one.computer, **one.data}
        for one in raw
        if one.provider == SYSMON
    ]
    again = hunt(Request((str(write(tmp_path, shape, "lines", given)),), *options))
    assert again.evidence.files[0].events == len(given)

    def facts(run: Run) -> list[Any]:
        hidden = ("fqdn", "hostname") if shape == "eql-raw" else ()
        return sorted(
            (
                one.implementations,
                sorted((name, text) for name, text in one.car.items() if name not in hidden),
            )
            for one in run.findings
        )

    assert facts(again) == facts(real)
    assert {one.matched for one in again.analytics[0].implementations} == {8, 2}
    assert all(twins.agree for twins in again.analytics[0].twins)
