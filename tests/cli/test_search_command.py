"""`carhound search` over small evidence: the real process, its streams and its status."""

import json
from pathlib import Path

import pytest

from .small_evidence import HIT, LOAD, QUIET, Fields, Run, is_partial, last_lines, write


@pytest.mark.parametrize(
    ("spl", "status", "rows"),
    [
        ("EventCode=1 Image=nothing", 0, []),
        (
            "EventCode=* | stats count by EventCode",
            1,
            [{"EventCode": "1", "count": 2}, {"EventCode": "7", "count": 1}],
        ),
        ("EventCode=1 Image=nothing | stats count", 1, [{"count": 0}]),
    ],
)
def test_search(carhound: Run, tmp_path: Path, spl: str, status: int, rows: list[Fields]) -> None:
    write(tmp_path / "a.jsonl", HIT, QUIET, LOAD)
    said = carhound("search", spl, "a.jsonl", "-f", "jsonl", "-q")
    assert (said.returncode, said.stderr) == (status, "")
    assert [json.loads(line) for line in said.stdout.splitlines()] == rows


def test_search_shows_a_table(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", HIT, QUIET, LOAD)
    said = carhound("search", "EventCode=1 | stats count by Image", "a.jsonl")
    assert said.returncode == 1
    table = said.stdout.split("\n\n")[1].splitlines()
    assert [line.split() for line in table] == [["Image", "count"], [r"C:\Windows\System32\cmd.exe", "2"]]
    assert last_lines(said) == "1 row; complete: nothing given was left unread"


def test_a_damaged_search_without_rows_is_status_4(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", QUIET, cut=True)
    assert is_partial(carhound("search", "Image=nothing", "a.jsonl"), 4, "1 damaged part in 1 file: a.jsonl")


def test_a_mistake_in_a_search_is_shown_with_a_caret(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", HIT)
    said = carhound("search", "EventCode=1 | stats cont by Image", "a.jsonl")
    assert (said.returncode, said.stdout) == (2, "")
    _, place, line, caret, hint = said.stderr.splitlines()
    assert place == "  <search>:1:21"
    assert line[caret.index("^") :].startswith("cont by Image")
    assert hint.startswith("  hint: ")
