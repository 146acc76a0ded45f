"""How the program ends: mended by nobody's guess, always with a message and the right status."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from carhound.cli import main as program
from carhound.errors import CarhoundError, EvidenceError
from carhound.model.diagnostics import Diagnostic, LanguageError, Source, Span

Ends = Callable[[BaseException], int]


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Ends:
    """Makes `carhound hunt .` end in an exception."""

    def end_in(error: BaseException) -> int:
        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr("carhound.pipeline.hunt", fail)
        return program.main(["hunt", "."])

    return end_in


def test_an_error_is_a_message_and_a_hint(ends: Ends, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(EvidenceError("cannot read a\x1b[2Jb.evtx", hint="check\u202e it")) == 2
    assert capsys.readouterr().err == "carhound: cannot read a\\x1b[2Jb.evtx\n  hint: check\\u202e it\n"


def test_an_error_without_hint_and_of_several_lines(ends: Ends, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(CarhoundError("first\nsecond")) == 2
    assert capsys.readouterr().err == "carhound: first\n  second\n"


def test_a_mistake_in_a_text_is_shown_with_carets(ends: Ends, capsys: pytest.CaptureFixture[str]) -> None:
    source = Source("index=x | jion a", "<search>")
    mistake = Diagnostic("SPL-C1", "there is no command `jion`", "error", Span(10, 14), source, "join?")
    assert ends(LanguageError(mistake)) == 2
    assert capsys.readouterr().err == (
        "carhound: SPL-C1  there is no command `jion`\n"
        "  <search>:1:11\n"
        "    index=x | jion a\n"
        "              ^^^^\n"
        "  hint: join?\n"
    )


def test_an_unexpected_error_is_two_lines(ends: Ends, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(ZeroDivisionError("oh \x1b[31m")) == 2
    assert capsys.readouterr().err == (
        "carhound: internal error: ZeroDivisionError: oh \\x1b[31m; please report it\n"
        "  hint: CARHOUND_DEBUG=1 in the environment shows where it happened\n"
    )


def test_carhound_debug_shows_where_it_happened(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARHOUND_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        ends(ZeroDivisionError("oh"))


def test_ctrl_c_is_status_130_and_one_line(ends: Ends, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err.strip() == "carhound: interrupted"


SCRIPT = """
import sys
import time
sys.path.insert(0, {folder!r})
from tests.outputs import sample_runs
from carhound import pipeline
from carhound.cli.main import main

def hunt(request, progress):
    if progress:
        progress.file("logs/a\\x1b.evtx", 1000)
        time.sleep(0.2)
        progress.events(12)
    return sample_runs.{run}()

pipeline.hunt = hunt
sys.exit(main(sys.argv[1:]))
"""


def script(run: str) -> list[str]:
    """The real program over a run made by hand."""
    folder = str(Path(__file__).parents[2])
    return [sys.executable, "-c", SCRIPT.format(folder=folder, run=run)]


@pytest.mark.parametrize("style", ["table", "json", "jsonl", "csv"])
def test_a_reader_that_has_heard_enough_is_no_error(style: str) -> None:
    with subprocess.Popen(
        [*script("many_run"), "hunt", ".", "-q", "-f", style], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device that is always full")
def test_a_full_disk_is_said() -> None:
    with open("/dev/full", "wb") as full:
        said = subprocess.run(
            [*script("findings_run"), "hunt", ".", "-f", "json"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert said.returncode == 2
    assert said.stderr.startswith(b"carhound: cannot write to standard output: ")


def test_a_terminal_without_unicode_gets_what_it_can_show() -> None:
    said = subprocess.run(
        [*script("findings_run"), "hunt", "."],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert said.returncode == 1
    assert said.stdout.isascii()
    assert b"regsvr32.exe -> C:\\Windows\\System32\\calc.exe" in said.stdout
    assert rb"\u65e5\u672c\u8a9e" in said.stdout
