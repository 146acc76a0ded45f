"""Repeats over all events, counted on disk."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.findings.repeats import Repeats, short_identity
from carhound.model.event import Event, Fields, Place

TEXTS = st.sampled_from(["", "a", ":[", "ä\ud800", "\ud800", "1"])
VALUES = st.one_of(TEXTS, st.lists(TEXTS, max_size=2).map(tuple))
DATA = st.dictionaries(st.sampled_from(["A", "B"]), VALUES, max_size=2)


def event(number: int, data: Fields | None = None, time: datetime | None = None) -> Event:
    return Event(
        provider="p",
        channel=None,
        event_id="1",
        computer=None,
        record_id=str(number),
        time=time,
        data=data or {},
        meta={},
        position="",
        place=Place("f", ""),
        shape="s",
    )


def test_repeats_are_counted_where_they_come_second() -> None:
    random = Random(1)  # noqa: S311  # no secret
    met: set[int] = set()
    expected: Counter[int] = Counter()
    with Repeats() as repeats:
        for file in range(5):
            for number in random.choices(range(300), k=200):
                repeats.add(short_identity(event(number)), file)
                expected[file] += number in met
                met.add(number)
        assert repeats.by_file() == +expected


@settings(max_examples=300, deadline=None)
@given(DATA, DATA, st.integers(0, 1), st.integers(0, 2000))
def test_short_identities_are_the_same_where_identities_are(
    one: Fields, other: Fields, number: int, later: int
) -> None:
    time = datetime(2024, 6, 14, 12, tzinfo=UTC)
    first, second = event(0, one, time), event(number, other, time + timedelta(microseconds=later))
    same = first.identity() == second.identity()
    assert (short_identity(first) == short_identity(second)) is same
    assert short_identity(event(0, dict(reversed(one.items())), time)) == short_identity(first)
