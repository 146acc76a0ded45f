"""Test files run: the bundled ones hold, wrong expectations fail, and every verdict says why."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from carhound.errors import CarhoundError, DocumentError, UsageError
from carhound.findings.checks import Cell, CheckRun, Clauses
from carhound.pipeline.checking.check import check

from .conftest import as_nxlog

SEARCH = """\
index=__your_sysmon_data__ EventCode=1
  ParentImage="*\\\\winword.exe" Image!="*\\\\splwow64.exe"
"""
CHILD = r"{EventCode: 1, Image: 'C:\a\cmd.exe', ParentImage: 'C:\b\WINWORD.EXE'}"
OTHER = r"{EventCode: 1, Image: 'C:\a\cmd.exe', ParentImage: 'C:\b\explorer.exe'}"
PRINTER = r"{EventCode: 1, Image: 'C:\w\splwow64.exe', ParentImage: 'C:\b\WINWORD.EXE'}"

Check = Callable[..., CheckRun]


@pytest.fixture
def check_case(tmp_path: Path) -> Check:
    """Runs one case against a search."""

    def run(case: str, search: str = SEARCH) -> CheckRun:
        (tmp_path / "word.spl").write_text(search, encoding="utf-8")
        (tmp_path / "word.tests.yaml").write_text(f"cases:\n  - {{name: c, {case}}}\n", encoding="utf-8")
        return check((str(tmp_path / "word.spl"),))

    return run


def only(run: CheckRun) -> Cell:
    (cell,) = run.analytics[0].cases[0].cells
    return cell


def reasons(run: CheckRun) -> list[str]:
    return [reason.message for reason in only(run).reasons]


@pytest.fixture(scope="module")
def bundled_run() -> CheckRun:
    return check(())


def test_the_bundled_analytic_does_what_its_test_files_say(bundled_run: CheckRun) -> None:
    assert (bundled_run.exit_status, bundled_run.failed, bundled_run.untold) == (0, 0, 0)
    analytic, *companions = bundled_run.analytics
    assert len(analytic.implementations) == 7
    assert len(companions) == 6
    for case in analytic.cases:
        assert len(case.cells) == 7
    for one in bundled_run.analytics:
        for case in one.cases:
            assert all(cell.as_expected for cell in case.cells), case.title


def test_every_bundled_implementation_has_hits_and_near_misses_in_both_readings(
    bundled_run: CheckRun,
) -> None:
    cases = bundled_run.analytics[0].cases
    for reading in ("published", "corrected"):
        said = {
            (cell.implementation, cell.said)
            for case in cases
            for cell in case.cells
            if case.reading == reading
        }
        assert {("New items since last month", "hit"), ("New items since last month", "quiet")} <= said
    for name, _ in bundled_run.analytics[0].implementations:
        assert {"hit", "quiet"} <= {
            cell.said for case in cases for cell in case.cells if cell.implementation == name
        }


def clauses(run: CheckRun) -> dict[str, Clauses]:
    return {one.implementation: one for one in run.analytics[0].clauses}


def test_only_the_repeated_exclusions_of_spawning_child_processes_make_no_difference(
    bundled_run: CheckRun,
) -> None:
    """The two in capitals, and the two before them are what covers them; nothing else in the document."""
    found = {
        name: [(clause.clause.text, clause.covered_by and clause.covered_by.text) for clause in one.unturned]
        for name, one in clauses(bundled_run).items()
        if one.unturned
    }
    assert found == {
        "Spawning child processes": [
            (
                rf'Image!="C:\\WINDOWS\\{folder}\\regsvr32.exe"',
                rf'Image!="C:\\Windows\\{folder}\\regsvr32.exe"',
            )
            for folder in ("System32", "SysWOW64")
        ]
    }
    assert len(clauses(bundled_run)) == 7


def test_a_clause_is_turned_by_a_change_that_a_person_can_follow(bundled_run: CheckRun) -> None:
    changes = {one.clause.text: one.change for one in clauses(bundled_run)["Loading unsigned images"].clauses}
    assert changes["Signed=false"] == "Signed as 'false' and more"
    assert changes[r'ImageLoaded!="C:\\Windows\\*"'] == r"ImageLoaded as 'C:\Windows\*'"
    main = {one.clause.text: one.change for one in clauses(bundled_run)["Main Pattern"].clauses}
    assert main["regsvr32.exe"] == "regsvr32.exe renamed to xregsvr32.exe everywhere"


def test_the_published_claim_fails_for_what_starts_and_loads_nothing(bundled_run: CheckRun) -> None:
    claimed = {case.name: case.fulfils_claim for case in bundled_run.analytics[0].claimed}
    assert not any(holds for name, holds in claimed.items() if "Atomic 4" in name)
    assert any(holds for name, holds in claimed.items() if "Atomic 1" in name)
    (registered,) = (
        case for case in bundled_run.analytics[0].cases if "Atomic 4" in case.name and "succeeds" in case.name
    )
    assert all(cell.reasons for cell in registered.cells)


@pytest.mark.parametrize("said", ["hit", "quiet", "{match: [1]}", "{match: 1}"])
def test_expectations_hold_or_fail(check_case: Check, said: str) -> None:
    right = said != "quiet"
    assert check_case(f"default: {said}, events: [{CHILD}]").exit_status == (0 if right else 1)
    assert check_case(f"default: {said}, events: [{OTHER}]").exit_status == (1 if right else 0)


def test_a_miss_names_the_first_clause_that_fails_on_the_nearest_event(check_case: Check) -> None:
    run = check_case(f"default: hit, events: [{OTHER}, {PRINTER}]")
    (reason,) = only(run).reasons
    assert reason.message == r'fails Image!="*\\splwow64.exe", met C:\w\splwow64.exe'
    assert reason.clause is not None
    assert (reason.clause.line, reason.clause.column) == (2, 32)
    assert (reason.value, reason.record) == (r"C:\w\splwow64.exe", "2")


def test_a_miss_on_a_field_that_is_not_there(check_case: Check) -> None:
    lacking = r"{EventCode: 1, ParentImage: 'C:\b\WINWORD.EXE'}"
    run = check_case(f"default: hit, events: [{lacking}, {OTHER}]")
    assert reasons(run) == [r'fails Image!="*\\splwow64.exe", which is not there']


def test_exact_matches_say_what_is_missing_and_what_is_too_much(check_case: Check) -> None:
    run = check_case(f"default: {{match: [2, 9]}}, events: [{CHILD}, {OTHER}]")
    assert reasons(run) == [
        r"matches: Image C:\a\cmd.exe",
        r'fails ParentImage="*\\winword.exe", met C:\b\explorer.exe',
        "the evidence holds no record 9",
    ]
    assert [reason.record for reason in only(run).reasons] == ["1", "2", "9"]
    assert only(run).matched == ("1",)


def test_a_count_that_differs(check_case: Check) -> None:
    assert check_case(f"default: {{match: 1}}, events: [{CHILD}, {CHILD}]").exit_status == 1
    assert check_case(f"default: {{match: 3}}, events: [{CHILD}, {CHILD}]").exit_status == 1
    assert check_case(f"default: {{match: 2}}, events: [{CHILD}, {CHILD}]").exit_status == 0


def test_a_match_outside_the_window_and_one_that_a_later_command_drops(check_case: Check) -> None:
    window = SEARCH.replace("EventCode=1", "earliest=-d@d EventCode=1")
    run = check_case(f"default: hit, now: 2030-01-01T00:00:00Z, events: [{CHILD}]", window)
    assert reasons(run) == ["lies outside the main window, 2029-12-31 00:00:00Z to 2030-01-01 00:00:00Z"]
    run = check_case(f"default: hit, events: [{CHILD}]", SEARCH + "| stats count | where count > 1")
    assert reasons(run) == ["is left out by a command after the search"]
    run = check_case(
        f"default: hit, events: [{CHILD}]", SEARCH + f"| search NOT [search {SEARCH} | table Image]"
    )
    assert reasons(run) == ["is left out by the subsearch, or by a command after it"]


def test_no_event_of_a_kind_that_it_looks_at(check_case: Check) -> None:
    run = check_case("default: hit, events: [{SourceName: Other, EventCode: 1}]")
    assert reasons(run) == ["no event is of a kind that it looks at"]
    assert run.exit_status == 1


def test_quiet_where_nothing_could_be_judged_is_not_quiet(check_case: Check) -> None:
    events = r"events: [{EventCode: 1, Image: 'C:\a\cmd.exe'}]"
    run = check_case(f"default: quiet, {events}")
    assert (only(run).said, only(run).as_expected, run.exit_status) == ("not-judged", None, 4)
    assert reasons(run) == ["no event that it looks at carries ParentImage"]
    assert check_case(f"default: hit, {events}").exit_status == 1
    assert check_case(f"default: not-judged, {events}").exit_status == 0
    assert check_case(f"default: not-judged, events: [{CHILD}]").exit_status == 1


def test_recorded_evidence_beside_the_test_file(check_case: Check, tmp_path: Path) -> None:
    hit = {"EventCode": 1, "Image": r"C:\a\cmd.exe", "ParentImage": r"C:\b\WINWORD.EXE"}
    for name, numbers in (("a.jsonl", (7, 8)), ("b.jsonl", (7,))):
        lines = (json.dumps(as_nxlog(hit | {"CommandLine": name}, number)) for number in numbers)
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    assert check_case("default: {match: [7, 8]}, data: a.jsonl").exit_status == 0
    assert (
        check_case("default: {match: ['a.jsonl:7', 8, 'b.jsonl:7']}, data: [a.jsonl, b.jsonl]").exit_status
        == 0
    )
    assert check_case("default: {match: ['a.jsonl:7', 8]}, data: [a.jsonl, b.jsonl]").exit_status == 1
    with pytest.raises(DocumentError, match=r"word\.tests\.yaml:2:5: 'c': no such file"):
        check_case("default: hit, data: gone.jsonl")


def test_damaged_evidence_is_not_evaluated_whole(check_case: Check, tmp_path: Path) -> None:
    line = json.dumps(as_nxlog({"EventCode": 1, "Image": "a", "ParentImage": "b"}, 1))
    (tmp_path / "cut.jsonl").write_text(f"{line}\n{line[:40]}", encoding="utf-8")
    run = check_case("default: quiet, data: cut.jsonl")
    assert (only(run).as_expected, run.exit_status) == (True, 4)
    assert "is damaged" in run.analytics[0].cases[0].problems[0]


def test_what_cannot_be_compiled_is_not_evaluated(check_case: Check) -> None:
    run = check_case(f"default: quiet, events: [{CHILD}]", "EventCode=1 | transaction x")
    assert (only(run).said, run.exit_status) == ("not-evaluated", 4)
    assert run.analytics[0].not_run[0].implementation == "word"
    assert run.analytics[0].clauses == ()


@pytest.mark.parametrize("option", ["tz: Mars/Phobos", "now: soon"])
def test_an_option_that_cannot_be_read(check_case: Check, option: str) -> None:
    with pytest.raises(DocumentError, match=r"word\.tests\.yaml:2:5: 'c': "):
        check_case(f"default: hit, {option}, events: [{CHILD}]")


def test_a_clause_that_nothing_turns_is_found_in_any_search(check_case: Check) -> None:
    search = (
        SEARCH + r' (Image="*\\cmd.exe" OR Image="*\\CMD.EXE") NOT (User=a OR User=A) NOT CommandLine="*-h*"'
    )
    run = check_case(f"default: hit, events: [{CHILD}]", search)
    (one,) = run.analytics[0].clauses
    assert [clause.clause.text for clause in one.unturned] == [
        r'Image!="*\\splwow64.exe"',
        r'Image="*\\CMD.EXE"',
        "User=A",
    ]
    assert [clause.branch for clause in one.unturned] == [False, True, True]


def test_a_clause_over_fields_that_belong_together_is_tried_on_events_that_can_be(
    tmp_path: Path,
) -> None:
    """exe is made of the same field as image_path: one cannot be changed without the other."""
    (tmp_path / "a.yaml").write_text(
        """\
