"""Repeats over all events, counted on disk."""

from collections import Counter
from random import Random

from carhound.findings.repeats import Repeats, short_identity
from carhound.model.event import Event, Place


def event(number: int) -> Event:
    return Event(
        provider="p",
        channel=None,
        event_id="1",
        computer=None,
        record_id=str(number),
        time=None,
        data={},
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
