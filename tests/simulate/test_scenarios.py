"""Reading scenarios: what they may say, and what is said of a mistake."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from carhound.errors import ScenarioError
from carhound.simulate.happenings import Connected, End, Load, RegistryChanged, Resolved, Start, microseconds
from carhound.simulate.scenario import load
from carhound.simulate.schema import read_scenario
from carhound.simulate.story import Scenario

HEAD = r"""id: story
title: A story
start: 2024-06-14T09:30:00Z
hosts:
  - {name: ws01.example.org, user: EXAMPLE\alice}
  - {name: old.example.org, user: EXAMPLE\bert, bits: 32}
steps:
"""
CMD = r"{process: cmd, image: C:\Windows\System32\cmd.exe, parent: explorer, exit: 10s}"


def read(*steps: str) -> Scenario:
    """A story of these steps."""
    return read_scenario((HEAD + "".join(f"  - {step}\n" for step in steps)).encode(), "story.yaml")


def problem(*steps: str) -> str:
    """What is wrong with a story, in one line."""
    with pytest.raises(ScenarioError) as caught:
        read(*steps)
    return f"{caught.value.message} | {caught.value.hint}"


def test_a_story_is_told_in_the_order_of_its_times() -> None:
    story = read(
        CMD,
        "{load: 'C:\\Windows\\System32\\ole32.dll', after: 2s}",
        "{dns: www.example.com, answers: [203.0.113.7], after: 1s}",
        "{connect: 203.0.113.7, port: 443, by: cmd}",
        "{registry: set, key: 'HKLM\\SOFTWARE\\A', value: DWORD (0x00000001)}",
        "{process: late, at: 1d 2h, image: 'C:\\Windows\\System32\\cmd.exe', parent: gone}",
        "{file: 'C:\\a.txt', at: 3s, by: cmd}",
    )
    told = story.happenings["ws01.example.org"]
    assert [one.at for one in told] == sorted(one.at for one in told)
    first, last = told[0], told[-1]
    assert isinstance(first, Start)
    assert first.command_line == '"C:\\Windows\\System32\\cmd.exe"'
    assert first.at - story.start == 40_000
    assert isinstance(last, Start)
    assert last.parent is None
    assert last.at - story.start == 26 * 3600 * 1_000_000
    assert {type(one) for one in told} >= {Load, Resolved, Connected, RegistryChanged, End}
    assert story.lives["ws01.example.org"][0] == (first.at, first.at + 10_000_000)


def test_a_copy_keeps_all_but_its_name() -> None:
    story = read(
        r"{process: a, image: C:\Windows\System32\regsvr32.exe, parent: explorer}",
        r"{process: b, image: C:\Temp\b.exe, copy_of: C:\Windows\System32\regsvr32.exe, parent: explorer}",
        r"{process: c, image: C:\Temp\regsvr32.exe, parent: explorer}",
    )
    one, two, three = (
        found.program for found in story.happenings["ws01.example.org"] if isinstance(found, Start)
    )
    assert one.hashes == two.hashes != three.hashes
    assert two.original == "REGSVR32.EXE"
    assert two.description == "Microsoft(C) Register Server"
    assert three.original == "-"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (["{proces: cmd}"], "story.yaml:8:6: 'proces' is not known here | did you mean 'process'"),
        (["{process: cmd, dns: x}"], "story.yaml:8:5: a step is one thing, this is process and dns"),
        (["{after: 2s}"], "a step is one thing, this is none of them"),
        (["[1]"], "a step is keys and values"),
        (["{process: cmd}"], "'image' is missing"),
        ([r"{process: explorer, image: C:\a.exe, parent: gone}"], "cannot name a process of the story"),
        ([CMD, CMD], "story.yaml:9:15: there is a process 'cmd' already"),
        ([r"{process: a, image: C:\a.exe, parent: nobody}"], "there is no process 'nobody' above"),
        ([r"{process: a, image: a.exe, parent: gone}"], "'a.exe' is no whole path"),
        ([r"{load: C:\a.dll, signed: false}"], "no process has been started yet"),
        ([CMD, r"{load: C:\a.dll}"], "story.yaml:9:12: is it signed? Nobody knows this file"),
        ([CMD, r"{load: C:\a.dll, signed: true}"], "by whom?"),
        ([CMD, r"{load: C:\a.dll, signed: maybe}"], "write one of: true, false"),
        ([CMD, r"{file: C:\a.txt, after: 11s}"], "'cmd' has ended by then"),
        ([CMD, r"{file: C:\a.txt, after: soon}"], "cannot read 'soon' as a time span"),
        ([CMD, r"{file: C:\a.txt, after: 1s, at: 1s}"], "a step has 'at' or 'after'"),
        ([CMD, r"{file: C:\a.txt, at: 0s}"], "'cmd' starts only later"),
        ([CMD, "{end: cmd, after: 1s}"], "'cmd' ends twice"),
        ([CMD, "{connect: example.com, port: 80}"], "'example.com' is no IP address"),
        ([CMD, "{connect: 203.0.113.7}"], "'port' is missing"),
        ([CMD, "{connect: 203.0.113.7, port: 70000}"], "70000 is out of range"),
        ([CMD, "{registry: set, key: HKLM}"], "only 'set' has a 'value', and always"),
        ([CMD, "{registry: burn, key: HKLM}"], "write one of: add, delete, delete-value, set"),
        (
            [r"{process: a, image: C:\Windows\SysWOW64\cmd.exe, parent: gone, host: old.example.org}"],
            "a 32-bit Windows has no SysWOW64",
        ),
        (
            [CMD, r"{process: a, image: C:\a.exe, parent: cmd, host: old.example.org}"],
            "the parent 'cmd' runs on ws01.example.org",
        ),
        ([r"{process: a, image: C:\a.exe, parent: gone, user: alice}"], "'alice' is no account"),
        ([r"{process: a, image: C:\a.exe, parent: gone, integrity: Huge}"], "'Huge' is not known here"),
        ([r"{process: a, image: C:\a.exe, parent: gone, exit: {status: 1}}"], "'after' is missing"),
        (["*x"], "a scenario has no aliases"),
        (["{process: a: b}"], "cannot be read as YAML"),
    ],
)
def test_a_mistake_is_shown_in_its_place(steps: list[str], said: str) -> None:
    assert said in problem(*steps)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "story.yaml: is empty"),
        ("[]", "expected keys and values, found a list"),
        (HEAD.replace("id: story", "id: A story") + f"  - {CMD}", "'A story' is no id"),
        (HEAD.replace("title: A story\n", "") + f"  - {CMD}", "'title' is missing"),
        (
            HEAD.replace("2024-06-14T09:30:00Z", "today") + f"  - {CMD}",
            "story.yaml:3:8: cannot read the time",
        ),
        (HEAD.replace("old.example.org", "WS01.example.org") + f"  - {CMD}", "is there already"),
        (HEAD.replace("bits: 32", "bits: 16") + f"  - {CMD}", "write one of: 32, 64"),
        (HEAD.replace("steps:", "background: {days: 0}\nsteps:") + f"  - {CMD}", "0 is out of range"),
        (HEAD.replace("steps:", "steps: []"), "there are no steps"),
        ("[" * 60, "more than 20 levels"),
        ("id: \x00", "a character that YAML does not allow"),
    ],
)
def test_a_mistake_outside_the_steps(text: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text.encode(), "story.yaml")
    assert said in f"{caught.value.message} | {caught.value.hint}"


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(ScenarioError, match="byte 0 is not UTF-8"):
        read_scenario(b"\xff\xfe", "story.yaml")


def test_a_file_comes_before_a_bundled_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "squiblydoo-url").write_text(HEAD + f"  - {CMD}\n", encoding="utf-8")
    assert load("squiblydoo-url").id == "squiblydoo-url"
    monkeypatch.chdir(tmp_path)
    story = load("squiblydoo-url")
    assert story.id == "story"
    assert story.start == microseconds(datetime(2024, 6, 14, 9, 30, tzinfo=UTC))


def test_what_is_not_there_is_said_with_what_is_near() -> None:
    with pytest.raises(ScenarioError) as caught:
        load("squiblydoo")
    assert caught.value.hint == "did you mean squiblydoo-url"
