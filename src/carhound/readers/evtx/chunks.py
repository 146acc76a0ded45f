"""The chunks of an EVTX file: 64 KiB each, behind a file header of 4 KiB.

Format: libyal/libevtx, "Windows XML Event Log (EVTX) format". Chunks are walked by their own magic. The file
header is not believed: in logs copied while Windows wrote them its chunk count is too low.
"""

import os
import struct
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from carhound.model.evidence import Damage
from carhound.readers.evtx.counts import (
    FIRST_RECORD,
    end_of_records,
    records_in,
    stray_records,
    with_whole_header,
)
from carhound.readers.interface import ByteSource, read_exactly
from carhound.readers.literals.patterns import compiled
from carhound.readers.sources import Leap

FILE_MAGIC = b"ElfFile\0"
_CHUNK_MAGIC = b"ElfChnk\0"
_MAGIC_IN = compiled(rb"ElfChnk\x00")
"""Ten times as fast as `bytes.find`."""
_HEADER_SIZE = 4096
_CHUNK_SIZE = 65536
_LINKS = struct.Struct("<96I")
_LINKS_AT = 128
_LINK = struct.Struct("<I")
_STRING_TABLES = 64
_STRING_HEAD, _TEMPLATE_HEAD = 8, 24
_LONGEST_CHAIN = _CHUNK_SIZE // _STRING_HEAD
_COUNT_AT = 42
_HEADER_SIZE_AT = 40
_CHUNK_HEADER_SIZE = b"\x80\0\0\0"
_LOOK_AHEAD = _HEADER_SIZE_AT + 4


class Chunk(Struct, frozen=True):
    """One chunk."""

    number: int
    """From 0, counting empty ones."""
    offset: int
    """In the file."""
    data: bytes
    """As it stands in the file; where the file ends inside it, zeros follow its whole records."""
    cut: int | None = None
    """How many records it should hold, where the file ends inside it."""

    @property
    def records(self) -> int:
        """How many it should hold."""
        return records_in(self.data) if self.cut is None else self.cut

    def mended(self) -> bytes:
        """The data, ready to be parsed."""
        return with_whole_header(without_bad_links(self.data))


def lone_chunk_header() -> bytes:
    """A file header for a file of one chunk: with it a chunk can be parsed alone."""
    header = bytearray(_HEADER_SIZE)
    header[: len(FILE_MAGIC)] = FILE_MAGIC
    struct.pack_into("<QQQIHHHH", header, len(FILE_MAGIC), 0, 0, 1, 128, 1, 3, _HEADER_SIZE, 1)
    return bytes(header)


def chunks(source: ByteSource, first: int = 0, stop: int | None = None) -> Iterator[Chunk | Damage]:
    """The chunks of the file in order; `Damage` for what should be one and is not.

    Of a span of the file, its header is followed by the chunk with the number `first`; that with the number
    `stop` is left to another span.

    Chunks of zeros are space Windows reserved and never used: they are passed over. Where the file ends
    inside a chunk, what there is of it is given too.
    """
    header = read_exactly(source, _HEADER_SIZE)
    if not header:
        yield Damage("file header", "the file is empty", 0)
        return
    if len(header) < _HEADER_SIZE:
        yield Damage("file header", f"the file ends after {len(header)} of {_HEADER_SIZE} bytes", 0)
        return
    if not header.startswith(FILE_MAGIC):
        yield Damage("file header", "it does not start with ElfFile", 0)
        return
    declared = int.from_bytes(header[_COUNT_AT : _COUNT_AT + 2], "little")
    number = first - 1
    offset = place_of(first)
    for data, moved in _windows(source):
        number += 1
        yield from _chunk(number, offset, data, moved)
        offset += len(data)
        if number + 1 == stop:
            return
    if number + 1 < declared:
        missing = f"{declared - number - 1} of {declared} chunks are missing at the end of the file"
        yield Damage(f"chunk {number + 1}", missing, offset)


