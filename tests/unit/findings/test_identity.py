"""When two records are one event."""

import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from carhound.findings.identity import Registry
from carhound.model.event import Event, Place

KEY = ("ProcessGuid", "Image")


def record(file: str = "a.evtx", shape: str = "evtx", **changes: Any) -> Event:
    data = {"ProcessGuid": "{1}", "Image": "cmd.exe", "ParentImage": "x.exe"} | changes.pop("data", {})
    event = Event(
        provider="Microsoft-Windows-Sysmon",
        channel=None,
        event_id="1",
        computer="H1",
        record_id="7",
        time=datetime(2024, 1, 1, 0, 0, 0, 123456, tzinfo=UTC),
        data=data,
        meta={"host": file},
        position="1",
        place=Place(file, "7"),
        shape=shape,
        key_fields=KEY,
    )
    return replace(event, **changes)


def test_the_same_content_in_two_files_is_one_event_with_two_places() -> None:
    registry = Registry()
    first = registry.admit(record("a.evtx"))
    assert registry.admit(record("b.evtx")) is first
    assert [place.file for place in registry.places(first)] == ["a.evtx", "b.evtx"]
    assert registry.duplicates == {"b.evtx": 1}


def test_a_record_that_comes_again_is_no_second_event() -> None:
    """Each search of a lake lets it through by itself."""
    once, again = Registry(), Registry()
    event = once.admit(record())
    assert again.admit(again.admit(event)) is event
    assert again.places(event) == once.places(event) == (event.place,)
    assert again.fullest(event) is event
    assert again.finding_id("CAR-1", event) == once.finding_id("CAR-1", event)


def test_a_reused_record_id_with_other_content_is_another_event() -> None:
    registry = Registry()
    first = registry.admit(record())
    assert registry.admit(record(data={"ParentImage": "y.exe"})) is not first


def test_another_shape_of_the_same_event_is_told_by_its_key() -> None:
    registry = Registry()
    first = registry.admit(record())
    other = record("c.json", shape="nxlog", record_id=None, data={"ParentImage": "x.exe", "Extra": "1"})
    assert registry.admit(other) is first
    assert registry.admit(record("d.json", shape="nxlog", record_id=None, data={"Extra": "2"})) is not first


def test_without_its_whole_key_an_event_of_another_shape_stays_its_own() -> None:
    registry = Registry()
    first = registry.admit(record(data={"ProcessGuid": ""}))
    assert (
        registry.admit(record("c.json", shape="nxlog", data={"ProcessGuid": "", "Extra": "1"})) is not first
    )


def test_the_identity_is_content_to_the_millisecond() -> None:
    event = record()
    assert event.identity() == record("elsewhere.evtx", position="99", sequence=5).identity()
    later = datetime(2024, 1, 1, 0, 0, 0, 123999, tzinfo=UTC)
    assert event.identity() == record(time=later).identity()
    for change in ({"computer": "H2"}, {"record_id": "8"}, {"event_id": "7"}, {"data": {"Image": "x"}}):
        assert event.identity() != record(**change).identity()


def test_values_cannot_be_shifted_between_fields() -> None:
    one = record(data={"a": "x", "b": ""})
    assert one.identity() != record(data={"a": "", "b": "x"}).identity()
    assert one.identity() != record(data={"a": ("x", ""), "b": ""}).identity()


def test_made_up_names_of_fields_are_not_kept() -> None:
    tracemalloc.start()
    for number in range(60):
        record(data={f"name{number * 3000 + field}": "" for field in range(3000)}).identity()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 4 << 20


def finding_id(analytic: str, event: Event, *others: Event) -> str:
    registry = Registry()
    standing = registry.admit(event)
    for other in others:
        registry.admit(other)
    return registry.finding_id(analytic, standing)


def test_a_finding_id_belongs_to_its_analytic() -> None:
    assert finding_id("CAR-1", record()) == finding_id("CAR-1", record("z.evtx"))
    assert finding_id("CAR-1", record()) != finding_id("CAR-2", record())


def test_a_finding_id_is_the_same_in_every_shape_and_order() -> None:
    bare = record("c.json", shape="eql-raw", record_id=None, computer=None)
    assert finding_id("CAR-1", record()) == finding_id("CAR-1", bare)
    assert finding_id("CAR-1", record(), bare) == finding_id("CAR-1", bare, record())


def test_two_events_of_one_shape_with_one_key_have_two_ids() -> None:
    other = record(data={"ParentImage": "y.exe"})
    assert finding_id("CAR-1", record(), other) != finding_id("CAR-1", other, record())


def test_the_record_that_says_most_is_shown_whichever_was_read_first() -> None:
    bare = record("c.json", shape="eql-raw", record_id=None, computer=None)
    for order in ((record(), bare), (bare, record())):
        registry = Registry()
        first, _ = (registry.admit(event) for event in order)
        assert registry.fullest(first).computer == "H1"
        assert len(registry.places(first)) == 2


def test_kept_duplicates_are_findings_of_their_own() -> None:
    registry = Registry(keep_duplicates=True)
    one, two = registry.admit(record()), registry.admit(record("b.evtx"))
    assert one is not two
    assert registry.finding_id("CAR-1", one) != registry.finding_id("CAR-1", two)
    assert registry.duplicates == {"b.evtx": 1}


class Eager:
    """Says which records are one event by their hashes and keys alone, all made at once."""

    def __init__(self, *, keep_duplicates: bool) -> None:
        self.keep = keep_duplicates
        self.groups: list[list[Event]] = []

    def admit(self, event: Event) -> tuple[Event, bool]:
        """What stands for a record, and whether that was met before."""
        same = [one for one in self.groups if any(other.identity() == event.identity() for other in one)]
        key = event.sensor_key()
        if not same and key is not None:
            same = [
                one
                for one in self.groups
                if one[0].sensor_key() == key and all(other.shape != event.shape for other in one)
            ]
        if not same or self.keep:
            self.groups.append([event])
            return event, bool(same)
        same[0].append(event)
        return same[0][0], True


records = st.builds(
    record,
    st.sampled_from(("a.evtx", "b.evtx")),
    st.sampled_from(("evtx", "nxlog", "json")),
    record_id=st.sampled_from(("7", "8", None)),
    time=st.none() | st.integers(0, 3).map(lambda n: datetime(2024, 1, 1, 0, 0, n // 2, 400 * n, tzinfo=UTC)),
    data=st.fixed_dictionaries(
        {"ProcessGuid": st.sampled_from(("{1}", "{2}", ""))}, optional={"Extra": st.sampled_from(("1", "2"))}
    ),
)


@pytest.mark.parametrize("keep", [False, True])
@settings(max_examples=200, deadline=None)
@given(given_records=st.lists(records, max_size=12))
def test_making_hashes_late_tells_the_same_records_apart(keep: bool, given_records: list[Event]) -> None:
    registry, eager = Registry(keep_duplicates=keep), Eager(keep_duplicates=keep)
    met = 0
    for event in given_records:
        standing, before = eager.admit(event)
        assert registry.admit(event) is standing
        met += before
        assert registry.duplicates.total() == met
