"""JSON lines passed over: of lines that hold nothing looked for only the headers are told.

A line is passed over only where it is proved to be of a layout that was read before, with a header that was
read before; the time alone may be new. Every other line is left to be read.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from msgspec import Struct, field

from carhound.model.event import RawEvent
from carhound.model.evidence import Glimpsed
from carhound.model.instants import parse_time
from carhound.model.presence import quarter_of
from carhound.readers.interface import Sieve
from carhound.readers.json_layout import HeaderKeys, layout_of
from carhound.readers.json_payload import LineTest, line_test
from carhound.readers.json_soft import Faults, lines_found, soft
from carhound.readers.literal_scan import Find, in_text, utf8
from carhound.readers.sysmon_names import SYSMON

_MOST_LAYOUTS = 200
"""Made for one file, whether or not they come to anything."""
_MOST_HEADERS = 10_000
_WORTH = 16
"""Lines of the same fields read before their layout is made, which takes longer than to read that many."""
_HINT = 8
"""Bytes by which the likeliest layout of a line is guessed."""
_TOLD_EVERY = 64
"""Buffers."""
_MINUTE = 16
"""Characters of a time up to its minute."""
_BY_TYPE = "12"
"""Sysmon's event of which it is told where its type is missing."""
_EARLIEST, _LATEST = (end.replace(tzinfo=UTC) for end in (datetime.min, datetime.max))

_Kind = tuple[str | None, str | None, str | None, str | None]
"""Provider, channel, event id, computer."""
_Header = bytes | tuple[bytes, ...]
"""The values of a line that its header is made of, as they are written."""


class _Tally(Struct):
    """Lines with one header that were passed over."""

    header: _Kind
    looked: bool = False
    """Whether their payload was looked at."""
    times: list[bytes] = field(default_factory=list)
    """Those not gathered yet, as they are written."""
    events: int = 0
    first: datetime = _LATEST
    last: datetime = _EARLIEST
    quarters: set[int] = field(default_factory=set)

    def gather(self, quarters: dict[bytes, int]) -> None:
        """Takes in the times; `quarters` knows the minutes of all."""
        if not self.times:
            return
        self.events += len(self.times)
        self.quarters.update({quarters[time[:_MINUTE]] for time in self.times})
        for length in set(map(len, self.times)):
            alike = [time for time in self.times if len(time) == length]
            ends = [parse_time(end(alike).decode()) for end in (min, max)]
            self.first = min(self.first, *(time for time in ends if time is not None))
            self.last = max(self.last, *(time for time in ends if time is not None))
        self.times = []


class _Settled(Struct, frozen=True):
    """Lines with one header, and what becomes of those that may match."""

    unread: _Tally
    looked: _Tally
    possible: bool
    """Whether they can match at all."""
    test: LineTest | None
    """Tells of a line whether it may; None where it has to be read for that."""


class _Known(Struct):
    """A layout, and the headers that were read in it; None for such as are always read."""

    match: Callable[..., re.Match[bytes] | None]
    time: int
    header: tuple[int, ...]
    settled: dict[_Header, _Settled | None] = field(default_factory=dict)


