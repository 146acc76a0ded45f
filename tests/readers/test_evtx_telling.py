"""Events told from the bytes of a chunk, against what the parser says of their records."""

import io
import pickle
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage, Remark
from carhound.readers.evidence import open_evidence
from carhound.readers.evtx.chunks import Chunk, chunks
from carhound.readers.evtx.reader import EvtxReader
from carhound.readers.evtx.sieve import ChunkSieve
from carhound.readers.evtx.told import Told
from carhound.readers.interface import PayloadTest, ReadOptions, Showing
from carhound.readers.notes import Notes
from carhound.simulate.engine import events
from carhound.simulate.scenario import bundled, load
from carhound.simulate.writers import binxml

from .test_sieve import record
from .test_sieve import written as log_of

GUID = "{C1A8C5E4-1B2C-65F3-0100-00000000A00A}"
TEXTS = st.one_of(
    st.sampled_from(
        [GUID, GUID.lower(), GUID.strip("{}"), "", "0", "0x1c", "true", "S-1-5-18", "\U0001f600"]
    ),
    st.integers(0, 1 << 40).map(str),
    st.text(max_size=20),
)
NAMES = ("ProcessGuid", "ProcessId", "LogonId", "Initiated", "SubjectUserSid", "Image", "Other")
DATA = st.dictionaries(st.sampled_from(NAMES), TEXTS, min_size=1)


class Everything:
    """A sieve that any event can pass; those of some ids only where their payload does."""

    spellings: Mapping[str, str] = MappingProxyType({})
    literals = None

    def __init__(
        self, tests: dict[str, PayloadTest] | None = None, unsettled: Mapping[str, int] | None = None
    ) -> None:
        self._tests = tests or {}
        self._unsettled = Counter(unsettled or {})

    def wants(self, _: str | None, __: str | None, event_id: str | None) -> bool:
        self._unsettled[event_id or ""] -= 1
        return self._unsettled[event_id or ""] >= 0

    def can_match(self, *_: str | None) -> bool:
        return True

    def showing(self, *_: str | None) -> Showing | None:
        return None

    def payload_test(self, _: str | None, __: str | None, event_id: str | None, ___: str | None) -> Any:
        return self._tests.get(event_id or "")


def read(log: bytes) -> list[RawEvent | Damage]:
    return kept(EvtxReader().read(io.BytesIO(log), ReadOptions()))


def sifted(log: bytes, sieve: Everything | None = None) -> list[RawEvent | Damage]:
    return kept(EvtxReader().sift(io.BytesIO(log), ReadOptions(), sieve or Everything()))


def kept(items: Iterator[Any]) -> list[RawEvent | Damage]:
    return [one for one in items if isinstance(one, RawEvent | Damage)]


def written(item: RawEvent | Damage) -> tuple[Any, ...]:
    """All that an item says, fields in their order, each asked for by itself."""
    if isinstance(item, Damage):
        return astuple(item)
    fields = [(name, view[name]) for view in (item.data, item.meta) for name in view]
    return (*astuple(item), fields)


def told(items: list[RawEvent | Damage]) -> list[RawEvent]:
    return [one for one in items if isinstance(one, RawEvent) and isinstance(one.data, Told)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 3, 11]), DATA), min_size=1, max_size=6))
def test_what_is_told_is_what_parsing_tells(some: list[tuple[int, dict[str, str]]]) -> None:
    log = log_of([record(number, data, event_id=one) for number, (one, data) in enumerate(some, 1)])
    reader, sieve = EvtxReader(), Everything()
    expected = list(map(written, read(log)))
    for _ in range(2):
        assert list(map(written, kept(reader.sift(io.BytesIO(log), ReadOptions(), sieve)))) == expected


def test_most_events_of_a_log_are_told() -> None:
    log = log_of(list(events([load(name) for name in bundled()], hosts=2, days=1)))
    items = sifted(log)
    assert list(map(written, items)) == list(map(written, read(log)))
    assert len(told(items)) > 0.8 * len(items) > 100


def test_headers_that_differ_are_told_apart() -> None:
    """Whatever it is in which they do."""
    others: list[dict[str, Any]] = [
        {},
        {"computer": "WS2.corp.example"},
        {"process_id": 8},
        {"thread_id": 8},
        {"user_sid": "S-1-5-19"},
        {"level": 3},
        {"version": 4},
        {"keywords": 1 << 62},
        {"provider_guid": GUID},
        {"channel": "Other"},
    ]
    filler = {"Image": "x" * 20_000}
    records = [
        record(number, filler if number % 2 else {"Image": "C:\\x.exe"}, **other)
        for number, other in enumerate([one for one in others for _ in range(6)], 1)
    ]
    items = sifted(log_of(records))
    assert list(map(written, items)) == list(map(written, read(log_of(records))))
    assert len({item.meta["System_ThreadID"] for item in told(items)}) == 2


