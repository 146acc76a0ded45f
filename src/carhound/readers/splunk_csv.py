"""Splunk's export in CSV: a header row, and a row for each event, whose `_raw` may have many lines.

Format: RFC 4180, as Splunk's `outputcsv` and its web interface write it. Empty cells are fields that the
event does not have. A broken row is damage; reading resumes at the next line that begins a row of as many
cells as the header has.
"""

import re
from collections.abc import Callable, Iterator

from carhound.model.evidence import Damage
from carhound.readers.interface import ByteSource, Item, ReadOptions
from carhound.readers.json_shapes import splunk_record
from carhound.readers.json_text import as_utf8, utf16_name
from carhound.readers.notes import Notes

_HEAD = 4096
_CHUNK = 1 << 20
_LARGEST = 16 << 20
"""Bytes one row may have."""
_CELL = re.compile(rb'(?:"((?>[^"]++|"")*+)"|([^",\r\n]*+))(,|\r?\n|\Z)')
_UNFINISHED = re.compile(rb'(?:"(?>[^"]++|"")*+"?+|[^",\r\n]*+)\r?+\Z')
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class SplunkCsvReader:
    """Reads Splunk's CSV."""

    name = "splunk-csv"

    def read(self, source: ByteSource, options: ReadOptions) -> Iterator[Item]:
        """Every row."""
        head = source.read(_HEAD)
        notes = Notes(options.zone)
        rows = _Rows(as_utf8(head, source), notes, utf16_name(head) is None)
        for item in rows:
            if isinstance(item, Damage):
                yield item
                continue
            row, position = item
            try:
                yield splunk_record(row, position, notes)
            except ValueError as error:
                yield Damage(position, str(error))
        yield from notes.remarks()


class _Rows:
    """Iterates over (row, its position) and damage."""

    def __init__(self, read: Callable[[int], bytes], notes: Notes, offsets: bool) -> None:
        self._read = read
        self._notes = notes
        self._offsets = offsets
        self._buffer = b""
        self._start = 0
        self._at = 0
        self._line = 1
        self._ended = False
        self._recovering = False

    def __iter__(self) -> Iterator[tuple[dict[str, str], str] | Damage]:
        header = [name.strip() for name in self._next(None) or []]
        while True:
            while self._buffer[self._at : self._at + 1] in (b"\r", b"\n"):
                self._advance(self._at + 1)
            line, at = self._line, self._start + self._at
            cells = self._next(len(header))
            if cells is not None:
                self._recovering = False
                row = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
                yield row, f"line {line}"
            elif self._at == len(self._buffer) and self._ended:
                return
            else:
                if not self._recovering:
                    yield Damage(f"line {line}", "no row of this table", at if self._offsets else None)
                    self._recovering = True
                self._skip_line()

    def _next(self, count: int | None) -> list[str] | None:
        """The cells of the next row, of which there have to be so many; None where it has others."""
        while True:
            cells: list[bytes] = []
            pos = self._at
            while cell := _CELL.match(self._buffer, pos):
                if cell.end() == len(self._buffer) and not self._ended:
                    break  # it may go on in what is not read yet
                pos = cell.end()
                cells.append(cell[2] if cell[1] is None else cell[1].replace(b'""', b'"'))
                if cell[3] == b",":
                    if count is None or len(cells) < count:
                        continue
                    return None
                if (count is not None and len(cells) != count) or (not cells[0] and len(cells) == 1):
                    return None
                self._advance(pos)
                return [self._text(one) for one in cells]
            unfinished = _UNFINISHED.match(self._buffer, pos) or cell
            if not unfinished or self._ended or len(self._buffer) - self._at > _LARGEST:
                return None
            self._refill()

    def _text(self, cell: bytes) -> str:
        try:
            return cell.decode()
        except UnicodeDecodeError:
            self._notes.add("EV-U1")
            return cell.decode("utf-8", "replace")

    def _skip_line(self) -> None:
        while (end := self._buffer.find(b"\n", self._at)) < 0 and not self._ended:
            self._advance(len(self._buffer))
            self._refill()
        self._advance(end + 1 if end >= 0 else len(self._buffer))

    def _advance(self, to: int) -> None:
        self._line += self._buffer.count(b"\n", self._at, to)
        self._at = to

    def _refill(self) -> None:
        first = not self._start and not self._buffer
        rest = self._buffer[self._at :]
        parts, missing = [rest], max(_CHUNK, len(rest))
        while missing > 0 and not self._ended:
            data = self._read(missing)
            self._ended = not data
            parts.append(data)
            missing -= len(data)
        self._start += self._at
        self._buffer = b"".join(parts)
        self._at = 0
        if first and self._buffer.startswith(_BYTE_ORDER_MARK):
            self._at = len(_BYTE_ORDER_MARK)
