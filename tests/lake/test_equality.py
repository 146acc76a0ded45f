"""A lake says what the files say that were put into it."""

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from carhound.errors import LakeError, UsageError
from carhound.lake.store import Lake
from carhound.model.diagnostics import Source
from carhound.pipeline import Request, hunt, search
from carhound.pipeline.lakes.upkeep import expire
from carhound.pipeline.simulate import SimulationRequest, simulate

from ..analytics.conftest import as_nxlog
from .agreement import asked, assert_same, both, both_searches, filled, said

Write = Callable[[list[dict[str, Any]]], Path]
MAIN = {
    "EventCode": 1,
    "Image": r"C:\Windows\System32\cmd.exe",
    "ParentImage": r"C:\Windows\System32\regsvr32.exe",
}
MODULE = {"EventCode": 7, "Image": r"C:\Windows\System32\regsvr32.exe"}
NOW = "2024-06-15T13:00:00Z"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file of events for each call."""
    written: Iterator[int] = iter(range(10_000))

    def file(events: list[dict[str, Any]]) -> Path:
        path = tmp_path / f"evidence{next(written)}.jsonl"
        lines = (json.dumps(as_nxlog(one, number)) for number, one in enumerate(events, 1))
        path.write_text("".join(line + "\n" for line in lines))
        return path

    return file


@pytest.fixture(scope="session")
def truth(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "data" / "truth.json").read_text(encoding="utf-8"))
    return found


def border_events(truth: dict[str, Any]) -> list[dict[str, Any]]:
    """Every window case at once: each pair of events has a command line of its own."""
    cases = truth["new_items"]
    main = MAIN | {"time": cases["main_event"]["time"]}
    events = [main | {"CommandLine": f"edge {edge['time']}", "time": edge["time"]}
              for edge in cases["main_window_edges"]]  # fmt: skip
    for number, case in enumerate(cases["cases"]):
        events.append(MAIN | {"time": case["earlier"], "CommandLine": f"case {number}"})
        events.append(main | {"CommandLine": f"CASE {number}"})
    now = datetime.fromisoformat(cases["now"])
    for number, days in enumerate((10, 45)):
        before = MAIN | {"time": (now - timedelta(days=days)).isoformat()}
        events += [
            before | {"CommandLine": f"del {number} *"},
            main | {"CommandLine": f"DEL {number} C:\\x"},
            before | {"Image": "first"},
            main | {"Image": "first"},
        ]
    return events


OPTIONS: list[dict[str, Any]] = [
    {"reading": "published"},
    {"reading": "corrected"},
    {"tz": "Asia/Kolkata"},
    {"tz": "America/St_Johns", "reading": "corrected"},
    {"backfill": True},
    {"backfill": True, "tz": "Australia/Lord_Howe", "novel_over": "30d"},
    {"novel_over": "30d"},
    {"novel_over": "1d", "key": ("normal_command_line",)},
    {"novel_over": "60d", "key": ("Image", "CommandLine")},
    {"key": ("Nowhere",), "novel_over": "30d"},
    {"now": "2024-05-30T00:00:00Z", "novel_over": "30d"},
    {"earliest": "-2d", "latest": "now"},
]


def test_the_events_and_windows_of_the_truth(truth: dict[str, Any], write: Write, tmp_path: Path) -> None:
    files = [write([case["event"] for case in truth["events"]]), write(border_events(truth))]
    lake = filled(tmp_path / "lake", *files)
    for options in OPTIONS:
        runs = both(files, lake, **{"now": NOW} | options)
        assert_same(runs)
        assert runs[0].findings or "now" in options


def test_days_on_which_the_clocks_change(write: Write, tmp_path: Path) -> None:
    """Midnights of Berlin in the nights of 31 March and 27 October 2024, and of Beirut, which has none."""
    events = [
        MAIN | {"time": f"2024-{month}T{clock}Z", "CommandLine": f"c {number % 3}"}
        for number, (month, clock) in enumerate(
            (day, clock)
            for day in ("03-29", "03-30", "03-31", "10-26", "10-27")
            for clock in ("21:59:59.999", "22:00:00", "22:59:59.999", "23:00:00")
        )
    ]
    file = write(events)
    lake = filled(tmp_path / "lake", file)
    for tz in ("Europe/Berlin", "Asia/Beirut"):
        for now in ("2024-04-01T12:00:00Z", "2024-10-28T12:00:00Z"):
            for options in ({"novel_over": "1d"}, {"backfill": True, "reading": "corrected"}):
                assert_same(both([file], lake, tz=tz, now=now, **options))


def test_odd_events_and_events_without_a_time(write: Write, tmp_path: Path) -> None:
    odd = [
        MAIN | {"CommandLine": "a\0b"},
        MAIN | {"CommandLine": "\ud800"},
        MAIN | {"CommandLine": ["cmd one", "cmd two"]},
        MAIN | {"CommandLine": "CMD TWO"},
        MAIN | {"CommandLine": "cmd one; cmd two"},
        MAIN | {"time": "", "CommandLine": "when"},
        MAIN | {"CommandLine": "", "User": "CORP\\é"},
        MODULE | {"ImageLoaded": r"C:\x.dll"},
        MODULE | {"ImageLoaded": "\udfff.dll", "Signed": "false"},
    ]  # fmt: skip
    files = [write(odd), write(odd[-2:-1])]
    lake = filled(tmp_path / "lake", *files)
    for options in ({}, {"novel_over": "30d"}, {"key": ("User", "CommandLine")}):
        assert_same(both(files, lake, now="2024-06-14T23:00:00Z", **options), repeats=True)


def test_a_simulated_month(tmp_path: Path) -> None:
    scenarios = ("new-items-month", "unsigned-dll-user-folder", "squiblydoo-url")
    out = tmp_path / "month"
    files = [one.path for one in simulate(SimulationRequest(scenarios, str(out) + "/", hosts=0, seed=3))]
    lake = filled(tmp_path / "lake", *files)
    newest = hunt(asked(files)).info.now
    for back in (0, 12, 29):
        now = (newest - timedelta(days=back)).isoformat()
        for options in ({"reading": "corrected"}, {"novel_over": "30d", "tz": "Asia/Kolkata"}):
            assert_same(both(files, lake, now=now, **options))
    assert_same(both(files, lake, now=newest.isoformat(), backfill=True, reading="corrected"))


SEARCHES = [
    "EventCode=1",
    "EventCode=1 regsvr32.exe | sort 0 -_time CommandLine",
    "EventCode=1 | stats count dc(Image) values(CommandLine) by Computer | sort -count",
    "EventCode=1 | top limit=3 Image",
    "EventCode=1 | head 2 | table _time, CommandLine",
    'EventCode=1 | where len(CommandLine) > 3 AND like(Image, "%cmd.exe") | fields CommandLine',
    "EventCode=1 | dedup Image | rename Image AS what | table what",
    "EventCode=1 NOT [ search EventCode=1 latest=-1d@d | dedup CommandLine | fields CommandLine ]",
    "EventCode=1 process_name=cmd.exe | stats count by process_name",
]


def test_searches(truth: dict[str, Any], write: Write, tmp_path: Path) -> None:
    files = [write([case["event"] for case in truth["events"]]), write(border_events(truth))]
    lake = filled(tmp_path / "lake", *files)
    for spl in SEARCHES:
        for options in ({}, {"earliest": "-1d@d", "latest": "now"}):
            runs = both_searches(spl, files, lake, now=NOW, **options)
            assert runs[1].results == runs[0].results, spl
            assert runs[1].exit_status == runs[0].exit_status


def test_a_search_tells_of_events_without_a_time(write: Write, tmp_path: Path) -> None:
    file = write([MAIN | {"time": "", "CommandLine": "c"}, MAIN])
    lake = filled(tmp_path / "lake", file)
    for run in both_searches("EventCode=1", [file], lake, now=NOW, earliest="-1d"):
        remarks = [one for one in run.analytics[0].implementations[0].diagnostics if one.code == "RUN-T1"]
        assert [one.count for one in remarks] == [1]


def test_an_analytic_that_the_lake_has_no_columns_for(write: Write, tmp_path: Path) -> None:
    spl = tmp_path / "other.spl"
    spl.write_text('EventCode=1 Strange="x*" | stats count by Strange')
    files = [write([MAIN | {"Strange": "X1"}, MAIN]), write([MAIN | {"CommandLine": "c"}])]
    lake = filled(tmp_path / "lake", *files)
    runs = both(files, lake, analytics=(str(spl),), now=NOW)
    assert_same(runs)
    (result,) = runs[1].analytics[0].implementations
    assert (result.matched, result.not_judged) == (1, (str(files[1]),))


def test_what_arrives_later(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second hunt asks the new batch alone, and a late arrival makes known what looked new."""
    first = write([MAIN | {"time": "2024-06-14T12:00:00Z", "CommandLine": "c"}])
    late = write([MAIN | {"time": "2024-06-01T12:00:00Z", "CommandLine": "C", "Image": "x"}])
    lake = filled(tmp_path / "lake", first)
    options = {"now": NOW, "novel_over": "30d", "reading": "corrected"}
    assert_same(both([first], lake, **options))
    filled(lake, late)
    files, opened = Lake.files, []

    def watched(self: Lake, *given: Any, **named: Any) -> tuple[str, ...]:
        opened.append(found := files(self, *given, **named))
        return found

    monkeypatch.setattr(Lake, "files", watched)
    runs = both([first, late], lake, **options)
    assert_same(runs)
    assert [[Path(one).parent.name for one in found] for found in opened] == [["time_day=2024-06-01"]]
    opened.clear()
    assert_same(both([first, late], lake, **options))
    assert opened == []


