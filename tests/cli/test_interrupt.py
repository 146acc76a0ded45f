"""Ctrl-C while evidence is read: within a second, the result so far, marked as partial."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

LINE = {
    "EventID": 1,
    "SourceName": "Microsoft-Windows-Sysmon",
    "Channel": "Microsoft-Windows-Sysmon/Operational",
    "Hostname": "ws1",
    "TimeCreated": "2024-06-14T12:00:00Z",
    "CommandLine": "cmd",
    "ProcessGuid": "{1}",
    "ParentImage": "C:\\Windows\\explorer.exe",
    "Image": "C:\\Windows\\System32\\notepad.exe",
}
HUNT = [sys.executable, "-m", "carhound", "hunt", "-f", "json"]
MATCH = {**LINE, "ParentImage": "C:\\Windows\\System32\\regsvr32.exe", "Image": "C:\\evil.exe"}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to a process")


def interrupted(
    first: dict[str, Any], *evidence: str, cwd: Path, wait: str
) -> tuple[int, dict[str, Any], float]:
    """A hunt that reads without end from a pipe, and after a while hears SIGINT."""
    process = subprocess.Popen(
        [*HUNT, *evidence],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
    )
    assert process.stdin is not None
    stop = threading.Event()
    written = threading.Event()

    def feed() -> None:
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(first).encode() + b"\n")
            while not stop.is_set():
                process.stdin.write((json.dumps(LINE).encode() + b"\n") * 6000)
                process.stdin.flush()
                written.set()
                if wait == "blocked":
                    stop.wait(60)
        except BrokenPipeError:
            written.set()

    feeder = threading.Thread(target=feed)
    feeder.start()
    written.wait(30)
    time.sleep(1)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    out = process.stdout.read()
    status = process.wait(30)
    took = time.monotonic() - began
    stop.set()
    feeder.join(30)
    for stream in (process.stdin, process.stdout, process.stderr):
        with suppress(BrokenPipeError):
            assert stream is not None
            stream.close()
    return status, json.loads(out), took


@pytest.mark.parametrize("wait", ["busy", "blocked"])
@pytest.mark.parametrize(("first", "status"), [(MATCH, 1), (LINE, 4)], ids=["findings", "nothing found"])
def test_an_interrupted_hunt_tells_what_it_has(
    tmp_path: Path, wait: str, first: dict[str, Any], status: int
) -> None:
    """Also where it waits for input; what was read whole before stays as it is, what follows is named."""
    (tmp_path / "a.json").write_text(json.dumps(LINE))
    (tmp_path / "z.json").write_text(json.dumps(LINE))
    ended, run, took = interrupted(first, "a.json", "-", "z.json", cwd=tmp_path, wait=wait)
    assert ended == status
    assert took < 3  # a second, and what a busy machine adds
    assert run["status"] == "partial"
    assert run["reasons"][0] == "interrupted: what comes after - was not read"
    whole, part = run["evidence"]["files"]
    assert (whole["path"], whole["events"], whole["skipped"]) == ("a.json", 1, [])
    assert part["path"] == "-"
    assert [one["reason"] for one in part["skipped"]] == ["interrupted"]
    assert len(run["findings"]) == (1 if status == 1 else 0)
    assert part["events"] > 1000


def test_processes_end_with_the_run(tmp_path: Path) -> None:
    """Ctrl-C is heard by all processes of a terminal; what they had read of the first file is told."""
    for name in ("a.json", "b.json"):
        with (tmp_path / name).open("wb") as file:
            file.write(json.dumps(MATCH).encode() + b"\n")
            for _ in range(70):
                file.write((json.dumps(LINE).encode() + b"\n") * 6000)
    process = subprocess.Popen(
        [*HUNT, "--count-all", "--processes", "2", "a.json", "b.json"],  # slow enough to be interrupted
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        start_new_session=True,
    )
    time.sleep(3)
    os.killpg(process.pid, signal.SIGINT)
    out, said = process.communicate(timeout=30)
    run = json.loads(out)
    assert b"Traceback" not in said
    assert run["reasons"][0] == "interrupted: what comes after a.json was not read"
    (read,) = run["evidence"]["files"]
    assert [one["reason"] for one in read["skipped"]] == ["interrupted"]
    assert len(run["findings"]) == 1
    assert 0 < read["events"] < 420_000
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
