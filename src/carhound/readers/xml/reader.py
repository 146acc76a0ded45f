"""Rendered event XML in a file: one `<Event>` per line, one after another, or inside `<Events>`.

What wevtutil, Get-WinEvent, the Event Viewer and Splunk's raw export write. The text is never parsed as a
whole: an event is what stands between the start of one, which `<System>` follows, and `</Event>`. So memory
stays flat, one that is broken cannot reach into the next, and what stands around events, declarations
included, is never parsed at all.
"""

import re
from collections.abc import Callable, Iterator

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.interface import ByteSource, Item, ReadOptions
from carhound.readers.json.text import as_utf8, utf16_name
from carhound.readers.notes import Notes
from carhound.readers.xml.event import whole_xml_event

_HEAD = 4096
_CHUNK = 1 << 20
_LARGEST = 16 << 20
"""Bytes one event may have; Windows writes none of more than 64 KiB."""
_ENDS = 4
"""Closing tags tried where the text up to the first is no event: UserData may hold an `<Event>` too."""
_START = rb"<Event(?:\s[^<>]{0,4096}+)?>\s{0,256}+<System[\s/>]"
_NEXT_START = re.compile(_START)
_MARK = re.compile(rb"(</Event\s{0,64}+>)|(" + _START + rb")|<!\[CDATA\[")
_AROUND = re.compile(rb"(?>[\s\xef\xbb\xbf]++|<(?!/?Event[\s>/])[^<>]*+>)*+")
"""What may stand between events: blanks, and tags, comments and declarations of whatever is around them."""
_LONGEST_START = 8192
_USUAL = 1 << 14
"""Bytes within which the end of most events is."""


class XmlReader:
    """Reads rendered event XML."""

    name = "xml"

    def read(self, source: ByteSource, options: ReadOptions) -> Iterator[Item]:
        """Every event; one that cannot be parsed is damage, and so is text that belongs to none."""
        head = source.read(_HEAD)
        notes = Notes(options.zone)
        yield from _XmlEvents(as_utf8(head, source), notes, utf16_name(head) is None)
        yield from notes.remarks()


class _XmlEvents:
    """Iterates over events and damage. `offsets` says whether places in the text are places in the file."""

    def __init__(self, read: Callable[[int], bytes], notes: Notes, offsets: bool) -> None:
        self._read = read
        self._notes = notes
        self._offsets = offsets
        self._buffer = b""
        self._start = 0
        """Of the buffer, in the text."""
        self._at = 0
        self._ended = False
        self._line = 1
        self._counted = 0
        """In the buffer, how far lines are counted."""
        self._in_line = (0, 0)
        """The line of the last event, and how many events began there."""
        self._recovering = False
        """After damage: what stands around the next event may belong to it."""
        self._open_cdata = False
        """No CDATA section is closed in what is left of the buffer: its start is text like any other."""

    def __iter__(self) -> Iterator[RawEvent | Damage]:
        while True:
            found = _NEXT_START.search(self._buffer, self._at)
            yield from self._pass_over(found.start() if found else self._incomplete_start())
            if found is None:
                if self._ended:
                    return
                self._refill()
                continue
            yield from self._event(found)

    def _event(self, start: re.Match[bytes]) -> Iterator[RawEvent | Damage]:
        """The event at the place reached, or its damage; nothing where more has to be read to tell."""
        at, pos, tried = start.start(), start.end(), 0
        reason = "the text ends in this event"
        plain = self._plain_end(pos)
        while mark := _MARK.search(self._buffer, plain or pos):
            pos, plain = mark.end(), 0
            if mark[2]:
                reason = reason if tried else "the next event begins before its end"
                yield from self._broken(reason, mark.start())
                return
            if mark[1]:
                place = self._place(at)
                try:
                    event = whole_xml_event(self._buffer[at:pos], place, self._notes)
                except ValueError as error:
                    reason = reason if tried else str(error)
                    tried += 1
                    if tried < _ENDS:
                        continue
                    break
                self._in_line = (self._line, self._count_in_line())
                self._recovering = False
                self._at = pos
                yield event
                return
            if not self._open_cdata:
                end = self._buffer.find(b"]]>", pos)
                if end < 0 and self._may_refill(at):
                    self._refill()
                    return
                self._open_cdata = end < 0
                pos = max(pos, end + 3)
        if tried < _ENDS and self._may_refill(at):
            self._refill()
            return
        if not tried and not self._ended:
            reason = f"an event of more than {_LARGEST >> 20} MiB"
        yield from self._broken(reason, start.end())

    def _plain_end(self, pos: int) -> int:
        """Where the first closing tag begins, if nothing before it needs a closer look; else 0."""
        end = self._buffer.find(b"</Event>", pos, pos + _USUAL)
        if end < 0 or any(self._buffer.find(one, pos, end) >= 0 for one in (b"<System", b"<![CDATA[")):
            return 0
        return end

    def _may_refill(self, at: int) -> bool:
        return not self._ended and len(self._buffer) - at < _LARGEST

    def _broken(self, reason: str, resume: int) -> Iterator[Damage]:
        where = self._place(self._at)
        self._in_line = (self._line, self._count_in_line())
        yield Damage(where, reason, self._start + self._at if self._offsets else None)
        self._recovering = True
        self._at = resume

    def _pass_over(self, end: int) -> Iterator[Damage]:
        """Moves to `end`; what is passed over has to be what may stand around events."""
        around = _AROUND.match(self._buffer, self._at, end)
        reached = around.end() if around else self._at
        if reached < end and not self._recovering:
            where = f"line {self._line_of(reached)}"
            self._recovering = True
            yield Damage(where, "text that is no event", self._start + reached if self._offsets else None)
        self._at = end

    def _incomplete_start(self) -> int:
        """How much of the buffer holds no start of an event, whatever will be read."""
        buffer, size = self._buffer, len(self._buffer)
        if self._ended:
            return size
        least = max(self._at, size - _LONGEST_START)
        start = buffer.find(b"<Event", least)
        while start >= 0 and buffer[start + 6 : start + 7].isalpha():
            start = buffer.find(b"<Event", start + 6)
        if start < 0:
            start = buffer.rfind(b"<", least)
        return size if start < 0 else start

    def _refill(self) -> None:
        """Reads on. What is unread stays, and as much as it is long is added, so that rescans stay few."""
        self._line_of(self._at)
        rest = self._buffer[self._at :]
        parts, missing = [rest], max(_CHUNK, len(rest))
        while missing > 0 and not self._ended:
            data = self._read(missing)
            self._ended = not data
            parts.append(data)
            missing -= len(data)
        self._start += self._at
        self._buffer = b"".join(parts)
        self._at = self._counted = 0
        self._open_cdata = False

    def _line_of(self, at: int) -> int:
        self._line += self._buffer.count(b"\n", self._counted, at)
        self._counted = at
        return self._line

    def _count_in_line(self) -> int:
        line, count = self._in_line
        return count + 1 if line == self._line else 1

    def _place(self, at: int) -> str:
        line = self._line_of(at)
        count = self._count_in_line()
        return f"line {line}" if count == 1 else f"line {line}, event {count}"