@pytest.mark.parametrize(
    ("kind", "data", "is_told"),
    [
        (binxml.STRING, "C:\\x.exe".encode("utf-16-le"), True),
        (binxml.STRING, b"", True),
        (binxml.STRING, b"a", False),
        (binxml.STRING, b"a\0b", False),
        (binxml.STRING, "a\0b".encode("utf-16-le"), True),
        (binxml.STRING, "\U0001f600".encode("utf-16-le"), False),
        (binxml.STRING, b"\x3d\xd8", False),
        (binxml.STRING, GUID.strip("{}").encode("utf-16-le"), True),
        (binxml.GUID, bytes(range(16)), True),
        (binxml.SID, bytes.fromhex("010100000000000512000000"), True),
        (binxml.SID, bytes.fromhex("01050000000000051500000001020304050607080102030405060708"), True),
        (binxml.SID, bytes.fromhex("01010000000000051200000000000000"), False),
        (binxml.BOOLEAN, bytes(4), True),
        (binxml.BOOLEAN, bytes.fromhex("01000000"), True),
        (binxml.BOOLEAN, bytes.fromhex("02000000"), None),
        (binxml.BOOLEAN, bytes.fromhex("00010000"), None),
        (binxml.UINT32, bytes.fromhex("ffffffff"), True),
        (binxml.HEX64, bytes.fromhex("ff000000000000ff"), True),
        (binxml.NULL, b"", False),
    ],
)
@pytest.mark.parametrize("name", ["Some", "SomeGuid"])
def test_values_of_each_type(name: str, kind: int, data: bytes, is_told: bool | None) -> None:
    filler = record(1, {"Image": "x" * 30_000})
    first, last = (record(number, {"Before": "b", name: "?", "After": "ä"}, event_id=2) for number in (2, 4))
    log = log_of([first, filler, filler, last], {"?": (kind, data)})
    items = sifted(log)
    assert list(map(written, items)) == list(map(written, read(log)))
    if is_told is not None:
        assert any(one.event_id == "2" for one in told(items)) is is_told


def test_what_is_told_is_a_mapping_like_any_other() -> None:
    data = {"ProcessGuid": GUID, "Image": "C:\\x.exe", "ProcessId": "4", "User": ""}
    filler = record(2, {"Image": "x" * 30_000})
    items = sifted(log_of([record(1, data), filler, filler, record(4, data)]))
    (event,) = (one for one in told(items) if one.record_id == "4")
    fields = event.data
    assert dict(fields) == dict(fields.items()) == data == fields
    again = pickle.loads(pickle.dumps(fields))  # noqa: S301  # our own
    assert fields == again != {**data, "Other": "1"}
    assert (list(fields), len(fields), list(fields.values())) == (list(data), len(data), [*data.values()])
    assert [fields.get(name) for name in data] == [fields[name] for name in data] == [*data.values()]
    assert "Image2" not in fields
    assert fields.get("Image2") is None
    assert set(data) <= fields.keys()
    with pytest.raises(KeyError):
        fields["Image2"]
    assert event.meta["SystemTime"] == "2024-06-14T12:04:00.000000Z"


def test_equal_fields_are_equal_however_they_are_kept() -> None:
    """A GUID is in braces, whether it was written in them or not."""
    filler = record(9, {"Image": "x" * 30_000})
    records = [record(1, {"SomeGuid": "?"}), filler, filler, record(4, {"SomeGuid": "?"})]
    logs = [
        log_of(records, {"?": (binxml.STRING, text.encode("utf-16-le"))}) for text in (GUID, GUID.strip("{}"))
    ]
    one, other = (told(sifted(log))[-1].data for log in logs)
    assert one == other == {"SomeGuid": GUID}
    assert one != {"SomeGuid": GUID.lower()}


def test_a_payload_test_is_put_to_what_is_told() -> None:
    def holds(fields: dict[str, Value]) -> bool:
        return fields == {"Image": "C:\\2.exe"}

    data = [{"Image": f"C:\\{number % 3}.exe", "Other": str(number)} for number in range(400)]
    log = log_of([record(number, one) for number, one in enumerate(data, 1)])
    for whole, count in ((False, 133), (True, 0)):
        test = PayloadTest(frozenset({"Image"}), whole, holds)
        items = sifted(log, Everything({"1": test}))
        assert len(items) == count
        assert count == 0 or told(items)


