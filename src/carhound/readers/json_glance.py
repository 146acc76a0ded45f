"""JSON lines passed over: of lines that hold nothing looked for only the headers are told.

A line is passed over only where it is proved to be of a layout that was read before, with a header that was
read before; the time alone may be new. Every other line is left to be read.
"""

from collections.abc import Iterator

from carhound.model.event import RawEvent
from carhound.model.evidence import Glimpsed
from carhound.readers.interface import Sieve
from carhound.readers.json_known import Judged, KnownLines
from carhound.readers.json_layout import HeaderKeys
from carhound.readers.literal_scan import Find, escaped_letters, utf8

_FEWEST, _MOST = 16, 256
"""Lines judged at once: few as long as each that is read makes more known."""
_GATHERED_EVERY, _TOLD_EVERY = 4, 64
"""Buffers."""
_NONE = Judged([], [], [])


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
        self._hits: set[int] | None = None
        """Where in the buffer those lines begin that hold a literal; None where lines need none to match."""
        self._escaped: set[int] = set()
        """Likewise those that may hide letters, which have to be read."""
        self._most = _FEWEST
        self._judged = _NONE
        self._number = 0
        """Of these lines, the first that was not passed over."""
        self._place = 0
        """Where that begins."""

    def __call__(self, buffer: bytes, at: int) -> tuple[int, int]:
        """Where the first line at or after `at`, which begins one, stands that has to be read.

        Also how many lines before it were passed over.
        """
        passed = 0
        if not self._known:
            return at, passed
        if buffer is not self._buffer:
            self._turn_to(buffer, at)
        self._skip_to(at)
        while True:
            if self._number == len(self._judged.ends):
                self._judge()
            count = self._pass()
            passed += count
            if self._number < len(self._judged.ends) or not count:
                return self._place, passed

    def learn(self, line: bytes, event: RawEvent, keys: HeaderKeys | None, *, remarked: bool) -> None:
        """Takes note of a line that was read; `remarked` says that more was told than the event."""
        if keys is not None and self._known.learn(line, event, keys, remarked=remarked):
            self._judged, self._number = _NONE, 0
            self._most = _FEWEST

    def told(self, *, at_end: bool = False) -> Iterator[Glimpsed]:
        """The headers of the lines passed over since they were last told, now and then and at the end."""
        if self._buffers >= _TOLD_EVERY or at_end:
            self._buffers = 0
            self._known.gather()
            yield from self._known.told()

    def _skip_to(self, at: int) -> None:
        """Leaves out lines that were read."""
        ends = self._judged.ends
        while self._place < at and self._number < len(ends):
            self._place = ends[self._number]
            self._number += 1
        if self._place != at:
            self._judged, self._number, self._place = _NONE, 0, at

    def _pass(self) -> int:
        """Passes over lines that were judged, up to the first that has to be read; how many."""
        ends, noted, times = self._judged
        first = self._number
        try:
            stop = noted.index(None, first)
        except ValueError:
            stop = len(noted)
        for kept, time in zip(noted[first:stop], times[first:stop], strict=True):
            kept.append(time)  # type: ignore[union-attr, arg-type]
        if stop > first:
            self._number, self._place = stop, ends[stop - 1]
        return stop - first

    def _judge(self) -> None:
        self._judged = self._known.judge(self._buffer, self._place, self._most, self._hits)
        self._number = 0
        if self._escaped:
            for number, start in enumerate((self._place, *self._judged.ends[:-1])):
                if start in self._escaped and number < len(self._judged.noted):
                    self._judged.noted[number] = None
        self._most = min(2 * self._most, _MOST)

    def _turn_to(self, buffer: bytes, at: int) -> None:
        self._buffers += 1
        if self._buffers % _GATHERED_EVERY == 0:
            self._known.gather()
        self._buffer = buffer
        self._judged, self._number, self._place = _NONE, 0, at
        if not self._any:
            self._hits = {start for find in self._finds for start in self._found(find)}
        self._escaped = set(self._found(self._find_escape))

    def _found(self, find: Find) -> Iterator[int]:
        """Where those lines of the buffer begin in which something is found."""
        at = self._place
        while (hit := find(self._buffer, at)) >= 0:
            yield self._buffer.rfind(b"\n", 0, hit) + 1
            at = self._buffer.find(b"\n", hit) + 1
            if not at:
                return
