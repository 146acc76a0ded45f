"""JSON lines passed over: of lines that hold nothing looked for only the headers are told.

A line is passed over only where it is proved to be of a layout that was read before, with a header that was
read before; the time alone may be new. Every other line is left to be read.
"""

from collections.abc import Iterator

from carhound.model.event import RawEvent
from carhound.model.evidence import Glimpsed
from carhound.readers.interface import Sieve
from carhound.readers.json.known import KnownLines, Note
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.literals.scan import Find, escaped_letters, utf8

_FEWEST, _MOST = 32, 128
"""Lines judged at once: few as long as each that is read makes more known."""
LONG = 1 << 20
"""Bytes of lines that are always read: of these it is asked whether decoding them takes too much memory."""
_TOLD_EVERY = 16
"""Buffers."""


class LineGlance:
    """Passes over the lines of one file."""

    def __init__(self, sieve: Sieve) -> None:
        self._any = sieve.literals is None
        """Whether lines need no literal to match."""
        literals = sieve.literals or ()
        self._finds: tuple[Find, ...] = utf8(literals, sieve.spellings)
        self._find_escape = escaped_letters(literals, sieve.spellings)
        self._known = KnownLines(sieve)
        self._buffer = b""
        self._buffers = 0
        """Since the last was told."""
        self._lines: list[bytes] = []
        """Those of the buffer that are whole."""
        self._number = 0
        self._place = 0
        """Of the line of this number, in the buffer."""
        self._hits: set[int] = set()
        """The numbers of those that hold a literal."""
        self._escaped: set[int] = set()
        """Likewise those that may hide letters, which have to be read."""
        self._most = _FEWEST
        self._first = 0
        """The line that was judged first, of those that follow."""
        self._noted: list[Note | None] = []
        self._times: list[str | None] = []

    def __call__(self, buffer: bytes, at: int) -> tuple[int, int]:
        """Where the first line at or after `at`, which begins one, stands that has to be read.

        Also how many lines before it were passed over.
        """
        if not self._known:
            return at, 0
        if buffer is not self._buffer:
            self._turn_to(buffer, at)
        lines, number = self._lines, self._number
        while self._place < at and number < len(lines):
            self._place += len(lines[number]) + 1
            number += 1
        start = number
        while number < len(lines):
            if number >= self._first + len(self._noted):
                self._judge(number)
            stop = self._pass_from(number)
            self._place += sum(map(len, lines[number:stop])) + stop - number
            number = stop
            if stop < self._first + len(self._noted):
                break
        self._number = number
        return max(at, self._place), number - start

    def learn(self, line: bytes, event: RawEvent, keys: HeaderKeys | None, *, remarked: bool) -> None:
        """Takes note of a line that was read; `remarked` says that more was told than the event."""
        if keys is not None and self._known.learn(line, event, keys, remarked=remarked):
            self._noted.clear()
            self._most = _FEWEST

    def told(self, *, at_end: bool = False) -> Iterator[Glimpsed]:
        """The headers of the lines passed over since they were last told, now and then and at the end."""
        if self._buffers >= _TOLD_EVERY or at_end:
            self._buffers = 0
            self._known.gather()
            yield from self._known.told()

    def _pass_from(self, number: int) -> int:
        """Passes over lines that were judged, from this one on; the number of the first that is left."""
        place = number - self._first
        try:
            stop = self._noted.index(None, place)
        except ValueError:
            stop = len(self._noted)
        for note, time in zip(self._noted[place:stop], self._times[place:stop], strict=True):
            note(time)  # type: ignore[misc, arg-type]
        return self._first + stop

    def _judge(self, number: int) -> None:
        lines = self._lines[number : number + self._most]
        numbers = range(number, number + len(lines))
        closely = numbers if self._any else self._hits.intersection(numbers)
        noted, self._times = self._known.judge(lines, [one - number for one in closely])
        for one in self._escaped.intersection(numbers):
            noted[one - number] = None
        if max(map(len, lines)) >= LONG:
            noted = [None if len(line) >= LONG else one for one, line in zip(noted, lines, strict=True)]
        self._first, self._noted = number, noted
        self._most = min(2 * self._most, _MOST)

    def _turn_to(self, buffer: bytes, at: int) -> None:
        self._buffers += 1
        self._buffer = buffer
        self._number, self._place = 0, at
        self._first, self._noted = 0, []
        self._lines = (buffer[at:] if at else buffer).split(b"\n")
        self._lines.pop()
        self._hits = {number for find in self._finds for number in self._found(find)}
        self._escaped = set(self._found(self._find_escape))

    def _found(self, find: Find) -> Iterator[int]:
        """The numbers of the lines of the buffer in which something is found."""
        number, at = 0, self._place
        while (hit := find(self._buffer, at)) >= 0:
            number += self._buffer.count(b"\n", at, hit)
            yield number
            at = self._buffer.find(b"\n", hit) + 1
            if not at:
                return
            number += 1
