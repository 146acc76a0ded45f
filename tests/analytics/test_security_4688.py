"""Process creations of the Security log: seen by pseudocode, not by searches for Sysmon's."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carhound.findings.run import ImplementationResult, Run
from carhound.model.diagnostics import Source
from carhound.pipeline import Request, hunt, search

from .shapes import SHAPES, Fields

SECURITY = "Microsoft-Windows-Security-Auditing"
REGSVR32 = r"C:\Windows\System32\regsvr32.exe"
MAIN, MAIN_SPL = "Main Pattern - pseudocode", "Main Pattern"
SPAWN = "Spawning child processes - pseudocode"


def creation(**fields: Any) -> Fields:
    """A 4688 of cmd.exe below regsvr32; None leaves a field out."""
    known = {
        "EventCode": 4688,
        "Provider": SECURITY,
        "Channel": "Security",
        "UtcTime": "2024-06-14 12:00:00.500",
        "SubjectUserName": "alice",
        "SubjectDomainName": "EXAMPLE",
        "NewProcessId": "0x1610",
        "ProcessId": "0x888",
        "NewProcessName": r"C:\Windows\System32\cmd.exe",
        "ParentProcessName": REGSVR32,
        "CommandLine": "cmd /c regsvr32.exe",
        **fields,
    }
    return {name: value for name, value in known.items() if value is not None}


def sysmon(**fields: Any) -> Fields:
    """A Sysmon 1 of something harmless; None leaves a field out."""
    known = {
        "EventCode": 1,
        "UtcTime": "2024-06-14 12:00:00.123",
        "ProcessGuid": "{A98268C1-9C2E-5ACD-0000-001000000001}",
        "ProcessId": "5648",
        "Image": r"C:\Windows\System32\calc.exe",
        "ParentImage": r"C:\Windows\explorer.exe",
        "CommandLine": "calc",
        **fields,
    }
    return {name: value for name, value in known.items() if value is not None}


@pytest.fixture
def run_over(tmp_path: Path) -> Callable[..., Run]:
    """Hunts over events written in a shape into one file."""

    def run(*events: Fields, shape: str = "winlogbeat6", **options: Any) -> Run:
        path = tmp_path / "evidence.json"
        records = [SHAPES[shape](event, 100 + number) for number, event in enumerate(events)]
        path.write_text("".join(json.dumps(one) + "\n" for one in records))
        return hunt(Request((str(path),), ("carhound", "hunt"), **options))

    return run


def named(run: Run, name: str) -> ImplementationResult:
    return next(one for one in run.analytics[0].implementations if one.name == name)


def blind(run: Run, name: str) -> list[str]:
    return [one.message for one in named(run, name).diagnostics if one.code == "RUN-J1"]


@pytest.mark.parametrize("shape", [name for name in SHAPES if name != "eql-raw"])
def test_pseudocode_sees_them_in_every_shape(run_over: Callable[..., Run], shape: str) -> None:
    run = run_over(creation(), shape=shape)
    (finding,) = run.findings
    assert finding.implementations == (MAIN, SPAWN)
    assert (finding.event_id, finding.object) == ("4688", "process/create")
    assert finding.car["pid"] == "5648"
    assert [named(run, name).eligible for name in (MAIN, MAIN_SPL)] == [1, 0]


def test_what_winlogbeat_moved_to_ecs_is_read_back(tmp_path: Path) -> None:
    gone = creation(NewProcessName=None, NewProcessId=None, ParentProcessName=None)
    record = SHAPES["winlogbeat7"](gone, 7)
    record["process"] = {
        "executable": r"C:\Windows\System32\cmd.exe",
        "pid": 5648,
        "parent": {"executable": REGSVR32, "pid": 2184},
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(record))
    (finding,) = hunt(Request((str(path),), ())).findings
    assert finding.implementations == (MAIN, SPAWN)
    assert (finding.car["pid"], finding.car["ppid"]) == ("5648", "2184")


def test_a_difference_that_only_one_twin_can_see_is_none(run_over: Callable[..., Run]) -> None:
    run = run_over(creation(), sysmon())
    assert named(run, MAIN).matched == 1
    assert named(run, MAIN_SPL).matched == 0
    assert all(twins.agree for twins in run.analytics[0].twins)


def test_a_search_without_an_index_is_silent_about_a_sensor_whose_ids_it_does_not_name(
    run_over: Callable[..., Run], tmp_path: Path
) -> None:
    document = """title: T
id: CAR-1999-01-001
implementations:
  - {name: P, type: splunk, code: 'EventCode=%s ParentImage="*regsvr32.exe"'}
  - name: P - pseudocode
    type: pseudocode
    code: |
      a = search Process:Create
      b = filter a where (parent_image_path == "*regsvr32.exe")
      output b