def test_a_history_that_is_gone_or_older_or_of_another_lake(write: Write, tmp_path: Path) -> None:
    files = [write([MAIN | {"CommandLine": "a"}]), write([MAIN | {"CommandLine": "b"}])]
    spl = tmp_path / "search.spl"
    spl.write_text("EventCode=1 ParentImage=*regsvr32.exe")
    options = {"now": NOW, "analytics": (str(spl),)}
    lake = filled(tmp_path / "lake", files[0])
    assert_same(both(files[:1], lake, **options))
    shutil.copy(lake / "history.sqlite", tmp_path / "old.sqlite")
    filled(lake, files[1])
    expected = both(files, lake, **options)
    assert_same(expected)
    shutil.copy(lake / "history.sqlite", tmp_path / "newer.sqlite")
    (lake / "history.sqlite").unlink()
    assert_same(both(files, lake, **options))
    shutil.copy(tmp_path / "old.sqlite", lake / "history.sqlite")
    assert_same(both(files, lake, **options))
    other = filled(tmp_path / "other", files[1])
    shutil.copy(tmp_path / "newer.sqlite", other / "history.sqlite")
    assert_same(both(files[1:], other, **options))


def test_what_has_expired_is_not_told(write: Write, tmp_path: Path) -> None:
    old = write([MAIN | {"time": "2020-06-14T12:00:00Z", "CommandLine": "a"}])
    new = write([MAIN | {"time": datetime.now().astimezone().isoformat(), "CommandLine": "a"}])
    lake = filled(tmp_path / "lake", old, new)
    assert len(hunt(asked(lake=str(lake))).findings) == 2
    expire(lake, None, "30d")
    assert_same(both([new], lake, now=datetime.now().astimezone().isoformat()))
    filled(lake, write([MAIN | {"time": "2020-06-15T12:00:00Z", "CommandLine": "a"}]))
    assert len(hunt(asked(lake=str(lake))).findings) == 2, "what came later is told"


