"""--archive-password and --archive-limit, on the real program."""

import io
import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from ..forked import forked_program

LINE = b'{"EventID":1,"Hostname":"ws1","TimeCreated":"2024-06-14T12:00:00Z","Image":"a"}\n'


def hunt(*words: str, cwd: Path, env: dict[str, str] | None = None) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [*forked_program(), "hunt", "-f", "json", *words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout or b"{}"), done.stderr.decode()


def nested(levels: int) -> bytes:
    data = LINE
    for _ in range(levels):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("m", data)
        data = buffer.getvalue()
    return data


def test_a_limit_that_was_hit_makes_the_run_partial_and_can_be_raised(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(nested(4))
    status, run, _ = hunt("a.zip", cwd=tmp_path)
    assert (status, run["status"]) == (4, "partial")
    assert "--archive-limit depth=4 would raise it" in run["reasons"][0]
    _, run, _ = hunt("a.zip", "--archive-limit", "depth=4", cwd=tmp_path)
    assert [(file["path"], file["events"]) for file in run["evidence"]["files"]] == [("a.zip/m/m/m/m", 1)]


def test_a_limit_that_cannot_be_read_is_wrong_usage(tmp_path: Path) -> None:
    status, _, said = hunt(".", "--archive-limit", "size=much", cwd=tmp_path)
    assert status == 2
    assert said.startswith("carhound: --archive-limit 'size=much' cannot be read\n  hint: ")


def test_the_password_is_not_kept_in_the_result(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(LINE)
    for words in (("--archive-password", "s3cret"), ("--archive-password=s3cret",)):
        _, run, said = hunt("a.json", *words, cwd=tmp_path)
        assert "s3cret" not in json.dumps(run) + said
        assert "--archive-password" in " ".join(run["run"]["command"])
    _, run, _ = hunt("a.json", cwd=tmp_path, env={"CARHOUND_ARCHIVE_PASSWORD": "s3cret"})
    assert "s3cret" not in json.dumps(run)


def test_a_pattern_that_fits_nothing_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(LINE)
    status, run, _ = hunt("*.evtx", "*.json", cwd=tmp_path)
    assert run["evidence"]["missing"] == ["*.evtx"]
    assert status == 4
    status, _, said = hunt("*.evtx", cwd=tmp_path)
    assert status == 2
    assert "*.evtx" in said
