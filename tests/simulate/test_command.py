"""`carhound simulate`, in a process of its own."""

import json
import subprocess
from pathlib import Path

import pytest

from carhound.simulate.scenario import bundled

from ..forked import forked_program


def simulate(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in a folder."""
    return subprocess.run(
        [*forked_program(), "simulate", *words],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        check=False,
        timeout=60,
    )


def test_a_file_holds_all_records(tmp_path: Path) -> None:
    said = simulate(tmp_path, "squiblydoo-url", "--out", "log.jsonl")
    assert (said.returncode, said.stdout) == (0, "")
    lines = (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert said.stderr == f"log.jsonl: {len(lines)} events\n"
    ids = {int(json.loads(line)["winlog"]["event_id"]) for line in lines}
    assert {1, 3, 4688, 4689} <= ids


def test_a_folder_holds_a_file_for_every_host_and_channel(tmp_path: Path) -> None:
    said = simulate(tmp_path, "squiblydoo-url", "renamed-regsvr32", "-o", "logs", "-q")
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == [
        "ws02.example.org_Microsoft-Windows-Sysmon%4Operational.jsonl",
        "ws02.example.org_Security.jsonl",
        "ws04.example.org_Microsoft-Windows-Sysmon%4Operational.jsonl",
        "ws04.example.org_Security.jsonl",
    ]


def test_sysmon_only(tmp_path: Path) -> None:
    said = simulate(tmp_path, "squiblydoo-url", "-o", "logs/", "--sysmon-only")
    assert said.returncode == 0
    assert [path.name for path in (tmp_path / "logs").iterdir()] == [
        "ws04.example.org_Microsoft-Windows-Sysmon%4Operational.jsonl"
    ]


@pytest.mark.parametrize("out", ["log.jsonl", "logs/"])
def test_nothing_is_overwritten_without_force(tmp_path: Path, out: str) -> None:
    assert simulate(tmp_path, "squiblydoo-url", "-o", out).returncode == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")}
    said = simulate(tmp_path, "squiblydoo-url", "-o", out, "--seed", "2")
    assert said.returncode == 2
    assert "is there already" in said.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")} == before
    assert simulate(tmp_path, "squiblydoo-url", "-o", out, "--seed", "2", "--force").returncode == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")} != before


def test_the_list_names_every_bundled_scenario(tmp_path: Path) -> None:
    said = simulate(tmp_path, "--list")
    assert said.returncode == 0
    assert [line.split()[0] for line in said.stdout.splitlines()] == list(bundled())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["squiblydoo-url"], "--out is missing"),
        (["squiblydo", "-o", "a.jsonl"], "did you mean squiblydoo-url"),
        (["squiblydoo-url", "-o", "a.jsonl", "-f", "nothing"], "no format is called 'nothing'"),
        (["-o", "a.jsonl"], "nothing to simulate"),
        (["squiblydoo-url", "-o", "a.jsonl", "--start", "soon"], "cannot read the time 'soon'"),
        (["squiblydoo-url", "-o", "no/a.jsonl"], "there is no folder"),
        (["squiblydoo-url", "-o", "a.jsonl", "--days", "-1"], "--days"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, words: list[str], message: str) -> None:
    said = simulate(tmp_path, *words)
    assert said.returncode == 2
    assert message in said.stderr
    assert not list(tmp_path.iterdir())
