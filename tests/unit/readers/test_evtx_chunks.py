"""The walk over the chunks of an EVTX file, on made-up chunks."""

import io
import struct

import pytest

from carhound.model.evidence import Damage
from carhound.readers.evtx.chunks import Chunk, chunks, lone_chunk_header, without_bad_links

EMPTY = bytes(65536)
CHUNK = b"ElfChnk\0".ljust(65536, b"\1")[:128] + bytes(65536 - 128)


def walk(data: bytes) -> list[tuple[str, int | None]]:
    found: list[tuple[str, int | None]] = []
    for chunk in chunks(io.BytesIO(data)):
        match chunk:
            case Chunk(number, offset, content):
                assert len(content) == 65536
                found.append((f"chunk {number}", offset))
            case Damage(where, reason, offset):
                found.append((f"{where}: {reason}", offset))
    return found


def header(count: int) -> bytes:
    data = bytearray(lone_chunk_header())
    struct.pack_into("<H", data, 42, count)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", [("file header: the file is empty", 0)]),
        (b"ElfFile\0", [("file header: the file ends after 8 of 4096 bytes", 0)]),
        (b"x" * 5000, [("file header: it does not start with ElfFile", 0)]),
        (header(0), []),
        (header(1) + CHUNK, [("chunk 0", 4096)]),
        (header(1) + CHUNK + CHUNK + CHUNK, [("chunk 0", 4096), ("chunk 1", 69632), ("chunk 2", 135168)]),
        (header(3) + CHUNK + EMPTY + CHUNK, [("chunk 0", 4096), ("chunk 2", 135168)]),
        (
            header(1) + CHUNK + b"x" * 65536 + CHUNK,
            [("chunk 0", 4096), ("chunk 1: it does not start with ElfChnk", 69632), ("chunk 2", 135168)],
        ),
        (
            header(2) + CHUNK + CHUNK[:700],
            [
                ("chunk 0", 4096),
                ("chunk 1: the file ends after 700 of 65536 bytes", 69632),
                ("chunk 1", 69632),
            ],
        ),
        (
            header(5) + CHUNK,
            [("chunk 0", 4096), ("chunk 1: 4 of 5 chunks are missing at the end of the file", 69632)],
        ),
    ],
)
def test_walk(data: bytes, expected: list[tuple[str, int | None]]) -> None:
    """Chunks are found by their own magic, whatever the file header counts."""
    assert walk(data) == expected


def linked(*links: tuple[int, int]) -> bytes:
    chunk = bytearray(CHUNK)
    for at, link in links:
        struct.pack_into("<I", chunk, at, link)
    return bytes(chunk)


NAMES, TEMPLATES = 128, 128 + 64 * 4


@pytest.mark.parametrize(
    "chunk",
    [
        linked((NAMES, 512), (512, 512)),
        linked((NAMES, 512), (512, 600), (600, 512)),
        linked((NAMES + 8, 40)),
        linked((NAMES, 65530)),
        linked((NAMES, 512), (512, 1 << 31)),
        linked((TEMPLATES, 700), (700, 700)),
        linked((TEMPLATES, 65520)),
    ],
)
def test_chains_that_never_end_or_leave_the_chunk_are_cut(chunk: bytes) -> None:
    """With them the parser would never come back."""
    mended = without_bad_links(chunk)
    assert mended != chunk
    assert struct.unpack_from("<96I", mended, 128) == (0,) * 96
    assert mended[512:] == chunk[512:]


def test_good_chains_are_left_alone() -> None:
    chunk = linked((NAMES, 512), (512, 600), (600, 0), (TEMPLATES, 700), (700, 0))
    assert without_bad_links(chunk) == chunk
