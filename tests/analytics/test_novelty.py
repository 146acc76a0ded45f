"""`--novel-over`: what is new by any implementation, on every day, and what the baseline does not know."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carhound.errors import UsageError
from carhound.findings.run import ImplementationResult, Run

Hunt = Callable[..., Run]
Fields = dict[str, Any]

START = datetime(2024, 2, 20, tzinfo=UTC)
CHILD = {
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
MAIN = "Main Pattern"
ANALYTIC = """\
title: Mine
id: CAR-0000-00-009
implementations:
  - name: Main
    type: splunk
    code: index=__your_sysmon_data__ EventCode=1 ParentImage="*regsvr32.exe"
  - name: Main - pseudocode
    type: pseudocode
    code: |-
      p = search Process:Create
      f = filter p where parent_image_path == "*regsvr32.exe"
      output f
  - name: By hand
    type: splunk
    code: |-
      index=__your_sysmon_data__ earliest=-1d@d latest=now EventCode=1 ParentImage="*regsvr32.exe"
      NOT [ search index=__your_sysmon_data__ earliest=-4d@d latest=-1d@d EventCode=1
        ParentImage="*regsvr32.exe"
      | dedup CommandLine | fields CommandLine ]
  - name: Since
    type: splunk
    code: earliest=2024-02-01 EventCode=1 ParentImage="*regsvr32.exe"
