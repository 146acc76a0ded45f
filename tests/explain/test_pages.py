"""The pages of `explain` and `analytics`, whole, as they are printed.

To renew them after a change that is meant: CARHOUND_RENEW=1 .venv/bin/pytest tests/explain/test_pages.py
Then read the difference (git diff tests/explain/golden) as a detection engineer would.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from carhound.outputs.escape import is_visible
from carhound.outputs.render import render_catalogue, render_explanation
from carhound.pipeline.catalogue import catalogue
from carhound.pipeline.lakes.ingest import IngestRequest, ingest

from .questions import BUNDLED, EARLY, HOSTILE, LOGON, REPORTER, SYSTEM_MODULE, ask, document, process, write

GOLDEN = Path(__file__).parent / "golden"
SGR = re.compile(r"\x1b\[[0-9;]*m")

Show = Callable[[int, bool], str]


def explained(*words: object, **options: object) -> Show:
    said = ask(*words, **options)  # type: ignore[arg-type]
    return lambda width, colour: b"".join(
        render_explanation(said, "table", width=width, colour=colour)
    ).decode()


def listed(reference: str | None) -> Show:
    found = replace(catalogue(reference), version="0.1.0")
    return lambda width, colour: b"".join(
        render_catalogue(found, "table", width=width, colour=colour)
    ).decode()


def _known(folder: Path) -> Show:
    evidence = write(folder / "known.jsonl", EARLY)
    return explained(BUNDLED, process(20), evidence=(str(evidence),))


def _folder(folder: Path) -> Show:
    document(folder)
    (folder / "notes.txt").write_text("no analytic", encoding="utf-8")
    return listed(str(folder))


def _lake(folder: Path) -> Show:
    """Plans that SQL runs whole, in part, and not at all."""
    ingest(IngestRequest((str(write(folder / "known.jsonl", EARLY)),), folder / "lake"))
    (folder / "mine.spl").write_text(
        'EventCode=3 DestinationIp="10.0.0.0/8" regsvr32.exe\n| dedup Image\n| stats count by Image',
        encoding="utf-8",
    )
    return explained(folder / "mine.spl", lake=str(folder / "lake"))


PAGES: dict[str, Callable[[Path], Show]] = {
    "bundled": lambda _: explained(BUNDLED),
    "corrected": lambda _: explained(BUNDLED, reading="corrected", tz="America/New_York"),
    "near-miss": lambda _: explained(BUNDLED, REPORTER),
    "another-kind": lambda _: explained(BUNDLED, LOGON),
    "hidden-module": lambda _: explained(BUNDLED, SYSTEM_MODULE),
    "with-evidence": _known,
    "odd-document": lambda folder: explained(document(folder)),
    "odd-document-event": lambda folder: explained(document(folder), process(1, CommandLine=HOSTILE)),
    "over-a-lake": _lake,
    "list": lambda _: listed(None),
    "one-analytic": lambda _: listed(BUNDLED),
    "folder": _folder,
}
CASES = [(name, width) for name in PAGES for width in (80, 120)]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The page of a name; paths are shown as if the folder of the test were the current one."""
    monkeypatch.chdir(tmp_path)

    def show(name: str, width: int, *, colour: bool = False) -> str:
        return PAGES[name](Path())(width, colour)

    return show


@pytest.mark.parametrize(("name", "width"), CASES)
def test_page_is_as_reviewed(name: str, width: int, page: Callable[..., str]) -> None:
    golden = GOLDEN / f"{name}-{width}.txt"
    if os.environ.get("CARHOUND_RENEW"):
        golden.write_text(page(name, width), encoding="utf-8", newline="\n")
    assert page(name, width) == golden.read_text(encoding="utf-8")


def test_no_reviewed_page_is_left_over() -> None:
    assert {path.name for path in GOLDEN.glob("*.txt")} == {f"{name}-{width}.txt" for name, width in CASES}


@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("name", PAGES)
def test_lines_fit_the_page_and_hold_nothing_unseen(name: str, width: int, page: Callable[..., str]) -> None:
    for line in page(name, width).splitlines():
        assert cell_len(line) <= width, line
        assert all(map(is_visible, line)), line
        assert line == line.rstrip()


@pytest.mark.parametrize("name", PAGES)
def test_colour_adds_nothing_but_colour(name: str, page: Callable[..., str]) -> None:
    plain = SGR.sub("", page(name, 100, colour=True))
    assert [line.rstrip() for line in plain.splitlines()] == page(name, 100).splitlines()


def test_a_source_line_is_never_cut(page: Callable[..., str]) -> None:
    """However narrow the page, every word of the text is on it."""
    text = page("odd-document", 60)
    assert text.count("long ") + text.count("long\n") + text.count('long"') >= 30
