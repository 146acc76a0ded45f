"""What the seven implementations say of hits, near-misses and events of another kind, clause by clause."""

from pathlib import Path

import pytest

from carhound.errors import UsageError
from carhound.pipeline import Request, hunt

from .questions import (
    BUNDLED,
    CHILD,
    COPY,
    EARLY,
    ENDED,
    LOAD,
    LOGON,
    MAIN,
    MAIN_P,
    NEW,
    REPORTER,
    RESPAWN,
    SIGNED,
    SPAWN,
    SPAWN_P,
    SYSTEM_MODULE,
    UNSIGNED,
    UNSIGNED_P,
    Fields,
    ask,
    failures,
    process,
    verdicts,
    write,
)

PROCESS = {MAIN, MAIN_P, NEW, SPAWN, SPAWN_P}
MODULE = {UNSIGNED, UNSIGNED_P}
S7, P7 = "EventCode=7", "Module:Load"
S1, P1 = "EventCode=1", "Process:Create"
NOT_OURS = {MAIN: S1, MAIN_P: P1, NEW: S1, SPAWN: S1, SPAWN_P: P1, UNSIGNED: S7, UNSIGNED_P: P7}


@pytest.mark.parametrize(
    ("event", "failing"),
    [
        pytest.param(CHILD, {UNSIGNED: S7, UNSIGNED_P: P7}, id="a child"),
        pytest.param(
            LOAD, {name: clause for name, clause in NOT_OURS.items() if name in PROCESS}, id="a load"
        ),
        pytest.param(
            RESPAWN,
            {
                MAIN: 'Image!="*regsvr32.exe*"',
                MAIN_P: 'image_path != "*regsvr32.exe*"',
                NEW: 'Image!="*regsvr32.exe*"',
                SPAWN: r'Image!="C:\\Windows\\SysWOW64\\regsvr32.exe"',
                SPAWN_P: r'image_path != "C:\Windows\SysWOW64\regsvr32.exe"',
                UNSIGNED: S7,
                UNSIGNED_P: P7,
            },
            id="the other bitness",
        ),
        pytest.param(
            REPORTER,
            {
                SPAWN: r'Image!="C:\\Windows\\System32\\WerFault.exe"',
                SPAWN_P: r'image_path != "C:\Windows\System32\WerFault.exe"',
                UNSIGNED: S7,
                UNSIGNED_P: P7,
            },
            id="an excluded child",
        ),
        pytest.param(
            COPY,
            {
                SPAWN: r'ParentImage="C:\\Windows\\System32\\regsvr32.exe" OR '
                r'ParentImage="C:\\Windows\\SysWOW64\\regsvr32.exe"',
                SPAWN_P: r'parent_image_path == "C:\Windows\System32\regsvr32.exe" or '
                r'parent_image_path == "C:\Windows\SysWOW64\regsvr32.exe"',
                UNSIGNED: S7,
                UNSIGNED_P: P7,
            },
            id="a child of a copy",
        ),
        pytest.param(
            SIGNED,
            {**NOT_OURS, UNSIGNED: "Signed=false", UNSIGNED_P: "signer == null"},
            id="a signed module",
        ),
        pytest.param(
            SYSTEM_MODULE,
            {
                **NOT_OURS,
                UNSIGNED: r'ImageLoaded!="C:\\Windows\\*"',
                UNSIGNED_P: r'module_path != "C:\Windows\*"',
            },
            id="a module of Windows",
        ),
        pytest.param(ENDED, NOT_OURS, id="another event of Sysmon"),
    ],
)
def test_first_clause_that_fails(event: Fields, failing: dict[str, str]) -> None:
    said = ask(BUNDLED, event)
    assert {name: clause for name, clause in failures(said).items() if clause} == failing
    expected = {name: "no match" if name in failing else "match" for name in PROCESS | MODULE}
    if NEW not in failing:
        expected[NEW] = "depends"
    assert verdicts(said) == expected


def test_an_event_of_another_log_is_no_matter_of_any_of_them() -> None:
    (analytic,) = ask(BUNDLED, LOGON).analytics
    for one in analytic.implementations:
        assert one.answer is not None
        assert (one.answer.verdict, one.answer.eligible) == ("no match", False)
        assert one.answer.steps[0].holds is False


def test_eligible_is_what_a_hunt_counts() -> None:
    (analytic,) = ask(BUNDLED, RESPAWN).analytics
    eligible = {one.name for one in analytic.implementations if one.answer and one.answer.eligible}
    assert eligible == PROCESS


def test_every_clause_has_its_value_whatever_the_answer() -> None:
    (analytic,) = ask(BUNDLED, REPORTER).analytics
    spawn = next(one for one in analytic.implementations if one.name == SPAWN)
    assert spawn.answer is not None
    tests = [test for step in spawn.answer.steps if step.trace for test in step.trace.tests()]
    assert [spawn.number_of(test.span) for test in tests] == [clause.number for clause in spawn.clauses]
    assert [test.holds for test in tests] == [True, True, False, True, True, True, True, True, True, False]
    assert all(test.met for test in tests)


def test_the_window_is_judged_for_now() -> None:
    inside = ask(BUNDLED, CHILD)
    outside = ask(BUNDLED, CHILD, now="2024-06-20T00:00:00Z")
    assert failures(inside)[NEW] is None
    assert failures(outside)[NEW] == "earliest=-d@d latest=now()"


