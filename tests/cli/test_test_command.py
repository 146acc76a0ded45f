"""`carhound test` as a shell runs it."""

import json
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from .small_evidence import Run

SCHEMA = json.loads((resources.files("carhound.outputs") / "schema/tests-1.json").read_text("utf-8"))
ANALYTIC = """\
title: Word starts a shell
id: MY-1
implementations:
  - name: Main
    type: splunk
    code: index=__your_sysmon_data__ EventCode=1 ParentImage="*\\\\winword.exe" Image="*\\\\cmd.exe"
  - name: Main - pseudocode
    type: pseudocode
    code: |
      p = search Process:Create
      q = filter p where (parent_exe == "winword.exe" and exe == "cmd.exe")
      output q
unit_tests:
  - description: Open the document and press the button.
"""
TESTS = """\
cases:
  - name: Word starts cmd.exe
    events: [{{EventCode: 1, Image: 'C:\\w\\cmd.exe', ParentImage: 'C:\\o\\WINWORD.EXE', User: "{user}"}}]
    default: {said}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my.yaml").write_text(ANALYTIC, encoding="utf-8")
    write(tmp_path, "hit")
    return tmp_path


def write(folder: Path, said: str, user: str = "u") -> None:
    (folder / "my.tests.yaml").write_text(TESTS.format(said=said, user=user), encoding="utf-8")


def test_the_bundled_analytic_needs_no_arguments(carhound: Run) -> None:
    said = carhound("test")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("CAR-2019-04-002  Generic Regsvr32\n")
    assert "The published unit test" in said.stdout
    assert "no mutant turns this clause: " in said.stdout
    assert said.stdout.splitlines()[-1].endswith("; none fails")


def test_a_page_for_an_analytic_of_ones_own(carhound: Run, folder: Path) -> None:
    said = carhound("test", "my.yaml")
    assert (said.returncode, said.stderr) == (0, "")
    assert (
        said.stdout
        == """\
MY-1  Word starts a shell
document   my.yaml
tests      my.tests.yaml
unit test  Open the document and press the button.

  1   Main (SPL)
  2   Main - pseudocode (pseudocode)

                         1    2
  Word starts cmd.exe  hit  hit

  Clauses, tried with mutants of the hits
  Main               3 clauses, all turned (1 hit, 56 mutants)
  Main - pseudocode  2 clauses, all turned (1 hit, 14 mutants)

