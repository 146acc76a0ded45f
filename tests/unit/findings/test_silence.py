"""What a baseline cannot know, held against a count of days event by event."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.findings.silence import HostSilence, silence
from carhound.model.presence import Presence, quarter_of
from carhound.model.windows import NO_BOUNDS, TimeRange, Window

ZONES = [
    UTC,
    *map(ZoneInfo, ("America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo")),
]
START = datetime(2018, 10, 20, tzinfo=UTC)
TIMES = st.integers(0, 40 * 86_400_000).map(lambda ms: START + timedelta(milliseconds=ms))


@given(
    st.lists(st.tuples(st.sampled_from(["A", "B", None]), TIMES | st.none()), max_size=40),
    st.sampled_from(ZONES),
    TIMES,
    st.integers(1, 20),
)
def test_days_are_those_of_a_plain_count(
    events: list[tuple[str | None, datetime | None]], zone: ZoneInfo, now: datetime, days: int
) -> None:
    presence = Presence()
    for computer, time in events:
        presence.add(computer, time)
    window = TimeRange(f"-{days + 1}d@d", "-1d@d").resolve(now, zone)
    found = silence(presence.quarters(), window, zone)
    local = now.astimezone(zone).date()
    wanted = [local - timedelta(days=back) for back in range(2, days + 2)]
    heard = {
        computer: {
            time.astimezone(zone).date()
            for name, time in events
            if name == computer and time is not None and window.contains(time)
        }
        for computer, _ in events
    }
    assert found is not None
    assert found.days == days
    assert found.without_any == sum(all(day not in on for on in heard.values()) for day in wanted)
    assert {host.computer: host.days for host in found.hosts} == {
        computer: days - len(on) for computer, on in heard.items() if len(on) < days
    }


def test_the_most_silent_come_first_and_the_nameless_last() -> None:
    window = TimeRange("-3d@d", "-1d@d").resolve(datetime(2024, 6, 15, 12, tzinfo=UTC), UTC)
    day = quarter_of(datetime(2024, 6, 13, tzinfo=UTC))
    heard = {"b": frozenset({day}), None: frozenset[int](), "a": frozenset({day - 1}), "c": frozenset[int]()}
    found = silence(heard, window, UTC)
    assert found is not None
    assert found.hosts == (
        HostSilence("c", 2),
        HostSilence(None, 2),
        HostSilence("a", 1),
        HostSilence("b", 1),
    )
    assert (found.without_any, found.of("b"), found.of("unknown")) == (0, 1, 0)


@pytest.mark.parametrize(
    "window", [NO_BOUNDS, Window(START, None), Window(None, START), Window(START, START)]
)
def test_a_window_that_is_no_number_of_days_has_no_silence(window: Window) -> None:
    assert silence({"A": frozenset({1})}, window, UTC) is None


def test_offsets_of_all_zones_are_whole_quarters_since_1980() -> None:
    moments = [datetime(1980, 1, 1, tzinfo=UTC) + timedelta(days=45 * count) for count in range(400)]
    odd = {
        name
        for name in available_timezones()
        for offset in {moment.astimezone(ZoneInfo(name)).utcoffset() for moment in moments}
        if offset is None or offset % timedelta(minutes=15)
    }
    assert odd == set()
