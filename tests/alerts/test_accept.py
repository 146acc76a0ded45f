"""`accept`, from a finding to the entry that hides it in the next hunt."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from carhound.alerts.ledger import Ledger
from carhound.cli.main import main
from carhound.findings.alert import alert_id
from carhound.pipeline.alerting.suppressing import read_suppressions

from .evidence import Run, hits, suppressions
from .sightings import sighting

YES = ("--reason", "packaging  test", "--owner", "alice", "--yes")


@pytest.fixture
def found(carhound: Run, tmp_path: Path) -> list[dict[str, Any]]:
    """The findings of three processes; the file is found.jsonl."""
    hits(tmp_path / "a.jsonl", 3)
    assert carhound("hunt", "a.jsonl", "-f", "jsonl", "-o", "found.jsonl").returncode == 1
    lines = (tmp_path / "found.jsonl").read_text().splitlines()
    return sorted(map(json.loads, lines), key=lambda one: one["native"]["CommandLine"])


def test_what_was_accepted_is_hidden_from_then_on(
    carhound: Run, tmp_path: Path, found: list[dict[str, Any]]
) -> None:
    said = carhound("accept", found[1]["id"], "--findings", "found.jsonl", *YES, "--expires", "2w")
    assert (said.returncode, said.stderr) == (0, "added to suppressions.yaml\n")
    assert "would have hidden 1 of 3 reported (1 event on 1 host)" in " ".join(said.stdout.split())
    assert "2024-06-14 12:00:02Z" in said.stdout
    (entry,) = read_suppressions(str(tmp_path / "suppressions.yaml")).entries
    assert dict(entry.match) == {
        "analytic": "CAR-2019-04-002",
        "command_line": "cmd /c 2",
        "image_path": r"C:\Windows\System32\cmd.exe",
        "parent_image_path": r"C:\Windows\System32\regsvr32.exe",
    }
    assert (entry.reason, entry.owner) == ("packaging test", "alice")
    assert abs((entry.expires - (datetime.now(UTC) + timedelta(days=14)).date()).days) <= 1
    again = carhound("hunt", "a.jsonl", "--suppress", "suppressions.yaml", "-f", "json")
    run = json.loads(again.stdout)
    assert {one["id"] for one in run["findings"]} == {found[0]["id"], found[2]["id"]}
    assert [one["finding"]["id"] for one in run["suppressed"]] == [found[1]["id"]]


def test_the_rest_of_the_file_stays_and_an_entry_that_is_there_is_named(
    carhound: Run, tmp_path: Path, found: list[dict[str, Any]]
) -> None:
    file = suppressions(tmp_path / "s.yaml", "{id: none}")
    before = file.read_bytes()
    words = ("--findings", "found.jsonl", "--suppress", "s.yaml", *YES)
    assert carhound("accept", found[0]["id"][:8], *words).returncode == 0
    assert file.read_bytes().startswith(before)
    after = file.read_bytes()
    said = carhound("accept", found[0]["id"], *words)
    assert said.returncode == 2
    assert "s.yaml:6: an entry about it is there already: packaging test (alice, until " in said.stderr
    assert file.read_bytes() == after


def test_an_expired_entry_about_it_is_to_be_mended_first(
    carhound: Run, tmp_path: Path, found: list[dict[str, Any]]
) -> None:
    suppressions(tmp_path / "s.yaml", "{CommandLine: 'cmd*'}", expires="2020-01-01")
    said = carhound("accept", found[0]["id"], "--findings", "found.jsonl", "--suppress", "s.yaml", *YES)
    assert said.returncode == 2
    assert "s.yaml:2: an entry about it expired on 2020-01-01: tested (alice" in said.stderr


def test_nothing_is_written_without_a_yes(carhound: Run, tmp_path: Path, found: list[dict[str, Any]]) -> None:
    words = ("accept", found[0]["id"], "--findings", "found.jsonl", "--reason", "r", "--owner", "o")
    said = carhound(*words, input="y\n")
    assert said.returncode == 2
    assert "nobody is there to confirm it: nothing was written" in said.stderr
    assert "reason: 'r'" in said.stdout
    assert not (tmp_path / "suppressions.yaml").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_person_is_asked(carhound: Run, tmp_path: Path, found: list[dict[str, Any]], answer: str) -> None:
    import pty

    ours, theirs = pty.openpty()
    with open(ours, "r+b", buffering=0) as keyboard, open(theirs, "rb", buffering=0) as stdin:
        keyboard.write(answer.encode() + b"\n")
        words = ("accept", found[0]["id"], "--findings", "found.jsonl", "--reason", "r", "--owner", "o")
        said = carhound(*words, stdin=stdin)
    assert "Add it to suppressions.yaml?" in said.stdout
    assert (tmp_path / "suppressions.yaml").exists() is (answer == "y")
    assert said.returncode == (0 if answer == "y" else 130)


def test_an_alert_of_a_ledger(carhound: Run, tmp_path: Path) -> None:
    """Lately is what got an event within 30 days by the clock, however old the events are."""
    now = datetime.now(UTC)

    def seen(key: str, number: int, image: str, **changes: Any) -> Any:
        fields = {"Image": image, "CommandLine": key}
        finding = {"id": f"{number:016x}", "analytic": "CAR-1", "implementations": ["Main"]}
        finding |= {"native": fields, "car": {}}
        return sighting(key, number, finding=finding, **changes)

    (tmp_path / "lake").mkdir()
    with Ledger(tmp_path / "lake" / "ledger.sqlite") as ledger:
        ledger.record([seen("cmd x", 9, "a.exe", day="2026-01-01")], 1, (), now - timedelta(days=40))
        today = [seen("cmd x", 1, "A.EXE"), seen("cmd x", 2, "a.exe"), seen("cmd y", 3, "a.exe")]
        ledger.record(today, 2, (), now)
    id_ = alert_id("CAR-1", "cmd x", "2026-10-30")
    said = carhound("accept", id_, "--lake", "lake", *YES)
    assert (said.returncode, said.stderr) == (0, "added to suppressions.yaml\n")
    text = " ".join(said.stdout.split())
    assert "In the last 30 days it would have hidden 1 of 2 reported (2 events on 2 hosts)" in text
    assert f"{id_} 2026-10-30 08:02:00Z WS1, WS2 2 events cmd x" in text
    (entry,) = read_suppressions(str(tmp_path / "suppressions.yaml")).entries
    assert dict(entry.match) == {"analytic": "CAR-1", "CommandLine": "cmd x", "Image": "A.EXE"}


def reported(path: Path, *findings: dict[str, Any]) -> Path:
    whole = [
        {"id": f"{number:016x}", "analytic": "CAR-1", "implementations": ["Main"], "time": None}
        | {"computer": None, "native": {}, "car": {}}
        | finding
        for number, finding in enumerate(findings)
    ]
    path.write_text("".join(json.dumps(one) + "\n" for one in whole))
    return path


def test_the_days_of_a_file_end_with_its_newest_finding(carhound: Run, tmp_path: Path) -> None:
    fields = {"native": {"CommandLine": "x"}}
    times = ["2020-01-01T00:00:00Z", "2020-02-15T00:00:00Z", "2020-03-01T00:00:00Z", None]
    reported(tmp_path / "f.jsonl", *({**fields, "time": time} for time in times))
    said = carhound("accept", f"{0:016x}", "--findings", "f.jsonl", *YES)
    assert "would have hidden 3 of 3 reported (3 events" in " ".join(said.stdout.split())


def test_what_no_pattern_can_say_is_said(carhound: Run, tmp_path: Path) -> None:
    """A star is a wildcard; what JSON could not hold is one; an event without these fields has its id."""
    fields = [{"CommandLine": "del *.tmp"}, {"CommandLine": "a\ufffdb\x1b[2J"}, {"TargetObject": "x"}]
    reported(tmp_path / "f.jsonl", *({"native": one} for one in fields))
    page = ""
    for number in range(3):
        said = carhound("accept", f"{number:016x}", "--findings", "f.jsonl", *YES)
        assert said.returncode == 0
        page += " ".join(said.stdout.split())
    assert "! CommandLine holds *, which is a wildcard in an entry" in page
    assert "! CommandLine holds a character that JSON cannot" in page
    assert "the entry is about this finding alone" in page
    assert "\x1b" not in page
    matches = [dict(one.match) for one in read_suppressions(str(tmp_path / "suppressions.yaml")).entries]
    assert [one.get("CommandLine") for one in matches] == ["del *.tmp", "a*b\x1b[2J", None]
    assert matches[2] == {"analytic": "CAR-1", "id": f"{2:016x}"}


def test_alerts_and_whole_runs_are_sources_too(
    carhound: Run, tmp_path: Path, found: list[dict[str, Any]]
) -> None:
    suppressions(tmp_path / "s.yaml", "{CommandLine: 'cmd /c 1'}")
    carhound("hunt", "a.jsonl", "--suppress", "s.yaml", "-f", "json", "-o", "run.json")
    for one in found[:2]:
        said = carhound("accept", one["id"], "--findings", "run.json", *YES, "--suppress", "new.yaml")
        assert said.returncode == 0, said.stderr
    alert = {"schema": "carhound.alert/1", "id": "0123456789abcdef", "finding": found[2]}
    alert |= {"first_seen": None, "last_seen": None, "count": 7, "hosts": ["A", "B"]}
    (tmp_path / "alerts.jsonl").write_text(json.dumps(alert))
    said = carhound("accept", "01234567", "--findings", "alerts.jsonl", *YES, "--suppress", "new.yaml")
    assert "1 of 1 reported (7 events on 2 hosts)" in " ".join(said.stdout.split())
    assert len(read_suppressions(str(tmp_path / "new.yaml")).entries) == 3


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("0" * 16, "--reason", "r"), "say where the finding was reported"),
        (("0" * 16, "--reason", "r", "--lake", "l", "--findings", "f.jsonl"), "say where"),
        (("0" * 16, "--findings", "f.jsonl"), "missing option '--reason'"),
        (("0" * 16, "--reason", " ", "--findings", "f.jsonl"), "a reason and an owner are words"),
        (("0" * 16, "--reason", "r", "--lake", "l"), "there is no ledger l/ledger.sqlite"),
        (("0" * 16, "--reason", "r", "--findings", "gone.jsonl"), "gone.jsonl cannot be read"),
        (("0" * 16, "--reason", "r", "--findings", "text"), "text holds no findings of carhound"),
        (("0" * 16, "--reason", "r", "--findings", "other.json"), "other.json holds no findings"),
        (("ffff", "--reason", "r", "--findings", "f.jsonl"), "nothing called ffff is in f.jsonl"),
        (("00000000", "--reason", "r", "--findings", "f.jsonl"), "2 ids in f.jsonl begin with 00000000"),
        (("0" * 16, "--reason", "r", "--findings", "f.jsonl", "--expires", "soon"), "cannot read when"),
        (("0" * 16, "--reason", "r", "--findings", "f.jsonl", "--expires", "90"), "cannot read when"),
        (("0" * 16, "--reason", "r", "--findings", "f.jsonl", "--expires", "2020-01-01"), "expired on 2020"),
        (("0" * 16, "--reason", "r", "--findings", "f.jsonl", "--suppress", "text"), "not written as names"),
        (
            ("0" * 16, "--reason", "r", "--findings", "f.jsonl", "--suppress", "no/s.yaml"),
            "there is no folder",
        ),
    ],
)
def test_mistakes_are_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    problem: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    reported(tmp_path / "f.jsonl", {"native": {"CommandLine": "x"}}, {})
    (tmp_path / "text").write_text("just text")
    (tmp_path / "other.json").write_text('{"a": 1}')
    assert main(["accept", *words, "--owner", "o", "--yes"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert problem in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.jsonl", "other.json", "text"]
