"""What a lake remembers: windows, keys, quarters of an hour, and runs side by side."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.errors import LakeError
from carhound.lake.history import History, Match, Sent
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.presence import quarter_of
from carhound.model.windows import NO_BOUNDS, Window
from carhound.pipeline.lakes.topics import Eligible, Matching, keyed_subsearches
from carhound.plan.predicates import Field
from carhound.plan.stems import stems

NOON = datetime(2024, 6, 14, 12, tzinfo=UTC)
TIMES = st.none() | st.datetimes(datetime(1969, 12, 30), datetime(1970, 1, 3), timezones=st.just(UTC))


def match(sequence: int, time: datetime | None = NOON, **changes: Any) -> Match:
    about = {"computer": "H", "file": "f", "source": "s", "key": "k", "raw": None, "wild": False}
    return Match(sequence, time, **{**about, **changes}, record=b"[]")


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite")


@given(st.lists(TIMES, max_size=6), st.none() | TIMES, st.none() | TIMES)
def test_windows_and_quarters(times: list[datetime | None], first: Any, last: Any) -> None:
    history, window = History(Path(":memory:")), Window(first, last)
    found = [match(number, time, computer=str(number)) for number, time in enumerate(times)]
    history.remember_matches("t", 0, 1, found)
    assert history.matches("t", window) == [one for one in found if window.contains(one.time)]
    timed = [time for time in times if time is not None]
    assert history.quarters_since("t", 0) == sorted({quarter_of(time) for time in timed})
    assert sum(history.count_by_file("t").values()) == len(times)
    assert sum(history.count_by_file("t", timeless=True).values()) == len(times) - len(timed)
    history.remember_present("p", 0, 1, [("H", quarter_of(time)) for time in timed])
    start = None if first is None else quarter_of(first)
    end = None if last is None else quarter_of(last - timedelta.resolution)
    expected = {
        one
        for one in map(quarter_of, timed)
        if (start is None or one >= start) and (end is None or one <= end)
    }
    assert history.present("p", window).get("H", set()) == expected
    history.close()


def test_the_latest_of_each_key_that_counts(history: History) -> None:
    found = [
        match(1, key="a"),
        match(2, NOON + timedelta(hours=1), key="a"),
        match(3, NOON + timedelta(hours=2), key="a", file="blind"),
        match(4, key="b"),
        match(5, key="x*", wild=True),
        match(6, key=None),
        match(7, NOON + timedelta(days=9), key="a"),
    ]
    history.remember_matches("t", 0, 1, found)
    window = Window(NOON, NOON + timedelta(days=1))
    told = history.with_keys("t", window, ["a", "a", "none"], lambda one: one.file != "blind")
    assert [one.sequence for one in told] == [2, 5]
    assert history.with_key("t") is not None
    assert history.with_key("other") is None


def test_a_step_is_taken_once(history: History) -> None:
    other = History(history._file.path)
    history.remember_matches("t", 0, 1, [match(1)])
    other.remember_matches("t", 0, 1, [match(1)])
    assert [one.sequence for one in other.matches("t")] == [1]
    history.remember_matches("t", 1, 2, [match(2)])
    assert [one.sequence for one in other.matches("t")] == [1, 2]
    assert (other.covered("t"), other.newest()) == (2, 2)


def test_what_is_forgotten(history: History) -> None:
    midnight = datetime(2024, 6, 15, tzinfo=UTC)
    later = match(2, midnight)
    history.remember_matches("t", 0, 1, [match(1), later, match(3, None)])
    history.remember_present("p", 0, 1, [("H", quarter_of(NOON)), ("H", quarter_of(midnight))])
    history.remember_sent("s", 0, 1, [Sent("f", None, None, None, None, None, 1, 0, NOON, NOON)])
    history.forget(midnight)
    assert [one.sequence for one in history.matches("t")] == [2, 3]
    assert history.present("p") == {"H": {quarter_of(midnight)}}
    assert (history.sent("s"), history.covered("s"), history.covered("t")) == ([], 0, 1)
    history.remember_matches("t", 1, 2, [match(4)])
    history.forget(midnight)
    assert [one.sequence for one in history.matches("t", NO_BOUNDS)] == [2, 3, 4], "it came afterwards"


def test_files_that_are_no_memory(tmp_path: Path, history: History) -> None:
    path = tmp_path / "other.sqlite"
    path.write_bytes(b"something else " * 100)
    with pytest.raises(LakeError, match="cannot use the lake's memory"):
        History(path)
    with history._file.transaction() as run:
        run("PRAGMA user_version = 99")
    with pytest.raises(LakeError, match="newer carhound"):
        History(history._file.path)
    with pytest.raises(LakeError) as told:
        History(tmp_path / "nowhere" / "history.sqlite")
    assert "delete" not in str(told.value.hint)


def names(text: str) -> list[str]:
    plan = compile_spl(Source(text, "t")).plan
    return [Matching(stem, ()).name for stem in stems(plan)] + [Eligible(stems(plan)[0]).name]


def test_names_of_questions() -> None:
    texts = [
        "EventCode=1 a", "EventCode=1 b", "EventCode=1 a b", "EventCode=1 (a OR b)", "EventCode=1 NOT a",
        "EventCode=1 Image=a", "EventCode=1 Image!=a", "EventCode=1 image=a", 'EventCode=1 Image="a*"',
        "index=sysmon EventCode=1 a",
    ]  # fmt: skip
    found = [names(text)[0] for text in texts]
    assert len(set(found)) == len(texts)
    assert names("   EventCode=1    a") == names("EventCode=1 a")
    assert names("EventCode=1 a earliest=-3d") == names("EventCode=1 a"), "windows are put to the answer"
    assert len({names(text)[1] for text in texts[:-1]}) == 1
    stem = stems(compile_spl(Source(texts[0], "t")).plan)[0]
    keys = [(), (Field("Image"),), (Field("Image", "car"),), (Field("Image"), Field("User"))]
    assert len({Matching(stem, key).name for key in keys}) == len(keys)


@pytest.mark.parametrize(
    ("inner", "keyed"),
    [
        ("dedup CommandLine | fields CommandLine", True),
        ("dedup CommandLine Image | table Image CommandLine", True),
        ("dedup CommandLine | fields CommandLine _time", True),
        ("dedup CommandLine Image | fields CommandLine", False),
        ("dedup CommandLine | fields CommandLine Image", False),
        ("dedup CommandLine | fields Comm*", False),
        ("dedup CommandLine | fields - Image", False),
        ("dedup CommandLine | head 3 | fields CommandLine", False),
        ("sort CommandLine | dedup CommandLine | fields CommandLine", False),
        ("fields CommandLine", False),
    ],
)
def test_subsearches_that_only_ask_for_a_key(inner: str, keyed: bool) -> None:
    plan = compile_spl(Source(f"EventCode=1 NOT [ search EventCode=7 | {inner} ]", "t")).plan
    assert bool(keyed_subsearches(plan)) is keyed
