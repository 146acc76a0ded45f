"""`hunt --suppress`: set apart, counted in every output, never dropped in silence."""

import csv
import io
import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from .evidence import Run, hits, suppressions

VALIDATOR = jsonschema.Draft202012Validator(
    json.loads((resources.files("carhound") / "outputs/schema/run-1.json").read_text(encoding="utf-8"))
)
HIDES_ONE = ("{analytic: CAR-2019-04-002, CommandLine: 'cmd /c 1'}",)
HIDES_ALL = ("{Image: '*\\cmd.exe', Computer: WS1}", "{id: none}")
COUNTED = "1 finding on 1 host, in 3 of 4 patterns, 1 suppressed (s.yaml); complete"


def test_json_lists_them_apart(carhound: Run, tmp_path: Path) -> None:
    hits(tmp_path / "a.jsonl", 2)
    suppressions(tmp_path / "s.yaml", *HIDES_ONE)
    said = carhound("hunt", "a.jsonl", "--suppress", "s.yaml", "-f", "json")
    run = json.loads(said.stdout)
    VALIDATOR.validate(run)
    assert said.returncode == 1
    assert [one["native"]["CommandLine"] for one in run["findings"]] == ["cmd /c 2"]
    (one,) = run["suppressed"]
    assert one["finding"]["native"]["CommandLine"] == "cmd /c 1"
    assert one["suppression"] == {
        "line": 2,
        "match": {"analytic": "CAR-2019-04-002", "CommandLine": "cmd /c 1"},
        "reason": "tested",
        "owner": "alice",
        "expires": "2999-12-31",
    }
    assert run["suppressions"] == {"path": "s.yaml", "entries": [one["suppression"]]}
    matched = {name["name"]: name["findings"] for name in run["analytics"][0]["implementations"]}
    assert set(matched["Main Pattern"]) == {one["finding"]["id"], run["findings"][0]["id"]}


@pytest.mark.parametrize("style", ["jsonl", "csv"])
def test_formats_of_lines_hold_the_rest_and_stderr_counts(carhound: Run, tmp_path: Path, style: str) -> None:
    hits(tmp_path / "a.jsonl", 2)
    suppressions(tmp_path / "s.yaml", *HIDES_ONE)
    said = carhound("hunt", "a.jsonl", "--suppress", "s.yaml", "-f", style)
    if style == "csv":
        rows = [row["command_line"] for row in csv.DictReader(io.StringIO(said.stdout))]
    else:
        rows = [json.loads(line)["native"]["CommandLine"] for line in said.stdout.splitlines()]
    assert rows == ["cmd /c 2"]
    assert COUNTED in said.stderr


def test_the_page_counts_them_and_says_why(carhound: Run, tmp_path: Path) -> None:
    hits(tmp_path / "a.jsonl", 2)
    suppressions(tmp_path / "s.yaml", *HIDES_ONE)
    said = carhound("hunt", "a.jsonl", "--suppress", "s.yaml")
    assert COUNTED in said.stdout
    assert "1 event suppressed by line 2: tested (alice, until 2999-12-31)" in said.stdout
    assert "cmd /c 2" in said.stdout.replace("\n", " ")
    assert "command  cmd /c 1\n" not in said.stdout


def test_suppressed_findings_have_no_say_in_the_exit_status(carhound: Run, tmp_path: Path) -> None:
    hits(tmp_path / "a.jsonl", 2)
    suppressions(tmp_path / "s.yaml", *HIDES_ALL)
    said = carhound("hunt", "a.jsonl", "--suppress", "s.yaml", "-o", "out.txt")
    assert said.returncode == 0
    assert "no finding that is not suppressed, 2 suppressed (s.yaml); complete" in said.stderr
    assert "1 entry of s.yaml hid nothing: line 6" in said.stderr
    partial = carhound("hunt", "a.jsonl", "nowhere", "--suppress", "s.yaml")
    assert partial.returncode == 4


def test_an_expired_entry_stops_the_run_and_names_itself(carhound: Run, tmp_path: Path) -> None:
    hits(tmp_path / "a.jsonl", 1)
    suppressions(tmp_path / "s.yaml", *HIDES_ONE, expires="2020-01-31")
    said = carhound("hunt", "a.jsonl", "--suppress", "s.yaml")
    assert (said.returncode, said.stdout) == (2, "")
    assert "s.yaml:2: this entry expired on 2020-01-31: tested (alice)" in said.stderr


def test_without_a_file_nothing_is_said_of_suppressions(carhound: Run, tmp_path: Path) -> None:
    hits(tmp_path / "a.jsonl", 1)
    assert "suppressed" not in carhound("hunt", "a.jsonl").stdout
