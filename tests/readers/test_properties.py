"""Reading never raises, and never loses what was not touched, on cut or flipped bytes."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.detect import detect
from carhound.readers.evtx.reader import EvtxReader
from carhound.readers.interface import Item, ReadOptions
from carhound.readers.json.reader import JsonReader

PATIENT = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FLIPS = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=12)


def harm(data: bytes, flips: list[tuple[int, int]], cut: int | None) -> bytes:
    """The data with bytes replaced, and cut off."""
    harmed = bytearray(data)
    for place, byte in flips:
        harmed[place % len(harmed)] = byte
    return bytes(harmed if cut is None else harmed[: cut % len(harmed)])


def read(reader: JsonReader | EvtxReader, data: bytes) -> list[Item]:
    return list(reader.read(io.BytesIO(data), ReadOptions()))


@PATIENT
@given(flips=FLIPS, cut=st.none() | st.integers(0, 1 << 20), indent=st.sampled_from([None, 2]))
def test_json_reading_never_raises(
    shape: tuple[str, Callable[..., dict[str, Any]]],
    flips: list[tuple[int, int]],
    cut: int | None,
    indent: int | None,
) -> None:
    """In lines and in pretty arrays; and where nothing was touched nothing is said."""
    records = [
        shape[1](number, 1, {"Image": "C:\\a.exe", "CommandLine": 'x "y" {z}'}) for number in range(12)
    ]
    if indent is None:
        text = "\n".join(json.dumps(record) for record in records).encode()
    else:
        text = json.dumps(records, indent=indent).encode()
    data = harm(text, flips, cut)
    items = read(JsonReader(), data)
    if data == text:
        assert sum(isinstance(item, RawEvent) for item in items) == 12
        assert not any(isinstance(item, Damage) for item in items)
    detect(data)


@PATIENT
@given(
    flips=st.lists(st.integers(0, 11), max_size=3, unique=True),
    byte=st.sampled_from(b'"{}[]:,\\\0x\xff'),
    at=st.integers(0),
)
def test_a_flipped_byte_in_a_line_never_costs_another_line(
    nxlog: Callable[..., dict[str, Any]], flips: list[int], byte: int, at: int
) -> None:
    """Lines are the shape logs are shipped in: what is not touched is read, whatever its neighbours are."""
    lines = [bytearray(json.dumps(nxlog(number, 1, {"Image": "a"})).encode()) for number in range(12)]
    for number in flips:
        lines[number][at % len(lines[number])] = byte
    items = read(JsonReader(), b"\n".join(lines))
    untouched = {str(number) for number in range(12) if number not in flips}
    assert untouched <= {str(item.record_id) for item in items if isinstance(item, RawEvent)}


@settings(PATIENT, max_examples=200)
@given(data=st.binary(max_size=300) | st.text(alphabet='{}[]",:\\ \nEventId1', max_size=60).map(str.encode))
def test_any_bytes_can_be_detected_and_read(data: bytes) -> None:
    detect(data, True)
    read(JsonReader(), data)
    read(EvtxReader(), data)
    read(EvtxReader(), b"ElfFile\0".ljust(4096, b"\0") + data)


@PATIENT
@given(flips=FLIPS, cut=st.none() | st.integers(0, 1 << 20), header=st.booleans())
def test_evtx_reading_never_raises_or_hangs(
    shared: Path, flips: list[tuple[int, int]], cut: int | None, header: bool
) -> None:
    """Flips fall anywhere, or among the first bytes of a chunk, where its tables are."""
    path = shared / "data" / "omerbenamram--evtx" / "new-user-security.evtx"
    data = path.read_bytes()
    assert len(data) == 4096 + 65536
    if header:
        flips = [(4096 + place % 1024, byte) for place, byte in flips]
    read(EvtxReader(), harm(data, flips, cut))
