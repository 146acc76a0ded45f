"""Evidence harmed at random: nothing crashes, nothing hangs, and what was not touched is read.

`make fuzz` runs this for long: CARHOUND_FUZZ in the environment is the number of trials of each test.
"""

import bz2
import faulthandler
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Remark, Skipped
from carhound.readers.evidence import open_evidence
from carhound.readers.evtx.reader import EvtxReader
from carhound.readers.interface import Item, ReadOptions
from carhound.readers.json.reader import JsonReader

TRIALS = int(os.environ.get("CARHOUND_FUZZ", "0"))
DEADLINE = 60
"""Seconds for one case on a busy machine; the parser cannot be interrupted, so the process would end."""
HEADER, CHUNK = 4096, 65536
SAMPLES = (
    ("omerbenamram--evtx/sysmon.evtx", 0),
    ("omerbenamram--evtx/system.evtx", 1),
    ("omerbenamram--evtx/new-user-security.evtx", 0),
    ("omerbenamram--evtx/MSExchange_Management_wec.evtx", 0),
    ("williballenthin--python-evtx/issue_38.evtx", 0),
    ("williballenthin--python-evtx/dns_log_malformed.evtx", 0),
    ("mdecrevoisier--EVTX-to-MITRE-Attack/ID12-13 SIP provider registration.evtx", 0),
)
"""File and number of a chunk in it."""


