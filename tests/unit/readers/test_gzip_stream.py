"""gzip files whole, of several members, cut, damaged and with something behind them."""

import gzip
import io

import pytest

from carhound.readers.archives.gzip_stream import GzipStream

TEXT = b"".join(b"line %d of a text that is long enough\n" % number for number in range(5000))
WHOLE = gzip.compress(TEXT, mtime=0)


def read(data: bytes, size: int = 1000) -> tuple[bytes, str]:
    stream = GzipStream(io.BytesIO(data))
    parts = []
    while part := stream.read(size):
        assert len(part) <= size
        parts.append(part)
    return b"".join(parts), stream.ending


@pytest.mark.parametrize(
    ("data", "text", "ending"),
    [
        (WHOLE, TEXT, "whole"),
        (WHOLE + WHOLE, TEXT + TEXT, "whole"),
        (WHOLE + bytes(700), TEXT, "whole"),
        (WHOLE + b"\n", TEXT, "stray bytes"),
        (WHOLE + bytes(3) + b"\r\n", TEXT, "stray bytes"),
        (WHOLE[:-1], TEXT, "cut"),
        (WHOLE[:-8], TEXT, "cut"),
        (WHOLE[:5], b"", "cut"),
        (b"", b"", "cut"),
        (b"no gzip", b"", "damaged"),
        (WHOLE[:-8] + bytes(8), TEXT[:-1], "damaged"),
        (gzip.compress(b"", mtime=0), b"", "whole"),
    ],
)
def test_endings(data: bytes, text: bytes, ending: str) -> None:
    for size in (1, 1000, 1 << 20) if len(text) < 100 else (1000, 1 << 20):
        assert read(data, size) == (text, ending)


def test_damage_in_the_middle_keeps_what_was_before() -> None:
    harmed = bytearray(WHOLE)
    harmed[len(harmed) // 2] ^= 0xFF
    content, ending = read(bytes(harmed))
    assert ending in ("damaged", "cut")
    assert TEXT.startswith(content[:1000])
    assert len(content) > 1000
