"""What is known of the JSON lines of one file: layouts, and the headers that were read in them."""

import re
from collections import Counter
from collections.abc import Container, Iterator

from msgspec import Struct, field

from carhound.model.event import RawEvent
from carhound.model.evidence import Glimpsed
from carhound.model.instants import parse_time
from carhound.readers.interface import Sieve
from carhound.readers.json.clock import MINUTE, Clock, time_of
from carhound.readers.json.layout import HeaderKeys, Layout, Slot, layout_of
from carhound.readers.json.payload import LineTake, LineTest, line_test
from carhound.readers.json.tally import Tally
from carhound.readers.json.template import Roles, Template, template_of
from carhound.readers.literals.scan import in_text
from carhound.readers.sysmon_names import SYSMON

LONG = 1 << 20
"""Bytes of lines that are always read: of these it is asked whether decoding them takes too much memory."""
_MOST_LAYOUTS = 200
"""Made for one file, whether or not they come to anything."""
_MOST_ALIKE = 16
"""Layouts that are tried in turn."""
_MOST_HEADERS = 10_000
_MOST_QUOTING = 1000
_WORTH = 4
"""Lines of the same fields read before their layout is made, which takes longer than to read that many."""
_HINT = 8
"""Bytes behind the key of the event id, by which the layout of a line is guessed."""
_BY_TYPE = "12"
"""Sysmon's event of which it is told where its type is missing."""

_Found = re.Match[bytes]


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
    """A layout, and what becomes of its lines by the computer's name in them; None: they are read."""

    template: Template
    layout: Layout
    zone: bytes
    """What its times lack to carry one."""
    plain: bool
    """Whether a line's time needs only be looked at if it is of another minute than those before."""
    settled: dict[bytes, _Settled | None] = field(default_factory=dict)


class KnownLines:
    """Learns from lines that are read, and passes over others like them."""

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
        """Of these that of the last line."""
        self._place = 0
        """Where that key stands in most lines."""
        self._quoting: set[str] = set()
        """The keys of texts that were seen to hold quotes."""
        self._clock = Clock()

    def __bool__(self) -> bool:
        return bool(self._known)

    def pass_over(self, buffer: bytes, at: int, stop: int, hits: Container[int]) -> tuple[int, int]:
        """Where the first line from `at` on begins that has to be read, and how many were passed over.

        All lines up to `stop` are valid JSON and end there. `hits` has where those begin that may match.
        """
        start, end_of_hint = self._place, self._place + len(self._key) + _HINT
        likeliest, minutes = self._likeliest, self._clock.minutes
        passed = 0
        while at < stop:
            known = likeliest.get(buffer[at + start : at + end_of_hint])
            found = None if known is None else known.template.match(buffer, at)
            if found is None:
                known, found = self._search(buffer, at)
            if known is None or found is None:
                break
            template = known.template
            settled = known.settled.get(found[template.host])
            if settled is None:
                break
            end = found.end()
            time: bytes | None = found[template.time]
            if not (known.plain and found[template.time][:MINUTE] in minutes):
                time = self._time(known, found)
            if time is None or end - at >= LONG:
                break
            if settled.possible and at in hits:
                line = buffer[at:end]
                if settled.take is not None:
                    settled.take(line, time.decode())
                elif settled.test is None or settled.test(line):
                    break
                else:
                    settled.looked.times.append(time)
            else:
                settled.unread.times.append(time)
            at = end
            passed += 1
        return at, passed

    def learn(self, line: bytes, event: RawEvent, keys: HeaderKeys, *, remarked: bool) -> None:
        """Takes note of a line that was read; `remarked` says that more was told than the event."""
        kind = event.provider, event.channel, event.event_id, event.computer
        if self._sieve.wants(*kind[:3]):
            return
        possible = self._sieve.can_match(*kind)
        test = self._sieve.payload_test(*kind) if possible else None
        if test is None:
            if self._sieve.literals is None and possible:
                return
        elif test.binding is not None:
            return
        line += b"\n"
        known, found = self._search(line, 0)
        if known is None:
            if len(self._quoting) < _MOST_QUOTING:
                fields = (*event.data.items(), *event.meta.items())
                self._quoting.update(name for name, value in fields if '"' in value)
            if remarked or not self._is_worth_it(event):
                return
            self._made += 1
            self._add(line, event, keys)
            known, found = self._search(line, 0)
        if known is None or found is None or self._headers == _MOST_HEADERS:
            return
        computer = found[known.template.host]
        if computer in known.settled:
            return
        self._headers += 1
        if remarked or self._is_odd(event, found[known.template.time] + known.zone):
            known.settled[computer] = None
            return
        asked = None if test is None else line_test(test, keys, event, known.layout.values, line)
        told = Tally(kind), Tally(kind, looked=True)
        known.settled[computer] = _Settled(*told, possible, *(asked or (None, None)))

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

    def _time(self, known: _Known, found: _Found) -> bytes | None:
        """The time of a line, in UTC; None where that takes reading it."""
        time = found[known.template.time]
        if not known.template.usual:
            return self._clock.utc(time + known.zone)
        return time + known.zone if self._clock.learn(time[:MINUTE]) else None

    def _search(self, buffer: bytes, at: int) -> tuple[_Known | None, _Found | None]:
        """The layout of the line that begins at a place."""
        hint = self._hint(buffer, at)
        for known in self._known.get(hint, ()):
            if (found := known.template.match(buffer, at)) is not None:
                self._likeliest[hint] = known
                return known, found
        return None, None

    def _hint(self, buffer: bytes, at: int) -> bytes:
        place = buffer.find(self._key, at, buffer.find(b"\n", at))
        return buffer[place : place + len(self._key) + _HINT] if place >= 0 else b""

    def _is_worth_it(self, event: RawEvent) -> bool:
        """Whether enough lines had the fields of this one."""
        if len(self._met) > _MOST_HEADERS:
            self._met.clear()
        fields = hash((event.event_id, *event.meta, *event.data))
        self._met[fields] = (self._met[fields] + 1) % _WORTH
        return self._met[fields] == 0 and self._made < _MOST_LAYOUTS

    def _add(self, line: bytes, event: RawEvent, keys: HeaderKeys) -> None:
        """Adds the layout of a line, where it has one."""
        layout = layout_of(line, keys)
        if layout is None:
            return
        values = layout.values
        names = [name for name in values if name in keys.names]
        images = [
            name
            for name, value in values.items()
            if type(value) is str and name.rpartition(".")[2] == "Image"
        ]
        timed = time_of(values, keys)
        if timed is None or not names or len(images) > 1 or any(type(values[name]) is list for name in names):
            return
        slots = [piece for piece in layout.pieces if isinstance(piece, Slot)]
        self._quoting |= {one.key for one in slots if b'\\"' in one.written}
        time, zone, without = timed
        computer = [name for name in names if values[name] and values[name] == event.computer]
        image = images[0] if images else None
        roles = Roles(names, computer, time, without, image, self._quoting)
        if not self._key:
            event_id = next((one for one in names if str(values[one]) == event.event_id), names[0])
            self._key = f'"{event_id.rpartition(".")[2]}":'.encode()
            self._place = max(line.find(self._key), 0)
        alike = self._known.setdefault(self._hint(line, 0), [])
        if len(alike) < _MOST_ALIKE:
            template = template_of(layout, roles)
            plain = template.usual and not zone
            alike.append(_Known(template, layout, zone.encode(), plain))

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