class LineGlance:
    """Passes over the lines of one file."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        self._any = sieve.literals is None
        """Whether lines need no literal to match."""
        literals = sieve.literals or ()
        self._in_text = in_text(literals)
        self._finds: tuple[Find, ...] = utf8(literals, sieve.spellings)
        self._faults = Faults(sieve.spellings)
        self._met: Counter[int] = Counter()
        """Lines without a layout, by their fields."""
        self._made = 0
        self._known: list[_Known] = []
        """Those met last come first."""
        self._guesses: dict[bytes, _Known] = {}
        """By the bytes at the place of the hint, the layout met last."""
        self._hint = 0
        """Where in a line its event id stands, if it is like the last one that was learned."""
        self._headers = 0
        self._quarters: dict[bytes, int] = {}
        self._buffer = b""
        self._buffers = 0
        """Since the last was told."""
        self._lines = b""
        """The lines of the buffer, soft, from this place on."""
        self._offset = 0
        self._hits: set[int] = set()
        """Where among them those begin that hold a literal."""
        self._faulty: set[int] = set()
        """Likewise those that have to be read, whatever their layout."""

    def __call__(self, buffer: bytes, at: int) -> tuple[int, int]:
        """Where the first line at or after `at`, which begins one, stands that has to be read.

        Also how many lines before it were passed over.
        """
        passed = 0
        if not self._known:
            return at, passed
        if buffer is not self._buffer:
            self._turn_to(buffer, at)
        lines, hits, faulty = self._lines, self._hits, self._faulty
        guesses, quarters, anything = self._guesses, self._quarters, self._any
        hint, hint_end = self._hint, self._hint + _HINT
        place, end = at - self._offset, len(lines)
        while place < end and place not in faulty:
            known = guesses.get(lines[place + hint : place + hint_end])
            if known is None or (found := known.match(lines, place)) is None:
                known, found = self._find(lines, place)
                if known is None or found is None:
                    break
            stop = found.end()
            if lines.find(b"\n", place) != stop - 1:
                break  # a text may not hold the end of a line, and what stands behind it is another one
            settled = known.settled.get(found.group(*known.header))
            time = found[known.time]
            if settled is None or (time[:_MINUTE] not in quarters and not self._is_time(time)):
                break
            tally = settled.unread
            if (anything or place in hits) and settled.possible:
                if settled.test is None or settled.test(buffer[self._offset + place : self._offset + stop]):
                    break
                tally = settled.looked
            tally.times.append(time)
            place = stop
            passed += 1
        return max(at, self._offset + place), passed

    def learn(self, line: bytes, event: RawEvent, keys: HeaderKeys | None, *, remarked: bool) -> None:
        """Takes note of a line that was read; `remarked` says that more was told than the event."""
        kind = event.provider, event.channel, event.event_id, event.computer
        if keys is None or self._sieve.wants(*kind[:3]):
            return
        possible = self._sieve.can_match(*kind)
        test = self._sieve.payload_test(*kind) if possible else None
        if (test is None and self._any and possible) or (test is not None and test.binding is not None):
            return
        text = soft(line + b"\n")
        known, found = self._find(text, 0)
        if known is None or found is None:
            if remarked or not self._is_worth_it(event):
                return
            self._made += 1
            layout = layout_of(text[:-1], keys)
            if layout is None or (found := layout.pattern.match(text)) is None:
                return
            known = _Known(layout.pattern.match, layout.time, layout.header)
            self._known.insert(0, known)
            self._guesses.clear()
            self._hint = found.start(layout.header[0])
        header = found.group(*known.header)
        if found.end() < len(text) or header in known.settled or self._headers == _MOST_HEADERS:
            return
        asked = None if test is None else line_test(test, keys, event, line)
        odd = remarked or self._is_odd(event, found[known.time])
        known.settled[header] = (
            None if odd else _Settled(_Tally(kind), _Tally(kind, looked=True), possible, asked)
        )
        self._headers += 1

    def _is_worth_it(self, event: RawEvent) -> bool:
        """Whether enough lines had the fields of this one."""
        if len(self._met) > _MOST_HEADERS:
            self._met.clear()
        fields = hash((event.event_id, *event.meta, *event.data))
        self._met[fields] = (self._met[fields] + 1) % _WORTH
        return self._met[fields] == 0 and self._made < _MOST_LAYOUTS

    def told(self, *, at_end: bool = False) -> Iterator[Glimpsed]:
        """The headers of the lines passed over since they were last told, now and then and at the end."""
        if self._buffers < _TOLD_EVERY and not at_end:
            return
        self._buffers = 0
        for tally in self._tallies():
            tally.gather(self._quarters)
            if tally.events:
                quarters = frozenset(tally.quarters)
                told = Glimpsed(
                    *tally.header, tally.events, tally.first, tally.last, quarters, looked=tally.looked
                )
                tally.events, tally.quarters = 0, set()
                yield told

    def _tallies(self) -> Iterator[_Tally]:
        for known in self._known:
            for settled in known.settled.values():
                if settled is not None:
                    yield settled.unread
                    yield settled.looked

    def _turn_to(self, buffer: bytes, at: int) -> None:
        for tally in self._tallies():
            tally.gather(self._quarters)
        if len(self._quarters) > _MOST_HEADERS:
            self._quarters.clear()
        if len(self._guesses) > _MOST_HEADERS:
            self._guesses.clear()
        lines = soft(buffer[at : buffer.rfind(b"\n") + 1])
        self._buffer, self._lines, self._offset = buffer, lines, at
        self._buffers += 1
        self._hits = {place for find in self._finds for place in lines_found(lines, find)}
        self._faulty = self._faults(lines)

    def _find(self, lines: bytes, place: int) -> tuple[_Known | None, re.Match[bytes] | None]:
        """The layout of the line at a place, which is tried first from now on."""
        for number, known in enumerate(self._known):
            if (found := known.match(lines, place)) is not None:
                if number:
                    del self._known[number]
                    self._known.insert(0, known)
                self._guesses[lines[place + self._hint : place + self._hint + _HINT]] = known
                return known, found
        return None, None

    def _is_odd(self, event: RawEvent, time: bytes) -> bool:
        """Whether lines like that of an event have to be read whatever the sieve looks for."""
        header = (event.provider or "", event.channel or "", event.computer or "")
        return (
            event.time is None
            or event.time != parse_time(time.decode())
            or (event.provider == SYSMON and "UtcTime" not in event.data and "Message" in event.meta)
            or (event.event_id == _BY_TYPE and "EventType" not in event.data)
            or any(map(self._in_text, (*header, *event.data, *event.meta)))
        )

    def _is_time(self, time: bytes) -> bool:
        minute = time[:_MINUTE]
        parsed = parse_time(minute.decode())
        if parsed is None:
            return False
        self._quarters[minute] = quarter_of(parsed)
        return True
