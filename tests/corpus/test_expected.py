"""One hunt over all public telemetry, held against what an independent reader found in it."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from carhound.findings.run import Run
from carhound.outputs.json_run import run_object
from carhound.pipeline import Request, hunt

pytestmark = pytest.mark.usefixtures("read_once")

READ_NOW = {
    "OTRF--Security-Datasets",
    "Security-Experts-Community--open-xp-rules",
    "mdecrevoisier--EVTX-to-MITRE-Attack",
    "omerbenamram--evtx",
    "splunk--attack_data",
    "williballenthin--python-evtx",
    "endgameinc--eqllib",
}


@pytest.fixture(scope="session")
def expected(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "data" / "expected.json").read_text(encoding="utf-8"))[
        "datasets"
    ]
    return found


@cache
def hunted(data: Path, *analytics: str, now: str | None = None, backfill: bool = False) -> Run:
    return hunt(Request((str(data),), ("carhound", "hunt"), analytics, now=now, backfill=backfill))


@pytest.fixture
def run(shared: Path, read_once: None) -> Run:
    return hunted(shared / "data")


def test_the_only_matches_are_those_expected(run: Run, expected: dict[str, Any]) -> None:
    wanted = [match for dataset in expected.values() for match in dataset["matches"]]
    mains = {match["ProcessGuid"] for match in wanted if "a_main" in match["pats"]}
    spawns = {match["ProcessGuid"] for match in wanted if "b_spawn" in match["pats"]}
    by_name: dict[str, set[str]] = {}
    from_csv = [one for one in run.findings if one.places[0].file.endswith("processes_on_host.csv")]
    for finding in run.findings:
        for name in finding.implementations if finding not in from_csv else ():
            by_name.setdefault(name, set()).add(str(finding.native["ProcessGuid"]))
    assert by_name == {
        "Main Pattern": mains,
        "Main Pattern - pseudocode": mains,
        "Spawning child processes": spawns,
        "Spawning child processes - pseudocode": spawns,
    }
    assert len(run.findings) == 2  # "now" is just after the later one: "New items" looks at other days
    (simulated,) = from_csv  # regsvr32 below C:\\Diagnostics\\UserTmp, in a 4688, which only pseudocode sees
    assert simulated.implementations == ("Main Pattern - pseudocode",)
    assert simulated.car["parent_image_path"] == "C:\\Diagnostics\\UserTmp\\regsvr32.exe"


def test_the_csv_of_creations_is_read_whole(run: Run, shared: Path) -> None:
    path = shared / "data" / "microsoft--msticpy" / "processes_on_host.csv"
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    (file_read,) = [one for one in run.evidence.files if one.path == str(path)]
    assert (file_read.format, file_read.damaged, file_read.skipped) == ("csv-4688", (), ())
    assert file_read.events == file_read.eligible == len(rows) == 363
    (host,) = [one for one in run.hosts if one.computer == "MSTICAlertsWin1"]
    assert host.security_4688 == 363
    assert host.security_4688_with_command_line == sum(bool(row["CommandLine"]) for row in rows)


def test_every_file_has_the_records_expected(run: Run, expected: dict[str, Any], shared: Path) -> None:
    for name in READ_NOW:
        counted = {}
        for file in run.evidence.files:
            if f"/{name}/" in file.path:
                counted[file.path.split(f"/{name}/", 1)[1]] = file
        total = sum(file.events for file in counted.values())
        for path, wanted in expected[name]["per_file"].items():
            assert counted[path].events == wanted["records"], path
        assert total == expected[name]["records"], name


def test_the_events_that_matter_are_counted(run: Run, expected: dict[str, Any]) -> None:
    keys = {"sysmon1": "sysmon_1", "sysmon7": "sysmon_7", "security4688": "security_4688"}
    for key, attribute in keys.items():
        total = sum(getattr(host, attribute) for host in run.hosts if host.computer != "MSTICAlertsWin1")
        assert total == sum(dataset[key] for dataset in expected.values()), key


def test_one_event_in_raw_and_normalised_files_is_one_finding(run: Run) -> None:
    """Sysmon's own record and two normalisations of it: the sensor's key is the same to the millisecond."""
    (finding,) = [one for one in run.findings if not one.places[0].file.endswith("processes_on_host.csv")]
    shapes = {Path(place.file).name for place in finding.places}
    assert shapes == {"normalized-atomic-red-team.json", "sysmon-atomic-red-team.json"}


def test_loads_without_signature_fields_are_not_judged(run: Run) -> None:
    """No record there tells of a signature: no load is called unsigned, and it is told."""
    unsigned = [
        one for one in run.analytics[0].implementations if one.name.startswith("Loading unsigned images")
    ]
    for implementation in unsigned:
        assert implementation.matched == 0
        told = [one.message for one in implementation.diagnostics if one.code == "RUN-J1"]
        for name in ("normalized-T1117-AtomicRed-regsvr32.json", "normalized-atomic-red-team.json"):
            assert any(name in message for message in told), (implementation.name, told)


def test_what_is_no_evidence_is_counted_as_such(run: Run) -> None:
    names = {Path(path).name for path in run.evidence.not_evidence}
    assert {"expected.json", "truth.json", "LICENSE", "T1218.010.yaml"} <= names
    assert run.status == "partial"


@pytest.mark.parametrize("options", [{}, {"now": "2018-12-04T12:00:00Z"}, {"backfill": True}], ids=str)
def test_page_and_bundled_document_say_the_same(shared: Path, options: dict[str, Any]) -> None:
    data = shared / "data" / ("endgameinc--eqllib" if options else "")
    bundled, page = (
        run_object(hunted(data, *references, **options))
        for references in ((), (str(shared / "seed" / "CAR-2019-04-002.md"),))
    )
    assert bundled["findings"]
    assert bundled["findings"] == page["findings"]
    assert bundled["hosts"] == page["hosts"]
    assert bundled["evidence"] == page["evidence"]
    assert [_said(one) for one in bundled["analytics"]] == [_said(one) for one in page["analytics"]]


def _said(analytic: dict[str, Any]) -> dict[str, Any]:
    """What an analytic said, without where in its document it stands."""
    implementations = [
        {name: value for name, value in one.items() if name not in ("windows", "diagnostics")}
        | {"windows": [(w["role"], w["earliest"], w["latest"]) for w in one["windows"]]}
        | {"diagnostics": [(d["code"], d["count"]) for d in one["diagnostics"]]}
        for one in analytic["implementations"]
    ]
    return {"implementations": implementations, "twins": analytic["twins"], "attack": analytic["attack"]}


def test_new_items_at_the_day_of_the_attack(shared: Path) -> None:
    run = hunted(shared / "data", now="2018-12-04T12:00:00Z")
    new = [one for one in run.findings if "New items since last month" in one.implementations]
    assert [one.native["Image"] for one in new] == [r"C:\Windows\System32\calc.exe"]


def test_squiblydoo_and_the_languages_not_run(shared: Path, expected: dict[str, Any]) -> None:
    run = hunted(shared / "data", str(shared / "car" / "analytics"))
    wanted = {
        match["ProcessGuid"].lower()
        for dataset in expected.values()
        for match in dataset["matches"]
        if "d_squiblydoo" in match["pats"]
    }
    found = [one for one in run.findings if one.analytic == "CAR-2019-04-003"]
    by_spl = {
        str(one.native["ProcessGuid"]).lower()
        for one in found
        if "implementation 1 (spl)" in one.implementations
    }
    assert by_spl == wanted
    assert len(by_spl) == 3
    squiblydoo = next(one for one in run.analytics if one.id == "CAR-2019-04-003")
    assert {one.language: one.status for one in squiblydoo.implementations} == {
        "spl": "ran",
        "EQL": "not-evaluated",
        "pseudocode": "ran",
        "LogPoint": "not-evaluated",
    }