def test_two_hunts_at_once_on_a_fresh_history(write: Write, tmp_path: Path) -> None:
    file = write([MAIN | {"CommandLine": str(number)} for number in range(5)])
    lake = filled(tmp_path / "lake", file)
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: hunt(asked(lake=str(lake), now=NOW)), range(4)))
    expected = said(hunt(asked([file], now=NOW)))
    assert all(said(run) == expected for run in runs)


@pytest.mark.parametrize(
    "options",
    [{"hash": True}, {"mappings": ("m.yaml",)}, {"keep_duplicates": True}, {"count_all": True},
     {"archive_limits": ("size=1G",)}],
    ids=lambda options: next(iter(options)),
)  # fmt: skip
def test_options_about_files(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="is about files, and says nothing of a lake"):
        hunt(asked(lake=str(tmp_path), **options))


def test_neither_evidence_nor_a_lake() -> None:
    with pytest.raises(UsageError, match="no evidence was named") as told:
        search(Source("EventCode=1", "<search>"), Request((), ()))
    assert "--lake" in str(told.value.hint)
    with pytest.raises(UsageError, match="--catalog"):
        hunt(Request(("x",), (), catalog="c"))


def test_a_file_of_the_lake_that_is_missing(write: Write, tmp_path: Path) -> None:
    lake = filled(tmp_path / "lake", write([MAIN]))
    for path in lake.rglob("*.parquet"):
        path.unlink()
    for ask in (
        lambda: hunt(asked(lake=str(lake))),
        lambda: search(Source("EventCode=1", "<search>"), asked(lake=str(lake))),
    ):
        with pytest.raises(LakeError) as told:
            ask()
        assert told.value.hint


def test_the_public_logs(shared: Path, tmp_path: Path) -> None:
    """Small files of many shapes; where an event came in two, the lake has the first record alone."""
    found = (path for path in sorted((shared / "data").rglob("*")) if path.is_file())
    small = [path for path in found if path.stat().st_size < 40_000 and path.parent.name != "data"]
    lake = filled(tmp_path / "lake", *small)
    for options in ({}, {"backfill": True, "novel_over": "30d", "key": ("normal_command_line",)}):
        runs = both(small, lake, now="2022-01-01T00:00:00Z", **options)
        files, asked_lake = (said(run, repeats=True) for run in runs)
        assert asked_lake["findings"] == files["findings"]
        assert asked_lake["twins"] == files["twins"]
