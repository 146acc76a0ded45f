"""A finished run to where it was asked for: streams, files, exit status."""

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
        "analytics/CAR-2019-04-002.yaml:61:7: warning CAR-2019-04-002/D02: the baseline ends 30 days before today: "
        "what was seen in the 29 days between is called new (3 events); --reading corrected moves the baseline to "
        "the 30 days before the main window [New items since last month]",
        "note SPL-A1: ComputerName was read from Computer, since events have no ComputerName (4 events) "
        "[Spawning child processes, Loading unsigned images]",
        r"warning CAR-2019-04-002/D19: ImageLoaded!=C:\Windows\* also hides folders that every user can write to, "
        r"such as C:\Windows\Temp and C:\Windows\Tasks (2 events) [Loading unsigned images, "
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


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_and_width_are_for_terminals(environment: dict[str, str], *, coloured: bool) -> None:
    import pty

    read, write = pty.openpty()
    with subprocess.Popen(
        [*script("findings_run"), "hunt", "."],
        stdout=write,
        stderr=subprocess.DEVNULL,
        env={"PATH": "", "COLUMNS": "90", **environment},
    ) as process:
        os.close(write)
        seen = b""
        while True:
            try:
                part = os.read(read, 65536)
            except OSError:
                break
            if not part:
                break
            seen += part
    os.close(read)
    assert process.returncode == 1
    assert (b"\x1b[" in seen) is coloured
    if not coloured:
        assert seen.replace(b"\r\n", b"\n") == b"".join(render(sample_runs.findings_run(), "table", width=90))


def test_progress_is_for_terminals_only(capfd: pytest.CaptureFixture[str]) -> None:
    from carhound.cli.progress import shown_progress

    with shown_progress(quiet=False) as progress:
        assert progress is None
    assert capfd.readouterr().err == ""
