"""Fields told from the bytes of a chunk, against what the parser says of its records."""

import io
import itertools
import struct
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.model.event import RawEvent, Value
from carhound.readers.evtx.chunks import Chunk, chunks
from carhound.readers.evtx.glance import Glances, Place
from carhound.readers.evtx.payload import Payloads, text_of_value
from carhound.readers.evtx.reader import EvtxReader
from carhound.readers.evtx.templates import UnfamiliarError
from carhound.readers.interface import ReadOptions
from carhound.simulate.engine import events
from carhound.simulate.event import Simulated
from carhound.simulate.scenario import bundled, load
from carhound.simulate.writers import evtx

START = datetime(2024, 6, 14, 12, tzinfo=UTC)
GUID, NO_GUID = "{C1A8C5E4-1B2C-65F3-0100-00000000A00A}", "{00000000-0000-0000-0000-000000000000}"
NAMES = ("ProcessGuid", "ProcessId", "NewProcessId", "Image", "UtcTime", "Nowhere")
TEXTS = st.one_of(
    st.sampled_from([GUID, GUID.lower(), GUID.strip("{}"), NO_GUID, "-", "", "0", "4", "0x1c", "true"]),
    st.integers(0, 1 << 40).map(str),
    st.integers(0, 1 << 64).map(hex),
    st.text(max_size=20),
)


def record(number: int, event_id: int, data: dict[str, str]) -> Simulated:
    source = ("Microsoft-Windows-Sysmon", "", "Microsoft-Windows-Sysmon/Operational", "ws1", event_id)
    time = START + timedelta(seconds=number)
    return Simulated(*source, 1, 4, 1, 0, 0x80 << 56, number, time, 4, 4, "S-1-5-18", data)


def log_of(records: Sequence[Simulated]) -> bytes:
    stream = io.BytesIO()
    evtx.write(records, stream)
    return stream.getvalue()


def chunks_of(log: bytes) -> list[Chunk]:
    return [chunk for chunk in chunks(io.BytesIO(log)) if isinstance(chunk, Chunk)]


def parsed(log: bytes) -> list[RawEvent]:
    return [one for one in EvtxReader().read(io.BytesIO(log), ReadOptions()) if isinstance(one, RawEvent)]


def places(chunk: Chunk) -> list[Place]:
    met = Glances(lambda _: True)(chunk.data)
    assert met is not None
    return sorted(place for _, some in met.values() for place in some)


def bare(data: Mapping[str, Value]) -> dict[str, str]:
    """The fields, GUIDs without braces: the reader puts them around texts as well."""
    return {name: str(data[name]).strip("{}") for name in NAMES if name in data}


def told(log: bytes) -> Iterator[dict[str, str]]:
    for chunk in chunks_of(log):
        yield from map(bare, Payloads(chunk.data).of(places(chunk), NAMES))


def told_one_by_one(log: bytes) -> Iterator[dict[str, str]]:
    for chunk in chunks_of(log):
        payloads = Payloads(chunk.data)
        for payload in payloads.found(places(chunk)):
            texts = {name: text_of_value(*payloads.value(payload, name)) for name in NAMES}
            yield bare({name: text for name, text in texts.items() if text is not None})


def expected(log: bytes) -> list[dict[str, str]]:
    return [bare(one.data) for one in parsed(log)]


DATA = st.dictionaries(st.sampled_from([*NAMES[:-1], "Other"]), TEXTS, min_size=1)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 5, 11]), DATA), min_size=1, max_size=8))
def test_what_is_told_is_what_parsing_tells(some: list[tuple[int, dict[str, str]]]) -> None:
    log = log_of([record(number, *one) for number, one in enumerate(some, 1)])
    for tell in (told, told_one_by_one):
        try:
            found = list(tell(log))
        except UnfamiliarError:
            continue
        assert found == expected(log)


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_it_is_known_whether_all_have_a_guid(texts: list[str]) -> None:
    records = [record(number, 1, {"Image": "x", "ProcessGuid": text}) for number, text in enumerate(texts, 1)]
    (chunk,) = chunks_of(log_of(records))
    guids = {GUID, GUID.lower(), GUID.strip("{}")}
    known = Payloads(chunk.data).guids(places(chunk), "ProcessGuid")
    assert known == ([UUID(GUID).bytes_le] * len(texts) if guids.issuperset(texts) else None)
    assert Payloads(chunk.data).guids(places(chunk), "Image") is None
    assert Payloads(chunk.data).guids(places(chunk), "Nowhere") is None


def test_whole_logs_of_scenarios_are_familiar() -> None:
    log = log_of(list(events([load(name) for name in bundled()], hosts=2, days=1)))
    assert len(chunks_of(log)) > 3
    found = list(told(log))
    assert found == list(told_one_by_one(log)) == expected(log)
    assert sum("ProcessGuid" in one for one in found) > 100


