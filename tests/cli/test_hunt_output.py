"""The output of `carhound hunt`: formats, files and pipes, hostile text, and what stays the same."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from .small_evidence import (
    BIDI,
    ESCAPE,
    HIT,
    HOSTILE,
    LATER,
    LOAD,
    QUIET,
    UNSEEN,
    Run,
    analytic,
    process,
    write,
)
from .test_delivery import needs_terminal, seen_on_a_terminal

VALIDATOR = jsonschema.Draft202012Validator(
    json.loads((resources.files("carhound") / "outputs/schema/run-1.json").read_text(encoding="utf-8"))
)


def test_json_is_as_the_schema_says(carhound: Run, tmp_path: Path) -> None:
    """All that a run can hold at once: findings, twins, rows, damage, a missing path, what was not judged."""
    analytic(tmp_path / "mine.yaml", line="| tabel x")
    write(tmp_path / "a.jsonl", HIT, QUIET, LOAD, process(5, CommandLine=HOSTILE), cut=True)
    (tmp_path / "LICENSE").write_text("MIT")
    words = ["-a", "mine.yaml", "-a", "CAR-2019-04-002", "--hash", "-f", "json"]
    said = carhound("hunt", *words, tmp_path, "nowhere")
    run = json.loads(said.stdout)
    VALIDATOR.validate(run)
    assert (said.returncode, said.stderr) == (1, "")
    assert [one["id"] for one in run["analytics"]] == ["CAR-0000-00-001", "CAR-2019-04-002"]
    assert run["evidence"]["not_evidence"] == [f"{tmp_path}/LICENSE", f"{tmp_path}/mine.yaml"]
    (hostile,) = {
        one["native"]["CommandLine"] for one in run["findings"] if "calc" in one["native"]["CommandLine"]
    }
    assert hostile == HOSTILE
    VALIDATOR.validate(
        json.loads(carhound("search", "EventCode=1 | stats count", "a.jsonl", "-f", "json").stdout)
    )


def test_the_formats_of_lines(carhound: Run, tmp_path: Path) -> None:
    """jsonl and ndjson are one; the diagnostics and the verdict go to stderr."""
    write(tmp_path / "a.jsonl", HIT, process(2, TimeCreated=LATER), QUIET, LOAD)
    said = carhound("hunt", "a.jsonl", "-f", "jsonl")
    assert said.returncode == 1
    found = [json.loads(line) for line in said.stdout.splitlines()]
    assert [one["native"]["CommandLine"] for one in found] == ["cmd /c 2", "cmd /c 1"]
    assert "warning CAR-2019-04-002/D02: " in said.stderr
    assert said.stderr.splitlines()[-1].startswith(
        "carhound: 2 findings on 1 host, in 3 of 4 patterns; complete"
    )
    again = carhound("hunt", "a.jsonl", "-f", "ndjson", "-q")
    assert (again.stdout, again.stderr) == (said.stdout, "")
    table = carhound("hunt", "a.jsonl", "-f", "csv")
    assert (table.returncode, table.stderr) == (1, said.stderr)
    cells = list(csv.DictReader(io.StringIO(table.stdout)))
    assert [(row["command_line"], row["id"]) for row in cells] == [
        (one["native"]["CommandLine"], one["id"]) for one in found
    ]


def test_output_goes_to_a_file_whole(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", HIT)
    said = carhound("hunt", "a.jsonl", "-f", "jsonl", "-o", "out.jsonl")
    assert (said.returncode, said.stdout) == (1, "")
    assert (tmp_path / "out.jsonl").read_text() == carhound("hunt", "a.jsonl", "-f", "jsonl", "-q").stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "out.jsonl"]


@pytest.mark.parametrize("words", [["a.jsonl", "--tz", "Mars"], ["nowhere"]])
def test_a_failed_run_leaves_the_file_as_it_was(carhound: Run, tmp_path: Path, words: list[str]) -> None:
    write(tmp_path / "a.jsonl", HIT)
    (tmp_path / "out.json").write_text("before")
    said = carhound("hunt", *words, "-o", "out.json")
    assert said.returncode == 2
    assert (tmp_path / "out.json").read_text() == "before"


def test_a_folder_that_is_missing_is_said_and_not_made(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", HIT)
    said = carhound("hunt", "a.jsonl", "-o", "no/out.json")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.endswith("\n  hint: make the folder first\n")
    assert not (tmp_path / "no").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_fills_up_leaves_the_file_as_it_was(carhound: Run, tmp_path: Path) -> None:
    import resource

    write(tmp_path / "a.jsonl", HIT)
    (tmp_path / "out.json").write_text("before")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    said = carhound("hunt", "a.jsonl", "-f", "json", "-o", "out.json", preexec_fn=limit)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("carhound: cannot write to out.json: ")
    assert (tmp_path / "out.json").read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "out.json"]


@pytest.mark.parametrize("style", ["table", "jsonl"])
def test_head_may_hang_up(carhound: Run, tmp_path: Path, style: str) -> None:
    """More than a pipe holds: the program meets the closed pipe, says nothing, and ends as was asked."""
    write(
        tmp_path / "a.jsonl", *(process(number, CommandLine="x" * 300 + str(number)) for number in range(900))
    )
    with subprocess.Popen(
        [sys.executable, "-m", "carhound", "hunt", "a.jsonl", "-q", "--exit-zero", "-f", style],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait(60) == 0


@needs_terminal
@pytest.mark.parametrize(("setting", "coloured"), [("", True), ("1", False)])
def test_colour_is_for_terminals_that_want_it(tmp_path: Path, setting: str, coloured: bool) -> None:
    path = write(tmp_path / "a.jsonl", HIT)
    words = [sys.executable, "-m", "carhound", "hunt", str(path)]
    status, seen = seen_on_a_terminal(words, "stdout", NO_COLOR=setting)
    assert status == 1
    assert (b"\x1b[" in seen) is coloured
    assert b"Main Pattern" in seen


def hostile_places(folder: Path) -> Iterator[str]:
    """Evidence and an analytic that are hostile wherever they can be."""
    name = f"=cmd {ESCAPE}{BIDI}\nforged.jsonl"
    write(
        folder / name, process(1, CommandLine=HOSTILE, Hostname=HOSTILE, **{f"x{ESCAPE}": HOSTILE}), cut=True
    )
    yield name
    implementations = [
        {"name": f"{HOSTILE} {number}", "type": "splunk", "code": f'EventCode=1 "calc" {more}'}
        for number, more in enumerate(("", f'| search "{ESCAPE}{BIDI}', f"| {BIDI}{ESCAPE} x"))
    ]
    document = {"title": HOSTILE, "id": HOSTILE, "implementations": implementations}
    (folder / f"mine{ESCAPE}.yaml").write_text(json.dumps(document))
    yield f"mine{ESCAPE}.yaml"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file names")
@pytest.mark.parametrize("style", ["table", "json", "jsonl", "csv"])
def test_hostile_text_comes_out_harmless(carhound: Run, tmp_path: Path, style: str) -> None:
    """In command line, host, field name, file name and title; on stdout and on stderr."""
    evidence, mine = hostile_places(tmp_path)
    said = carhound("hunt", evidence, "-a", mine, "-f", style)
    assert said.returncode == 1, said.stderr
    for stream in (said.stdout, said.stderr):
        assert not [character for character in UNSEEN if character in stream]
        assert not [line for line in stream.splitlines() if line.startswith("forged")]
    assert "calc" in said.stdout
    if style == "csv":
        _, row = csv.reader(io.StringIO(said.stdout))
        assert len(said.stdout.splitlines()) == 2
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
        assert sum(cell.startswith("'=") for cell in row) == 6  # the command line is its own key


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file names")
def test_hostile_names_of_what_cannot_be_read_come_out_harmless(carhound: Run, tmp_path: Path) -> None:
    (tmp_path / f"a{ESCAPE}\nforged").write_text("no log")
    analytic(tmp_path / f"b{ESCAPE}.yaml").write_text(f'"{BIDI}": [')
    for words in (["hunt", f"a{ESCAPE}\nforged"], ["hunt", ".", "-a", f"b{ESCAPE}.yaml"]):
        said = carhound(*words)
        for stream in (said.stdout, said.stderr):
            assert not [character for character in UNSEEN if character in stream], words
            assert "\nforged" not in stream, words
        assert "\\x1b[2J" in said.stdout + said.stderr


def test_two_runs_are_the_same_to_the_byte(tmp_path: Path) -> None:
    """Whatever order Python's sets happen to have: now comes from the events, not from the clock."""
    write(tmp_path / "a.jsonl", *(process(number % 7, CommandLine=str(number % 5)) for number in range(40)))
    write(tmp_path / "b.jsonl", HIT, QUIET, LOAD, process(9, Hostname="WS2"), cut=True)
    first, second = (
        subprocess.run(
            [sys.executable, "-m", "carhound", "hunt", tmp_path, "nowhere", "-f", "json"],
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=False,
        )
        for seed in ("1", "2")
    )
    assert first.returncode == second.returncode == 1
    assert first.stdout == second.stdout
    assert "2024-06-14T12:00:00.000001Z" in first.stdout


