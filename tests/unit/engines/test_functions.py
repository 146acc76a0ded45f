"""Functions held against other programs that do the same."""

import sqlite3
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from carhound.engines.interpreter.functions.conditional import like
from carhound.engines.interpreter.functions.mathematical import rounded
from carhound.engines.interpreter.functions.texts import substr
from carhound.model.time_formats import write_form
from carhound.model.time_reading import read_form

SQLITE = sqlite3.connect(":memory:")
SQLITE.execute("PRAGMA case_sensitive_like = 1")
TEXTS = st.text("abé%_", max_size=6)
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(2068, 12, 31), timezones=st.just(UTC))
NEW_YORK = ZoneInfo("America/New_York")
NUMERIC = "%Y-%m-%d %H:%M:%S %I %p %j %y %a %A %b %B %w %u %U %W %V %G %%"


@given(TEXTS, st.integers(-8, 8), st.none() | st.integers(-8, 8))
def test_substr_is_that_of_sqlite(text: str, start: int, length: int | None) -> None:
    places = [start] if length is None else [start, length]
    (expected,) = SQLITE.execute(f"SELECT substr(?{', ?' * len(places)})", [text, *places]).fetchone()
    assert substr(text, *map(str, places)) == expected


@given(TEXTS, TEXTS)
def test_like_is_that_of_sqlite(text: str, pattern: str) -> None:
    (expected,) = SQLITE.execute("SELECT ? LIKE ?", [text, pattern]).fetchone()
    assert like(text, pattern) is bool(expected)


@given(st.integers(-(10**6), 10**6), st.integers(0, 3))
def test_round_goes_half_away_from_zero(thousandths: int, digits: int) -> None:
    unit = 10 ** (3 - digits)
    whole, rest = divmod(abs(thousandths), unit)
    expected = (whole + (2 * rest >= unit)) * unit / 1000
    assert rounded(thousandths / 1000, digits) == (expected if thousandths >= 0 else -expected)


@given(TIMES)
def test_times_are_written_as_c_writes_them(time: datetime) -> None:
    assert write_form(NUMERIC, time) == time.strftime(NUMERIC)
    there = time.astimezone(NEW_YORK)
    assert write_form("%F %T %z %Z", there) == there.strftime("%Y-%m-%d %H:%M:%S %z %Z")


FORMS = [
    "%Y-%m-%dT%H:%M:%S.%6N%z",
    "%s.%6N",
    "%d %B %Y %I:%M:%S.%f %p %:z",
    "%y %j %T.%9N %Z",
    "%a %e %b %Y %T.%6N",
]


@given(TIMES, st.sampled_from(FORMS))
def test_what_is_written_is_read_again(time: datetime, form: str) -> None:
    here = datetime(2024, 6, 15, tzinfo=UTC)
    assert read_form(form, write_form(form, time), here) == time


@given(st.text(max_size=12), st.text("%YmdHMSNpzZsbf3-: ", max_size=10))
def test_nothing_makes_reading_fail(text: str, form: str) -> None:
    found = read_form(form, text, datetime(2024, 6, 15, tzinfo=UTC))
    assert found is None or found.tzinfo is not None
