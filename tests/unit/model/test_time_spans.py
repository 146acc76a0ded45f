"""Spans of time begin where the calendar of a zone says."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.model.time_spans import TimeSpan, fitting, read_time_span

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "moment", "start"),
    [
        ("10m", "2024-06-15T10:19:59", "2024-06-15T10:10:00"),
        ("1h", "2024-06-15T10:19:59", "2024-06-15T10:00:00"),
        ("1d", "2024-06-15T10:19:59", "2024-06-14T22:00:00"),  # midnight in Berlin in summer
        ("1d", "2024-01-15T23:30:00", "2024-01-15T23:00:00"),
        ("1w", "2024-06-15T10:00:00", "2024-06-12T22:00:00"),  # a Saturday, in the week from Thursday
        ("1mon", "2024-03-31T22:30:00", "2024-03-31T22:00:00"),  # April in Berlin
        ("1q", "2024-06-15T10:00:00", "2024-03-31T22:00:00"),
        ("y", "2024-06-15T10:00:00", "2023-12-31T23:00:00"),
        ("1h", "1969-12-31T23:59:59", "1969-12-31T23:00:00"),
        ("99999y", "1969-12-31T12:00:00", "0001-01-01T00:00:00"),
    ],
)
def test_where_a_span_begins(span: str, moment: str, start: str) -> None:
    read = read_time_span(span)
    assert read is not None
    assert read.start(at(moment), BERLIN) == at(start)


def test_days_are_those_of_the_calendar_where_clocks_change() -> None:
    days = list(TimeSpan(1, "d").starts(at("2024-03-30T12:00:00"), at("2024-04-01T12:00:00"), BERLIN))
    assert [later - one for one, later in itertools.pairwise(days)] == [
        timedelta(hours=24),
        timedelta(hours=23),
    ]


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2050, 1, 1)).map(lambda one: one.replace(tzinfo=UTC)),
    st.timedeltas(timedelta(), timedelta(days=3)),
    st.builds(TimeSpan, st.integers(1, 50), st.sampled_from(["m", "h", "d", "w", "mon", "q", "y"])),
    st.sampled_from([UTC, BERLIN, ZoneInfo("Asia/Kathmandu")]),
)
def test_every_time_is_in_one_of_the_spans_counted(
    first: datetime, length: timedelta, span: TimeSpan, zone: ZoneInfo
) -> None:
    starts = list(span.starts(first, first + length, zone))
    assert len(starts) == span.count(first, first + length, zone)
    assert starts == sorted(set(starts))
    assert starts[0] <= first
    assert starts[-1] <= first + length
    for one in (first, first + length / 2, first + length):
        assert span.start(one, zone) == max(start for start in starts if start <= one)


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
    assert str(fitting(first, first + length - timedelta(microseconds=1), UTC, 100)) == span


@pytest.mark.parametrize("text", ["", "0h", "-1h", "1fortnight", "1h@h", "1.5h", "999999d", "h1", "²h"])
def test_what_is_no_span(text: str) -> None:
    assert read_time_span(text) is None
