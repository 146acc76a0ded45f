"""`carhound explain` and `carhound analytics` as a shell runs them."""

import json
from pathlib import Path

import pytest

from .small_evidence import HIT, HOSTILE, LOAD, QUIET, UNSEEN, Run, analytic, process, write


def test_explain_shows_text_plan_and_remarks(carhound: Run) -> None:
    said = carhound("explain", "CAR-2019-04-002", "--now", "2024-06-15T13:00:00Z")
    assert (said.returncode, said.stderr) == (0, "")
    assert "(-60d@d to -30d@d), line 59" in said.stdout
    assert "literals  every match holds regsvr32.exe" in said.stdout
    assert "2024-04-16 00:00:00Z to 2024-05-16 00:00:00Z" in said.stdout
    assert "[CAR-2019-04-002/D19]" in said.stdout


def test_the_corrected_reading_moves_the_baseline(carhound: Run) -> None:
    said = carhound(
        "explain", "car-2019-04-002", "--now", "2024-06-15T13:00:00Z", "--reading", "corrected", "--tz", "UTC"
    )
    assert "2024-05-15 00:00:00Z to 2024-06-14 00:00:00Z" in said.stdout
    assert "RUN-C1" in said.stdout


@pytest.mark.parametrize(
    ("record", "answer"), [(1, "matches"), (2, "no match"), (3, "it judges other events (Sysmon, event 1)")]
)
def test_explain_a_record(carhound: Run, tmp_path: Path, record: int, answer: str) -> None:
    write(tmp_path / "logs.jsonl", HIT, QUIET, LOAD)
    said = carhound("explain", "CAR-2019-04-002", "--event", f"logs.jsonl:{record}")
    assert (said.returncode, said.stderr) == (0, "")
    main = next(line for line in said.stdout.splitlines() if "Main Pattern (SPL)" in line)
    assert answer in main


def test_explain_a_member_of_an_archive(carhound: Run, tmp_path: Path) -> None:
    import gzip
    import zipfile

    logs = write(tmp_path / "logs.jsonl", QUIET, HIT)
    with zipfile.ZipFile(tmp_path / "logs.zip", "w") as archive:
        archive.write(logs, "inner/logs.jsonl")
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(logs.read_bytes()))
    for place in ("logs.zip/inner/logs.jsonl:1", "packed.jsonl:line 2", "packed.jsonl.gz:1"):
        said = carhound("explain", "CAR-2019-04-002", "--event", place)
        assert said.returncode == 0, said.stderr
        assert "Main Pattern (SPL): matches" in said.stdout


def test_explain_standard_input(carhound: Run) -> None:
    said = carhound("explain", "CAR-2019-04-002", "--event", "-", "-f", "json", input=json.dumps(HIT))
    assert said.returncode == 0
    value = json.loads(said.stdout)
    assert value["schema"] == "carhound.explain/1"
    assert value["event"]["places"] == [{"file": "<stdin>", "record_id": "1"}]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "standard input is no event in JSON: an empty file"),
        ("{", "standard input is no event in JSON"),
        ('{"a": 1}', "standard input is no event in JSON: JSON that holds no events"),
        (json.dumps([HIT, QUIET]), "standard input holds 2 events where one is explained"),
    ],
)
def test_standard_input_that_is_no_event(carhound: Run, given: str, message: str) -> None:
    said = carhound("explain", "CAR-2019-04-002", "--event", "-", input=given)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"carhound: {message}")
    assert "  hint: give one event" in said.stderr


