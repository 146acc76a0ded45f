"""What was found in a lake is remembered, and asked without a look at all of it."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carhound.lake import history
from carhound.lake.history import History, Match
from carhound.model.windows import NO_BOUNDS, Window

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def match(sequence: int, key: str = "a", time: datetime | None = NOON, wild: bool = False) -> Match:
    return Match(sequence, time, "ws1", "a.evtx", "Sysmon", key, None, wild, b"%d" % sequence)


@pytest.fixture
def known(tmp_path: Path) -> History:
    found = History(tmp_path / "history.sqlite")
    days = [match(number, f"{number % 2}", NOON + timedelta(number)) for number in range(1, 5)]
    found.remember_matches("one", 0, 1, [*days, match(5, "x", None), match(6, "*", NOON, wild=True)])
    found.remember_matches("two", 0, 1, [match(2)])
    return found


def test_matches_come_in_the_order_of_ingestion_with_their_records(known: History) -> None:
    assert [one.sequence for one in known.matches("one")] == [1, 2, 3, 4, 5, 6]
    window = Window(NOON + timedelta(2), NOON + timedelta(4))
    assert [(one.sequence, one.record) for one in known.matches("one", window)] == [(2, b"2"), (3, b"3")]


def test_the_latest_of_a_key_and_all_patterns_are_looked_up(known: History) -> None:
    assert [one.sequence for one in known.with_keys("one", NO_BOUNDS, ["1"])] == [3, 6]
    before = Window(None, NOON + timedelta(3))
    assert [one.sequence for one in known.with_keys("one", before, ["1", "none"])] == [1, 6]


def test_an_event_that_two_topics_know_is_kept_once(known: History) -> None:
    assert known.matches("two")[0].record == b"2"
    with sqlite3.connect(known.path) as base:
        assert base.execute("SELECT count(*) FROM record").fetchone() == (6,)


def test_a_memory_of_an_earlier_version_is_made_anew(known: History) -> None:
    known.close()
    with sqlite3.connect(known.path) as base:
        base.execute("PRAGMA user_version = 1")
        base.execute("DROP TABLE record")
    base.close()
    found = History(known.path)
    assert found.covered("one") == 0
    found.remember_matches("one", 0, 1, [match(1)])
    assert [one.sequence for one in found.matches("one")] == [1]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("_MATCHES", "match_by_time"),
        ("_LATEST", "match_by_key"),
        ("_WILD", "match_wild"),
        ("_SIGHTINGS", "match_by_key"),
        ("_BY_FILE", "COVERING INDEX match_by_file"),
        ("_COUNT", "COVERING INDEX match_by_time"),
        ("_PRESENT", "COVERING INDEX present_by_topic"),
    ],
)
def test_questions_are_answered_by_an_index(known: History, query: str, index: str) -> None:
    text = getattr(history, query)
    with sqlite3.connect(known.path) as base:
        steps = base.execute(f"EXPLAIN QUERY PLAN {text}", (1,) * text.count("?")).fetchall()  # noqa: S608
    assert index in steps[0][3]
