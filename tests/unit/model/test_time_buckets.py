"""A range cut into spans of time, in the calendar of a zone."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.model.time_buckets import fitting, starts
from carhound.model.time_spans import TimeSpan

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_days_are_those_of_the_calendar_where_clocks_change() -> None:
    days = list(starts(TimeSpan(1, "d"), at("2024-03-30T12:00:00"), at("2024-04-01T12:00:00"), BERLIN))
    assert [later - one for one, later in itertools.pairwise(days)] == [
        24 * 3600,
        23 * 3600,
    ]


@given(
    st.integers(-700_000_000, 2_500_000_000),
    st.integers(0, 300_000),
    st.builds(TimeSpan, st.integers(1, 50), st.sampled_from(["m", "h", "d", "w", "mon", "q", "y"])),
    st.sampled_from([UTC, BERLIN, ZoneInfo("Asia/Kathmandu")]),
)
def test_every_time_is_in_one_of_the_spans(first: int, length: int, span: TimeSpan, zone: ZoneInfo) -> None:
    last = first + length
    begin = list(starts(span, first, last, zone))
    assert begin == sorted(set(begin))
    assert begin[0] <= first
    assert begin[-1] <= last
    for one in (first, first + length // 2, last):
        assert span.start(one, zone) == max(start for start in begin if start <= one)


@given(
    st.integers(1970, 2040).map(lambda year: datetime(year, 1, 1, tzinfo=UTC).timestamp()),
    st.sampled_from([("d", 365, 366), ("w", 53, 54), ("mon", 12, 13), ("q", 4, 5), ("y", 1, 2)]),
    st.sampled_from([UTC, BERLIN, ZoneInfo("America/New_York")]),
)
def test_no_span_of_a_year_is_missing(first: float, unit: tuple[str, int, int], zone: ZoneInfo) -> None:
    name, least, most = unit
    assert least <= len(list(starts(TimeSpan(1, name), first, first + 365 * 86_400 - 1, zone))) <= most


def test_it_ends_with_the_calendar() -> None:
    assert list(starts(TimeSpan(9999, "y"), at("2024-01-01T00:00:00"), 1e15, UTC))


@pytest.mark.parametrize(
    ("length", "span"),
    [
        (timedelta(minutes=15), "10s"),
        (timedelta(minutes=60), "1m"),
        (timedelta(hours=4), "5m"),
        (timedelta(hours=24), "30m"),
        (timedelta(days=7), "1d"),
        (timedelta(days=30), "1d"),
        (timedelta(days=365), "1mon"),
    ],
)
def test_the_spans_that_splunk_documents(length: timedelta, span: str) -> None:
    first = at("2024-01-01T00:00:00")
    assert str(fitting(first, first + length.total_seconds() - 1e-6, UTC, 100)) == span
