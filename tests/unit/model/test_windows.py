"""Relative times and windows, as Splunk's "Time modifiers" page states them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.errors import UsageError
from carhound.model.windows import TimeRange, Window, resolve_time

NOW = datetime(2024, 6, 15, 13, 0, tzinfo=UTC)  # a Saturday
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", "2024-06-15T13:00"),
        ("now()", "2024-06-15T13:00"),
        ("-d@d", "2024-06-14T00:00"),
        ("-1d@d", "2024-06-14T00:00"),
        ("-30d@d", "2024-05-16T00:00"),
        ("-60d@d", "2024-04-16T00:00"),
        ("@d-2h", "2024-06-14T22:00"),
        ("-90m", "2024-06-15T11:30"),
        ("+1h@h", "2024-06-15T14:00"),
        ("@w0", "2024-06-09T00:00"),
        ("@w", "2024-06-09T00:00"),
        ("@w1", "2024-06-10T00:00"),
        ("@w6", "2024-06-15T00:00"),
        ("-1mon@mon", "2024-05-01T00:00"),
        ("-2q@q", "2023-10-01T00:00"),
        ("@y", "2024-01-01T00:00"),
        ("now-1d", "2024-06-14T13:00"),
        ("2024-06-01T12:30:00Z", "2024-06-01T12:30"),
        ("2024-06-01T12:30:00+02:00", "2024-06-01T10:30"),
        ("2024-06-01", "2024-06-01T00:00"),
        ("06/01/2024:12:30:00", "2024-06-01T12:30"),
        ("1717245000", "2024-06-01T12:30"),
    ],
)
def test_a_time_modifier_names_a_moment(text: str, expected: str) -> None:
    assert resolve_time(text, NOW, UTC) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        (NOW, "-d@d", "2024-06-14T04:00"),
        (NOW, "-60d@d", "2024-04-16T04:00"),
        (datetime(2024, 3, 20, 13, tzinfo=UTC), "-d@d", "2024-03-19T04:00"),
        (datetime(2024, 3, 20, 13, tzinfo=UTC), "-30d@d", "2024-02-19T05:00"),
        (datetime(2024, 3, 20, 13, tzinfo=UTC), "-60d@d", "2024-01-20T05:00"),
    ],
)
def test_days_are_calendar_days_of_the_zone(now: datetime, text: str, expected: str) -> None:
    assert resolve_time(text, now, NEW_YORK) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_hours_run_on_across_a_change_of_clocks() -> None:
    after_the_change = datetime(2024, 3, 10, 12, tzinfo=UTC)
    assert resolve_time("-24h", after_the_change, NEW_YORK) == datetime(2024, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "-d@", "-1x", "@w9", "1d", "-99999y", "25/25/2024:00:00:00"]
)
def test_anything_else_is_a_clear_error(text: str) -> None:
    with pytest.raises(UsageError, match="cannot read the time") as caught:
        resolve_time(text, NOW, UTC)
    assert caught.value.hint


def test_earliest_alone_ends_now_and_latest_alone_has_no_beginning() -> None:
    assert TimeRange("-d", None).resolve(NOW, UTC).latest == NOW
    assert TimeRange(None, "-d").resolve(NOW, UTC).earliest is None
    assert not TimeRange().resolve(NOW, UTC).bounded


@given(st.datetimes(timezones=st.just(UTC)) | st.none())
def test_a_window_holds_its_beginning_and_not_its_end(time: datetime | None) -> None:
    window = Window(NOW, NOW.replace(hour=14))
    assert window.contains(NOW)
    assert not window.contains(NOW.replace(hour=14))
    assert window.contains(time) == (time is not None and NOW <= time < NOW.replace(hour=14))
    assert Window().contains(time)


@given(st.text(alphabet="+-@0123456789smhdwqonyear:/TZ", max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        moment = resolve_time(text, NOW, NEW_YORK)
    except UsageError:
        return
    assert moment.utcoffset() is not None
