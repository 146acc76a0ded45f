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


def test_a_slip_is_shown_with_a_caret_above_the_rows(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", HIT)
    said = carhound("search", "EventCode=1 OR 7 | stats count", "a.jsonl")
    block = said.stdout.split("\n\n")[1].splitlines()
    assert block[0].startswith("SPL-L5  warning: ")
    assert block[3].strip() == "^" * len("EventCode=1 OR 7")
    assert block[4] == "  hint: write EventCode IN (1, 7)"
    assert said.stdout.count("SPL-L5") == 1


@pytest.mark.parametrize(
    ("spl", "level"),
    [
        ("EventCode=1 | stats count by image", "! "),
        ("EventCode=1 | table Command_Line", "! "),
        ("EventCode=1 NOT image=x | stats count", "! "),
        ("EventCode=1 | table Imag", "- "),
        ("EventCode=1 | table Computer, _time, host, EventID", None),
        ("EventCode=1 | eval image=lower(Image) | table image", None),
        ("EventCode=1 | stats count as image by Image | sort image", None),
        ("EventCode=1 Image=nothing | table image", None),
    ],
)
def test_a_field_that_no_event_found_has_is_named(
    carhound: Run, tmp_path: Path, spl: str, level: str | None
) -> None:
    write(tmp_path / "a.jsonl", HIT, QUIET, LOAD)
    lines = carhound("search", spl, "a.jsonl").stdout.splitlines()
    told = [at for at, line in enumerate(lines) if "[RUN-F1" in line]
    assert len(told) == (0 if level is None else 1)
    for at in told:
        assert lines[at].startswith(level or "")
        assert "did you mean " in lines[at + 1]


def test_events_are_shown_without_what_tells_of_the_record_only(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", HIT | {"Keywords": "0x80", "RecordNumber": 17})
    shown = carhound("search", "EventCode=1", "a.jsonl").stdout.split("\n\n")[1].splitlines()
    assert shown[0].endswith("  Microsoft-Windows-Sysmon  1")
    assert any(line.split(maxsplit=1)[0] == "CommandLine" for line in shown[1:])
    assert not any("EventRecordID" in line or "EventCode" in line for line in shown)
    said = carhound("search", "EventCode=1", "a.jsonl", "-f", "jsonl", "-q").stdout
    assert json.loads(said)["EventRecordID"] == "17"
    assert next(iter(json.loads(said))) == "_time"