1 case of 1 analytic; 2 expectations hold; none fails
"""
    )
    assert carhound("test", ".").stdout == said.stdout.replace("document   my", "document   ./my")
    assert carhound("test", "my.tests.yaml").returncode == 0


def test_a_failing_expectation_fails_the_command_and_says_why(carhound: Run, folder: Path) -> None:
    write(folder, "quiet")
    said = carhound("test", "my.yaml", "--junit", "report.xml")
    assert (said.returncode, said.stderr) == (1, "")
    assert "Word starts cmd.exe  hit!  hit!" in said.stdout
    assert "!! Word starts cmd.exe: Main: expected quiet, was hit on record 1" in said.stdout
    assert "record 1 matches: Image C:\\w\\cmd.exe" in said.stdout
    assert said.stdout.endswith("\n1 case of 1 analytic; 0 expectations hold; 2 fail\n")
    root = ElementTree.parse(folder / "report.xml").getroot()  # noqa: S314  # our own
    assert root.attrib == {"name": "carhound", "tests": "2", "failures": "2", "errors": "0"}
    first = root.find("testsuite/testcase/failure")
    assert first is not None
    assert first.attrib["message"] == "expected quiet, was hit"
    assert first.text is not None
    assert first.text.startswith("my.tests.yaml:2: Word starts cmd.exe\nrecord 1: matches: ")


def test_what_could_not_be_evaluated_is_status_4(carhound: Run, folder: Path) -> None:
    (folder / "my.yaml").write_text(ANALYTIC.replace("EventCode=1", "| tstats count"), encoding="utf-8")
    said = carhound("test", "my.yaml", "--junit", "report.xml")
    assert said.returncode == 4
    assert "Not evaluated" in said.stdout
    assert said.stdout.splitlines()[-1].endswith("none fails; 1 could not be told")
    assert ElementTree.parse(folder / "report.xml").getroot().attrib["errors"] == "1"  # noqa: S314


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ("cases:\n  - nme: x\n", "my.tests.yaml:2:5: `nme` is no key here"),
        (
            "cases:\n  - {name: x, data: y, default: hit}\n",
            "my.tests.yaml:2:5: 'x': no such file or folder: y",
        ),
    ],
)
def test_a_mistake_is_status_2_with_its_place(carhound: Run, folder: Path, tests: str, message: str) -> None:
    (folder / "my.tests.yaml").write_text(tests, encoding="utf-8")
    said = carhound("test", "my.yaml", "--junit", "report.xml")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"carhound: {message}\n  hint: ")
    assert not (folder / "report.xml").exists()


def test_json_is_as_the_schema_says(carhound: Run, folder: Path) -> None:
    for words in (["my.yaml"], ["CAR-2019-04-002"]):
        said = carhound("test", "-f", "json", *words)
        assert (said.returncode, said.stderr) == (0, "")
        jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(said.stdout))
    write(folder, "quiet")
    said = carhound("test", "-f", "json", "my.yaml", "-o", "out.json")
    assert (said.returncode, said.stdout) == (1, "")
    value = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(value)
    assert value["totals"] == {"cases": 1, "as_expected": 0, "not_as_expected": 2, "not_told": 0}
    assert value["exit_status"] == 1


def test_text_of_events_cannot_act_on_a_terminal_or_break_the_report(carhound: Run, folder: Path) -> None:
    text = (folder / "my.tests.yaml").read_text(encoding="utf-8")
    text = text.replace("'C:\\w\\cmd.exe'", r'"C:\\\e[2J\u202e\\cmd.exe"').replace(
        "default: hit", "default: quiet"
    )
    (folder / "my.tests.yaml").write_text(text, encoding="utf-8")
    said = carhound("test", "my.yaml", "--junit", "report.xml")
    assert said.returncode == 1
    assert r"Image C:\\x1b[2J\u202e\cmd.exe" in said.stdout
    report = (folder / "report.xml").read_text(encoding="utf-8")
    for unseen in ("\x1b", "\u202e"):
        assert unseen not in said.stdout + report
    ElementTree.fromstring(report)  # noqa: S314  # our own


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["my.yaml", "-o", "a", "--junit", "./a"], "--output and --junit name one file"),
        (["my.yaml", "--junit", "no/report.xml"], "cannot write to no/report.xml"),
        (["my.yaml", "--junit", "-"], "--junit needs the name of a file"),
        (["my.yaml", "-f", "csv"], "invalid value for '-f' / '--format'"),
        (["yours.yaml"], "no file, folder or bundled analytic is called 'yours.yaml'"),
    ],
)
def test_wrong_usage(carhound: Run, folder: Path, words: list[str], message: str) -> None:
    said = carhound("test", *words)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"carhound: {message}")


def test_a_report_that_cannot_be_written_leaves_the_old_one(carhound: Run, folder: Path) -> None:
    (folder / "report.xml").write_text("old", encoding="utf-8")
    (folder / "my.tests.yaml").write_text("cases: [", encoding="utf-8")
    assert carhound("test", "my.yaml", "--junit", "report.xml").returncode == 2
    assert (folder / "report.xml").read_text(encoding="utf-8") == "old"


def test_a_hunt_over_the_folder_passes_test_files_by(carhound: Run, folder: Path) -> None:
    (folder / "empty").mkdir()
    assert "no analytics:" not in carhound("hunt", "-a", ".", "empty").stdout
