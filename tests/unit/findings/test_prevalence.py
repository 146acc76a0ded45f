"""How common a key is, held against a plain count."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from carhound.findings.prevalence import Prevalences, Sighting

NEW_YORK = ZoneInfo("America/New_York")
TIMES = st.integers(0, 5000).map(
    lambda minutes: datetime(2024, 6, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
SIGHTINGS = st.builds(
    Sighting,
    st.sampled_from([("a",), ("A",), ("b",)]),
    st.sampled_from(["WS1", "ws1", "WS2", None]),
    TIMES | st.none(),
)


@given(st.lists(SIGHTINGS, min_size=1, max_size=20))
def test_hosts_days_first_and_last(sightings: list[Sighting]) -> None:
    asked = sightings[0].key
    found = Prevalences(("CommandLine",), sightings, NEW_YORK).of(asked)
    alike = [one for one in sightings if one.key[0].lower() == asked[0].lower()]
    times = [one.time for one in alike if one.time is not None]
    assert found is not None
    assert (found.key, found.folded) == (asked, None)
    assert found.hosts == len({one.computer and one.computer.lower() for one in alike})
    assert found.days == len({time.astimezone(NEW_YORK).date() for time in times})
    assert (found.first, found.last) == ((min(times), max(times)) if times else (None, None))


def test_a_normal_form_counts_the_values_it_stands_for() -> None:
    raws = [("x 1",), ("X 1",), ("x 2",)]
    seen = Prevalences(("normal",), [Sighting(("x <n>",), "A", None, raw) for raw in raws], UTC)
    found = seen.of(("x <n>",))
    assert found is not None
    assert found.folded == 2
    assert seen.of(("y",)) is None
