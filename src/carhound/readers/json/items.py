"""The objects of a JSON text, one by one: lines, arrays, pretty-printed or just one after another.

The text is never decoded as a whole. A broken object is `Damage`; reading resumes at the next place where one
can begin: the next line that starts with a bracket at the same indentation, or the next bracket after a
comma, which only begins objects in a list.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from carhound.model.evidence import Damage, Glimpsed
from carhound.readers.interface import LARGEST, Taken
from carhound.readers.json.duplicates import has_duplicate_keys
from carhound.readers.json.glance import LineGlance
from carhound.readers.json.known import LONG
from carhound.readers.json.text import decode
from carhound.readers.notes import Notes

_CHUNK = 1 << 20

_MOST_ATTEMPTS = 16
"""Broken objects in a row before the rest of a line is given up: brackets without end would take for ever."""
_MOST_PIECES = 1000
"""Pieces of a broken object before the rest of its line is given up."""
_MOST_VALUES = 500_000
"""Values an object may hold; each takes some hundred bytes of memory, however few it takes here."""

_SPACE = re.compile(rb"[\s,\[\]\xef\xbb\xbf]*+")
"""Between objects: blanks, the punctuation of arrays, byte order marks."""
_FLAT = re.compile(rb'\{(?>[^"{}\[\]]++|"(?>[^"\\\n]++|\\.)*+")*+\}')
"""An object without objects or lists in it."""
_NEXT = re.compile(rb'(?>[^"{}\[\]\n]++|"(?>[^"\\\n]++|\\.)*+"|\n(?![ \t]*+\{))*+(\n[ \t]*+\{|[{}\[\]"]?)')
"""Up to the next bracket, or line that starts with one, or quote that no quote follows in its line."""
_IN_LIST = re.compile(rb"[,}]\s*+(?=\{)")
_JUNK = re.compile(rb"[^{\n]*+")
_MEMBER = rb"""(?:\{[^{}]*+\}|\[(?>[^\[\]"]++|"[^"]*+")*+\]|"[^"]*+"|[^{}\[\],"]++)\s*+"""
_RESULTS = re.compile(
    rb'\{\s*+(?>"(?:preview|init_offset|post_process_count|messages|fields|highlighted)"\s*+:\s*+'
    + _MEMBER
    + rb',\s*+)*+"results"\s*+:\s*+\['
)
"""The start of what Splunk's REST interface sends: an object around a list of results, which may be long."""
_RESULTS_END = re.compile(rb'(?>"\w++"\s*+:\s*+' + _MEMBER + rb"(?:,\s*+)?)*+\}")
_LONGEST_END = 4096
_LOCATION = re.compile(r": line \d+ column \d+ \(char \d+\)$")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_MOST_LIKELY = 16 << 10
"""Bytes in which the end of an object is looked for by what stood behind the one before it."""
_LONGEST_BETWEEN = 100

_BROKEN, _UNFINISHED = -1, -2


