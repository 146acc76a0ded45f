"""The page for people, whole, as it is printed.

To renew the pages after a change that is meant: CARHOUND_RENEW=1 .venv/bin/pytest tests/outputs/test_table.py
Then read the difference (git diff tests/outputs/golden) as a hunter would.
"""

import os
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from carhound.outputs.escape import is_visible
from carhound.outputs.render import render

from .sample_parts import MAIN, analytic, host, implementation, process, run
from .sample_runs import RUNS, many_run

GOLDEN = Path(__file__).parent / "golden"
SGR = re.compile(r"\x1b\[[0-9;]*m")

PAGES = [(name, width) for name in RUNS for width in (80, 120)]


def page(name: str, width: int) -> str:
    """The page as a pipe gets it."""
    return b"".join(render(RUNS[name](), "table", width=width)).decode()


@pytest.mark.parametrize(("name", "width"), PAGES)
def test_page_is_as_reviewed(name: str, width: int) -> None:
    golden = GOLDEN / f"{name}-{width}.txt"
    if os.environ.get("CARHOUND_RENEW"):
        golden.write_text(page(name, width), encoding="utf-8", newline="\n")
    assert page(name, width) == golden.read_text(encoding="utf-8")


def test_no_reviewed_page_is_left_over() -> None:
    assert {path.name for path in GOLDEN.glob("*.txt")} == {f"{name}-{width}.txt" for name, width in PAGES}


@pytest.mark.parametrize("width", [60, 80, 100, 160, 250])
@pytest.mark.parametrize("name", RUNS)
def test_lines_fit_the_page_and_hold_nothing_unseen(name: str, width: int) -> None:
    for line in page(name, width).splitlines():
        assert cell_len(line) <= width
        assert all(map(is_visible, line)), line
        assert line == line.rstrip()


@pytest.mark.parametrize("name", RUNS)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    """The only escape sequences of a coloured page are ours, and they only set how text looks."""
    coloured = b"".join(render(RUNS[name](), "table", width=100, colour=True)).decode()
    assert "\x1b[" in coloured
    plain = SGR.sub("", coloured)
    assert [line.rstrip() for line in plain.splitlines()] == page(name, 100).splitlines()


def test_long_lists_are_cut_and_the_page_says_where_the_rest_is() -> None:
    text = b"".join(render(many_run(), "table", width=120)).decode()
    assert "and 250 more events: --format jsonl or csv lists them all" in text
    assert "and 70 more hosts: --format json lists them all" in text
    assert text.count("[200]") == 1
    assert "[201]" not in text


def test_a_command_line_is_folded_never_cut() -> None:
    command = "powershell -enc " + "".join(f"{n:05d}" for n in range(900))
    found = process(1, command=command)
    text = b"".join(
        render(run(analytic(implementation(MAIN, found)), findings=(found,)), "table", width=80)
    ).decode()
    assert "".join(command.split()) in "".join(text.split())


def test_markup_in_evidence_is_text() -> None:
    found = process(1, command="[bold]x[/bold] [link=http://evil]y[/link] :smile:")
    text = b"".join(
        render(run(analytic(implementation(MAIN, found)), findings=(found,)), "table", colour=True)
    ).decode()
    assert "[bold]x[/bold] [link=http://evil]y[/link] :smile:" in text


def test_silence_is_never_shown_as_safety() -> None:
    """A host that sent nothing of use is named in the verdict of an otherwise clean run."""
    blind = run(
        analytic(implementation(MAIN, eligible=120)),
        hosts=(host("A", 10, 10, 0, (MAIN,)), host("B", 10, 0, 0, ())),
    )
    text = b"".join(render(blind, "table")).decode()
    assert text.endswith("no pattern could be judged on 1 of 2 hosts: silence there says nothing\n")
