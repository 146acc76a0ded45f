"""Numbers, times and lists for people."""

from datetime import UTC, datetime

import pytest

from carhound.outputs.wording import count, moment, size, some


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_960, "1.0 MB"),
        (3_400_000, "3.4 MB"),
        (7 * 10**15, "7,000.0 TB"),
    ],
)
def test_size(value: int, text: str) -> None:
    assert size(value) == text


def test_count() -> None:
    assert [count(n, "match", "matches") for n in (0, 1, 1204)] == ["0 matches", "1 match", "1,204 matches"]


def test_moment() -> None:
    assert moment(datetime(2018, 12, 4, 9, 12, 44, 123000, UTC)) == "2018-12-04 09:12:44.123Z"
    assert moment(None) == "no time"


def test_some() -> None:
    assert some(["a", "b"], 2) == "a, b"
    assert some(["a", "b", "c"], 1) == "a and 2 more"