class JsonItems:
    """Iterates over (object, its position) and `Damage`. `read(size)` gives the text in UTF-8.

    `offsets` says whether places in this text are places in the file, behind `start`, `largest` how many
    bytes an object may have; `glance` passes over lines, of which `Glimpsed` tells. Who takes an object for a
    whole record sets `recovering` to False: until then what follows damage may be a piece of it.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        notes: Notes,
        offsets: bool = True,
        largest: int = LARGEST,
        glance: LineGlance | None = None,
        start: int = 0,
    ) -> None:
        self.recovering = False
        self.line: bytes | None = None
        """The line that the last object is, where it is one, without its end."""
        self.place: int | None = None
        """Where that begins in the file, where that is known."""
        self._glance = glance
        self._read = read
        self._notes = notes
        self._offsets = offsets
        self._largest = largest
        self._buffer = b""
        self._start = start
        """Of the buffer, in the file."""
        self._lead: bytes | None = b""
        """The blanks before the buffer in its first line; None where something else stands there."""
        self._at = 0
        self._newline = 0
        self._tried = -1
        """The newline that ends a line which is not one object."""
        self._over_lines = -1
        """Where in the file an object begins that takes several lines and did not end in the buffer."""
        self._ended = False
        self._line = 1
        self._counted = 0
        """In the buffer, how far lines are counted."""
        self._items = 0
        self._in_array = False
        self._after = -1
        """In the buffer, where the last object ended, if its end was looked for."""
        self._between = b""
        """What stood between two objects of the list, with their brackets."""
        self._results = False
        """In the list of Splunk's results."""
        self._damaged_line = 0
        self._damaged_indent: bytes | None = None
        self._attempts = 0
        self._pieces = 0
        """Objects in a row, after damage, that nobody took for a whole record."""

    def __iter__(self) -> Iterator[tuple[Any, str] | Damage | Glimpsed | Taken]:
        while self._skip_space():
            buffer, at = self._buffer, self._at
            if self._pieces > _MOST_PIECES:
                self._give_up_line(at)
                continue
            if self._in_results(at):
                continue
            if (told := self._likely(at) if self._in_array else self._passed_over(at)) is not None:
                yield from told
                continue
            if buffer[at] != 0x7B:
                yield from self._junk(at)
                continue
            newline = self._next_newline(at)
            if newline not in (-1, self._tried):
                self._tried = newline
                line = buffer[at:newline].rstrip(b" \t\r,")
                if line.endswith(b"}") and self._is_handy(line):
                    try:
                        record = orjson.loads(line)
                    except orjson.JSONDecodeError:
                        pass  # several objects in this line, or a broken one: the scan below tells
                    else:
                        self._take(line, record)
                        self.line = buffer[at:newline]
                        self.place = self._start + at if self._offsets and not self._in_array else None
                        yield record, self._position(at)
                        self._at = newline + 1
                        continue
            end = self._end_of_object(at)
            if end == _UNFINISHED and not self._ended and len(buffer) - at <= self._largest:
                self._over_lines = self._start + at if newline >= 0 else -1
                self._refill()
            elif end < 0:
                yield from self._broken(at, self._why_broken(end))
                self._resume(at, None)
            else:
                yield from self._object(at, end)

    def lines(self) -> int:
        """How many lines ended in what was read so far."""
        return self._line - 1 + self._buffer.count(b"\n", self._counted)

    def _passed_over(self, at: int) -> Iterator[Glimpsed | Taken] | None:
        """What is told of lines that need not be read, if `at` begins one.

        What may be a piece of a broken record is read, and what has no line of its own.
        """
        if self._glance is None or self.recovering:
            return None
        if self._start + at == self._over_lines:
            return None
        if self._buffer[at - 1] != 0x0A if at else self._lead != b"":
            return None
        self._line += self._buffer.count(b"\n", self._counted, at)
        self._counted = at
        start = self._start if self._offsets else None
        self._at, passed = self._glance(self._buffer, at, start, self._line)
        if not passed:
            return None
        self._line += passed
        self._counted = self._at
        self._pieces = 0
        return self._glance.told()

    def _likely(self, at: int) -> Iterator[tuple[Any, str]] | None:
        """The object of a list that begins here, if what stood behind others ends it."""
        if 0 <= self._after < at <= self._after + _LONGEST_BETWEEN:
            self._between = self._buffer[self._after - 1 : at + 1]
        self._after = -1
        if not self._between or self._buffer[at] != 0x7B or self.recovering:
            return None
        end = self._buffer.find(self._between, at, at + _MOST_LIKELY) + 1
        if not end:
            return None
        text = self._buffer[at:end]
        try:
            record = orjson.loads(text)
        except orjson.JSONDecodeError:
            return None  # there are objects in this one, or it is broken: the scan tells
        self._take(text, record)
        self.line = self.place = None
        self._at = end + len(self._between) - 2
        self._items += 1
        return iter(((record, f"item {self._items}"),))

    def _in_results(self, at: int) -> bool:
        """Whether this is the frame around Splunk's results, which is passed over."""
        if frame := _RESULTS.match(self._buffer, at):
            self._results = self._in_array = True
            self._at = frame.end()
            return True
        if not self._results or self._buffer[at] == 0x7B:
            return False
        if frame := _RESULTS_END.match(self._buffer, at):
            self._results = False
            self._at = frame.end()
        elif self._ended or len(self._buffer) - at > _LONGEST_END:
            return False
        else:
            self._refill()
        return True

    def _why_broken(self, end: int) -> str:
        if end != _UNFINISHED:
            return "an object without an end"
        return "the text ends in this object" if self._ended else f"an object of over {self._largest} bytes"

    def _object(self, at: int, end: int) -> Iterator[tuple[Any, str] | Damage]:
        text = self._buffer[at:end]
        if not self._is_handy(text):
            yield from self._broken(at, f"an object of over {_MOST_VALUES} values or {self._largest} bytes")
            self._resume(at, end)
            return
        try:
            record = decode(text, self._notes)
        except ValueError as error:
            yield from self._broken(at, f"not valid JSON: {_LOCATION.sub('', str(error))}")
            self._resume(at, end)
        else:
            self._take(text, record)
            self.line = self.place = None
            yield record, self._position(at)
            self._at = self._after = end

    def _is_handy(self, text: bytes) -> bool:
        """Whether decoding the text takes no more memory than a run may."""
        if len(text) < LONG:
            return True
        return len(text) <= self._largest and sum(map(text.count, (b",", b"[", b"{"))) <= _MOST_VALUES

    def _give_up_line(self, at: int) -> None:
        newline = self._buffer.find(b"\n", at)
        self._at = len(self._buffer) if newline < 0 else newline
        self._pieces = self._pieces if newline < 0 else 0

    def _take(self, text: bytes, record: Any) -> None:
        self._pieces = self._pieces + 1 if self.recovering else 0
        if has_duplicate_keys(text, record):
            self._notes.add("EV-J1")

    def _refill(self) -> None:
        """Reads on. What is unread stays, and as much as it is long is added, so that rescans stay few."""
        self._line += self._buffer.count(b"\n", self._counted, self._at)
        self._lead = self._indent(self._at)
        rest = self._buffer[self._at :]
        data = self._read(max(_CHUNK, len(rest)))
        self._ended = not data
        self._start += self._at
        self._buffer = rest + data
        self._at = self._counted = self._newline = 0
        self._tried = self._after = -1

    def _skip_space(self) -> bool:
        """Moves to the next byte that means something; False at the end of the text."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            end = space.end() if space else self._at
            if not self._items and b"[" in self._buffer[self._at : end]:
                self._in_array = True
            self._at = end
            if end < len(self._buffer):
                return True
            if self._ended:
                return False
            self._refill()

    def _next_newline(self, at: int) -> int:
        """The newline after `at`, where a bracket is; -1 without one. Looked for once per line."""
        if 0 <= self._newline <= at:
            self._newline = self._buffer.find(b"\n", at)
        return self._newline

    def _end_of_object(self, at: int) -> int:
        if flat := _FLAT.match(self._buffer, at):
            return flat.end()
        indent = self._indent(at)
        if indent is None and self.recovering:
            indent = self._damaged_indent  # this may be a piece, which must not reach into the next record
        depth, pos = 1, at + 1
        while depth:
            found = _NEXT.match(self._buffer, pos)
            if found is None:  # cannot be: the pattern matches nothing too
                return _BROKEN
            mark = found[1]
            pos = found.end()
            if mark in (b"}", b"]"):
                depth -= 1
            elif mark in (b"{", b"["):
                depth += 1
            elif not mark:
                return _UNFINISHED
            elif mark == b'"':
                return _UNFINISHED if self._buffer.find(b"\n", pos) < 0 else _BROKEN
            elif mark[1:-1] == indent and self._before(found.start(1)) not in b":[":
                return _BROKEN  # the next object begins and this one is still open
            else:
                depth += 1
        return pos

    def _indent(self, at: int) -> bytes | None:
        """The blanks between the start of the line and `at`; None where something else stands there."""
        before = self._buffer[max(at - _LONGEST_BETWEEN, 0) : at].rstrip(b" \t")
        if before and before[-1:] not in (b"\n", _BYTE_ORDER_MARK[-1:]):
            return None  # lines may be long
        start = self._buffer.rfind(b"\n", 0, at) + 1
        blanks = self._buffer[start:at].replace(_BYTE_ORDER_MARK, b"")
        if blanks.strip(b" \t"):
            return None
        if start:
            return blanks
        return None if self._lead is None else self._lead + blanks

    def _before(self, at: int) -> bytes:
        """The last byte before `at` that is no blank."""
        while at > 0 and self._buffer[at - 1] in b" \t\r\n":
            at -= 1
        return self._buffer[at - 1 : at]

    def _resume(self, at: int, end: int | None) -> None:
        """Moves to where the next object may begin, at the latest to `end`, where the broken one seems to."""
        if self._attempts > _MOST_ATTEMPTS:
            line = self._buffer.find(b"\n", at)
            self._at = len(self._buffer) if line < 0 else line
            return
        indent = self._indent(at)
        if indent is None:
            indent = self._damaged_indent
        while True:
            after = _IN_LIST.search(self._buffer, at + 1, end or len(self._buffer))
            places = [after.end()] if after else []
            if indent is not None and (line := self._buffer.find(b"\n" + indent + b"{", at + 1, end)) >= 0:
                places.append(line)
            if places or end is not None or self._ended:
                self._at = min(places, default=len(self._buffer) if end is None else end)
                return
            # what is passed over is not kept, but for the start of a mark that the end of the buffer may cut
            self._at = max(at + 1, len(self._buffer) - len(indent or b"") - 2)
            self._refill()
            at = -1

    def _junk(self, at: int) -> Iterator[Damage]:
        """Passes over what is no object. After damage it is part of that, and so is a bracket left over."""
        if self._buffer[at : at + 1] == b"}":
            if not self._damaged_line:
                yield self._damage(at, "a closing bracket too many", self._position(at, 0))
            self._at = at + 1
            return
        if not self.recovering:
            yield self._damage(at, "not a JSON object", self._position(at))
        junk = _JUNK.match(self._buffer, at)
        self._at = junk.end() if junk else at + 1

    def _broken(self, at: int, reason: str) -> Iterator[Damage]:
        """The damage of an object; that of a piece of it is told already."""
        where = self._position(at)
        self._attempts = self._attempts + 1 if self.recovering else 0
        begins_line = self._indent(at) is not None
        if not self.recovering or (begins_line and self._line != self._damaged_line):
            yield self._damage(at, reason, where, 1)

    def _damage(self, at: int, reason: str, where: str, records: int | None = None) -> Damage:
        self.recovering = True
        self._damaged_line = self._line
        self._damaged_indent = self._indent(at)
        return Damage(where, reason, self._start + at if self._offsets else None, records)

    def _position(self, at: int, items: int = 1) -> str:
        self._line += self._buffer.count(b"\n", self._counted, at)
        self._counted = at
        self._items += items
        return f"item {self._items}" if self._in_array else f"line {self._line}"
