"""A run killed at each step between deciding and sending, and the run after it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from carhound.alerts.ledger import Ledger

from .crashing import STEPS
from .receiver import receiver
from .sightings import ids

ROOT = Path(__file__).parents[2]
ALERTS = list(ids("a", "b", "c"))


def run(step: str, folder: Path, url: str) -> int:
    words = [sys.executable, "-m", "tests.alerts.crashing", step]
    words += [str(folder / "ledger.sqlite"), str(folder / "alerts.jsonl"), url]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert said.returncode == 0 or said.returncode == -signal.SIGKILL, said.stderr
    return said.returncode


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("step", STEPS)
def test_each_alert_once_whenever_a_run_dies(tmp_path: Path, step: str) -> None:
    """In the file exactly once; at the webhook at least once, and by its key exactly once."""
    with receiver() as at:
        assert run(step, tmp_path, at.url) == -signal.SIGKILL
        if step == "half a line":
            assert not (tmp_path / "alerts.jsonl").read_bytes().endswith(b"\n")
        assert run("none", tmp_path, at.url) == 0
        assert run("none", tmp_path, at.url) == 0
    lines = (tmp_path / "alerts.jsonl").read_bytes().splitlines(keepends=True)
    assert [json.loads(line)["id"] for line in lines] == ALERTS
    bodies = {one.headers["Idempotency-Key"]: one.body for one in at.got}
    assert list(bodies) == ALERTS
    assert list(bodies.values()) == lines
    assert all(one.body == bodies[one.headers["Idempotency-Key"]] for one in at.got)
    assert len(at.got) == (4 if step == "posted" else 3)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.watermark() == 7
        assert {(alert.status, alert.count) for alert in ledger.alerts()} == {("sent", 1)}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_run_that_dies_while_deciding_has_decided_nothing(tmp_path: Path) -> None:
    with receiver() as at:
        run("recording", tmp_path, at.url)
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert (ledger.watermark(), ledger.alerts(), dict(ledger.waiting())) == (None, (), {})
