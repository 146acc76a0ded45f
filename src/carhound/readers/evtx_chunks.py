"""The chunks of an EVTX file: 64 KiB each, behind a file header of 4 KiB.

Format: libyal/libevtx, "Windows XML Event Log (EVTX) format". Chunks are walked by their own magic. The file
header is not believed: in logs copied while Windows wrote them its chunk count is too low.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from carhound.model.evidence import Damage
from carhound.readers.interface import ByteSource, read_exactly

FILE_MAGIC = b"ElfFile\0"
_CHUNK_MAGIC = b"ElfChnk\0"
_HEADER_SIZE = 4096
_CHUNK_SIZE = 65536
_FIRST_RECORD = 512
_LINKS = struct.Struct("<96I")
_LINKS_AT = 128
_LINK = struct.Struct("<I")
_STRING_TABLES = 64
_STRING_HEAD, _TEMPLATE_HEAD = 8, 24
_LONGEST_CHAIN = _CHUNK_SIZE // _STRING_HEAD
_COUNT_AT = 42


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk, ready to be parsed."""

    number: int
    """From 0, counting empty ones."""
    offset: int
    """In the file."""
    data: bytes


def lone_chunk_header() -> bytes:
    """A file header for a file of one chunk: with it a chunk can be parsed alone."""
    header = bytearray(_HEADER_SIZE)
    header[: len(FILE_MAGIC)] = FILE_MAGIC
    struct.pack_into("<QQQIHHHH", header, len(FILE_MAGIC), 0, 0, 1, 128, 1, 3, _HEADER_SIZE, 1)
    return bytes(header)


def chunks(source: ByteSource) -> Iterator[Chunk | Damage]:
    """The chunks of the file in order; `Damage` for what should be one and is not.

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
    number = -1
    while data := read_exactly(source, _CHUNK_SIZE):
        number += 1
        offset = _HEADER_SIZE + number * _CHUNK_SIZE
        if not data.startswith(_CHUNK_MAGIC):
            if data.count(0) < len(data):
                yield Damage(f"chunk {number}", "it does not start with ElfChnk", offset)
            continue
        if len(data) < _CHUNK_SIZE:
            yield Damage(f"chunk {number}", f"the file ends after {len(data)} of {_CHUNK_SIZE} bytes", offset)
            data = data.ljust(_CHUNK_SIZE, b"\0")
        yield Chunk(number, offset, without_bad_links(data))
    if number + 1 < declared:
        missing = f"{declared - number - 1} of {declared} chunks are missing at the end of the file"
        yield Damage(f"chunk {number + 1}", missing, _HEADER_SIZE + (number + 1) * _CHUNK_SIZE)


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
        if not _FIRST_RECORD <= link <= _CHUNK_SIZE - head:
            return False
        (link,) = _LINK.unpack_from(chunk, link)
    return False
