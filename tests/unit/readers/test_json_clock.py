"""Many times read at once."""

from carhound.readers.json.clock import Clock


def test_a_line_end_within_a_time_takes_no_other_line_for_one() -> None:
    times = Clock().utc(["2024-06-14 10:00:00.123Z", "2024-06-14 10:00:01Z\n", "no time", "\n"])
    assert len(times) == 4
    assert [time is None for time in times[2:]] == [True, True]
    assert times[0] is not None
    assert times[0].startswith("2024-06-14T10:00:00.123")
