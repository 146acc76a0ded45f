"""Record ids of a log: held against plain counting, and the ways in which a log can lie."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from carhound.findings import record_ids
from carhound.findings.record_ids import RecordIds, RecordTracker

START = datetime(2024, 6, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def told(records: list[tuple[int, datetime | None]]) -> RecordIds:
    tracker = RecordTracker()
    for number, time in records:
        tracker.add(number, time)
    seen = tracker.seen()
    assert seen is not None
    return seen


@given(st.data())
def test_missing_records_are_those_that_plain_counting_misses_in_any_order(data: st.DataObject) -> None:
    ids = data.draw(st.sets(st.integers(1, 60), min_size=1))
    copies = data.draw(st.lists(st.sampled_from(sorted(ids)), max_size=10))
    read = data.draw(st.permutations(sorted(ids) + copies))
    seen = told([(number, at(number)) for number in read])
    absent = [number for number in range(min(ids), max(ids) + 1) if number not in ids]
    assert (seen.first, seen.last, seen.present) == (min(ids), max(ids), len(ids))
    assert seen.repeats == len(copies)
    assert seen.missing == len(absent)
    assert seen.exact
    assert not seen.restarts
    assert seen.jumps == 0
    holes = [number for number in absent if number - 1 in ids]
    assert seen.holes == len(holes) == len(seen.gaps) or len(holes) > 20
    assert sum(gap.missing for gap in seen.gaps) == len(absent) or len(holes) > 20
    assert [gap.missing for gap in seen.gaps] == sorted((gap.missing for gap in seen.gaps), reverse=True)
    for gap in seen.gaps:
        assert gap.after in ids
        assert gap.before in ids
        assert (gap.last, gap.next) == (at(gap.after), at(gap.before))


def test_a_clock_set_back_is_told_once_in_either_order_of_reading() -> None:
    records = [(number, at(number if number <= 10 else number - 120)) for number in range(1, 21)]
    for read in (records, records[::-1]):
        seen = told(read)
        assert seen.jumps == 1
        (jump,) = seen.largest_jumps
        assert (jump.record, jump.was, jump.became) == (11, at(10), at(-109))
        assert seen.missing == 0


def test_a_little_disorder_is_no_clock_set_back() -> None:
    assert told([(1, at(5)), (2, at(0)), (3, at(6))]).jumps == 0
    assert told([(1, at(5.1)), (2, at(0))]).jumps == 1


def test_a_machine_set_back_to_a_snapshot_uses_ids_again() -> None:
    before = [(number, at(number)) for number in range(1, 101)]
    after = [(number, at(number + 5000)) for number in range(51, 81)]
    seen = told(before + after)
    assert [(one.record, one.time) for one in seen.restarts] == [(51, at(5051))]
    assert (seen.present, seen.missing, seen.repeats, seen.jumps) == (130, 0, 0, 0)
    again = told(before + after + before + after)
    assert (again.present, again.repeats, len(again.restarts)) == (130, 130, 1)


def test_a_log_made_anew_counts_from_one_again() -> None:
    seen = told([(5000 + n, at(n)) for n in range(10)] + [(1 + n, at(600 + n)) for n in range(10)])
    assert [one.record for one in seen.restarts] == [1]
    assert seen.missing == 0


def test_most_records_missing_looks_filtered() -> None:
    assert told([(number * 10, at(number)) for number in range(1, 9)]).filtered
    assert not told([(1, at(1)), (2, at(2)), (4, at(4))]).filtered


def test_memory_is_bounded_and_the_number_is_then_said_to_be_inexact() -> None:
    many = record_ids._MOST_RUNS + 500
    tracker = RecordTracker()
    for number in range(many):
        tracker.add(number * 2, at(number))
    assert sum(len(line.runs) for line in tracker._lines) <= record_ids._MOST_RUNS
    seen = tracker.seen()
    assert seen is not None
    assert not seen.exact
    assert (seen.present, seen.missing) == (many, many - 1)


@given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.datetimes(timezones=st.just(UTC)))))
def test_no_order_at_all_is_never_a_crash(records: list[tuple[int, datetime | None]]) -> None:
    tracker = RecordTracker()
    for number, time in records:
        tracker.add(number, time)
    seen = tracker.seen()
    assert (seen is None) == (not records)
    if seen is not None:
        assert seen.missing >= 0
        assert seen.present + seen.repeats == len(records)
