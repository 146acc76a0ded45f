"""A finished run to where it was asked for: streams, files, exit status."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from carhound.cli.delivery import deliver
from carhound.cli.options import OutputOptions
from carhound.findings.run import Run
from carhound.outputs.render import Format, render

from ..outputs import sample_runs
from .test_ends import script

VERDICT = "carhound: 5 findings on 3 hosts, in 4 of 4 patterns; complete: nothing given was left unread\n"


def options(
    style: Format, target: Path | None = None, *, quiet: bool = False, exit_zero: bool = False
) -> OutputOptions:
    return OutputOptions(style, target, quiet, exit_zero)


@pytest.mark.parametrize(
    ("run", "status"),
    [
        (sample_runs.findings_run(), 1),
        (sample_runs.quiet_run(), 0),
        (sample_runs.partial_run(), 4),
        (sample_runs.nothing_eligible_run(), 3),
        (sample_runs.search_run(), 1),
    ],
)
def test_exit_status(run: Run, status: int) -> None:
    assert deliver(run, options("json")) == status
    assert deliver(run, options("json", exit_zero=True)) == (0 if status == 1 else status)


@pytest.mark.parametrize("style", ["table", "json"])
def test_formats_that_say_all_say_nothing_on_stderr(
    style: Format, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run = sample_runs.partial_run()
    deliver(run, options(style))
    said = capfdbinary.readouterr()
    assert said.out == b"".join(render(run, style))
    assert said.err == b""


@pytest.mark.parametrize("style", ["jsonl", "csv"])
def test_formats_of_lines_have_the_rest_on_stderr(style: Format, capfd: pytest.CaptureFixture[str]) -> None:
    deliver(sample_runs.findings_run(), options(style))
    lines = capfd.readouterr().err.splitlines()
    assert lines == [
        "analytics/CAR-2019-04-002.yaml:61:7: warning CAR-2019-04-002/D02: the baseline ends 30 days before "
        "today: what was seen in the 29 days between is called new (3 events); --reading corrected moves the "
        "baseline to the 30 days before the main window [New items since last month]",
        "note SPL-A1: ComputerName was read from Computer, since events have no ComputerName (4 events) "
        "[Spawning child processes, Loading unsigned images]",
        r"warning CAR-2019-04-002/D19: ImageLoaded!=C:\Windows\* also hides folders that every user can "
        r"write to, such as C:\Windows\Temp and C:\Windows\Tasks (2 events) [Loading unsigned images, "
        "Loading unsigned images - pseudocode]",
        VERDICT.rstrip(),
        "  no pattern could be judged on 2 of 5 hosts: silence there says nothing",
    ]


def test_reasons_of_a_partial_run_are_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    deliver(sample_runs.partial_run(), options("jsonl"))
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.endswith(
        "carhound: nothing found in 1,204 eligible events; PARTIAL: part was not evaluated\n"
        "  no such path: logs/nowhere\n"
        "  10 damaged parts in 2 files\n"
        "  CAR-2019-04-002: 'Main Pattern' was not evaluated\n"
        "  no pattern could be judged on 6 of 12 hosts: silence there says nothing\n"
    )


@pytest.mark.parametrize("style", ["table", "json", "jsonl", "csv"])
def test_quiet_says_nothing_on_stderr(
    style: Format, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    deliver(sample_runs.findings_run(), options(style, quiet=True))
    deliver(sample_runs.findings_run(), options(style, tmp_path / "out", quiet=True))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("style", ["table", "json", "jsonl", "csv"])
def test_a_file_holds_what_a_pipe_would_get(
    style: Format, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run, target = sample_runs.findings_run(), tmp_path / "out"
    assert deliver(run, options(style, target)) == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert VERDICT in said.err
    assert target.read_bytes() == b"".join(render(run, style))
    assert list(tmp_path.iterdir()) == [target]


def test_ndjson_is_jsonl_and_a_dash_is_standard_output() -> None:
    said = subprocess.run(
        [*script("findings_run"), "hunt", ".", "-f", "ndjson", "-o", "-", "-q"],
        capture_output=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (1, b"")
    assert len([json.loads(line) for line in said.stdout.splitlines()]) == 5


def seen_on_a_terminal(words: list[str], stream: str, **environment: str) -> tuple[int, bytes]:
    """Runs a program with one of its streams on a pseudo-terminal; its status, and what the terminal got."""
    import pty

    read, write = pty.openpty()
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: write}
    with subprocess.Popen(
        words, **streams, env={**os.environ, "NO_COLOR": "", "TERM": "xterm", "COLUMNS": "90", **environment}
    ) as process:
        os.close(write)
        seen = b""
        # At its end a terminal is empty on some systems and an error on others.
        with contextlib.suppress(OSError):
            while part := os.read(read, 65536):
                seen += part
    os.close(read)
    return process.returncode, seen.replace(b"\r\n", b"\n")


needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


@needs_terminal
def test_a_terminal_gets_colour() -> None:
    status, seen = seen_on_a_terminal([*script("findings_run"), "hunt", "."], "stdout")
    assert status == 1
    assert b"\x1b[1m" in seen


@needs_terminal
@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_gets_its_width_and_no_colour_where_it_wants_none(environment: dict[str, str]) -> None:
    status, seen = seen_on_a_terminal([*script("findings_run"), "hunt", "."], "stdout", **environment)
    assert status == 1
    assert seen == b"".join(render(sample_runs.findings_run(), "table", width=90))


@needs_terminal
def test_progress_is_shown_on_a_terminal_unless_quiet() -> None:
    words = [*script("findings_run"), "hunt", "."]
    _, seen = seen_on_a_terminal(words, "stderr")
    assert b"1 file, 12 events, logs/a\\x1b.evtx (1.0 kB)" in seen
    assert seen_on_a_terminal([*words, "-q"], "stderr") == (1, b"")


def test_progress_is_not_for_pipes() -> None:
    said = subprocess.run([*script("findings_run"), "hunt", "."], capture_output=True, check=False)
    assert (said.returncode, said.stderr) == (1, b"")
