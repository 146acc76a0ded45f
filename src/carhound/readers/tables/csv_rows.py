"""The rows of a CSV text, one by one, whatever stands in them (RFC 4180, with other delimiters too).

A row that is no CSV, or has another number of cells than the header, is `Damage` and costs nothing but
itself: after a quote that is never closed reading goes on in the next line, not where the quote would end.
"""

import csv
from collections.abc import Callable, Iterator

from carhound.model.evidence import Damage
from carhound.readers.notes import Notes

DELIMITERS = ",;\t|"
_CHUNK = 1 << 20
_LARGEST = 4 << 20
"""Bytes of a row; what is longer is no event."""
_CALLED = 100
"""Damaged rows told one by one; of more than that only the number is told."""
_READ_AGAIN = 16 << 20
"""Bytes of lines that may be read twice after unclosed quotes: a text of such quotes would never end."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Row = tuple[list[str], str]
"""The cells of a row, and where it stands ("line 12")."""


class CsvRows:
    """Iterates over rows and `Damage`; the first row is the header, and is not among them.

    `read(size)` gives the text in UTF-8. `offsets` says whether places in this text are places in the file.
    Blank lines, repeated headers, and what Excel and PowerShell write above a header are passed over.
    """

    def __init__(self, read: Callable[[int], bytes], notes: Notes, offsets: bool = True) -> None:
        self.header: list[str] = []
        self._lines = _Lines(read, notes)
        self._offsets = offsets
        self._damaged = 0
        self._first_untold = ""
        self.header, delimiter = _header(self._lines)
        self._reader = csv.reader(self._lines, strict=True, delimiter=delimiter)

    def __iter__(self) -> Iterator[Row | Damage]:
        lines, width = self._lines, len(self.header)
        while True:
            lines.begin_row()
            try:
                cells = next(self._reader)
            except StopIteration:
                break
            except csv.Error as error:
                reason = f"no row of CSV: {error}"
                lines.resume_after_first()
            else:
                if len(cells) == width:
                    if cells != self.header:
                        yield cells, f"line {lines.row_line}"
                    continue
                if not cells or cells == [""]:
                    continue
                many = f"{len(cells)} cell{'s' if len(cells) > 1 else ''}"
                reason = f"{many} where the header has {width}"
            yield from self._damage(reason)
        if self._damaged > _CALLED:
            left_out = self._damaged - _CALLED
            yield Damage(self._first_untold, f"this and {left_out - 1} more rows are no rows of this table")

    def _damage(self, reason: str) -> Iterator[Damage]:
        self._damaged += 1
        where = f"line {self._lines.row_line}"
        if self._damaged <= _CALLED:
            yield Damage(where, reason, self._lines.row_offset if self._offsets else None)
        elif self._damaged == _CALLED + 1:
            self._first_untold = where


def header_of(text: bytes) -> list[str]:
    """The column names of a text that starts with `text`; where it is no table, whatever it says first."""
    unread = [text]
    return _header(_Lines(lambda _: unread.pop() if unread else b"", Notes()))[0]


def _header(lines: "_Lines") -> tuple[list[str], str]:
    """The column names and the delimiter; the one that gives most columns."""
    given = ""
    while True:
        lines.begin_row()
        try:
            first = next(lines)
        except (StopIteration, csv.Error):
            return [], ","
        text = first.strip().strip('"')
        if text.lower().startswith("sep=") and len(text) == 5:
            given = text[4]
        elif text and not text.startswith("#TYPE "):
            break
    mark = given or max(DELIMITERS, key=first.count)
    lines.give_back()
    lines.begin_row()
    try:
        names = next(csv.reader(lines, delimiter=mark), [])
    except csv.Error:
        return [], mark
    return [name.strip() for name in names], mark


class _Lines:
    """The lines of a text with their ends, as the csv module wants them; lines of a row can be given back."""

    def __init__(self, read: Callable[[int], bytes], notes: Notes) -> None:
        self.row_line = 0
        """Number of the line in which the row began."""
        self.row_offset = 0
        self._read = read
        self._notes = notes
        self._lines: list[bytes] = []
        """Lines that were read and not asked for, the next one last."""
        self._rest = b""
        self._ended = False
        self._line = self._offset = 0
        self._passed_over = 0
        """Bytes of a line beyond what is kept of it."""
        self._row: list[bytes] = []
        self._row_size = 0
        self._again = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if not self._lines and not self._more():
            raise StopIteration
        line = self._lines.pop()
        if not self._row:
            self.row_line, self.row_offset = self._line + 1, self._offset
        self._row.append(line)
        self._row_size += len(line)
        self._line += 1
        self._offset += len(line)
        if len(line) > _LARGEST:
            self._offset += self._passed_over
            self._passed_over = 0
        if self._row_size > _LARGEST:
            raise csv.Error(f"longer than {_LARGEST >> 20} MiB")
        try:
            return line.decode()
        except UnicodeDecodeError:
            self._notes.add("EV-U1")
            return line.decode("utf-8", "replace")

    def begin_row(self) -> None:
        """The lines that follow are another row's."""
        self._row, self._row_size = [], 0

    def give_back(self, keep: int = 0) -> None:
        """Puts the lines of the row back, save for the first `keep`."""
        back = self._row[keep:]
        self._lines += reversed(back)
        self._line -= len(back)
        self._offset -= sum(map(len, back))
        self.begin_row()

    def resume_after_first(self) -> None:
        """Puts all lines of the row but its first back, unless too much has been read twice already."""
        size = sum(map(len, self._row[1:]))
        if self._again + size <= _READ_AGAIN:
            self._again += size
            self.give_back(1)

    def _more(self) -> bool:
        """Reads on until there is a line; False at the end of the text."""
        while not self._lines and not self._ended:
            data = self._read(_CHUNK)
            self._ended = not data
            text = self._rest + data
            if not self._line and not self._offset and text.startswith(_BYTE_ORDER_MARK):
                text, self._offset = text[len(_BYTE_ORDER_MARK) :], len(_BYTE_ORDER_MARK)
            if len(self._rest) > _LARGEST:  # the rest of its line is of no use
                self._passed_over += len(data)
                newline = data.find(b"\n") + 1
                if not newline and data:
                    continue
                text = self._rest + b"\n" + data[newline:]
                self._passed_over -= len(data) - newline + 1
            lines = text.splitlines(keepends=True)
            whole = self._ended or not lines or lines[-1].endswith(b"\n")
            self._rest = b"" if whole else lines.pop()
            self._lines = lines[::-1]
        return bool(self._lines)