def trials(few: int) -> Callable[[Any], Any]:
    """So many examples in the suite; with CARHOUND_FUZZ that many, not the same ones each time."""
    return settings(
        max_examples=TRIALS or few,
        derandomize=not TRIALS,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def watched() -> Iterator[None]:
    """Ends the process with a traceback when the case takes too long."""
    faulthandler.dump_traceback_later(DEADLINE, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@st.composite
def harm(draw: st.DrawFn, length: int, start: int = 0) -> Callable[[bytes], bytes]:
    """Something done to the bytes from `start` on, for `length`: flipped, overwritten, cut out, put in."""
    at = start + draw(st.integers(0, length - 1) | st.integers(0, min(length, 600) - 1))
    count = min(draw(st.sampled_from([1, 1, 1, 2, 4, 8, 64, 500, 5000])), start + length - at)
    match draw(st.sampled_from(["flip", "zero", "ones", "noise", "number", "out", "in"])):
        case "flip":
            bit = draw(st.integers(0, 7))
            return lambda data: data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        case "zero":
            return lambda data: data[:at] + bytes(count) + data[at + count :]
        case "ones":
            return lambda data: data[:at] + b"\xff" * count + data[at + count :]
        case "noise":
            noise = draw(st.binary(min_size=count, max_size=count)) if count < 65 else os.urandom(count)
            return lambda data: data[:at] + noise + data[at + count :]
        case "number":
            number = draw(st.sampled_from([0, 1, 511, 512, 513, 65535, 65536, 1 << 31, (1 << 32) - 1]))
            return lambda data: data[:at] + number.to_bytes(4, "little")[: len(data) - at] + data[at + 4 :]
        case "out":
            return lambda data: data[:at] + data[at + count :]
        case _:
            return lambda data: data[:at] + b"*" * count + data[at:]


def key(item: RawEvent) -> tuple[Any, ...]:
    return (item.provider, item.event_id, item.record_id, item.time, *sorted(item.data.items()))


def read_evtx(data: bytes) -> list[Item]:
    with watched():
        return list(EvtxReader().read(io.BytesIO(data), ReadOptions()))


@cache
def chunks(data: Path) -> list[tuple[bytes, Counter[tuple[Any, ...]]]]:
    """Real chunks, and the events in each."""
    found = []
    for name, number in SAMPLES:
        whole = (data / name).read_bytes()
        chunk = whole[HEADER + number * CHUNK :][:CHUNK]
        events = Counter(key(one) for one in read_evtx(whole[:HEADER] + chunk) if isinstance(one, RawEvent))
        assert events
        found.append((chunk, events))
    return found


@trials(120)
@given(drawn=st.data())
def test_a_harmed_chunk_costs_no_other(shared: Path, drawn: st.DataObject) -> None:
    """One chunk of three, the one in the middle, is harmed up to three times, in its bytes or its size."""
    pool = chunks(shared / "data")
    left, middle, right = (pool[drawn.draw(st.integers(0, len(pool) - 1))] for _ in range(3))
    header = (shared / "data" / SAMPLES[0][0]).read_bytes()[:HEADER]
    harmed = middle[0]
    for _ in range(drawn.draw(st.integers(1, 3))):
        harmed = drawn.draw(harm(min(len(harmed), CHUNK)))(harmed)
    items = read_evtx(header + left[0] + harmed + right[0])
    read = Counter(key(one) for one in items if isinstance(one, RawEvent))
    assert not (left[1] + right[1]) - read
    assert len(items) < 3000


@trials(60)
@given(drawn=st.data())
def test_a_cut_log_keeps_the_chunks_before_the_cut(shared: Path, drawn: st.DataObject) -> None:
    pool = chunks(shared / "data")
    first, second = (pool[drawn.draw(st.integers(0, len(pool) - 1))] for _ in range(2))
    header = (shared / "data" / SAMPLES[0][0]).read_bytes()[:HEADER]
    whole = header + first[0] + second[0]
    cut = drawn.draw(st.integers(0, len(whole) - 1) | st.integers(HEADER + CHUNK, HEADER + CHUNK + 600))
    items = read_evtx(whole[:cut])
    read = Counter(key(one) for one in items if isinstance(one, RawEvent))
    lost = sum(one.records or 0 for one in items if isinstance(one, Damage))
    if cut >= HEADER + CHUNK:
        assert not first[1] - read
    if cut >= HEADER + CHUNK + 512:
        assert read.total() + lost >= first[1].total() + second[1].total()
    if cut % CHUNK != HEADER:
        assert any(isinstance(one, Damage) for one in items)


@trials(60)
@given(drawn=st.data())
def test_lost_records_are_counted(shared: Path, drawn: st.DataObject) -> None:
    """Where the header of a chunk is not harmed, what is read and what is lost are what it held."""
    chunk, events = drawn.draw(st.sampled_from(chunks(shared / "data")))
    header = (shared / "data" / SAMPLES[0][0]).read_bytes()[:HEADER]
    harmed = drawn.draw(harm(CHUNK - 512, 512))(chunk)[:CHUNK].ljust(CHUNK, b"\0")
    items = read_evtx(header + harmed)
    read = sum(isinstance(one, RawEvent) for one in items)
    lost = sum(one.records or 0 for one in items if isinstance(one, Damage))
    assert read + lost >= events.total()


EVENT = {
    "EventID": 1,
    "Hostname": "ws1",
    "TimeCreated": "2024-06-14T12:00:00Z",
    "Image": 'C:\\a "b" {c}',
    "nested": {"list": [1, 2.5, None, {"x": "ü"}]},
}


@trials(120)
@given(drawn=st.data(), indent=st.sampled_from([None, 1]), encoding=st.sampled_from(["utf-8", "utf-16"]))
def test_harmed_json_is_read_to_its_end(drawn: st.DataObject, indent: int | None, encoding: str) -> None:
    records = [{**EVENT, "RecordNumber": number} for number in range(20)]
    if indent is None:
        text = "".join(json.dumps(record) + "\n" for record in records)
    else:
        text = json.dumps(records, indent=indent)
    data = text.encode(encoding)
    for _ in range(drawn.draw(st.integers(1, 4))):
        data = drawn.draw(harm(len(data)))(data) or b"{"
    with watched():
        items = list(JsonReader().read(io.BytesIO(data), ReadOptions()))
    assert all(isinstance(item, RawEvent | Damage | Skipped | Remark) for item in items)


LINE = json.dumps(EVENT).encode() + b"\n"
INNER = io.BytesIO()
with zipfile.ZipFile(INNER, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("deep.json", LINE * 20)


def _zip(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a/one.json", LINE * 30)
        archive.writestr("inner.zip", INNER.getvalue())
        archive.writestr("two.json", LINE)
    return buffer.getvalue()


def _tar(kind: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        for name, data in ((f"{'long' * 50}/one.json", LINE * 30), ("in.zip", INNER.getvalue()), ("2", LINE)):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


ARCHIVES = {
    "zip, stored": _zip(zipfile.ZIP_STORED),
    "zip, deflated": _zip(zipfile.ZIP_DEFLATED),
    "zip, bzip2": _zip(zipfile.ZIP_BZIP2),
    "tar, pax": _tar(tarfile.PAX_FORMAT),
    "tar, GNU": _tar(tarfile.GNU_FORMAT),
    "tar.gz": gzip.compress(_tar(tarfile.PAX_FORMAT)),
    "tar.xz": lzma.compress(_tar(tarfile.GNU_FORMAT)),
    "bz2": bz2.compress(LINE * 30),
    "gz": gzip.compress(LINE * 30) * 2,
}


@pytest.mark.parametrize("name", ARCHIVES)
@trials(40)
@given(drawn=st.data())
def test_harmed_archives_end(
    tmp_path_factory: pytest.TempPathFactory, name: str, drawn: st.DataObject
) -> None:
    """Every part of them is read, and nothing appears beside them."""
    data = ARCHIVES[name]
    for _ in range(drawn.draw(st.integers(1, 3))):
        data = drawn.draw(harm(len(data)))(data) or b"PK\3\4"
    folder = tmp_path_factory.getbasetemp() / "fuzzed"
    folder.mkdir(exist_ok=True)
    path = folder / "archive"
    path.write_bytes(data)
    with watched():
        for part in open_evidence([str(path)]):
            for item in part.items():
                assert isinstance(item, RawEvent | Damage | Skipped | Remark)
    assert [entry.name for entry in folder.iterdir()] == ["archive"]
