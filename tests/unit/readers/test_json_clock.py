"""Times of lines."""

from carhound.readers.json.clock import utc


def test_a_line_end_within_a_time_is_no_part_of_it() -> None:
    assert utc(b"2024-06-14 10:00:00.123Z") == b"2024-06-14T10:00:00.123000Z"
    assert utc(b"2024-06-14 10:00:00") is None
    assert utc(b"no time") is None
    assert utc(b"\n") is None
