"""What a hunt says beside its matches: now, windows, days, twins, discrepancies, what was not judged."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carhound.errors import UsageError
from carhound.findings.run import ImplementationResult, Run

Hunt = Callable[..., Run]

SPAWN = {
    "EventCode": 1,
    "Image": r"C:\Windows\System32\cmd.exe",
    "ParentImage": r"C:\Windows\System32\regsvr32.exe",
}
LOAD = {
    "EventCode": 7,
    "Image": r"C:\Windows\System32\regsvr32.exe",
    "ImageLoaded": r"C:\Temp\x.dll",
    "Signed": "false",
    "Signature": "-",
}
PLAIN = {"EventCode": 1, "Image": r"C:\a.exe", "ParentImage": r"C:\b.exe", "CommandLine": "a"}
NEW_ITEMS = "New items since last month"


def named(run: Run, name: str) -> ImplementationResult:
    return next(one for one in run.analytics[0].implementations if one.name == name)


def codes(run: Run, name: str) -> list[str]:
    return [one.code for one in named(run, name).diagnostics]


def test_now_is_just_after_the_newest_match(hunt_over: Hunt) -> None:
    run = hunt_over([SPAWN | {"time": "2024-01-05T10:00:00.5Z"}, PLAIN | {"time": "2024-02-01T00:00:00Z"}])
    assert run.info.now == datetime(2024, 1, 5, 10, 0, 0, 500001, tzinfo=UTC)
    assert named(run, NEW_ITEMS).matched == 1


def test_without_a_match_now_is_just_after_the_newest_eligible_event(hunt_over: Hunt) -> None:
    run = hunt_over([PLAIN | {"time": "2024-02-01T00:00:00Z"}])
    assert run.info.now == datetime(2024, 2, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert (run.status, run.exit_status) == ("complete", 0)


def test_now_is_never_past_the_clock(hunt_over: Hunt) -> None:
    before = datetime.now(UTC)
    run = hunt_over([SPAWN | {"time": "2999-01-01T00:00:00Z"}])
    assert before <= run.info.now <= datetime.now(UTC)
    assert named(run, NEW_ITEMS).outside_window == 1


def test_a_hunt_says_how_many_matches_lie_outside_the_window(hunt_over: Hunt) -> None:
    events = [SPAWN | {"time": f"2024-01-0{day}T10:00:00Z", "CommandLine": str(day)} for day in (1, 2, 8)]
    run = hunt_over(events)
    assert (named(run, NEW_ITEMS).matched, named(run, NEW_ITEMS).outside_window) == (1, 2)


def test_backfill_runs_every_day_and_marks_findings_with_it(hunt_over: Hunt) -> None:
    events = [
        SPAWN | {"time": "2024-01-01T10:00:00Z", "CommandLine": "a"},
        SPAWN | {"time": "2024-01-01T23:59:59.999Z", "CommandLine": "b"},
        SPAWN | {"time": "2024-02-10T10:00:00Z", "CommandLine": "A"},
        SPAWN | {"time": "2024-02-11T00:00:00Z", "CommandLine": "c"},
    ]
    run = hunt_over(events, backfill=True)
    days = {one.native["CommandLine"]: one.days for one in run.findings if NEW_ITEMS in one.implementations}
    # "A" was seen 40 days before as "a": in the published baseline, so it is not new on its day.
    assert days == {"a": ("2024-01-01",), "b": ("2024-01-01",), "c": ("2024-02-11",)}
    corrected = hunt_over(events, backfill=True, reading="corrected")
    assert named(corrected, NEW_ITEMS).matched == 4


def test_backfill_reports_every_event_on_its_own_day_only(hunt_over: Hunt) -> None:
    events = [SPAWN | {"time": f"2024-01-0{day}T10:00:00Z", "CommandLine": str(day)} for day in (1, 2, 3)]
    for options in ({}, {"now": "2024-01-03T12:00:00Z"}):
        run = hunt_over(events, backfill=True, **options)
        assert {one.native["CommandLine"]: one.days for one in run.findings} == {
            str(day): (f"2024-01-0{day}",) for day in (1, 2, 3)
        }


def test_backfill_days_are_days_of_the_zone(hunt_over: Hunt) -> None:
    run = hunt_over([SPAWN | {"time": "2024-01-02T02:00:00Z"}], backfill=True, tz="America/New_York")
    assert [one.days for one in run.findings] == [("2024-01-01",)]


def test_the_callers_range_holds_where_the_text_states_none(hunt_over: Hunt) -> None:
    events = [SPAWN | {"time": f"2024-01-0{day}T10:00:00Z", "CommandLine": str(day)} for day in (1, 2, 3)]
    run = hunt_over(events, earliest="2024-01-02", latest="2024-01-03", now="2024-01-01T12:00:00Z")
    assert {one.native["CommandLine"] for one in run.findings if "Main Pattern" in one.implementations} == {
        "2"
    }
    assert {one.native["CommandLine"] for one in run.findings if NEW_ITEMS in one.implementations} == {"1"}


def test_events_without_a_time_are_counted_where_a_window_leaves_them_out(hunt_over: Hunt) -> None:
    run = hunt_over([SPAWN | {"time": None}])
    assert named(run, "Main Pattern").matched == 1
    assert named(run, NEW_ITEMS).matched == 0
    assert [one.count for one in named(run, NEW_ITEMS).diagnostics if one.code == "RUN-T1"] == [1]


def test_twins_that_differ_name_the_event_the_clause_and_the_value(hunt_over: Hunt) -> None:
    unsigned_but_named = LOAD | {"Signature": "Foo Corp"}
    run = hunt_over([LOAD, unsigned_but_named, SPAWN])
    main, spawn, load = run.analytics[0].twins
    assert main.agree
    assert spawn.agree
    assert not load.agree
    (difference,) = load.only_spl
    assert (difference.clause, difference.value) == ("signer == null", "Foo Corp")
    finding = next(one for one in run.findings if one.id == difference.finding)
    assert finding.native["Signature"] == "Foo Corp"
    assert "CAR-2019-04-002/D16" in codes(run, "Loading unsigned images")


def test_the_hole_is_always_named_and_gone_in_the_corrected_reading(hunt_over: Hunt) -> None:
    assert "CAR-2019-04-002/D02" in codes(hunt_over([PLAIN]), NEW_ITEMS)
    corrected = codes(hunt_over([PLAIN], reading="corrected"), NEW_ITEMS)
    assert "CAR-2019-04-002/D02" not in corrected
    assert "RUN-C1" in corrected


def test_a_discrepancy_counts_the_events_it_affects(hunt_over: Hunt) -> None:
    hidden = LOAD | {"ImageLoaded": r"C:\Windows\Temp\x.dll"}
    run = hunt_over([hidden, hidden | {"ImageLoaded": r"C:\Windows\Tasks\y.dll"}, LOAD])
    counts = {one.code: one.count for one in named(run, "Loading unsigned images").diagnostics}
    assert counts["CAR-2019-04-002/D19"] == 2
    assert "CAR-2019-04-002/D18" not in counts


def test_the_alias_that_served_is_named(hunt_over: Hunt) -> None:
    run = hunt_over([SPAWN])
    assert "SPL-A1" in codes(run, "Spawning child processes")
    assert "SPL-A1" not in codes(run, "Main Pattern")
    table = named(run, "Spawning child processes").table
    assert table is not None
    assert table.rows[0][1] == ("H1",)


def test_without_signature_fields_unsigned_is_unknown_not_true(hunt_over: Hunt) -> None:
    bare = {name: LOAD[name] for name in ("EventCode", "Image", "ImageLoaded")}
    run = hunt_over([bare, PLAIN])
    assert not run.findings
    assert (run.status, run.exit_status) == ("partial", 4)
    for name in ("Loading unsigned images", "Loading unsigned images - pseudocode"):
        assert len(named(run, name).not_judged) == 1
        assert "RUN-J1" in codes(run, name)
    (host,) = run.hosts
    judged = {name for _, name in host.judged}
    assert "Main Pattern" in judged
    assert "Loading unsigned images" not in judged


def test_a_file_that_carries_signatures_somewhere_is_judged(hunt_over: Hunt) -> None:
    bare = {name: LOAD[name] for name in ("EventCode", "Image", "ImageLoaded")}
    run = hunt_over([bare, LOAD | {"Signature": "Foo", "Signed": "true"}])
    assert [one.native["ImageLoaded"] for one in run.findings] == [LOAD["ImageLoaded"]]
    assert run.findings[0].implementations == ("Loading unsigned images - pseudocode",)


def test_an_exact_repeat_is_one_event(hunt_over: Hunt) -> None:
    run = hunt_over([SPAWN, PLAIN])
    twice = hunt_over([SPAWN | {"RecordNumber": 5}, SPAWN | {"RecordNumber": 5}, PLAIN])
    assert named(run, "Main Pattern").matched == named(twice, "Main Pattern").matched == 1
    assert twice.evidence.files[0].duplicates == 1
    assert twice.evidence.files[0].events == 3
    table = named(twice, "Spawning child processes").table
    assert table is not None
    assert table.rows[0][3] == 1


def test_nothing_eligible_is_not_clean(hunt_over: Hunt) -> None:
    run = hunt_over([PLAIN | {"EventCode": 5}])
    assert (run.status, run.exit_status) == ("nothing-eligible", 3)
    assert run.reasons


def test_a_native_field_cannot_pose_as_the_system_part(hunt_over: Hunt) -> None:
    run = hunt_over([SPAWN | {"EventCode": 5, "EventData": "x", "Computer": "H9"}])
    assert run.status == "nothing-eligible"


def test_backfill_of_a_window_shorter_than_a_day_says_what_it_leaves_out(
    hunt_over: Hunt, tmp_path: Path
) -> None:
    hourly = tmp_path / "hourly.spl"
    hourly.write_text('EventCode=1 earliest=-1h latest=now ParentImage="*regsvr32.exe"')
    run = hunt_over(
        [SPAWN, SPAWN | {"time": "2024-06-14T23:30:00Z"}], analytics=(str(hourly),), backfill=True
    )
    result = run.analytics[0].implementations[0]
    assert (result.matched, result.outside_window) == (1, 1)


def test_alternatives_none_of_which_a_file_carries_are_not_judged(hunt_over: Hunt, tmp_path: Path) -> None:
    for number, text in enumerate(['CommandLin="*z*" OR Imag="*y*"', 'EventCode=1 | where Imag="z"']):
        search = tmp_path / f"{number}.spl"
        search.write_text(text)
        run = hunt_over([SPAWN | {"CommandLine": "c"}], analytics=(str(search),))
        assert (run.status, run.exit_status) == ("partial", 4), text


def test_one_broken_document_among_others_is_told(hunt_over: Hunt, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "typo.yaml").write_text("title: x\nimplementation: []\n")
    (tmp_path / "docs" / "other.yaml").write_text("title: x\n")
    (tmp_path / "docs" / "good.spl").write_text("EventCode=1")
    run = hunt_over([PLAIN], analytics=(str(tmp_path / "docs"), str(tmp_path / "docs" / "good.spl")))
    assert len(run.analytics) == 1
    assert run.status == "partial"
    assert "typo.yaml" in run.reasons[0]
    assert [Path(path).name for path in run.info.passed_over] == ["other.yaml"]


def test_a_window_that_ends_before_it_begins_is_told(hunt_over: Hunt, tmp_path: Path) -> None:
    search = tmp_path / "empty.spl"
    search.write_text("EventCode=1 earliest=-1d latest=-5d")
    run = hunt_over([PLAIN], analytics=(str(search),))
    assert "RUN-W1" in [one.code for one in run.analytics[0].implementations[0].diagnostics]


def test_relative_bounds_count_from_the_now_of_the_run(hunt_over: Hunt) -> None:
    run = hunt_over([SPAWN], earliest="-7d", latest="2024-06-15")
    assert named(run, "Main Pattern").matched == 1
    with pytest.raises(UsageError, match="--earliest is not before --latest"):
        hunt_over([SPAWN], earliest="2024-06-14T13:00:00Z", latest="-1d")


def test_duplicates_are_kept_or_counted_over_all_when_asked(hunt_over: Hunt) -> None:
    events = [SPAWN | {"RecordNumber": 5}] * 3 + [PLAIN | {"RecordNumber": 6}] * 2
    kept = hunt_over(events, keep_duplicates=True)
    assert named(kept, "Main Pattern").matched == 3
    assert len({one.id for one in kept.findings}) == 3
    table = named(kept, "Spawning child processes").table
    assert table is not None
    assert table.rows[0][3] == 3
    assert hunt_over(events).evidence.files[0].duplicates == 2
    assert hunt_over(events, count_all=True).evidence.files[0].duplicates == 3
