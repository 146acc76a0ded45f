"""What is known of the JSON lines of one file: layouts, and the headers that were read in them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter, call
from typing import Any

from msgspec import DecodeError, Struct, field

from carhound.model.event import RawEvent
from carhound.model.evidence import Glimpsed
from carhound.model.instants import parse_time
from carhound.readers.interface import Sieve
from carhound.readers.json.clock import Clock, ends, time_of
from carhound.readers.json.layout import HeaderKeys, layout_of, quotes_in
from carhound.readers.json.payload import LineTake, LineTest, line_test
from carhound.readers.literals.scan import in_text
from carhound.readers.sysmon_names import SYSMON
from carhound.readers.times import has_zone

_MOST_LAYOUTS = 200
"""Made for one file, whether or not they come to anything."""
_MOST_ALIKE = 16
"""Layouts that are tried in turn."""
_MOST_HEADERS = 10_000
_WORTH = 4
"""Lines of the same fields read before their layout is made, which takes longer than to read that many."""
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
Note = Callable[[str], object]
"""Takes note of the time of a line that is passed over."""


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
    take: LineTake | None
    """Takes all that is asked for."""


class _Known(Struct, eq=False):
    """A layout, and the headers that were read in it; None for such as are always read."""

    decode: Callable[[bytes], Any]
    quotes: int
    attributes: Mapping[str, str]
    header: _Getter
    """The values that a header is made of."""
    time: _Getter
    without: tuple[_Getter, ...] = ()
    """What would be the time, if it carried a zone."""
    image: _Getter = lambda _: ""
    settled: dict[Any, _Settled | None] = field(default_factory=dict)


_UNKNOWN = _Known(lambda _: None, 0, {}, lambda _: None, lambda _: "2000-01-01T00:00:00Z")
"""Stands for the layout of a line that is of none."""


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

    def judge(self, lines: list[bytes], closely: Iterable[int]) -> tuple[list[Note | None], list[str | None]]:
        """What takes note of each line that need not be read, once it is passed over, and all times.

        `closely` are the places of those lines that hold a literal.
        """
        known, made = self._taken(lines)
        settled = [one.settled.get(one.header(line)) for one, line in zip(known, made, strict=True)]
        times = self._clock.utc([one.time(line) for one, line in zip(known, made, strict=True)])
        noted: list[Note | None] = [
            None if one is None or time is None else one.unread.times.append
            for one, time in zip(settled, times, strict=True)
        ]
        for place in closely:
            one = settled[place]
            if one is not None and one.possible and noted[place] is not None:
                if one.take is not None:
                    noted[place] = partial(one.take, made[place])
                elif one.test is None or one.test(made[place]):
                    noted[place] = None
                else:
                    noted[place] = one.looked.times.append
        images = [one.image(line) for one, line in zip(known, made, strict=True)]
        if _DOUBLED in "\n".join(images):
            for place, image in enumerate(images):
                if _DOUBLED in image[2:]:
                    noted[place] = None
        if self._without:
            for place, layout in enumerate(known):
                if any(has_zone(get(made[place])) for get in layout.without):
                    noted[place] = None
        return noted, times

    def _taken(self, lines: list[bytes]) -> tuple[list[_Known], list[Any]]:
        """The layouts of lines, and the objects made of them."""
        start, stop = self._place, self._place + len(self._key) + _HINT
        known = [self._likeliest.get(line[start:stop]) or self._guess(line) for line in lines]
        made: list[Any] = []
        decoding = map(call, [one.decode for one in known], lines)
        while len(made) < len(lines):
            try:
                made.extend(decoding)
            except (DecodeError, UnicodeDecodeError):
                place = len(made)
                known[place], found = self._search(lines[place])
                made.append(found)
        for place, (one, line) in enumerate(zip(known, lines, strict=True)):
            if line.count(b'"') != one.quotes and quotes_in(line) != one.quotes:
                known[place], made[place] = _UNKNOWN, None
        return known, made

    def _guess(self, line: bytes) -> _Known:
        """The likeliest layout of a line in which the key of the event id stands elsewhere."""
        return self._likeliest.get(self._hint(line), _UNKNOWN)

    def _search(self, line: bytes) -> tuple[_Known, Any]:
        """The layout of a line, and the object made of it."""
        for known in self._known.get(self._hint(line), ()):
            try:
                return known, known.decode(line)
            except (DecodeError, UnicodeDecodeError):
                continue
        return _UNKNOWN, None

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
        known, made = self._search(line)
        if known is _UNKNOWN:
            if remarked or not self._is_worth_it(event):
                return False
            self._made += 1
            self._add(line, event, keys)
            known, made = self._search(line)
        header = known.header(made)
        if known is _UNKNOWN or self._headers == _MOST_HEADERS or header in known.settled:
            return False
        self._headers += 1
        if remarked or self._is_odd(event, known.time(made)):
            known.settled[header] = None
            return False
        asked = None if test is None else line_test(test, keys, event, known.attributes, made)
        told = Tally(kind), Tally(kind, looked=True)
        known.settled[header] = _Settled(*told, possible, *(asked or (None, None)))
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

    def _hint(self, line: bytes) -> bytes:
        at = line.find(self._key)
        return line[at : at + len(self._key) + _HINT]

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
        images = [
            name
            for name, value in values.items()
            if type(value) is str and name.rpartition(".")[2] == "Image"
        ]
        timed = time_of(values, keys)
        if timed is None or not names or len(images) > 1:
            return
        if any(type(values[name]) in (float, list) for name in names):
            return
        name, zone, without = timed
        time = attrgetter(layout.attributes[name])
        if not self._key:
            event_id = next((one for one in names if str(values[one]) == event.event_id), names[0])
            self._key = f'"{event_id.rpartition(".")[2]}":'.encode()
            self._place = max(line.find(self._key), 0)
        known = _Known(
            layout.decode,
            layout.quotes,
            layout.attributes,
            attrgetter(*(layout.attributes[one] for one in names)),
            (lambda made: time(made) + zone) if zone else time,
            tuple(attrgetter(layout.attributes[one]) for one in without),
        )
        if images:
            known.image = attrgetter(layout.attributes[images[0]])
        self._without |= bool(without)
        hint = self._hint(line)
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
