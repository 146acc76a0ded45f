"""Records ruled out by fields told from bytes: none whose field holds what is looked for, in whatever way."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Glimpsed
from carhound.model.folding import fold
from carhound.readers.evtx.reader import EvtxReader
from carhound.readers.interface import Binding, FieldTest, PayloadTest, ReadOptions
from carhound.simulate.writers import binxml, event_templates, evtx_chunk, evtx_record
from carhound.simulate.writers.binxml import Element, Substitution

from .sieving import check_glimpsed
from .test_sieve import LITERAL, WAYS, Wanting, check, hidden, record, utf16, written

HEADER = 4096


def holds(value: Value | None) -> bool:
    return any(LITERAL in fold(one) for one in ((value,) if isinstance(value, str) else value or ()))


class Asking(Wanting):
    """A sieve of three searches, each for the literal in a field of its own, or in CommandLine of all."""

    def __init__(self, literal: str = LITERAL, binding: Binding | None = None) -> None:
        super().__init__(literal)
        self.binding = binding

    def payload_test(self, *_: str | None) -> PayloadTest:  # type: ignore[override]
        tests = (FieldTest("CommandLine", 3, lambda value, asking: asking if holds(value) else 0),)
        names = frozenset({"CommandLine"})
        return PayloadTest(
            names, False, lambda data: holds(data.get("CommandLine")), lambda: tests, self.binding
        )


@pytest.mark.parametrize("way", WAYS)
def test_a_literal_is_found_however_it_is_written(way: str) -> None:
    records = [record(number, {"Image": "C:\\a.exe", "CommandLine": "b" * 900}) for number in range(1, 40)]
    records[20] = record(21, {"Image": "C:\\a.exe", "CommandLine": way})
    assert check(written(records, {way: WAYS[way]}), Asking()) == (1, 38)


def test_a_literal_in_another_field_is_not_enough() -> None:
    records = [record(number, {"Image": LITERAL, "CommandLine": "b"}) for number in range(1, 40)]
    items = list(EvtxReader().sift(io.BytesIO(written(records)), ReadOptions(), Asking()))
    (told,) = items
    assert (told.events, told.looked) == (39, True)  # type: ignore[union-attr]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 3, 7]),
            st.sampled_from(["WS1", "ws2.corp", "Ä"]),
            st.sampled_from([None, "S-1-5-18"]),
            st.dictionaries(st.sampled_from(["Image", "ProcessId", "Hashes"]), st.text(max_size=9)),
            st.none() | st.text(max_size=9) | hidden,
        ),
        min_size=1,
        max_size=30,
    )
)
def test_what_comes_through_is_what_is_there(given_records: list[tuple[Any, ...]]) -> None:
    records, values = [], {}
    for number, (event_id, computer, user, data, secret) in enumerate(given_records, 1):
        if secret is not None:
            data = {**data, "CommandLine": f"secret {number}", "Other": "x"}
            values[f"secret {number}"] = (binxml.STRING, utf16(secret))
        records.append(record(number, data, event_id=event_id, computer=computer, user_sid=user))
    check(written(records, values), Asking())


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_hostile_bytes_hide_nothing(data: st.DataObject) -> None:
    records = [record(number, {"Image": "a", "CommandLine": f"x {LITERAL}"}) for number in range(1, 4)]
    log = bytearray(written(records))
    first = HEADER + 512
    end = first + sum(len_at(log, first, number) for number in range(3))
    for _ in range(data.draw(st.integers(1, 3))):
        log[data.draw(st.integers(first + 24, end - 5))] = data.draw(st.integers(0, 255))
    every = list(EvtxReader().read(io.BytesIO(bytes(log)), ReadOptions()))
    if all(isinstance(one, RawEvent) for one in every):
        wanted = {one.position for one in every if isinstance(one, RawEvent) and in_command_line(one)}
        kept = EvtxReader().sift(io.BytesIO(bytes(log)), ReadOptions(), Asking())
        assert wanted <= {one.position for one in kept if isinstance(one, RawEvent)}


def in_command_line(event: RawEvent) -> bool:
    return holds(event.data.get("CommandLine"))


def len_at(log: bytes, at: int, number: int) -> int:
    for _ in range(number):
        at += int.from_bytes(log[at + 4 : at + 8], "little")
    return int.from_bytes(log[at + 4 : at + 8], "little")


def data_of(name: str, *content: str | Substitution | Element) -> Element:
    return Element("Data", (("Name", name),), content)


VALUE = Substitution(0, binxml.STRING)
SECOND = Substitution(1, binxml.STRING)
PAYLOADS: Mapping[str, Element] = {
    "a text of the template": Element(
        "EventData", (), (data_of("CommandLine", LITERAL), data_of("A", VALUE))
    ),
    "a text before the value": Element("EventData", (), (data_of("CommandLine", LITERAL, VALUE),)),
    "a text behind the value": Element("EventData", (), (data_of("CommandLine", VALUE, LITERAL),)),
    "half a text": Element(
        "EventData", (), (data_of("CommandLine", LITERAL[:5], SECOND), data_of("A", VALUE))
    ),
    "two values": Element("EventData", (), (data_of("CommandLine", VALUE, SECOND),)),
    "twice the same field": Element(
        "EventData", (), (data_of("CommandLine", VALUE), data_of("CommandLine", LITERAL))
    ),
    "the other way round": Element(
        "EventData", (), (data_of("CommandLine", LITERAL), data_of("CommandLine", VALUE))
    ),
    "no Data": Element("EventData", (), (Element("CommandLine", (), (LITERAL,)), data_of("A", VALUE))),
    "an element in Data": Element(
        "EventData", (), (data_of("A", Element("CommandLine", (), (LITERAL,)), VALUE),)
    ),
    "UserData": Element("UserData", (), (Element("X", (), (Element("CommandLine", (), (LITERAL,)),)),)),
    "a name that is a value": Element(
        "EventData", (), (Element("Data", (("Name", VALUE),), (SECOND,)), data_of("CommandLine", "x"))
    ),
    "an attribute": Element("EventData", (("CommandLine", LITERAL),), (data_of("A", VALUE),)),
}


@pytest.mark.parametrize("way", PAYLOADS)
def test_templates_hide_nothing(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    template = event_templates._template(PAYLOADS[way], way)
    monkeypatch.setattr(evtx_record, "event_data_template", lambda *_: template)
    records = [record(number, {"A": "CommandLine", "B": LITERAL[5:]}) for number in range(1, 8)]
    check_whatever_is_wanted(written([*records, record(8, {"A": "x", "B": LITERAL})]))


EVENTS: Mapping[str, tuple[Element, ...]] = {
    "beside it": (Element("EventData", (), (data_of("CommandLine", LITERAL),)),),
    "in an element of its own": (
        Element("UserData", (), (Element("X", (), (Element("CommandLine", (), (LITERAL,)),)),)),
    ),
}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("way", EVENTS)
def test_a_payload_beside_the_payload_hides_nothing(
    way: str, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = event_templates._event()
    system, payload = whole.content
    content = (system, *EVENTS[way], payload) if first else (system, payload, *EVENTS[way])
    root = Element(whole.name, whole.attributes, content, whole.dependency)
    monkeypatch.setattr(evtx_chunk, "EVENT", event_templates._template(root, f"{way} {first}"))
    check_whatever_is_wanted(written(record(number, {"Image": "x"}) for number in range(1, 9)))


def check_whatever_is_wanted(data: bytes) -> None:
    every = [one for one in EvtxReader().read(io.BytesIO(data), ReadOptions()) if isinstance(one, RawEvent)]
    assert len(every) == 8
    kept = EvtxReader().sift(io.BytesIO(data), ReadOptions(), Asking())
    positions = {one.position for one in kept if isinstance(one, RawEvent)}
    assert {one.position for one in every if in_command_line(one)} <= positions


@pytest.mark.parametrize("text", [LITERAL, "nothing"])
def test_events_that_are_not_bound_are_read(text: str) -> None:
    """Whether there is a literal in the chunk or not."""
    kinds = ["SetValue", "Odd", None, "setvalue"]
    records = [
        record(number, {"CommandLine": "b", "Image": text, **({} if kind is None else {"EventType": kind})})
        for number, kind in enumerate(kinds * 5, 1)
    ]
    for values, others in ((("SetValue",), 15), (("SetValue", None), 10), ((None,), 15)):
        sieve = Asking(binding=Binding("EventType", frozenset(values)))
        items = list(EvtxReader().sift(io.BytesIO(written(records)), ReadOptions(), sieve))
        read = [one for one in items if isinstance(one, RawEvent)]
        assert all(one.data.get("EventType") not in values for one in read)
        assert len(read) == others
        events = list(EvtxReader().read(io.BytesIO(written(records)), ReadOptions()))
        check_glimpsed(events, read, [one for one in items if isinstance(one, Glimpsed)])  # type: ignore[arg-type]
