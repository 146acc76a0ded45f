"""Events on their way from one process to another."""

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from msgspec.structs import astuple

from carhound.model.event import NO_FIELDS, Event, Fields, Place, Value, no_view
from carhound.model.sending import Events, SharingFields


class Joined(SharingFields):
    """One field, made of two texts."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Value:
        return {"Image": f"{self._shared}{self._own}"}[name]

    def __iter__(self) -> Iterator[str]:
        yield "Image"

    def __len__(self) -> int:
        return 1


def event(number: int, data: Fields) -> Event:
    place = Place(f"{number % 2}.evtx", str(number))
    time = datetime(2024, 6, 14, 12, 0, number, tzinfo=UTC)
    head = ("Microsoft-Windows-Sysmon", None, "1", "ws1", str(number), time)
    kinds = (("process", "create"),)
    return Event(
        *head, data, {"Level": "4"}, f"record {number}", place, "evtx", kinds, number, ("Image",), no_view
    )


@pytest.mark.parametrize("kept", ["", "0", "2", "01", "12", "012"])
def test_events_arrive_as_they_were_sent(kept: str) -> None:
    plain = [{"Image": f"C:\\{number}.exe"} for number in range(3)]
    joined = [Joined("C:\\", f"{number}.exe") for number in range(3)]
    sent = Events(
        event(number, joined[number] if str(number) in kept else plain[number]) for number in range(3)
    )
    sent[1].identity()
    arrived = pickle.loads(pickle.dumps(sent))  # noqa: S301  # our own
    assert type(arrived) is Events
    assert list(map(astuple, arrived)) == list(map(astuple, sent))
    assert [type(one.data) for one in arrived] == [type(one.data) for one in sent]


def test_no_events_are_sent_as_none() -> None:
    assert pickle.loads(pickle.dumps(Events())) == []  # noqa: S301  # our own


def test_views_are_made_anew() -> None:
    seen = event(1, {"Image": "C:\\x.exe"})
    assert seen.car is NO_FIELDS
    assert seen.native["Image"] == "C:\\x.exe"
    (arrived,) = pickle.loads(pickle.dumps(Events([seen])))  # noqa: S301  # our own
    assert (arrived._car, arrived._native) == (None, None)


def test_what_events_share_is_sent_once() -> None:
    shared = "x" * 10_000

    def size(count: int) -> int:
        return len(pickle.dumps(Events(event(number, Joined(shared, "y")) for number in range(count))))

    assert size(50) < 2 * size(1)
