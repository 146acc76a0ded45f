"""What is known of the JSON lines of one file: layouts, and the headers that were read in them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Set
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from msgspec import DecodeError, Struct, field

from carhound.model.event import RawEvent
from carhound.model.evidence import Glimpsed
from carhound.model.instants import parse_time
from carhound.readers.interface import Sieve
from carhound.readers.json_clock import Clock, ends, time_of
from carhound.readers.json_layout import HeaderKeys, Layout, Outline, layout_of, outline
from carhound.readers.json_payload import LineTest, line_test
from carhound.readers.literal_scan import in_text
from carhound.readers.sysmon_names import SYSMON
from carhound.readers.times import has_zone

_MOST_LAYOUTS = 200
"""Made for one file, whether or not they come to anything."""
_MOST_ALIKE = 16
"""Layouts that are tried in turn."""
_MOST_HEADERS = 10_000
_WORTH = 16
"""Lines of the same fields read before their layout is made, which takes longer than to read that many."""
_WINDOW = 4096
"""Bytes of a line in which that key is looked for."""
_HINT = 8
"""Bytes behind the key of the event id, by which the layout of a line is guessed."""
_BY_TYPE = "12"
"""Sysmon's event of which it is told where its type is missing."""
_DOUBLED = "\\\\"
"""Of an Image with two backslashes behind its beginning it is told."""
_EARLIEST, _LATEST = (end.replace(tzinfo=UTC) for end in (datetime.min, datetime.max))

_Kind = tuple[str | None, str | None, str | None, str | None]
"""Provider, channel, event id, computer."""
_Getter = Callable[[Any], Any]


class Tally(Struct, eq=False):
    """Lines with one header that were passed over."""

    header: _Kind
    looked: bool = False
    """Whether their payload was looked at."""
    times: list[str] = field(default_factory=list)
    """Those not gathered yet, in UTC."""
    events: int = 0
    first: datetime = _LATEST
    last: datetime = _EARLIEST
    quarters: set[int] = field(default_factory=set)

    def gather(self, clock: Clock) -> None:
        """Takes in the times."""
        if self.times:
            self.events += len(self.times)
            self.quarters |= clock.quarters(self.times)
            first, last = ends(self.times)
            self.first, self.last = min(self.first, first), max(self.last, last)
            self.times.clear()

    def take(self) -> Glimpsed | None:
        """What was gathered since the last time, if anything was."""
        if not self.events:
            return None
        quarters = frozenset(self.quarters)
        told = Glimpsed(*self.header, self.events, self.first, self.last, quarters, looked=self.looked)
        self.events, self.quarters = 0, set()
        return told


class _Settled(Struct, frozen=True, eq=False):
    """Lines with one header, and what becomes of those that may match."""

    unread: Tally
    looked: Tally
    possible: bool
    """Whether they can match at all."""
    test: LineTest | None
    """Tells of a line whether it may; None where it has to be read for that."""


class _Known(Struct, eq=False):
    """A layout, and the headers that were read in it; None for such as are always read."""

    layout: Layout
    outline: Outline
    time: _Getter
    without: tuple[_Getter, ...] = ()
    """What would be the time, if it carried a zone."""
    settled: dict[Any, _Settled | None] = field(default_factory=dict)


class Judged(NamedTuple):
    """Lines that follow one another, of layouts that are known."""

    ends: list[int]
    """Where the next ones begin."""
    noted: list[list[str] | None]
    """Where their times are to be noted; None where they have to be read."""
    times: list[str | None]


