"""JSON lines passed over: of lines that hold nothing looked for only the headers are told.

A line is passed over only where it is proved to be of a layout that was read before, with a header that was
read before; the time alone may be new. Every other line is left to be read.
"""

from bisect import bisect_left
from collections.abc import Container, Iterator
from typing import Any

from msgspec import DecodeError, Raw
from msgspec.json import Decoder

from carhound.model.event import RawEvent
from carhound.model.evidence import Glimpsed
from carhound.readers.interface import Sieve, Taken
from carhound.readers.json.known import KnownLines, LinesAhead
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.literals.scan import Find, escaped_letters, utf8

_AT_ONCE = 2 << 20
"""Bytes."""
_MOST_ALONE = 20_000
"""Lines that are asked one by one whether they are valid, before the first of them is passed over or read."""
_decode = Decoder(Raw).decode_lines


class LineGlance:
    """Passes over the lines of one text."""

    def __init__(self, known: KnownLines[Any], sieve: Sieve | None = None) -> None:
        """`sieve` is asked for the literals that lines may need to match; None: none do."""
        literals, spellings = ((), {}) if sieve is None else (sieve.literals or (), sieve.spellings)
        self._any = sieve is None or sieve.literals is None
        """Whether lines need no literal to match."""
        self._finds: tuple[Find, ...] = utf8(literals, spellings)
        self._find_escape = escaped_letters(literals, spellings)
        self._known = known
        self._buffer = b""
        self._hits: Container[int] = ()
        """Where lines begin that may match."""
        self._stops: list[int] = []
        """Where lines begin that have to be read whatever is known, and the end."""
        self._end = 0
        """Up to where this was asked of the buffer's lines."""

    def __call__(self, buffer: bytes, at: int, start: int | None, line: int) -> tuple[int, int]:
        """Where the first line at or after `at`, which begins one, stands that has to be read.

        Also how many lines before it were passed over. `start` is where the buffer begins in the file, where
        that is known, `line` the number of the line.
        """
        if not self._known:
            return at, 0
        if buffer is not self._buffer or at >= self._end:
            self._turn_to(buffer, at)
        stop = bisect_left(self._stops, at)
        if stop == len(self._stops):
            return at, 0
        return self._known.pass_over(LinesAhead(buffer, at, self._stops[stop], self._hits, start, line))

    def learn(self, line: bytes | None, event: RawEvent, keys: HeaderKeys | None, *, remarked: bool) -> None:
        """Takes note of what was read, if it is a line; `remarked` says that more was told than the event."""
        if keys is not None and line is not None:
            self._known.learn(line, event, keys, remarked=remarked)

    def told(self, *, at_end: bool = False) -> Iterator[Glimpsed | Taken]:
        """What is told of the lines passed over since it last was, now and then and at the end."""
        return self._known.told(at_end=at_end)

    def _turn_to(self, buffer: bytes, at: int) -> None:
        self._known.buffers += 1
        self._buffer = buffer
        end = buffer.rfind(b"\n", at, at + _AT_ONCE) + 1
        invalid: list[int] = []
        if not is_valid(memoryview(buffer)[at:end]):
            invalid, end = _invalid(buffer, at, end)
        self._end = end
        self._stops = sorted({*invalid, *self._starts(self._find_escape, at), end})
        starts = (start for find in self._finds for start in self._starts(find, at))
        self._hits = range(end) if self._any else set(starts)

    def _starts(self, find: Find, at: int) -> Iterator[int]:
        """Where the lines up to the end begin in which something is found."""
        while at < self._end and 0 <= (hit := find(self._buffer, at)) < self._end:
            yield self._buffer.rfind(b"\n", 0, hit) + 1
            at = self._buffer.index(b"\n", hit) + 1


def is_valid(lines: memoryview) -> bool:
    """Whether lines are JSON in UTF-8. If they are, so is each of them that begins and ends an object."""
    try:
        _decode(lines)
        str(lines, "utf-8")
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _invalid(buffer: bytes, at: int, end: int) -> tuple[list[int], int]:
    """Where the lines begin that are not valid by themselves, and up to where this was asked of them."""
    starts: list[int] = []
    view = memoryview(buffer)
    for _ in range(_MOST_ALONE):
        if at >= end:
            break
        newline = buffer.index(b"\n", at)
        if not is_valid(view[at:newline]):
            starts.append(at)
        at = newline + 1
    return starts, at
