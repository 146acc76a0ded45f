"""Defects of kinds that published analytics have: each is named, in a text that has it and little else."""

from pathlib import Path

import pytest

from .linting import codes, write_spl

DEFECTS = [
    ("one parenthesis too many", "EventCode=1 (User=a))", "SPL-P1"),
    ("one parenthesis too few", "EventCode=1 (User=a", "SPL-P1"),
    (
        "quotes that are not closed, so that clauses become part of values",
        'EventCode=1 Image="C:\\\\a.exe OR Image="C:\\\\b.exe OR Image=*c.exe',
        "LINT-C11",
    ),
    ("a line break in a value", 'EventCode=1 (CommandLine="*reg\n add*" OR CommandLine="*x*")', "LINT-C10"),
    ("a lower-case operator", "EventCode=1 Image=*a.exe and CommandLine=*b*", "SPL-L1"),
    (
        "OR that binds tighter than its author thought",
        "EventCode=1 Image=*wevtutil* CommandLine=*cl* (CommandLine=*System*) OR Clear-EventLog",
        "LINT-C20",
    ),
    ("a macro that is nowhere defined", "EventCode=1 `my_macro`", "SPL-M1"),
    ("a term that misses procdump64", 'EventCode=1 ("procdump")', "LINT-C16"),
    (
        "a field's name forgotten",
        "EventCode=1 (Image=a OR C:\\\\Windows\\\\SysWOW64\\\\bash.exe)",
        "LINT-C15",
    ),
    ("a dash from a word processor", 'EventCode=1 CommandLine="*–HistorySaveStyle*"', "LINT-C12"),
    ("the same in a bare term", "EventCode=1 –HistorySaveStyle", "LINT-C12"),
    ("a program misspelt", 'EventCode=10 TargetImage="*lasass.exe"', "LINT-C21"),
    ("two texts that touch", 'EventCode=11 TargetFilename="C:\\\\Users\\\\*""*.xml"', "SPL-J1"),
    ("an unknown escape", 'EventCode=1 Image="C:\\\\Windows\\System32\\\\a.exe"', "SPL-E1"),
    (
        "a branch without an event id",
        "((EventCode=17 PipeName=a) OR (Image=*rundll32.exe CommandLine=*b*))",
        "LINT-C17",
    ),
]


@pytest.mark.parametrize(("text", "code"), [one[1:] for one in DEFECTS], ids=[one[0] for one in DEFECTS])
def test_it_is_named(text: str, code: str, tmp_path: Path) -> None:
    assert code in codes(write_spl(tmp_path, text))


def test_a_page_is_linted_as_its_yaml(shared: Path) -> None:
    pages = sorted(path for path in shared.rglob("CAR-2019-04-002*.md"))
    if not pages:
        pytest.skip("no page among the shared data")
    found = codes(pages[0])
    assert {"LINT-D1", "LINT-W2", "LINT-C3", "LINT-T1", "LINT-C7"} <= found
