"""`carhound lint`: exit statuses, and where the output goes."""

import json
from pathlib import Path

import pytest

from carhound.cli.main import main

from .linting import write_spl

NOTES = "EventCode=1 User!=a"
WARNINGS = "EventCode=1 User!=a User!=A"
ERRORS = "EventCode=1 User=a User=b"


@pytest.mark.parametrize(
    ("text", "option", "status"),
    [
        (NOTES, "warning", 0),
        (NOTES, "note", 1),
        (WARNINGS, "warning", 1),
        (WARNINGS, "error", 0),
        (ERRORS, "error", 1),
        (ERRORS, "never", 0),
    ],
)
def test_the_threshold(text: str, option: str, status: int, tmp_path: Path) -> None:
    path = write_spl(tmp_path, text)
    assert main(["lint", "--fail-on", option, str(path), "-o", str(tmp_path / "out")]) == status


def test_warnings_fail_where_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(write_spl(tmp_path, WARNINGS))]) == 1
    assert "LINT-C3" in capsys.readouterr().out


def test_a_part_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "analytics"
    folder.mkdir()
    write_spl(folder, NOTES)
    (folder / "broken.yaml").write_text("implementations: [", encoding="utf-8")
    assert main(["lint", str(folder)]) == 4
    assert "broken.yaml" in capsys.readouterr().out
    write_spl(folder, ERRORS, "wrong")
    assert main(["lint", str(folder)]) == 1


def test_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(tmp_path / "nowhere")]) == 2
    assert main(["lint"]) == 2
    assert main(["lint", "--fail-on", "all", "CAR-2019-04-002"]) == 2
    capsys.readouterr()


def test_output_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "lint.sarif"
    assert main(["lint", "-f", "sarif", "-o", str(target), str(write_spl(tmp_path, NOTES))]) == 0
    assert json.loads(target.read_bytes())["version"] == "2.1.0"