"""
    path = tmp_path / "CAR-1999-01-001.yaml"
    mine = sysmon(ParentImage=REGSVR32)
    path.write_text(document % 1)
    (twins,) = run_over(creation(), mine, analytics=(str(path),)).analytics[0].twins
    assert twins.agree
    path.write_text(document % 10)  # a wrong id is a difference: Sysmon writes it, and its event 1 is missed
    (twins,) = run_over(creation(), mine, analytics=(str(path),)).analytics[0].twins
    assert len(twins.only_pseudocode) == 1


def test_without_parents_nothing_is_clean(run_over: Callable[..., Run]) -> None:
    """As before Windows 10: no ParentProcessName."""
    run = run_over(creation(ParentProcessName=None))
    assert (run.findings, run.exit_status) == ((), 4)
    (message,) = blind(run, MAIN)
    assert "where no eligible event carries parent_image_path" in message
    assert run.hosts[0].judged == ()


def test_sysmon_beside_them_does_not_hide_that_they_could_not_be_judged(run_over: Callable[..., Run]) -> None:
    old = creation(ParentProcessName=None, Computer="OLD")
    run = run_over(old, sysmon())
    (message,) = blind(run, MAIN)
    assert (
        f"not judged on the events of {SECURITY} in 1 file, since none carries parent_image_path" in message
    )
    assert len(named(run, MAIN).not_judged) == 1
    assert run.exit_status == 4
    judged = {host.computer: {name for _, name in host.judged} for host in run.hosts}
    assert judged["OLD"] == set()
    assert MAIN in judged["WS1.example.org"]


def test_a_sensor_that_could_be_judged_is_judged_beside_one_that_could_not(
    run_over: Callable[..., Run],
) -> None:
    run = run_over(creation(ParentProcessName=None), sysmon(ParentImage=REGSVR32))
    assert named(run, MAIN).matched == 1
    assert all(twins.agree for twins in run.analytics[0].twins)
    run = run_over(creation(), sysmon(ParentImage=None))
    assert named(run, MAIN).matched == 1
    assert len(blind(run, MAIN)) == 1


def test_a_command_line_is_asked_for_only_by_what_needs_it(
    run_over: Callable[..., Run], tmp_path: Path
) -> None:
    document = tmp_path / "CAR-1999-01-001.yaml"
    document.write_text(
        "title: T\nid: CAR-1999-01-001\nimplementations:\n- type: pseudocode\n  code: |\n"
        '    a = search Process:Create\n    b = filter a where (command_line == "*whoami*")\n    output b\n'
    )
    run = run_over(creation(CommandLine=""), sysmon(), analytics=(str(document),))
    result = run.analytics[0].implementations[0]
    assert [SECURITY in one.message for one in result.diagnostics if one.code == "RUN-J1"] == [True]
    assert blind(run_over(creation(CommandLine="")), MAIN) == []


def test_searches_for_sysmon_never_see_them(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(SHAPES["winlogbeat6"](creation(), 1)))
    found = {
        text: len(rows.rows)
        for text in ("EventCode=1", "index=__your_sysmon_index__ regsvr32.exe", "EventCode=4688 regsvr32.exe")
        if (rows := search(Source(text, "<search>"), Request((str(path),), ())).results) is not None
    }
    assert list(found.values()) == [0, 0, 1]


def twin(**fields: Any) -> Fields:
    """The Sysmon 1 of the process of `creation`."""
    return sysmon(**{"Image": r"C:\Windows\System32\cmd.exe", "ParentImage": REGSVR32} | fields)


@pytest.mark.parametrize("order", [1, -1])
def test_one_process_is_one_finding_that_names_both_records(run_over: Callable[..., Run], order: int) -> None:
    events = [twin(CommandLine="cmd /c regsvr32.exe"), creation(Computer="ws1")]
    run = run_over(*events[::order])
    (finding,) = run.findings
    records = ["100", "101"][::order]
    assert [place.record for place in finding.places] == records
    assert finding.event_id == "1"
    assert finding.implementations == (
        MAIN_SPL,
        MAIN,
        "New items since last month",
        "Spawning child processes",
        SPAWN,
    )
    for name in (MAIN_SPL, MAIN, SPAWN):
        assert (named(run, name).matched, named(run, name).findings) == (1, (finding.id,)), name
    assert named(run, MAIN).eligible == 2
    assert all(twins.agree for twins in run.analytics[0].twins)
    assert sum(file.duplicates for file in run.evidence.files) == 0


def test_a_match_of_either_record_alone_is_not_lost(run_over: Callable[..., Run]) -> None:
    blind = twin(ParentImage="-", CommandLine="regsvr32.exe")
    run = run_over(blind, creation())
    (finding,) = run.findings
    assert (finding.event_id, finding.implementations) == ("4688", (MAIN, SPAWN))


def test_a_difference_on_the_record_that_both_twins_see_is_still_told(
    run_over: Callable[..., Run], tmp_path: Path
) -> None:
    path = tmp_path / "CAR-1999-01-001.yaml"
    path.write_text(
        "title: T\nid: CAR-1999-01-001\nimplementations:\n"
        "- {name: P, type: splunk, code: 'index=__your_sysmon_index__ EventCode=1'}\n"
        "- name: P - pseudocode\n  type: pseudocode\n  code: |\n    a = search Process:Create\n"
        '    b = filter a where (parent_image_path == "*regsvr32.exe")\n    output b\n'
    )
    other = twin(ParentImage=r"C:\a.exe")
    run = run_over(other, creation(), analytics=(str(path),))
    (finding,) = run.findings
    assert finding.implementations == ("P", "P - pseudocode")
    (twins,) = run.analytics[0].twins
    assert [one.finding for one in twins.only_spl] == [finding.id]
    assert twins.only_pseudocode == ()


def test_a_search_gives_every_record_as_splunk_would(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    records = [SHAPES["winlogbeat6"](one, number) for number, one in enumerate((twin(), creation()))]
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    run = search(Source("EventCode=1 OR EventCode=4688", "<search>"), Request((str(path),), ()))
    assert run.results is not None
    assert len(run.results.rows) == named(run, "search").matched == 2


def test_the_same_creation_in_two_shapes_is_one_event(tmp_path: Path) -> None:
    for shape, label in (("winlogbeat6", None), ("event-tree, mapping", "S-1-16-8192")):
        record = SHAPES[shape](creation(MandatoryLabel=label), 7)
        (tmp_path / f"{shape}.json").write_text(json.dumps(record))
    (finding,) = hunt(Request((str(tmp_path),), ())).findings
    assert len(finding.places) == 2