def test_explain_a_finding_by_its_id(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "logs.jsonl", QUIET, HIT, LOAD)
    found = json.loads(carhound("hunt", "-f", "json", "logs.jsonl").stdout)["findings"][0]["id"]
    said = carhound("explain", "CAR-2019-04-002", "--event", found, "--evidence", "logs.jsonl")
    assert said.returncode == 0
    assert "Main Pattern (SPL): matches, and is in the result over this evidence" in said.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["explain"], "missing argument 'REF'"),
        (["explain", "CAR-2019-04-02"], "no file, folder or bundled analytic is called 'CAR-2019-04-02'"),
        (["explain", "CAR-2019-04-002", "--event", "x"], "--event 'x' names no event"),
        (["explain", "CAR-2019-04-002", "--event", "a" * 16], f"--event {'a' * 16} is the id of a finding"),
        (["explain", "CAR-2019-04-002", "--evidence", "."], "--evidence goes with --event"),
        (["explain", "CAR-2019-04-002", "--event", "no.evtx:1"], "no.evtx does not exist"),
        (["explain", "CAR-2019-04-002", "--event", "-", "--evidence", "no"], "no such file or folder: no"),
        (["explain", "CAR-2019-04-002", "--lake", "no", "--event", "-"], "--lake shows where a lake runs"),
        (["explain", "CAR-2019-04-002", "--now", "soon"], "cannot read the time 'soon'"),
        (["explain", "CAR-2019-04-002", "-f", "csv"], "invalid value for '-f' / '--format': 'csv'"),
        (["analytics", "nothing"], "no file, folder or bundled analytic is called 'nothing'"),
        (["analytics", "."], "the folder '.' holds no analytic document"),
    ],
)
def test_wrong_usage(carhound: Run, words: list[str], message: str) -> None:
    said = carhound(*words)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"carhound: {message}")


def test_a_lake_that_is_none(carhound: Run, tmp_path: Path) -> None:
    said = carhound("explain", "CAR-2019-04-002", "--lake", "no")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"carhound: {tmp_path / 'no'} is no lake")


def test_a_text_that_cannot_be_parsed_is_shown_with_a_caret_and_status_4(
    carhound: Run, tmp_path: Path
) -> None:
    analytic(tmp_path / "mine.yaml", line="| tabel Image")
    for words in (["explain", "mine.yaml"], ["analytics", "mine.yaml"]):
        said = carhound(*words)
        assert (said.returncode, said.stderr) == (4, "")
        assert "^^^^^" in said.stdout
        assert "PARTIAL" in said.stdout


def test_evidence_that_cannot_be_read_is_told_and_status_4(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "cut.jsonl", QUIET, cut=True)
    write(tmp_path / "logs.jsonl", HIT)
    said = carhound("explain", "CAR-2019-04-002", "--event", "logs.jsonl:1", "--evidence", "cut.jsonl")
    assert said.returncode == 4
    assert "1 damaged part in 1 file: cut.jsonl" in said.stdout


def test_nothing_unseen_comes_out_raw(carhound: Run, tmp_path: Path) -> None:
    write(
        tmp_path / "logs.jsonl",
        process(1, CommandLine=HOSTILE, Image=HOSTILE, User=HOSTILE, Hostname=HOSTILE),
    )
    for style in ("table", "json"):
        said = carhound("explain", "CAR-2019-04-002", "--event", "logs.jsonl:1", "-f", style)
        assert said.returncode == 0
        assert not [one for one in UNSEEN if one in said.stdout]


def test_output_to_a_file(carhound: Run, tmp_path: Path) -> None:
    for words in (["explain", "CAR-2019-04-002"], ["analytics"]):
        said = carhound(*words, "-o", "out.txt")
        assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
        assert "CAR-2019-04-002  Generic Regsvr32" in (tmp_path / "out.txt").read_text(encoding="utf-8")
        assert carhound(*words, "-o", "nowhere/out.txt").returncode == 2


def test_analytics_lists_what_is_bundled(carhound: Run) -> None:
    said = carhound("analytics")
    assert (said.returncode, said.stderr) == (0, "")
    assert "broken: process/create/image, process/create/parent_image" in said.stdout
    published, *companions = said.stdout.split("\n\n")
    assert published.count("  runs  ") == 7
    assert len(companions) == 6
    assert all("  Beyond the published analytic: " in one for one in companions)


def test_analytics_of_a_folder_names_what_is_none(carhound: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    analytic(folder / "one.yaml")
    (folder / "readme.txt").write_text("nothing", encoding="utf-8")
    (folder / "broken.yaml").write_text("implementations: []\n", encoding="utf-8")
    said = carhound("analytics", "mine", "-f", "json")
    value = json.loads(said.stdout)
    assert said.returncode == 4
    assert value["passed_over"] == ["mine/readme.txt"]
    assert value["reasons"] == ["mine/broken.yaml:1:18: the analytic has no implementations"]


def test_help_is_ascii_and_has_examples(carhound: Run) -> None:
    for command in ("explain", "analytics"):
        said = carhound(command, "-h")
        assert said.returncode == 0
        assert said.stdout.isascii()
        assert "Examples:" in said.stdout
        assert "Exit status:" in said.stdout
