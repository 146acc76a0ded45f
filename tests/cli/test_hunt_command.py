"""`carhound hunt` over small evidence: what is found, what cannot be read, what is no analytic."""

import json
import os
import sys
from pathlib import Path

import pytest

from .small_evidence import (
    END,
    HIT,
    LOAD,
    QUIET,
    Fields,
    Run,
    analytic,
    is_partial,
    last_lines,
    write,
)


def test_findings_are_status_1(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", HIT, LOAD)
    said = carhound("hunt", "a.jsonl")
    assert (said.returncode, said.stderr) == (1, "")
    assert "Main Pattern: 1 event\n" in said.stdout
    assert r"C:\Windows\System32\regsvr32.exe → C:\Windows\System32\cmd.exe" in said.stdout
    assert "command  cmd /c 1\n" in said.stdout
    assert "file     a.jsonl, record 1\n" in said.stdout
    assert last_lines(said).splitlines() == [
        "1 finding on 1 host, in 3 of 4 patterns; complete: nothing given was left unread"
    ]
    zero = carhound("hunt", "--exit-zero", "a.jsonl")
    assert (zero.returncode, zero.stdout) == (0, said.stdout)


def test_nothing_found_and_all_judged_is_status_0(carhound: Run, tmp_path: Path) -> None:
    """Also beside a licence, which is counted and changes nothing."""
    (tmp_path / "LICENSE").write_text("MIT License")
    write(tmp_path / "a.jsonl", QUIET, LOAD)
    said = carhound("hunt", tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert last_lines(said) == ("nothing found in 2 eligible events; complete: nothing given was left unread")


def test_no_event_of_a_kind_that_can_be_judged_is_status_3(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", END)
    for words in (["hunt", "--exit-zero"], ["search", "index=__your_sysmon_data__ EventCode=1"]):
        said = carhound(*words, "a.jsonl")
        assert (said.returncode, said.stderr) == (3, ""), words
        assert "NOTHING ELIGIBLE: 1 event read, none of a kind that" in said.stdout, words


@pytest.mark.parametrize(("first", "status"), [(QUIET, 4), (HIT, 1)])
def test_damage_makes_a_run_partial(carhound: Run, tmp_path: Path, first: Fields, status: int) -> None:
    """What stands before the damage and after it is judged all the same."""
    write(tmp_path / "a.jsonl", first, LOAD, cut=True)
    said = carhound("hunt", "a.jsonl")
    assert is_partial(said, status, "1 damaged part in 1 file: a.jsonl")
    assert "a.jsonl" in said.stdout
    assert "line 3" in said.stdout


def test_a_missing_path_alone_is_status_2(carhound: Run) -> None:
    said = carhound("hunt", "nowhere", "neither")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.splitlines() == [
        "carhound: no such file or folder: nowhere, neither",
        "  hint: check the path",
    ]


def test_a_missing_path_beside_others_is_partial(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", HIT)
    assert is_partial(carhound("hunt", "nowhere", "a.jsonl"), 1, "no such path: nowhere")


def test_files_that_are_named_and_hold_no_events_make_a_run_partial(carhound: Run, tmp_path: Path) -> None:
    files = {
        "LICENSE": (b"MIT License\n\nPermission is", "text of no known shape"),
        "empty.evtx": (b"", "an empty file"),
        "a.json": (b'{"a": 1}', "JSON that holds no events of a known shape"),
    }
    for name, (content, _) in files.items():
        (tmp_path / name).write_bytes(content)
    said = carhound("hunt", *files)
    for name, (_, reason) in files.items():
        assert is_partial(said, 4, f"{name} is no evidence: {reason}")


def test_a_log_that_was_overwritten_is_never_passed_over(carhound: Run, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "Security.evtx").write_bytes(b"hello world, no log")
    reason = "logs/Security.evtx: file was not read: no EVTX file: it starts with b'hello wo'"
    assert is_partial(carhound("hunt", "logs"), 4, reason)


def test_the_same_file_met_in_a_folder_is_counted_and_no_reason(carhound: Run, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "LICENSE").write_text("MIT License")
    said = carhound("hunt", "logs")
    assert (said.returncode, said.stderr) == (3, "")
    assert "not evidence  1 file holds no events: logs/LICENSE\n" in said.stdout
    assert "NOTHING ELIGIBLE: no event was read" in said.stdout


def test_an_empty_folder_is_status_3(carhound: Run, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    said = carhound("hunt", "logs")
    assert (said.returncode, said.stderr) == (3, "")
    assert "NOTHING ELIGIBLE: no event was read" in last_lines(said)


def test_a_known_shape_that_is_not_supported_is_partial(carhound: Run, tmp_path: Path) -> None:
    """Also where it is only met in a folder: it may hold the very event that is looked for."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "SysEvent.Evt").write_bytes(b"\x30\0\0\0LfLe" + bytes(40))
    reason = "logs/SysEvent.Evt: file was not read: an EVT log of Windows XP: not supported yet"
    assert is_partial(carhound("hunt", "logs"), 4, reason)


def test_a_truncated_evtx_gives_what_is_there(carhound: Run, shared: Path, tmp_path: Path) -> None:
    whole = (shared / "data" / "omerbenamram--evtx" / "sysmon.evtx").read_bytes()
    (tmp_path / "cut.evtx").write_bytes(whole[: 4096 + 65536 + 300])
    said = carhound("hunt", "cut.evtx", "-f", "json")
    run = json.loads(said.stdout)
    assert (said.returncode, said.stderr, run["status"]) == (4, "", "partial")
    (file,) = run["evidence"]["files"]
    assert file["format"] == "evtx"
    assert file["events"] == 41
    assert len(file["damaged"]) == 1


def test_a_file_that_cannot_be_opened_is_partial(carhound: Run, tmp_path: Path) -> None:
    """A link to itself, which not even the administrator can open; the rest is judged."""
    (tmp_path / "loop").symlink_to("loop")
    write(tmp_path / "a.jsonl", HIT, LOAD)
    said = carhound("hunt", "loop", "a.jsonl", "-f", "json")
    run = json.loads(said.stdout)
    assert (said.returncode, run["status"], len(run["findings"])) == (1, "partial", 1)
    damaged = {file["path"]: len(file["damaged"]) for file in run["evidence"]["files"]}
    assert damaged == {"loop": 1, "a.jsonl": 0}


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="needs a file that its owner cannot read"
)
def test_a_file_without_permission_is_partial(carhound: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", HIT).chmod(0)
    assert is_partial(carhound("hunt", "a.jsonl"), 4, "1 damaged part in 1 file: a.jsonl")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            '| search Image="*cmd.exe',
            "    SPL-P1  this quote is never closed\n"
            "      mine.yaml:11:24\n"
            '          | search Image="*cmd.exe\n'
            "                         ^\n"
            '      hint: close it with "\n',
        ),
        (
            "| tabel Image",
            "    SPL-U1  the command tabel is not supported\n"
            "      mine.yaml:11:11\n"
            "          | tabel Image\n"
            "            ^^^^^\n"
            "      hint: did you mean table?\n",
        ),
    ],
)
def test_a_mistake_is_shown_in_the_line_of_the_file(
    carhound: Run, tmp_path: Path, line: str, shown: str
) -> None:
    """The other implementation runs all the same."""
    analytic(tmp_path / "mine.yaml", line=line)
    write(tmp_path / "a.jsonl", HIT)
    said = carhound("hunt", "-a", "mine.yaml", "a.jsonl")
    assert is_partial(said, 1, "CAR-0000-00-001: 'Other' was not evaluated")
    assert f"  Other: not evaluated\n{shown}" in said.stdout
    assert "  Whole: 1 event\n" in said.stdout
    number, column = map(int, shown.split("\n")[1].split(":")[1:])
    written = (tmp_path / "mine.yaml").read_text().splitlines()[number - 1]
    assert written[column - 1 :] in line


def test_a_language_that_is_not_executed_is_not_evaluated(carhound: Run, tmp_path: Path) -> None:
    analytic(tmp_path / "mine.yaml", language="kusto")
    write(tmp_path / "a.jsonl", QUIET)
    said = carhound("hunt", "-a", "mine.yaml", "a.jsonl")
    assert is_partial(said, 4, "CAR-0000-00-001: 'Other' was not evaluated")
    assert "RUN-L1  the language 'kusto' is not executed\n" in said.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: x\nid: CAR-1\n", "carhound: mine.yaml:1:1: has none of the keys of a CAR analytic"),
        ("title: [\n", "carhound: mine.yaml:2:1: cannot be read as YAML"),
        ("", "carhound: mine.yaml"),
    ],
)
def test_a_document_without_implementations_is_status_2(
    carhound: Run, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    write(tmp_path / "a.jsonl", HIT)
    said = carhound("hunt", "-a", "mine.yaml", "a.jsonl")
    assert (said.returncode, said.stdout) == (2, "")
    first, second = said.stderr.splitlines()
    assert first.startswith(message)
    assert second.startswith("  hint: ")


def test_a_folder_with_a_broken_document_runs_the_rest_and_is_partial(carhound: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    analytic(tmp_path / "mine" / "good.yaml")
    (tmp_path / "mine" / "bad.yaml").write_text("title: [\n")
    (tmp_path / "mine" / "README.txt").write_text("about these")
    write(tmp_path / "a.jsonl", HIT)
    said = carhound("hunt", "-a", "mine", "a.jsonl")
    assert said.returncode == 1
    assert "  Whole: 1 event\n" in said.stdout
    assert "PARTIAL" in last_lines(said)
    assert "  - mine/bad.yaml:2:1: cannot be read as YAML" in last_lines(said)
    assert "no analytics: mine/README.txt\n" in said.stdout


@pytest.mark.parametrize(
    ("words", "first", "hint"),
    [
        (["-a", "nosuch"], "no file, folder or bundled analytic is called 'nosuch'", "CAR-2019-04-002"),
        (
            ["-a", "CAR-2019-04-02"],
            "no file, folder or bundled analytic is called 'CAR-2019-04-02'",
            "did you mean CAR-2019-04-002",
        ),
        (["--earliest", "now", "--latest", "-1d"], "--earliest is not before --latest", "swap them"),
    ],
)
def test_bad_options_are_a_message_and_a_hint(
    carhound: Run, tmp_path: Path, words: list[str], first: str, hint: str
) -> None:
    write(tmp_path / "a.jsonl", HIT)
    said = carhound("hunt", "a.jsonl", *words)
    assert (said.returncode, said.stdout) == (2, "")
    message, advice = said.stderr.splitlines()
    assert message.startswith(f"carhound: {first}")
    assert advice.startswith("  hint: ")
    assert hint in advice
