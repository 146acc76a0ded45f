"""Macros and lookup tables given on the command line, and searches that come from a file."""

import json
from pathlib import Path

import pytest

from .small_evidence import HIT, LOAD, QUIET, Run, Said, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "a.jsonl", HIT, QUIET, LOAD)
    (tmp_path / "macros.conf").write_text("[loads]\ndefinition = EventCode=7\n", encoding="utf-8")
    (tmp_path / "codes.csv").write_text(
        '\ufeffcode,name\n1,"start, of a process"\n7,load\n', encoding="utf-8"
    )
    return tmp_path


def rows(said: Said) -> list[object]:
    assert said.stderr == ""
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_macros_and_tables(carhound: Run, folder: Path) -> None:
    search = "`loads` OR EventCode=1 | lookup codes code AS EventCode | stats count by name"
    options = ("--macros", "macros.conf", "--lookup", "codes=codes.csv", "-f", "jsonl", "-q")
    assert rows(carhound("search", search, "a.jsonl", *options)) == [
        {"name": "load", "count": 1},
        {"name": "start, of a process", "count": 2},
    ]


def test_a_table_alone_needs_no_evidence(carhound: Run, folder: Path) -> None:
    said = carhound("search", "| inputlookup codes | table name", "--lookup", "codes=codes.csv")
    assert said.returncode == 1
    assert said.stdout.splitlines()[-1] == "2 rows; complete: nothing given was left unread"
    assert carhound("search", "EventCode=1").returncode == 2


@pytest.mark.parametrize("given", ["@loads.txt", "loads.SPL", "-"])
def test_a_search_in_a_file(carhound: Run, folder: Path, given: str) -> None:
    for name in ("loads.txt", "loads.SPL"):
        (folder / name).write_text("EventCode=7\n| stats count", encoding="utf-8")
    said = carhound("search", given, "a.jsonl", "-f", "jsonl", "-q", input="EventCode=7 | stats count")
    assert rows(said) == [{"count": 1}]


def test_an_error_in_a_file_names_it(carhound: Run, folder: Path) -> None:
    (folder / "bad.spl").write_text("EventCode=7\n| tabel a", encoding="utf-8")
    said = carhound("search", "@bad.spl", "a.jsonl")
    assert said.returncode == 2
    assert "SPL-U1" in said.stderr
    assert "bad.spl:2:3" in said.stderr


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("a,a\n1,2\n", "t.csv:1: the column a stands twice"),
        ("a,\n1,2\n", "t.csv:1: a column without a name"),
        ("", "t.csv:1: a column without a name"),
        ("a,b\n1,2\n\n3\n", "t.csv:4: 1 cells, where the first line names 2 columns"),
        ('a,b\n1,"2\n', "t.csv:2: is no CSV"),
        (None, "t.csv: cannot be read: No such file"),
    ],
)
def test_a_table_that_is_none(carhound: Run, folder: Path, table: str | None, message: str) -> None:
    if table is not None:
        (folder / "t.csv").write_text(table, encoding="utf-8")
    said = carhound("search", "| inputlookup t", "--lookup", "t=t.csv")
    assert said.returncode == 2
    assert message in said.stderr


@pytest.mark.parametrize("given", ["t", "=t.csv", "t="])
def test_a_table_needs_a_name_and_a_file(carhound: Run, given: str) -> None:
    said = carhound("search", "| inputlookup t", "--lookup", given)
    assert (said.returncode, "not NAME=FILE" in said.stderr) == (2, True)


@pytest.mark.parametrize("command", ["hunt", "explain", "lint"])
def test_other_commands_know_them(carhound: Run, folder: Path, command: str) -> None:
    (folder / "saved.conf").write_text("[Loads]\nsearch = `loads` | lookup codes code AS EventCode\n")
    words = {
        "hunt": ("hunt", "-a", "saved.conf", "a.jsonl"),
        "explain": ("explain", "saved.conf"),
        "lint": ("lint", "saved.conf"),
    }[command]
    without = carhound(*words)
    given = carhound(*words, "--macros", "macros.conf", "--lookup", "codes=codes.csv")
    assert "SPL-M1" in without.stdout
    assert "SPL-M1" not in given.stdout
    assert given.returncode in (0, 1)