@pytest.mark.parametrize("often", range(5))
def test_what_was_parsed_is_kept_while_others_are_told(often: int) -> None:
    """Records are asked for in several rounds, of which some find others in need of the parser."""
    kinds = [1, 3, 1, 5, 1, 3, 7, 1, 5, 1, 1, 3, 8]
    log = log_of(
        record(number, {"Image": str(number)}, event_id=kinds[number % len(kinds)])
        for number in range(1, 200)
    )
    items = sifted(log, Everything(unsettled=dict.fromkeys(("1", "3", "5"), often)))
    assert list(map(written, items)) == list(map(written, read(log)))


@pytest.mark.parametrize("text", ["ä", "", "a\0", "\0", "a\0b", "ab\0\0", "\0a"])
def test_texts_among_plain_ones_are_told(text: str) -> None:
    assert among_plain_ones(text.encode("utf-16-le"))


@pytest.mark.parametrize("data", [b"a", b"a\0b", b"\x3d\xd8", b"\x3d\xd8\x00\xde"], ids=repr)
def test_odd_texts_among_plain_ones_are_parsed(data: bytes) -> None:
    assert not among_plain_ones(data)


@pytest.mark.parametrize(
    ("kind", "plain", "odd"),
    [
        (binxml.BOOLEAN, "00000000", "02000000"),
        (binxml.BOOLEAN, "01000000", "00010000"),
        (binxml.SID, "010100000000000512000000", "01010000000000051200000000000000"),
        (binxml.SID, "010100000000000512000000", "010200000000000512000000"),
    ],
)
def test_odd_values_behind_plain_ones_are_parsed(kind: int, plain: str, odd: str) -> None:
    assert among_plain_ones(bytes.fromhex(plain), bytes.fromhex(plain), kind)
    assert not among_plain_ones(bytes.fromhex(odd), bytes.fromhex(plain), kind)


def test_a_record_written_at_no_time_is_parsed() -> None:
    """Its header states a time too, which nobody asks for, but the parser stops at none."""
    filler = record(1, {"Image": "x" * 30_000})
    log = bytearray(log_of([record(2, {"Image": "a"}), filler, filler, record(4, {"Image": "b"})]))
    assert told(sifted(bytes(log)))
    last = log.rindex(b"**\0\0")
    log[last + 16 : last + 24] = b"\xff" * 8
    assert list(map(written, sifted(bytes(log)))) == list(map(written, read(bytes(log))))
    assert not told(sifted(bytes(log)))


def test_others_are_told_beside_an_odd_text() -> None:
    odd = {"?": (binxml.STRING, "\U0001f600".encode("utf-16-le"))}
    log = log_of([record(number, {"Image": "?" if number == 5 else "x"}) for number in range(1, 9)], odd)
    sieve = Everything()
    assert list(map(written, sifted(log, sieve))) == list(map(written, read(log)))
    items = sifted(log, sieve)  # now it is known what such records say
    assert list(map(written, items)) == list(map(written, read(log)))
    assert [one.record_id for one in told(items)] == ["1", "2", "3", "4", "6", "7", "8"]


def among_plain_ones(data: bytes, plain: bytes = b"x\0y\0", kind: int = binxml.STRING) -> bool:
    """Whether an event with this value, behind one with plain values, is told without the parser."""
    filler = record(1, {"Image": "x" * 30_000})
    first, last = (
        record(number, {"Some": text, "After": text, "Last": "z"}) for number, text in ((2, "!"), (4, "?"))
    )
    log = log_of([first, filler, filler, last], {"?": (kind, data), "!": (kind, plain)})
    items = sifted(log)
    assert list(map(written, items)) == list(map(written, read(log)))
    return any(one.record_id == "4" for one in told(items))


def test_public_logs_are_told_as_they_are_parsed(shared: Path) -> None:
    count = 0
    for part in open_evidence([str(shared / "data")]):
        if part.format != "evtx":
            continue
        expected = list(part.items())
        found = list(part.sifted(Everything()))
        assert list(map(_any, found)) == list(map(_any, expected)), part.path
        count += len(told([one for one in found if isinstance(one, RawEvent)]))
    assert count > 1900


def _any(item: Any) -> Any:
    return (
        item if isinstance(item, Remark) else written(item) if isinstance(item, RawEvent | Damage) else item
    )


def test_what_is_remembered_is_bounded() -> None:
    sieve = ChunkSieve(Everything())
    log = log_of([record(number, {"Image": "x"}, thread_id=number) for number in range(1, 3000)])
    for chunk in chunks(io.BytesIO(log)):
        assert isinstance(chunk, Chunk)
        list(sieve(chunk, Notes()))
    assert 0 < len(sieve._known) <= 1000