def test_the_order_of_paths_changes_the_order_only(carhound: Run, tmp_path: Path) -> None:
    """The same findings with the same ids, in the same order unless their times are equal; files as given."""
    write(tmp_path / "a.jsonl", HIT, process(5, TimeCreated=LATER), QUIET)
    write(tmp_path / "b.jsonl", HIT, process(6), LOAD)
    one, other = (
        json.loads(carhound("hunt", *paths, "-f", "json").stdout)
        for paths in (("a.jsonl", "b.jsonl"), ("b.jsonl", "a.jsonl"))
    )

    def by_id(run: Any) -> Any:
        return {
            found["id"]: found | {"places": sorted(map(str, found["places"]))} for found in run["findings"]
        }

    assert by_id(one) == by_id(other)
    assert len(by_id(one)) == 3
    assert one["findings"][0] == other["findings"][0]
    assert one["findings"][0]["time"] == LATER
    assert [file["path"] for file in other["evidence"]["files"]] == ["b.jsonl", "a.jsonl"]
    for part in ("hosts", "status", "reasons"):
        assert one[part] == other[part]
    for key in ("events", "eligible", "duplicates"):
        assert one["evidence"]["totals"][key] == other["evidence"]["totals"][key]
    for left, right in zip(
        one["analytics"][0]["implementations"], other["analytics"][0]["implementations"], strict=True
    ):
        assert (left["matched"], left["rows"]) == (right["matched"], right["rows"])