"""


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(ANALYTIC)
    return str(path)


def at(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def named(run: Run, name: str) -> ImplementationResult:
    return next(one for one in run.analytics[0].implementations if one.name == name)


def codes(run: Run, name: str) -> list[str]:
    return [one.code for one in named(run, name).diagnostics]


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 12 * 96).map(lambda quarter: START + timedelta(minutes=15 * quarter)),
        st.sampled_from(["a", "A", "b", "c*", "cx", None]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS, st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]), st.booleans())
def test_it_is_the_search_written_by_hand_and_a_plain_account(
    hunt_over: Hunt, mine: str, events: list[tuple[datetime, str | None]], tz: str, backfill: bool
) -> None:
    records = [
        CHILD | {"time": at(time), "ProcessGuid": str(number)} | ({} if key is None else {"CommandLine": key})
        for number, (time, key) in enumerate(events)
    ]
    run = hunt_over(records, analytics=(mine,), tz=tz, backfill=backfill, novel_over="3d")
    assert named(run, "Main").findings == named(run, "By hand").findings
    assert named(run, "Main").findings == named(run, "Main - pseudocode").findings
    assert run.analytics[0].twins[0].agree
    new = {one.native["ProcessGuid"] for one in run.findings if "Main" in one.implementations}
    assert new == plainly_new(events, ZoneInfo(tz), backfill=backfill)


def plainly_new(events: list[tuple[datetime, str | None]], zone: ZoneInfo, *, backfill: bool) -> set[str]:
    """By calendar days alone: an event is new on its day, or yesterday, if no earlier day knew its key."""

    def day(time: datetime) -> int:
        return time.astimezone(zone).date().toordinal()

    def known(key: str | None, today: int) -> bool:
        before = {text for time, text in events if text is not None and today - 4 <= day(time) <= today - 2}
        return key is not None and any(
            key.lower() == one.lower() or (one == "c*" and key.startswith("c")) for one in before
        )

    newest = max(time for time, _ in events)
    # A run at the end of a day is one at midnight: its yesterday is that day.
    runs = {day(time) + 1 for time, _ in events} if backfill else {day(newest)}
    return {
        str(number)
        for number, (time, key) in enumerate(events)
        for today in runs
        if today - 1 <= day(time) <= today and not (backfill and day(time) == today) and not known(key, today)
    }


def test_the_published_one_keeps_its_own_baseline(hunt_over: Hunt) -> None:
    events = [CHILD | {"time": f"2024-01-0{day}T10:00:00Z", "CommandLine": "a"} for day in (1, 5)]
    run = hunt_over(events, novel_over="30d")
    assert named(run, "New items since last month").matched == 1
    assert "RUN-N2" in codes(run, "New items since last month")
    assert named(run, MAIN).matched == 0
    assert "RUN-N1" in codes(run, MAIN)
    corrected = hunt_over(events, novel_over="30d", reading="corrected")
    assert named(corrected, "New items since last month").findings == named(corrected, MAIN).findings


def test_module_loads_are_told_apart_by_the_module(hunt_over: Hunt) -> None:
    events = [
        LOAD | {"time": "2024-01-01T10:00:00Z", "CommandLine": "1"},
        LOAD | {"time": "2024-01-09T10:00:00Z", "CommandLine": "2"},
        LOAD | {"time": "2024-01-09T10:00:00Z", "ImageLoaded": r"C:\Temp\y.dll", "CommandLine": "1"},
    ]
    run = hunt_over(events, novel_over="30d")
    assert [one.native["ImageLoaded"] for one in run.findings] == [r"C:\Temp\y.dll"]
    assert run.analytics[0].twins[-1].agree


def test_what_states_an_absolute_beginning_says_that_it_is_not_compared(hunt_over: Hunt, mine: str) -> None:
    run = hunt_over([CHILD | {"CommandLine": "a"}], analytics=(mine,), novel_over="3d")
    assert "RUN-N3" in codes(run, "Since")


def test_a_normal_form_folds_and_both_values_are_shown(hunt_over: Hunt) -> None:
    events = [
        CHILD | {"time": "2024-01-01T10:00:00Z", "CommandLine": "cmd /c 1"},
        CHILD | {"time": "2024-01-09T10:00:00Z", "CommandLine": "cmd /c 2"},
        CHILD | {"time": "2024-01-09T11:00:00Z", "CommandLine": "cmd /k 3"},
        CHILD | {"time": "2023-11-09T11:00:00Z", "CommandLine": "cmd /k 4"},
    ]
    run = hunt_over(events, novel_over="30d", key=("normal_command_line",))
    (found,) = [one for one in run.findings if MAIN in one.implementations]
    assert found.native["CommandLine"] == "cmd /k 3"
    assert found.prevalence is not None
    assert (found.prevalence.key, found.prevalence.folded) == (("cmd /k <n>",), 2)
    assert (found.prevalence.hosts, found.prevalence.days) == (1, 2)
    assert found.implementations[:2] == (MAIN, f"{MAIN} - pseudocode")


def test_a_key_that_car_does_not_have_is_named(hunt_over: Hunt) -> None:
    events = [CHILD | {"time": f"2024-01-0{day}T10:00:00Z", "Hashes": "MD5=1"} for day in (1, 5)]
    run = hunt_over(events, novel_over="30d", key=("Hashes",))
    assert named(run, MAIN).matched == 0
    assert named(run, f"{MAIN} - pseudocode").matched == 2
    assert "RUN-K1" in codes(run, f"{MAIN} - pseudocode")


def test_a_key_that_no_match_carries_is_named_with_the_nearest(hunt_over: Hunt) -> None:
    run = hunt_over([CHILD | {"CommandLine": "a"}], key=("Commandline",), novel_over="2d")
    remark = next(one for one in named(run, MAIN).diagnostics if one.code == "RUN-N4")
    assert remark.hint is not None
    assert "did you mean CommandLine?" in remark.hint


def test_a_finding_says_how_common_its_key_is_whatever_the_window(hunt_over: Hunt) -> None:
    events = [
        CHILD | {"time": "2024-01-01T10:00:00Z", "CommandLine": "a", "Hostname": "H2"},
        CHILD | {"time": "2024-01-09T10:00:00Z", "CommandLine": "A"},
        CHILD | {"time": "2024-01-09T11:00:00Z"},
    ]
    run = hunt_over(events)
    lacking, known, _ = run.findings
    assert lacking.prevalence is None
    assert known.prevalence is not None
    assert (known.prevalence.fields, known.prevalence.hosts, known.prevalence.days) == (
        ("CommandLine",),
        2,
        2,
    )
    assert known.prevalence.first == datetime(2024, 1, 1, 10, tzinfo=UTC)


def test_a_baseline_says_which_days_and_hosts_it_knows_nothing_of(hunt_over: Hunt) -> None:
    other = {"EventCode": 1, "Image": r"C:\a.exe", "ParentImage": r"C:\b.exe"}
    events = [
        other | {"time": "2024-01-03T10:00:00Z"},
        other | {"time": "2024-01-04T10:00:00Z"},
        CHILD | {"time": "2024-01-06T10:00:00Z", "CommandLine": "a"},
        CHILD | {"time": "2024-01-06T11:00:00Z", "CommandLine": "b", "Hostname": "H2"},
    ]
    run = hunt_over(events, novel_over="3d")
    main, baseline = named(run, MAIN).windows
    assert main.silence is None
    assert baseline.silence is not None
    # The baseline is the 2nd, 3rd and 4th of January; H1 sent on two of them, H2 on none.
    assert (baseline.silence.days, baseline.silence.without_any) == (3, 1)
    assert [(host.computer, host.days) for host in baseline.silence.hosts] == [("H2", 3), ("H1", 1)]
    remark = next(one for one in named(run, MAIN).diagnostics if one.code == "RUN-S1")
    assert "H2 (3 of 3 days), H1 (1 of 3 days)" in remark.message


def test_of_a_backfill_the_worst_silence_of_a_host_is_told(hunt_over: Hunt) -> None:
    events = [CHILD | {"time": f"2024-01-0{day}T10:00:00Z", "CommandLine": str(day)} for day in (3, 4, 5)]
    run = hunt_over(events, novel_over="2d", backfill=True)
    remark = next(one for one in named(run, MAIN).diagnostics if one.code == "RUN-S1")
    assert "H1 (2 of 2 days)" in remark.message
    silences = [window.silence for window in named(run, MAIN).windows if window.role == "baseline"]
    assert [one.without_any for one in silences if one is not None] == [2, 0]


@pytest.mark.parametrize("days", ["", "0d", "30", "-3d", "4000d", "30h"])
def test_what_is_no_number_of_days_is_refused(hunt_over: Hunt, days: str) -> None:
    with pytest.raises(UsageError, match="not a number of days"):
        hunt_over([CHILD], novel_over=days)


def test_a_range_of_the_callers_is_refused_beside_it(hunt_over: Hunt) -> None:
    with pytest.raises(UsageError, match="would change nothing"):
        hunt_over([CHILD], novel_over="3d", earliest="2024-01-01")
