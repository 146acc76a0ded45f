"""Times of lines."""

from carhound.readers.json.clock import Clock


def test_a_line_end_within_a_time_is_no_part_of_it() -> None:
    clock = Clock()
    assert clock.utc(b"2024-06-14 10:00:00.123Z") == b"2024-06-14T10:00:00.123000Z"
    assert clock.utc(b"2024-06-14 10:00:00") is None
    assert clock.utc(b"no time") is None
    assert clock.utc(b"\n") is None
