"""What is known of the JSON lines of one file, by which others like them are passed over."""

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from msgspec import Struct, field

from carhound.model.event import RawEvent
from carhound.model.evidence import Glimpsed
from carhound.model.instants import parse_time
from carhound.readers.interface import Taken
from carhound.readers.json.clock import time_of, utc
from carhound.readers.json.layout import HeaderKeys, Layout, Slot, layout_of
from carhound.readers.json.tally import Kind
from carhound.readers.json.template import Roles, Template, template_of
from carhound.readers.literals.scan import in_text
from carhound.readers.sysmon_names import SYSMON

LONG = 1 << 20
"""Bytes of lines that are always read: of these it is asked whether decoding them takes too much memory."""
_LONGEST = 64 << 10
"""Bytes of lines that are learnt from: Windows writes no larger events, and patterns take more than lines."""
_MOST_LAYOUTS = 200
"""Made for one file, whether or not they come to anything."""
_MOST_ALIKE = 16
"""Layouts that are tried in turn."""
_MOST_HEADERS = 10_000
_MOST_QUOTING = 1000
_WORTH = 12
"""Lines of the same fields read before their layout is made, which takes longer than to read that many."""
_HINT = 8
"""Bytes behind the key of the event id, by which the layout of a line is guessed."""
_BY_TYPE = "12"
"""Sysmon's event of which it is told where its type is missing."""

Found = re.Match[bytes]
Settled = TypeVar("Settled")


class LinesAhead(NamedTuple):
    """Lines that are valid JSON."""

    buffer: bytes
    at: int
    stop: int
    """Where they end."""
    hits: Container[int]
    """Where those begin that may match."""
    start: int | None
    """Of the buffer in its file, where that is known."""
    line: int
    """The number of the first."""


class Known(Struct, Generic[Settled], eq=False):
    """A layout, and what becomes of its lines by the computer's name in them; None: they are read."""

    template: Template
    layout: Layout
    zone: bytes
    """What its times lack to carry one."""
    settled: dict[bytes, Settled | None] = field(default_factory=dict)


class KnownLines(ABC, Generic[Settled]):
    """Learns from lines that are read, and passes over others like them."""

    tells_of_images: ClassVar[bool]
    """Whether lines are read of whose image it is told that its backslashes are doubled."""

    def __init__(self, literals: Sequence[str] = ()) -> None:
        """A header in which one of the literals stands is read whatever it says."""
        self.literals = literals
        self._in_text = in_text(literals)
        self._met: Counter[int] = Counter()
        """Lines without a layout, by their fields."""
        self._made = 0
        self._headers = 0
        self._key = b""
        """Of the event id, as lines have it."""
        self._known: dict[bytes, list[Known[Settled]]] = {}
        """Layouts by the bytes from the key of the event id on."""
        self._likeliest: dict[bytes, Known[Settled]] = {}
        """Of these that of the last line."""
        self._quoting: set[str] = set()
        """The keys of texts that were seen to hold quotes."""
        self._hinted = 0, 0
        """Where in most lines the event id stands with its key: from its beginning, up to its end."""
        self.buffers = 0
        """Turned to since it was last told of lines passed over."""

    def __bool__(self) -> bool:
        return bool(self._known)

    def pass_over(self, lines: LinesAhead) -> tuple[int, int]:
        """Where the first of some lines begins that has to be read, and how many were passed over."""
        buffer, at, stop, _, _, number = lines
        start, end_of_hint = self._hinted
        likeliest, passes = self._likeliest, self._passes
        while at < stop:
            known = likeliest.get(buffer[at + start : at + end_of_hint])
            found = None if known is None else known.template.match(buffer, at)
            if found is None:
                known, found = self._search(buffer, at)
            if known is None or found is None:
                break
            template = known.template
            settled = known.settled.get(found[template.host])
            end = found.end()
            if settled is None or end - at >= LONG:
                break
            time: bytes | None
            time = written = found[template.time] + known.zone
            if not template.usual:
                time = utc(written)
            if time is None or not passes(settled, found, time, lines, number):
                break
            at = end
            number += 1
        return at, number - lines.line

    @abstractmethod
    def _passes(self, settled: Settled, found: Found, time: bytes, lines: LinesAhead, number: int) -> bool:
        """Whether one of some lines is passed over, which is then noted; `time` is in UTC."""

    @abstractmethod
    def told(self, *, at_end: bool = False) -> Iterator[Glimpsed | Taken]:
        """What is to be told of lines passed over, now and then and at the end."""

    @abstractmethod
    def _is_open(self, kind: Kind) -> bool:
        """Whether lines with a header may ever be passed over, as far as that can be told yet."""

    def _wanted(self, _kind: Kind, _keys: HeaderKeys) -> Sequence[str]:
        """The names of values that are looked at in lines with such a header."""
        return ()

    @abstractmethod
    def _settle(
        self, event: RawEvent, keys: HeaderKeys, known: Known[Settled], found: Found
    ) -> Settled | None:
        """What becomes of lines with the header of this one."""

    def learn(self, line: bytes, event: RawEvent, keys: HeaderKeys, *, remarked: bool) -> None:
        """Takes note of a line that was read; `remarked` says that more was told than the event."""
        if len(line) > _LONGEST or not self._is_open(kind_of(event)):
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
        odd = remarked or self._is_odd(event, found[known.template.time] + known.zone)
        known.settled[computer] = None if odd else self._settle(event, keys, known, found)

    def _all_settled(self) -> Iterator[Settled]:
        for alike in self._known.values():
            for known in alike:
                yield from filter(None, known.settled.values())

    def _search(self, buffer: bytes, at: int) -> tuple[Known[Settled] | None, Found | None]:
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
        image = images[0] if images and self.tells_of_images else None
        wanted = [name for name in self._wanted(kind_of(event), keys) if type(values.get(name)) is not list]
        roles = Roles(names, computer, time, without, image, self._quoting, wanted)
        if not self._key:
            event_id = next((one for one in names if str(values[one]) == event.event_id), names[0])
            self._key = f'"{event_id.rpartition(".")[2]}":'.encode()
            place = max(line.find(self._key), 0)
            self._hinted = place, place + len(self._key) + _HINT
        alike = self._known.setdefault(self._hint(line, 0), [])
        if len(alike) < _MOST_ALIKE:
            alike.append(Known(template_of(layout, roles), layout, zone.encode()))

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


def kind_of(event: RawEvent) -> Kind:
    """What the header of an event says."""
    return event.provider, event.channel, event.event_id, event.computer