class KnownLines:
    """Learns from lines that are read, and judges others by them."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        self._in_text = in_text(sieve.literals or ())
        self._met: Counter[int] = Counter()
        """Lines without a layout, by their fields."""
        self._made = 0
        self._headers = 0
        self._key = b""
        """Of the event id, as lines have it."""
        self._known: dict[bytes, list[_Known]] = {}
        """Layouts by the bytes from the key of the event id on."""
        self._likeliest: dict[bytes, _Known] = {}
        """Of these the first."""
        self._place = 0
        """Where that key stands in most lines."""
        self._clock = Clock()
        self._without = False
        """Whether any layout has values that would be the time, if they carried a zone."""

    def __bool__(self) -> bool:
        return bool(self._known)

    def judge(self, buffer: bytes, at: int, most: int, closely: Set[int] | None) -> Judged:
        """So many lines at most, from the one on that begins at a place.

        `closely` has the places where lines begin that hold a literal; None where any line may match.
        """
        known, starts = self._run(buffer, at, most)
        if not known:
            return Judged([], [], [])
        outline = known[0].outline
        made = self._made_of(buffer, known, starts)
        headers = map(outline.header, made)
        settled = [layout.settled.get(header) for layout, header in zip(known, headers, strict=True)]
        times = self._clock.utc([layout.time(line) for layout, line in zip(known, made, strict=True)])
        noted = [
            None if one is None or time is None else one.unread.times
            for one, time in zip(settled, times, strict=True)
        ]
        if closely is None or closely:
            for place, (start, end) in enumerate(pairwise(starts)):
                one = settled[place]
                if one is None or not one.possible or noted[place] is None:
                    continue
                if closely is None or start in closely:
                    needed = one.test is None or one.test(buffer[start:end])
                    noted[place] = None if needed else one.looked.times
        odd = {image for image in set(map(outline.image, made)) if _DOUBLED in str(image)[2:]}
        if odd or self._without or outline.blank in made:
            for place, (layout, line) in enumerate(zip(known, made, strict=True)):
                if (
                    line is outline.blank
                    or outline.image(line) in odd
                    or any(has_zone(get(line)) for get in layout.without)
                ):
                    noted[place] = None
        return Judged(starts[1:], noted, times)

    def _run(self, buffer: bytes, at: int, most: int) -> tuple[list[_Known], list[int]]:
        """The layouts of lines that follow one another, and where they and the next one begin."""
        likeliest, first, last = self._likeliest, self._place, self._place + len(self._key) + _HINT
        known: list[_Known] = []
        starts = [at]
        while len(known) < most:
            one = likeliest.get(buffer[at + first : at + last])
            if one is None or (found := one.layout.match(buffer, at)) is None:
                one, found = self._search(buffer, at)
                if one is None or found is None:
                    break
            if known and one.outline is not known[0].outline:
                break
            at = found.end()
            known.append(one)
            starts.append(at)
        return known, starts

    def _made_of(self, buffer: bytes, known: list[_Known], starts: list[int]) -> list[Any]:
        """The objects made of lines; the blank one of those that are no valid JSON."""
        outline = known[0].outline
        made = outline_of(outline, buffer[starts[0] : starts[-1]])
        if made is not None and len(made) == len(known):
            return made
        alone = [outline_of(outline, buffer[start:end]) for start, end in pairwise(starts)]
        return [one[0] if one is not None and len(one) == 1 else outline.blank for one in alone]

    def _search(self, buffer: bytes, at: int) -> tuple[_Known | None, re.Match[bytes] | None]:
        """The layout of the line that begins at a place."""
        alike = self._known.get(self._hint(buffer, at), ())
        for known in alike:
            if (found := known.layout.match(buffer, at)) is not None:
                return known, found
        for known in alike:
            if (found := known.layout.match_quoted(buffer, at)) is not None:
                return known, found
        return None, None

    def learn(self, line: bytes, event: RawEvent, keys: HeaderKeys, *, remarked: bool) -> bool:
        """Takes note of a line that was read; whether that was of use for others.

        `remarked` says that more was told than the event.
        """
        kind = event.provider, event.channel, event.event_id, event.computer
        if self._sieve.wants(*kind[:3]):
            return False
        possible = self._sieve.can_match(*kind)
        test = self._sieve.payload_test(*kind) if possible else None
        if test is None:
            if self._sieve.literals is None and possible:
                return False
        elif test.binding is not None:
            return False
        whole = line + b"\n"
        known, found = self._search(whole, 0)
        if known is None:
            if remarked or not self._is_worth_it(event):
                return False
            self._made += 1
            self._add(line, event, keys)
            known, found = self._search(whole, 0)
        if known is None or found is None or found.end() < len(whole) or self._headers == _MOST_HEADERS:
            return False
        made = outline_of(known.outline, line)
        if not made or (header := known.outline.header(made[0])) in known.settled:
            return False
        self._headers += 1
        if remarked or self._is_odd(event, known.time(made[0])):
            known.settled[header] = None
            return False
        asked = None if test is None else line_test(test, keys, event, line)
        known.settled[header] = _Settled(Tally(kind), Tally(kind, looked=True), possible, asked)
        return True

    def gather(self) -> None:
        """Takes in the times that were noted."""
        for tally in self._tallies():
            tally.gather(self._clock)

    def told(self) -> Iterator[Glimpsed]:
        """What was gathered since this was last asked for."""
        for tally in self._tallies():
            if (told := tally.take()) is not None:
                yield told

    def _tallies(self) -> Iterator[Tally]:
        for alike in self._known.values():
            for known in alike:
                for settled in known.settled.values():
                    if settled is not None:
                        yield settled.unread
                        yield settled.looked

    def _hint(self, buffer: bytes, at: int) -> bytes:
        at = buffer.find(self._key, at, at + _WINDOW)
        return buffer[at : at + len(self._key) + _HINT] if at >= 0 else b""

    def _is_worth_it(self, event: RawEvent) -> bool:
        """Whether enough lines had the fields of this one."""
        if len(self._met) > _MOST_HEADERS:
            self._met.clear()
        fields = hash((event.event_id, *event.meta, *event.data))
        self._met[fields] = (self._met[fields] + 1) % _WORTH
        return self._met[fields] == 0 and self._made < _MOST_LAYOUTS

    def _add(self, line: bytes, event: RawEvent, keys: HeaderKeys) -> None:
        """Adds the layout of a line, where it has one."""
        found = layout_of(line, keys)
        if found is None:
            return
        layout, values = found
        names = [name for name in values if name in keys.names]
        timed = time_of(values, keys)
        shape = outline(keys)
        if timed is None or not names or outline_of(shape, line) is None:
            return
        name, zone, without = timed
        time = shape.getter(name)
        if not self._key:
            event_id = next((one for one in names if str(values[one]) == event.event_id), names[0])
            self._key = f'"{event_id.rpartition(".")[2]}":'.encode()
            self._place = max(line.find(self._key), 0)
        known = _Known(
            layout,
            shape,
            (lambda made: f"{time(made)}{zone}") if zone else time,
            tuple(map(shape.getter, without)),
        )
        self._without |= bool(without)
        hint = self._hint(line, 0)
        alike = self._known.setdefault(hint, [])
        if len(alike) < _MOST_ALIKE:
            alike.append(known)
            self._likeliest.setdefault(hint, known)

    def _is_odd(self, event: RawEvent, time: str) -> bool:
        """Whether lines like that of an event have to be read whatever the sieve looks for."""
        header = (event.provider or "", event.channel or "", event.computer or "")
        return (
            event.time is None
            or event.time != parse_time(time)
            or (event.provider == SYSMON and "UtcTime" not in event.data and "Message" in event.meta)
            or (event.event_id == _BY_TYPE and "EventType" not in event.data)
            or any(map(self._in_text, (*header, *event.data, *event.meta)))
        )


def outline_of(outline: Outline, lines: bytes) -> list[Any] | None:
    """The objects made of lines; None where some are no valid JSON."""
    try:
        if not lines.isascii():
            lines.decode()
        return outline.decode_lines(lines)
    except (DecodeError, UnicodeDecodeError):
        return None