def chunks_at(path: Path, offsets: Iterable[int]) -> Iterator[Chunk]:
    """The whole chunks that begin at these places of a file. Raises OSError."""
    with path.open("rb") as file:
        for offset in offsets:
            file.seek(offset)
            data = file.read(_CHUNK_SIZE)
            if len(data) == _CHUNK_SIZE:
                yield Chunk((offset - _HEADER_SIZE) // _CHUNK_SIZE, offset, data)


def is_evtx(path: Path) -> bool:
    """Whether a file is EVTX as it stands, and not packed. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(FILE_MAGIC)) == FILE_MAGIC


def regular_chunks(file: BinaryIO) -> int:
    """How many chunks stand where they would if all before them had their full size."""
    at = _reader_at(file)
    if at(len(FILE_MAGIC), 0) != FILE_MAGIC:
        return 0
    number = 0
    while at(len(_CHUNK_MAGIC), place_of(number)) == _CHUNK_MAGIC:
        number += 1
    return number


def _reader_at(file: BinaryIO) -> Callable[[int, int], bytes]:
    """Reads so many bytes at a place."""
    if hasattr(os, "pread"):
        return partial(os.pread, file.fileno())

    def read(size: int, place: int) -> bytes:
        file.seek(place)
        return file.read(size)

    return read


def place_of(number: int) -> int:
    """Where such a chunk begins, in bytes."""
    return _HEADER_SIZE + number * _CHUNK_SIZE


def spanned(file: BinaryIO, first: int) -> ByteSource:
    """The header of a file, and after it all from one of its regular chunks on."""
    return Leap(file, _HEADER_SIZE, place_of(first)) if first else file


def _chunk(number: int, offset: int, data: bytes, moved: bool) -> Iterator[Chunk | Damage]:
    if not data.startswith(_CHUNK_MAGIC):
        if data.count(0) < len(data):
            reason = "it does not start with ElfChnk"
            yield Damage(f"chunk {number}", reason, offset, records_in_ruin(data))
        return
    if len(data) < _CHUNK_SIZE:
        ends = "the next one begins" if moved else "the file ends"
        yield Damage(f"chunk {number}", f"{ends} after {len(data)} of {_CHUNK_SIZE} bytes", offset)
        # What is cut off a record would be read as zeros, and made up values of it.
        whole = data[: end_of_records(data)].ljust(_CHUNK_SIZE, b"\0")
        yield Chunk(number, offset, whole, records_in(data))
        return
    yield Chunk(number, offset, data)


def _windows(source: ByteSource) -> Iterator[tuple[bytes, bool]]:
    """What lies between the borders of chunks, and whether the border behind it is not where it should be.

    Where bytes were lost or got in, the chunks behind are found by their headers.
    """
    rest = b""

    def following() -> bytes:
        nonlocal rest
        if not rest:
            return read_exactly(source, _CHUNK_SIZE)
        if len(rest) < _CHUNK_SIZE:
            rest += read_exactly(source, _CHUNK_SIZE - len(rest))
        data, rest = rest[:_CHUNK_SIZE], rest[_CHUNK_SIZE:]
        return data

    data = following()
    while data:
        behind = following()
        whole = behind.startswith(_CHUNK_MAGIC)
        border = 0 if whole else _header_within(data + behind[:_LOOK_AHEAD], len(data))
        if border > 0:
            yield data[:border], True
            rest = data[border:] + behind + rest
            data = following()
        else:
            yield data, False
            data = behind


def _header_within(data: bytes, size: int) -> int:
    """Where in a chunk, behind its first byte, the header of another one stands; -1 for nowhere."""
    found = _MAGIC_IN.search(data, 1, size + len(_CHUNK_MAGIC) - 1)
    while found is not None:
        at: int = found.start()
        if data[at + _HEADER_SIZE_AT : at + _LOOK_AHEAD] == _CHUNK_HEADER_SIZE:
            return at
        found = _MAGIC_IN.search(data, at + 1, size + len(_CHUNK_MAGIC) - 1)
    return -1


def records_in_ruin(data: bytes) -> int | None:
    """How many records what should be a chunk held; None where nothing in it looks like one."""
    return max(stray_records(data), records_in(data) if stray_records(data) else 0) or None


def without_bad_links(chunk: bytes) -> bytes:
    """The chunk without the name and template chains that leave it or never end.

    The parser follows these chains without looking back; one that bites its tail would hold it for ever.
    A table entry of 0 only means that a name or template is read where it is used.
    """
    links = _LINKS.unpack_from(chunk, _LINKS_AT)
    bad = [
        index
        for index, link in enumerate(links)
        if link and not _chain_ends(chunk, link, _STRING_HEAD if index < _STRING_TABLES else _TEMPLATE_HEAD)
    ]
    if not bad:
        return chunk
    mended = bytearray(chunk)
    for index in bad:
        _LINK.pack_into(mended, _LINKS_AT + _LINK.size * index, 0)
    return bytes(mended)


def _chain_ends(chunk: bytes, link: int, head: int) -> bool:
    for _ in range(_LONGEST_CHAIN):
        if not link:
            return True
        if not FIRST_RECORD <= link <= _CHUNK_SIZE - head:
            return False
        (link,) = _LINK.unpack_from(chunk, link)
    return False
