"""What is read, lost and left out of each public file is what it holds, by a count that shares no code."""

import bz2
import csv
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Skipped
from carhound.readers.evidence import open_evidence

HEADER, CHUNK = 4096, 65536


def contents(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of a file, or of everything in it, by Python's own modules."""
    if data.startswith(b"PK\3\4"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if not info.is_dir() and "__MACOSX" not in info.filename:
                    yield from contents(f"{name}/{info.filename}", archive.read(info))
        return
    for magic, ending, unpack in (
        (b"\x1f\x8b", ".gz", _gunzip),
        (b"BZh", ".bz2", bz2.decompress),
        (b"\xfd7zXZ", ".xz", lzma.decompress),
    ):
        if data.startswith(magic):
            inner = unpack(data)
            if inner[257:262] == b"ustar":
                with tarfile.open(fileobj=io.BytesIO(inner)) as tar:
                    for member in tar.getmembers():
                        if (file := tar.extractfile(member)) is not None:
                            yield from contents(f"{name}/{member.name}", file.read())
            else:
                yield from contents(name.removesuffix(ending), inner)
            return
    yield name, data


def _gunzip(data: bytes) -> bytes:
    """Some end in a stray line break, at which gzip raises after it has read all."""
    return gzip.decompress(data.rstrip(b"\n"))


def held(data: bytes) -> int | None:
    """How many records a file holds; None where it is neither EVTX nor JSON."""
    if data.startswith(b"ElfFile\0"):
        return sum(_in_chunk(data[at : at + CHUNK]) for at in range(HEADER, len(data), CHUNK))
    text = data.decode("utf-8-sig", "replace").strip()
    if text.startswith(","):  # a table whose first column numbers the rows
        return sum(1 for _ in csv.DictReader(io.StringIO(text)))
    if not text.startswith(("{", "[")):
        return None
    return _json_records(text)


def _in_chunk(chunk: bytes) -> int:
    """By the numbers of the first and last record in its header; without one, by the records themselves."""
    if chunk.startswith(b"ElfChnk\0"):
        first, last = struct.unpack_from("<2Q", chunk, 8)
        return int(last - first + 1)
    count, at = 0, chunk.find(b"**\0\0")
    while at >= 0:
        size = int.from_bytes(chunk[at + 4 : at + 8], "little")
        count += size >= 28 and chunk[at + size - 4 : at + size] == chunk[at + 4 : at + 8]
        at = chunk.find(b"**\0\0", at + 4)
    return count


def _json_records(text: str) -> int:
    """Top-level values; those of a list one by one."""
    decoder = json.JSONDecoder()
    count = at = 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        count += len(value) if isinstance(value, list) else 1
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
    return count


def test_what_is_read_lost_and_left_out_is_what_there_is(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shared / "data"
    found: dict[str, tuple[int, int, int]] = {}
    for part in open_evidence([str(root)]):
        events = damaged = skipped = 0
        for item in part.items():
            match item:
                case RawEvent():
                    events += 1
                case Damage():
                    damaged += item.records or 0
                case Skipped():
                    skipped += item.records or 0
        if part.kind == "evidence":
            found[part.path] = (events, damaged, skipped)
    counted = 0
    differing = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        for name, data in contents(str(path), path.read_bytes()):
            if (holds := held(data)) is None or name not in found:
                continue
            counted += 1
            if sum(found[name]) != holds:
                events, damaged, skipped = found[name]
                line = f"{name} holds {holds}: {events} read + {damaged} lost + {skipped} left out"
                differing.append(line.removeprefix(f"{root}/"))
    with capsys.disabled():
        for line in differing:
            print(line)  # noqa: T201 - what differs is what this test is for
    assert differing == []
    assert counted == len([path for path, (*counts,) in found.items() if sum(counts)])
    assert counted > 30