@pytest.mark.parametrize(
    ("old", "new"), [("ProcessGuid", "ProcessGuit"), ("Image", "Imago"), ("Data", "Date")]
)
def test_a_template_that_looks_like_a_known_one_is_looked_at(old: str, new: str) -> None:
    """Its GUID and size are the same, and a name is another."""
    data = {"ProcessGuid": GUID, "ProcessId": "4", "Image": "C:\\x.exe"}
    log = log_of([record(number, 1, data) for number in range(1, 3)])
    assert list(told(log)) == [bare(data)] * 2
    size, name = len(old).to_bytes(2, "little"), old.encode("utf-16-le")
    assert log.count(size + name) == 1
    altered = log.replace(size + name, size + new.encode("utf-16-le"))
    if old == "Data":
        with pytest.raises(UnfamiliarError):
            list(told(altered))
    else:
        assert list(told(altered)) == expected(altered) != expected(log)
    assert list(told(log)) == [bare(data)] * 2


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_where_a_template_is_defined_looks_like_no_other_record(order: Sequence[int]) -> None:
    """Its link to another template is the number of values that it has: both stand at the same place."""
    data = [{"ProcessGuid": GUID, "Image": f"C:\\{number}.exe"} for number in range(3)]
    (chunk,) = chunks_of(log_of([record(number, 1, one) for number, one in enumerate(data, 1)]))
    (_, _, payload), *_ = some = places(chunk)
    altered = bytearray(chunk.data)
    altered[payload + 14 : payload + 18] = len(data[0]).to_bytes(4, "little")
    found = Payloads(bytes(altered)).of([some[number] for number in order], ("Image",))
    assert [one["Image"] for one in found] == [data[number]["Image"] for number in order]


def check_unfamiliar_or_as_parsed(log: bytes) -> None:
    read = expected(log)
    for tell in (told, told_one_by_one):
        try:
            found = list(tell(log))
        except (UnfamiliarError, struct.error):
            continue
        assert not read or found == read


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_hostile_bytes_are_unfamiliar_or_told_as_parsed(data: st.DataObject) -> None:
    log = bytearray(log_of([record(1, 1, {"ProcessGuid": GUID, "ProcessId": "4", "Image": "C:\\x.exe"})]))
    first = 4096 + 512
    end = first + int.from_bytes(log[first + 4 : first + 8], "little")
    for _ in range(data.draw(st.integers(1, 3))):
        log[data.draw(st.integers(first + 24, end - 5))] = data.draw(st.integers(0, 255))
    (chunk,) = chunks_of(bytes(log))
    if Glances(lambda _: True)(chunk.data) is None:
        return
    check_unfamiliar_or_as_parsed(bytes(log))


@pytest.mark.parametrize("kind", [*range(0x24), *range(0x80, 0x96)])
def test_values_of_another_size_than_their_type_has_are_unfamiliar_or_told_as_parsed(kind: int) -> None:
    data = {"Other": "4", "ProcessId": "4", "Image": "C:\\x.exe", "ProcessGuid": GUID}
    log = bytearray(log_of([record(1, 1, data)]))
    head = struct.pack("<I", 4) + b"".join(struct.pack("<HBB", *one, 0) for one in ((2, 1), (4, 8), (16, 1)))
    assert log.count(head) == 1
    log[log.index(head) + 6] = kind
    check_unfamiliar_or_as_parsed(bytes(log))


def test_a_field_of_nothing_is_told_as_parsed() -> None:
    log = bytearray(log_of([record(1, 1, {"Image": "", "ProcessId": "4"})]))
    head = struct.pack("<IHBB", 2, 0, 1, 0)
    assert log.count(head) == 1
    log[log.index(head) + 6] = 0
    read = expected(bytes(log))
    assert read == [{"Image": "", "ProcessId": "4"}]
    assert list(told(bytes(log))) == list(told_one_by_one(bytes(log))) == read


def test_a_payload_that_ends_with_the_chunk_is_unfamiliar() -> None:
    log = log_of([record(number, 1, {"Image": "C:\\x.exe"}) for number in range(1, 3)])
    (chunk,) = chunks_of(log)
    payloads, (_, second) = Payloads(chunk.data), places(chunk)
    ((_, inner, at),) = payloads.found([second])
    for length in range(at, at + inner.size):
        cut, place = chunk.data[:length], (second[0], length, second[2])
        with pytest.raises((UnfamiliarError, struct.error)):
            list(Payloads(cut).guids([place], "Image") or ())
        with pytest.raises((UnfamiliarError, struct.error)):
            list(Payloads(cut).of([place], ("Image",)))
