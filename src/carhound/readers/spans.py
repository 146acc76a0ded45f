"""Large files in spans that can be read apart from each other, so that several processes can share them."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Literal

from msgspec import Struct

from carhound.readers.interface import ByteSource
from carhound.readers.walk import Found

_LENGTH = 16 << 20
"""Bytes, read in a part of a second."""
_CHUNK = 1 << 16
_BUFFER = 1 << 20
_SMALLEST = 32 << 20


class Span(Struct, frozen=True):
    """Chunks of an EVTX file, or bytes of a file of JSON lines; all there is of any other."""

    first: int = 0
    """The number of the first."""
    stop: int | None = None
    """The number of the first that comes after; None where it reaches to the end of the file."""
    unit: Literal["chunks", "bytes"] = "chunks"

    @property
    def whole(self) -> bool:
        """Whether it is all there is."""
        return not self.first and self.stop is None

    def __str__(self) -> str:
        if self.whole:
            return "file"
        return f"{self.unit} {self.first} to {'the end' if self.stop is None else self.stop - 1}"


WHOLE = Span()


def spans(found: Found) -> tuple[Span, ...]:
    """The spans of a file, told from its size and content alone: however many read it, they are the same."""
    if found.problem is not None or found.stream or found.size < _SMALLEST:
        return (WHOLE,)
    try:
        with found.path.open("rb", buffering=0) as file:
            return _spans(file, found.size)
    except OSError:
        return (WHOLE,)


def _spans(file: BinaryIO, size: int) -> tuple[Span, ...]:
    from carhound.readers.evtx.chunks import regular_chunks

    if chunks := regular_chunks(file):
        length = max(_LENGTH // _CHUNK, 1)
        return _between(range(length, chunks, length), "chunks")
    from carhound.readers.json.lines import line_starts

    file.seek(0)
    return _between(line_starts(file, range(_LENGTH, size, _LENGTH)), "bytes")


def _between(cuts: Sequence[int], unit: Literal["chunks", "bytes"]) -> tuple[Span, ...]:
    return tuple(Span(first, stop, unit) for first, stop in zip((0, *cuts), (*cuts, None), strict=True))


class Stretch:
    """The bytes of a file from one place up to another."""

    def __init__(self, file: BinaryIO, span: Span) -> None:
        file.seek(span.first)
        self._file = file
        self._left = None if span.stop is None else span.stop - span.first

    def read(self, size: int, /) -> bytes:
        if self._left is None:
            return self._file.read(size)
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()


def lines_in(path: Path, span: Span) -> int:
    """How many lines end in a span of a file; 0 where it cannot be read."""
    try:
        with path.open("rb") as file:
            source: ByteSource = Stretch(file, span)
            return sum(data.count(b"\n") for data in iter(lambda: source.read(_BUFFER), b""))
    except OSError:
        return 0
