"""`hunt --report`, `--case` and the formats for other tools, as a shell runs them."""

import json
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from ..forked import forked_program
from .small_evidence import HIT, HOSTILE, QUIET, Run, process, write

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "hand-over-a-report.md"


def test_report_and_case_stand_beside_the_output(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.json", HIT, QUIET, process(7, CommandLine=HOSTILE))
    plain = carhound("hunt", "a.json")
    said = carhound(
        "hunt", "a.json", "--report", "r.html", "--case", "c.zip", "-f", "csv", "-o", "f.csv", "-q"
    )
    assert (said.returncode, said.stdout, said.stderr) == (1, "", "")
    assert plain.returncode == 1
    report = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "2 findings on 1 host" in report
    assert "index=__your_sysmon_data__" in report
    with zipfile.ZipFile(tmp_path / "c.zip") as archive:
        evidence = json.loads(archive.read("run.json"))["evidence"]
        assert archive.read("evidence.sha256").decode() == f"{evidence['files'][0]['sha256']}  a.json\n"
        assert archive.read("findings.csv") == (tmp_path / "f.csv").read_bytes()


def test_members_of_archives_are_proved_by_their_archive(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.json", HIT)
    with zipfile.ZipFile(tmp_path / "logs.zip", "w") as archive:
        archive.write(tmp_path / "a.json", "one/a.json")
        archive.write(tmp_path / "a.json", "two/a.json")
    said = json.loads(carhound("hunt", "--hash", "-f", "json", "logs.zip").stdout)
    [archived] = said["evidence"]["archives"]
    told = subprocess.run(["sha256sum", "logs.zip"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"{archived['sha256']}  {archived['path']}\n" == told.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--report", "a.json"), "--report a.json would overwrite the evidence itself"),
        (("--case", "a.json"), "--case a.json would overwrite the evidence itself"),
        (("--report", "x", "--case", "x"), "--report and --case name the same file"),
        (("--report", "none/x.html"), "cannot write to none/x.html"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_read(
    carhound: Run, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    before = write(tmp_path / "a.json", HIT).read_bytes()
    said = carhound("hunt", "a.json", *words)
    assert said.returncode == 2
    assert said.stderr.startswith(f"carhound: {message}")
    assert (tmp_path / "a.json").read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_a_finding_without_a_time_is_not_lost_in_silence(carhound: Run, tmp_path: Path) -> None:
    timeless = {name: value for name, value in process(9).items() if name != "TimeCreated"}
    write(tmp_path / "a.json", HIT, timeless)
    said = carhound("hunt", "a.json", "-f", "timesketch")
    assert said.stdout.count("\n") == 1
    assert "carhound: 1 finding without a time left out: Timesketch takes none\n" in said.stderr


@pytest.mark.parametrize("command", ["search", "stack"])
def test_only_a_hunt_has_formats_of_findings(carhound: Run, tmp_path: Path, command: str) -> None:
    write(tmp_path / "a.json", HIT)
    assert carhound(command, "Image", "a.json", "-f", "navigator").returncode == 2


@pytest.mark.skipif(
    not (shutil.which("unzip") and shutil.which("sha256sum")), reason="needs unzip, sha256sum"
)
def test_the_how_to_works_as_written(tmp_path: Path) -> None:
    lines = [line[4:] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("    ")]
    commands = [line[2:] for line in lines if line.startswith("$ ")]
    shown = "".join(f"{line}\n" for line in lines if not line.startswith("$ "))
    script = "\n".join(commands).replace("carhound ", f"{shlex.join(forked_program())} ", 100)
    said = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.stdout.endswith(shown)
    assert said.returncode == 1  # there are findings
    assert (tmp_path / "layer.json").exists()
    assert (tmp_path / "findings.jsonl").read_text(encoding="utf-8").count("\n") > 0
