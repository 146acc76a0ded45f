"""The case file: whole, verifiable, and the same twice."""

import hashlib
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from carhound.findings.run import Evidence
from carhound.outputs.case_file import sum_line, write_case
from carhound.outputs.render import render, render_report

from .sample_parts import file
from .sample_runs import suppressed_run
from .sample_trees import report_run

NAMES = [
    "README.txt",
    "diagnostics.txt",
    "events/CAR-2019-04-002.jsonl",
    "evidence.sha256",
    "findings.csv",
    "report.html",
    "run.json",
    "versions.txt",
    "SHA256SUMS",
]


def test_it_holds_everything_and_its_manifest_fits(tmp_path: Path) -> None:
    run = report_run()
    write_case(tmp_path / "case.zip", run)
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        assert archive.namelist() == NAMES
        held = {name: archive.read(name) for name in NAMES}
    sums = dict(reversed(line.split("  ")) for line in held["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(held[name]).hexdigest() for name in NAMES[:-1]}
    assert held["run.json"] == b"".join(render(run, "json"))
    assert held["findings.csv"] == b"".join(render(run, "csv"))
    assert held["report.html"] == b"".join(render_report(run))
    events = [json.loads(line) for line in held["events/CAR-2019-04-002.jsonl"].splitlines()]
    assert [event["id"] for event in events] == [finding.id for finding in run.findings]
    assert "carhound 0.1.0" in held["versions.txt"].decode()
    assert f"CAR-2019-04-002 {'00' * 32} analytics/CAR-2019-04-002.yaml" in held["versions.txt"].decode()
    assert "CAR-2019-04-002/D02" in held["diagnostics.txt"].decode()


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_verifies_it_and_the_evidence(tmp_path: Path) -> None:
    names = ["plain.evtx", "a b'\"$x.evtx", "back\\slash.evtx", "line\nbreak.evtx"]
    for name in names:
        (tmp_path / name).write_text(name)
    (tmp_path / "a.zip").write_text("an archive")

    def hashed(name: str) -> str:
        return hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()

    files = tuple(file(name, sha256=hashed(name)) for name in names)
    evidence = Evidence((*files, file("a.zip/inner.evtx")), (), (), (("a.zip", hashed("a.zip")),))
    write_case(tmp_path / "case.zip", replace(report_run(), evidence=evidence))
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        archive.extractall(tmp_path / "case")

    def check(sums: str, folder: Path) -> str:
        return subprocess.run(
            ["sha256sum", "--strict", "-c", sums], cwd=folder, capture_output=True, text=True, check=True
        ).stdout

    assert check("SHA256SUMS", tmp_path / "case").count(": OK\n") == len(NAMES) - 1
    assert check("case/evidence.sha256", tmp_path).count(": OK\n") == len(names) + 1
    (tmp_path / "plain.evtx").write_text("changed")
    with pytest.raises(subprocess.CalledProcessError):
        check("case/evidence.sha256", tmp_path)


def test_names_of_files_that_are_no_text_stay_what_they_are() -> None:
    assert sum_line("00", "logs/\udcff.evtx") == b"00  logs/\xff.evtx\n"


def test_equal_runs_make_equal_files(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        write_case(tmp_path / name, report_run())
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_events_that_are_set_apart_are_in_it(tmp_path: Path) -> None:
    run = suppressed_run()
    write_case(tmp_path / "case.zip", run)
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        lines = archive.read("events/CAR-2019-04-002.jsonl").splitlines()
    ids = {json.loads(line)["id"] for line in lines}
    assert ids == {one.id for one in run.findings} | {one.finding.id for one in run.suppressed}


def test_an_analytic_cannot_name_a_file_outside(tmp_path: Path) -> None:
    run = report_run()
    escaping = tuple(replace(finding, analytic="../../../etc/passwd") for finding in run.findings)
    write_case(tmp_path / "case.zip", replace(run, findings=escaping))
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        assert "events/_.._.._etc_passwd.jsonl" in archive.namelist()