title: t
id: A
implementations:
  - name: P
    type: pseudocode
    code: |
      p = search Process:Create
      q = filter p where (image_path == "*\\cmd.exe" and exe == "cmd.exe" and exe != "help.exe")
      output q
""",
        encoding="utf-8",
    )
    (tmp_path / "a.tests.yaml").write_text(
        f"cases: [{{name: c, default: hit, events: [{CHILD}]}}]", encoding="utf-8"
    )
    (one,) = check((str(tmp_path),)).analytics[0].clauses
    assert [clause.clause.text for clause in one.unturned] == ['exe == "cmd.exe"', 'exe != "help.exe"']


def test_a_folder_names_what_has_no_tests(tmp_path: Path) -> None:
    (tmp_path / "a.spl").write_text(SEARCH, encoding="utf-8")
    (tmp_path / "b.spl").write_text(SEARCH, encoding="utf-8")
    with pytest.raises(UsageError, match="no analytic there has a test file"):
        check((str(tmp_path),))
    (tmp_path / "a.tests.yaml").write_text(
        f"cases: [{{name: c, default: hit, events: [{CHILD}]}}]", encoding="utf-8"
    )
    run = check((str(tmp_path),))
    assert run.exit_status == 0
    assert [Path(one).name for one in run.untested] == ["b.spl"]
    with pytest.raises(UsageError, match="no test file lies beside it"):
        check((str(tmp_path / "b.spl"),))


def test_one_broken_test_file_does_not_hide_the_others(tmp_path: Path) -> None:
    for name, case in (("a", f"{{name: c, default: hit, events: [{CHILD}]}}"), ("b", "{nam: c}")):
        (tmp_path / f"{name}.spl").write_text(SEARCH, encoding="utf-8")
        (tmp_path / f"{name}.tests.yaml").write_text(f"cases: [{case}]", encoding="utf-8")
    run = check((str(tmp_path),))
    assert (run.exit_status, len(run.analytics), run.held) == (2, 1, 1)
    assert "b.tests.yaml:1:10: `nam` is no key here" in run.problems[0]
    with pytest.raises(CarhoundError, match="`nam`"):
        check((str(tmp_path / "b.spl"),))