def test_now_is_just_after_the_event_unless_given() -> None:
    said = ask(BUNDLED, CHILD, now=None)
    assert said.info.now.isoformat() == "2024-06-14T12:00:00.000001+00:00"
    assert said.info.now_from == "just after the event"


def test_the_baseline_needs_evidence(tmp_path: Path) -> None:
    alone = ask(BUNDLED, CHILD)
    assert verdicts(alone)[NEW] == "depends"
    known = write(tmp_path / "known.jsonl", EARLY)
    answers = {
        "known": verdicts(ask(BUNDLED, CHILD, evidence=(str(known),)))[NEW],
        "new": verdicts(ask(BUNDLED, process(20, CommandLine="calc"), evidence=(str(known),)))[NEW],
    }
    assert answers == {"known": "no match", "new": "match"}


def test_the_row_of_the_baseline_that_matches_is_named(tmp_path: Path) -> None:
    known = write(
        tmp_path / "known.jsonl", process(8, TimeCreated="2024-05-01T12:00:00Z", CommandLine="cmd *")
    )
    (analytic,) = ask(BUNDLED, CHILD, evidence=(str(known),)).analytics
    new = next(one for one in analytic.implementations if one.name == NEW)
    assert new.answer is not None
    step = new.answer.steps[-1]
    assert (step.kind, step.holds, step.rows) == ("subsearch", False, 1)
    assert [(met.field, met.value) for met in step.met] == [("CommandLine", "cmd *")]


def test_an_event_of_the_baseline_is_followed_through_the_subsearch() -> None:
    (analytic,) = ask(BUNDLED, EARLY).analytics
    new = next(one for one in analytic.implementations if one.name == NEW)
    assert new.answer is not None
    assert new.answer.failure is not None
    assert new.answer.failure.clause == 1
    inner = new.answer.steps[-1].inner
    assert [step.holds for step in inner] == [True, True, True, True, True, True, None]


def test_a_finding_by_its_id(tmp_path: Path) -> None:
    evidence = write(tmp_path / "logs.jsonl", CHILD, LOAD, RESPAWN)
    run = hunt(Request((str(evidence),), ("hunt",), now="2024-06-15T13:00:00Z"))
    for finding in run.findings:
        said = ask(BUNDLED, finding.id, evidence=(str(evidence),))
        assert said.event is not None
        assert said.event.id == finding.id
        assert said.event.implementations == finding.implementations
        assert said.event.native == finding.native
        assert ask(BUNDLED, finding.id[:8], evidence=(str(evidence),)).event == said.event


def test_a_record_of_a_file_by_number_and_by_line(tmp_path: Path) -> None:
    evidence = write(tmp_path / "logs.jsonl", CHILD, LOAD)
    for record in ("2", "line 2", "record 2"):
        said = ask(BUNDLED, f"{evidence}:{record}")
        assert said.event is not None
        assert said.event.event_id == "7"
    printed = ask(BUNDLED, f"{evidence}, record 1").event
    assert printed is not None
    assert printed.event_id == "1"


def test_the_first_of_several_records_is_said_to_be_that(tmp_path: Path) -> None:
    evidence = write(tmp_path / "logs.jsonl", CHILD, process(1, CommandLine="other"))
    said = ask(BUNDLED, f"{evidence}:1")
    assert said.event_remarks == ("2 events of this file are called 1: this is the first",)


@pytest.mark.parametrize("event", ["", "x", "logs", "nowhere.evtx:1", ":12", "nowhere/line 3", "abcdef"])
def test_what_names_no_event_is_refused(event: str) -> None:
    with pytest.raises(UsageError) as caught:
        ask(BUNDLED, event)
    assert caught.value.hint


def test_an_id_that_is_no_finding(tmp_path: Path) -> None:
    evidence = write(tmp_path / "logs.jsonl", CHILD)
    with pytest.raises(UsageError, match="holds no finding 0000000000000000"):
        ask(BUNDLED, "0" * 16, evidence=(str(evidence),))


def test_known_discrepancies_say_whether_they_touch_the_event() -> None:
    (analytic,) = ask(BUNDLED, SYSTEM_MODULE).analytics
    unsigned = next(one for one in analytic.implementations if one.name == UNSIGNED)
    affects = {known.code[-3:]: known.affects_event for known in unsigned.discrepancies}
    assert affects["D19"] is True
    assert affects["D18"] is False


def test_what_hangs_on_other_events_needs_them(tmp_path: Path) -> None:
    document = tmp_path / "rare.spl"
    text = "EventCode=1 | eventstats count as n by CommandLine | eval few=n | where few<2"
    document.write_text(text, encoding="utf-8")
    assert list(verdicts(ask(document, CHILD)).values()) == ["depends"]
    alone = write(tmp_path / "alone.jsonl", process(8, CommandLine="another"))
    again = write(tmp_path / "again.jsonl", process(8, CommandLine=CHILD["CommandLine"]))
    assert list(verdicts(ask(document, CHILD, evidence=(str(alone),))).values()) == ["match"]
    assert list(verdicts(ask(document, CHILD, evidence=(str(again),))).values()) == ["no match"]
