"""Lengths of time cut time into bins that begin where Splunk's time modifiers snap to."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.model.time_spans import TimeSpan, parse_time_span
from carhound.model.windows import resolve_time

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from([UTC, NEW_YORK, ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")])
TIMES = st.datetimes(datetime(1901, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@given(TIMES, ZONES, st.sampled_from(["d", "w", "mon", "q", "y"]))
def test_one_unit_of_the_calendar_begins_where_times_snap_to(
    time: datetime, zone: ZoneInfo, unit: str
) -> None:
    begins = TimeSpan(1, unit).start(time.timestamp(), zone)
    assert begins == resolve_time(f"@{unit}", time, zone).timestamp()


@given(TIMES, ZONES, st.integers(0, 6))
def test_weeks_may_begin_on_any_day(time: datetime, zone: ZoneInfo, weekday: int) -> None:
    begins = TimeSpan(1, "w", weekday).start(time.timestamp(), zone)
    assert begins == resolve_time(f"@w{weekday}", time, zone).timestamp()


@given(TIMES, st.integers(1, 100), st.sampled_from([("s", 1), ("m", 60), ("h", 3600)]), ZONES)
def test_shorter_ones_are_counted_from_1970(
    time: datetime, count: int, unit: tuple[str, int], zone: ZoneInfo
) -> None:
    length = count * unit[1]
    begins = TimeSpan(count, unit[0]).start(time.timestamp(), zone)
    assert begins % length == 0
    assert timedelta() <= time - datetime.fromtimestamp(begins, UTC) < timedelta(seconds=length)


@given(TIMES, TIMES, st.integers(1, 9), st.sampled_from(["h", "d", "w", "mon", "q", "y"]), ZONES)
def test_later_times_never_fall_into_earlier_bins(
    one: datetime, other: datetime, count: int, unit: str, zone: ZoneInfo
) -> None:
    span = TimeSpan(count, unit)
    starts = [span.start(time.timestamp(), zone) for time in sorted((one, other))]
    assert starts == sorted(starts)
    assert span.start(starts[0], zone) == starts[0]


def test_days_across_a_change_of_clocks() -> None:
    # The clocks of New York went forward on 2024-03-10, so that day had 23 hours.
    noons = [datetime(2024, 3, day, 12, tzinfo=NEW_YORK) for day in (9, 10, 11)]
    starts = [TimeSpan(1, "d").start(noon.timestamp(), NEW_YORK) for noon in noons]
    assert [datetime.fromtimestamp(start, UTC).hour for start in starts] == [5, 5, 4]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("5m", TimeSpan(5, "m")),
        ("d", TimeSpan(1, "d")),
        ("12hours", TimeSpan(12, "h")),
        ("2qtr", TimeSpan(2, "q")),
        ("1w@w1", TimeSpan(1, "w", 1)),
        ("1w@w7", TimeSpan(1, "w", 0)),
        ("1d@d", TimeSpan(1, "d")),
        ("10ms", TimeSpan(10, "ms")),
        ("", None),
        ("5", None),
        ("0m", None),
        ("1d@h", None),
        ("1d@d3", None),
        ("1fortnight", None),
        ("9999999999d", None),
    ],
)
def test_how_they_are_written(text: str, span: TimeSpan | None) -> None:
    assert parse_time_span(text) == span


def test_beyond_the_calendar() -> None:
    with pytest.raises(OverflowError):
        TimeSpan(1, "d").start(1e14, UTC)
