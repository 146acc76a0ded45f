"""`stack` over a lake gives the rows that it gives over the files the lake was made of."""

import json
from pathlib import Path
from typing import Any

import pytest

from carhound.cli.main import main
from carhound.findings.run import Run
from carhound.model.diagnostics import Source
from carhound.pipeline import Request, search
from carhound.pipeline.lakes.ingest import IngestRequest, ingest
from carhound.pipeline.stacking.stack import stack

QUESTIONS: list[tuple[tuple[str, ...], str]] = [
    (("ImageLoaded",), "EventCode=7"),
    (("ImageLoaded", "Signed"), "*"),
    (("normal_command_line", "host"), "EventCode=1"),
    (("User",), "CommandLine=* NOT Image=*svchost*"),
    (("EventID", "Computer"), "*"),
    (("process_name",), 'process_name="*.exe" ComputerName=*'),
    (("_time",), "EventCode=1 regsvr32.exe"),
    (("DestinationIp", "Image"), 'EventCode=3 DestinationIp="203.0.0.0/8"'),
    (("NotThere",), "EventCode=1"),
]
IDS = [f"{','.join(fields)} of {where}" for fields, where in QUESTIONS]


def rows(fields: tuple[str, ...], where: str, tz: str = "Asia/Kolkata", **options: Any) -> Run:
    evidence = tuple(map(str, options.pop("evidence", ())))
    return stack(fields, where, 50, Request(evidence, ("carhound", "stack"), tz=tz, **options))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("stack")
    logs, lake = folder / "logs", folder / "lake"
    asked = ["simulate", "squiblydoo-url", "unsigned-dll-user-folder", "--hosts", "1", "--days", "1"]
    assert main([*asked, "-q", "-o", f"{logs}/"]) == 0
    for log in logs.rglob("*.jsonl"):
        every = log.read_text(encoding="utf-8").splitlines(keepends=True)
        thin = (one for number, one in enumerate(every) if number % 8 == 0 or "regsvr32" in one.lower())
        log.write_text("".join(thin), encoding="utf-8")
    ingest(IngestRequest((str(logs),), lake))
    return logs, lake


@pytest.mark.parametrize(("fields", "where"), QUESTIONS, ids=IDS)
def test_simulated_machines(simulated: tuple[Path, Path], fields: tuple[str, ...], where: str) -> None:
    logs, lake = simulated
    of_files, of_lake = rows(fields, where, evidence=(logs,)), rows(fields, where, lake=str(lake))
    assert of_lake.results == of_files.results
    (one,), (other,) = of_lake.analytics[0].implementations, of_files.analytics[0].implementations
    assert (one.eligible, one.matched) == (other.eligible, other.matched)
    told = [{(said.message, said.count) for said in each.diagnostics} for each in (one, other)]
    assert told[0] == told[1]
    assert bool(of_files.results and of_files.results.rows) == (fields != ("NotThere",))


def test_a_window_cuts_a_quarter_of_an_hour(simulated: tuple[Path, Path]) -> None:
    logs, lake = simulated
    window = {"earliest": "2024-06-12T09:00:12Z", "latest": "2024-06-12T13:07:03.5Z"}
    whole = rows(("Image",), "*", lake=str(lake)).results
    of_lake = rows(("Image",), "*", lake=str(lake), **window).results
    assert of_lake == rows(("Image",), "*", evidence=(logs,), **window).results
    assert of_lake != whole


def test_public_data(shared: Path, tmp_path: Path) -> None:
    """Every field of it, in files none of whose events is met twice."""
    evidence = shared / "data" / "endgameinc--eqllib" / "normalized-T1117-AtomicRed-regsvr32.json"
    ingest(IngestRequest((str(evidence),), tmp_path / "lake"))
    for fields, where in QUESTIONS:
        of_files = rows(fields, where, evidence=(evidence,))
        assert rows(fields, where, lake=str(tmp_path / "lake")).results == of_files.results


def test_odd_events_are_counted_event_by_event(tmp_path: Path) -> None:
    made = [
        {
            "SourceName": "Microsoft-Windows-Sysmon",
            "EventID": 1,
            "Hostname": host,
            "RecordNumber": number,
            "TimeCreated": f"2024-06-14T1{number}:00:00Z",
            "Image": image,
            "User": user,
        }
        for number, (host, image, user) in enumerate(
            [("A", "x.exe", ["u", "V"]), ("a", "X.exe", "v"), ("B", "x\0y", "v"), ("B", "x.exe", "U")]
        )
    ]
    logs = tmp_path / "logs.jsonl"
    logs.write_text("".join(json.dumps(one) + "\n" for one in made), encoding="utf-8")
    ingest(IngestRequest((str(logs),), tmp_path / "lake"))
    for fields in (("Image",), ("User",), ("Image", "User"), ("ComputerName",)):
        of_lake = rows(fields, "EventCode=1", lake=str(tmp_path / "lake")).results
        assert of_lake == rows(fields, "EventCode=1", evidence=(logs,)).results
    assert of_lake is not None
    assert [row[:3] for row in of_lake.rows] == [("A", 2, 1), ("B", 2, 1)]


def test_a_search_for_a_normal_form(simulated: tuple[Path, Path]) -> None:
    """SQL has no such field: the interpreter decides, and the answer is that over files."""
    logs, lake = simulated
    spl = 'normal_command_line="regsvr32*" | table CommandLine'
    found = search(
        Source(spl, "<search>"), Request((), ("search",), lake=str(lake), now="2024-06-13")
    ).results
    assert (
        found == search(Source(spl, "<search>"), Request((str(logs),), ("search",), now="2024-06-13")).results
    )
    assert found is not None
    assert found.rows
