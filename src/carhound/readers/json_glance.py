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
from carhound.readers.json_layout import HeaderKeys, Layout, layout_of
from carhound.readers.literal_scan import Find, in_text, utf8
from carhound.readers.sysmon_names import SYSMON

_MOST_LAYOUTS = 200
"""Made for one file, whether or not they come to anything."""
_MOST_HEADERS = 10_000
_WORTH = 64
"""Lines of the same fields read before their layout is made, which takes as long as to read that many."""
_TOLD_EVERY = 64
"""Buffers."""
_MINUTE = 16
"""Characters of a time up to its minute."""
_CONTROLS = bytes(byte for byte in range(32) if byte != 10)
_ESCAPE = re.compile(rb'\\[^"/bfnrt]')
_BY_TYPE = "12"
"""Sysmon's event of which it is told where its type is missing."""
_EARLIEST, _LATEST = (end.replace(tzinfo=UTC) for end in (datetime.min, datetime.max))

_Header = bytes | tuple[bytes, ...]
"""The values of a line that its header is made of, as they are written."""


class _Tally(Struct):
    """Lines with one header that were passed over."""

    header: tuple[str | None, str | None, str | None, str | None]
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


class _Known(Struct):
    """A layout, and the headers that were read in it; None for such as are always read."""

    layout: Layout
    match: Callable[[bytes], re.Match[bytes] | None]
    tallies: dict[_Header, _Tally | None] = field(default_factory=dict)


class LineGlance:
    """Passes over the lines of one file."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        literals = sieve.literals or ()
        self._in_text = in_text(literals)
        self._finds: tuple[Find, ...] = (*utf8(literals, sieve.spellings), _find_escape)
        """Each finds a line that may have to be read, whatever its layout."""
        self._met: Counter[int] = Counter()
        """Lines without a layout, by their fields."""
        self._made = 0
        self._known: list[_Known] = []
        self._headers = 0
        self._quarters: dict[bytes, int] = {}
        self._buffer = b""
        self._buffers = 0
        """Since the last was told."""
        self._lines: list[bytes] = []
        self._hits: set[int] = set()
        """Where the lines found begin."""
        self._number = 0
        self._offset = 0
        """Of the line with this number, in the buffer."""

    def __call__(self, buffer: bytes, at: int) -> int:
        """Where the first line at or after `at`, which begins one, stands that has to be read."""
        if not self._known:
            return at
        if buffer is not self._buffer:
            self._turn_to(buffer, at)
        lines, number, offset, hits = self._lines, self._number, self._offset, self._hits
        while offset < at and number < len(lines):
            offset += len(lines[number]) + 1
            number += 1
        if offset == at:
            known, quarters = self._known[0], self._quarters
            match, timed, header = known.match, known.layout.time, known.layout.header
            while number < len(lines) and offset not in hits:
                line = lines[number]
                found = match(line)
                if found is None:
                    other, found = self._find(line)
                    if other is None or found is None:
                        break
                    known, match = other, other.match
                    timed, header = known.layout.time, known.layout.header
                time = found[timed]
                tally = known.tallies.get(found.group(*header))
                if tally is None or (time[:_MINUTE] not in quarters and not self._is_time(time)):
                    break
                tally.times.append(time)
                offset += len(line) + 1
                number += 1
        self._number, self._offset = number, offset
        return max(at, offset)

    def learn(self, line: bytes, event: RawEvent, keys: HeaderKeys | None, *, remarked: bool) -> None:
        """Takes note of a line that was read; `remarked` says that more was told than the event."""
        if keys is None or self._wants(event):
            return
        line = _soft(line + b"\n")[:-1]
        known, found = self._find(line)
        if known is None or found is None:
            if remarked or not self._is_worth_it(event):
                return
            self._made += 1
            layout = layout_of(line, keys)
            if layout is None or (found := layout.pattern.fullmatch(line)) is None:
                return
            known = _Known(layout, layout.pattern.fullmatch)
            self._known.insert(0, known)
        header = found.group(*known.layout.header)
        if header in known.tallies or self._headers == _MOST_HEADERS:
            return
        if remarked or self._is_odd(event, found[known.layout.time]):
            known.tallies[header] = None
        else:
            known.tallies[header] = _Tally((event.provider, event.channel, event.event_id, event.computer))
        self._headers += 1

    def _wants(self, event: RawEvent) -> bool:
        """Whether all events like this are read."""
        kind = event.provider, event.channel, event.event_id
        if self._sieve.literals is None and self._sieve.can_match(*kind, event.computer):
            return True
        return self._sieve.wants(*kind)

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
                told = Glimpsed(
                    *tally.header, tally.events, tally.first, tally.last, frozenset(tally.quarters)
                )
                tally.events, tally.quarters = 0, set()
                yield told

    def _tallies(self) -> Iterator[_Tally]:
        for known in self._known:
            yield from (tally for tally in known.tallies.values() if tally is not None)

    def _turn_to(self, buffer: bytes, at: int) -> None:
        for tally in self._tallies():
            tally.gather(self._quarters)
        if len(self._quarters) > _MOST_HEADERS:
            self._quarters.clear()
        soft = _soft(buffer[at : buffer.rfind(b"\n") + 1])
        self._buffer, self._number, self._offset = buffer, 0, at
        self._buffers += 1
        self._lines = soft.split(b"\n")[:-1]
        self._hits = {at + line for find in self._finds for line in _lines_found(soft, find)}
        if _is_faulty(soft):
            offset = at
            for line in self._lines:
                if _is_faulty(line):
                    self._hits.add(offset)
                offset += len(line) + 1

    def _find(self, line: bytes) -> tuple[_Known | None, re.Match[bytes] | None]:
        """The layout of a line, which comes first from now on."""
        for place, known in enumerate(self._known):
            if (found := known.match(line)) is not None:
                if place:
                    del self._known[place]
                    self._known.insert(0, known)
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


def _soft(lines: bytes) -> bytes:
    """Lines with slashes for escaped backslashes, and a blank for what CR LF has more; as long as before."""
    lines = lines.replace(b"\\\\", b"//")
    return lines.replace(b"\r\n", b" \n") if b"\r" in lines else lines


def _lines_found(lines: bytes, find: Find) -> Iterator[int]:
    """Where the lines begin in which something is found."""
    at = 0
    while at < len(lines) and (hit := find(lines, at)) >= 0:
        yield lines.rfind(b"\n", 0, hit) + 1
        at = lines.find(b"\n", hit) + 1 or len(lines)


def _find_escape(lines: bytes, at: int) -> int:
    """Of a character that is written by number, or not as JSON allows."""
    found = _ESCAPE.search(lines, at)
    return -1 if found is None else found.start()


def _is_faulty(lines: bytes) -> bool:
    """Whether there are bytes that JSON does not allow."""
    if len(lines.translate(None, _CONTROLS)) < len(lines):
        return True
    if lines.isascii():
        return False
    try:
        lines.decode()
    except UnicodeDecodeError:
        return True
    return False
