"""One part of the evidence: a file, or a member of an archive, and what can be read from it."""

from collections import deque
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from carhound.model.evidence import Damage, FileKind, Remark, Skipped
from carhound.readers.detect import CSV_FORMATS, TABULAR
from carhound.readers.interface import (
    ByteSource,
    Item,
    Lying,
    Picks,
    Reader,
    ReadOptions,
    Sieve,
    Sifted,
    Taken,
    can_pick,
    sifts,
)
from carhound.readers.sources import Guarded
from carhound.readers.spans import WHOLE, Span

if TYPE_CHECKING:
    from carhound.readers.evtx.chunks import Chunk

Trouble = Damage | Skipped | Remark

Read = TypeVar("Read")


class Part(Struct, eq=False):
    """A file, or a member of an archive, and what can be read from it."""

    path: str
    """As given on the command line; members follow their archive's name after a slash."""
    bytes: int
    """Its size; what a plain gzip file holds has the size of the file."""
    explicit: bool
    """Whether it was named itself, and not met in a folder or an archive."""
    kind: FileKind
    format: str | None
    """The name of the shape, for example "evtx" or "nxlog"; None where it is no evidence."""
    reason: str
    """What it is instead, or why it cannot be read; empty for evidence that can."""
    options: ReadOptions
    open: Callable[[], ByteSource] | None = None
    ending: Callable[[], Iterator[Trouble]] | None = None
    """Asked once it is read, tells how what it came out of ended."""
    troubles: tuple[Trouble, ...] = ()
    """What is to be told of it in place of reading it."""
    file: Path | None = None
    """Where it lies, if it is a file of its own."""
    span: Span = WHOLE
    """What of it is to be read."""
    lines: int = 0
    """How many lines ended in what was read, where it is text of which spans are read."""

    def items(self) -> Iterator[Item]:
        """Events, damage, what was left out, and remarks; all there is, whatever the bytes are.

        Members of a tar archive have to be read before the next part is asked for.
        """
        return self._read(lambda source: self._reader().read(source, self.options))

    def sifted(self, sieve: Sieve) -> Iterator[Sifted]:
        """Likewise, but of events that the sieve does not want only the headers, where that saves work."""
        reader = self._reader()
        if not sifts(reader):
            return self.items()
        return self._read(lambda source: reader.sift(source, self.options, sieve))

    def picked(self, picks: Picks) -> Iterator[Item | Taken | Lying]:
        """Likewise, but of events of which it can be taken only what is wanted."""
        reader = self._reader()
        if not can_pick(reader):
            return self.items()
        return self._read(lambda source: reader.pick(source, self.options, picks))

    def chunks(self) -> "Iterator[Chunk | Trouble]":
        """Likewise the chunks of EVTX, before anything of them is parsed."""
        from carhound.readers.evtx.chunks import chunks

        return self._read(lambda source: chunks(source, self.span.first, self.span.stop))

    def _reader(self) -> Reader:
        if self.format == "evtx" or self.span.whole:
            return _reader(self.format, self.span)
        from carhound.readers.json.reader import JsonReader

        return JsonReader(self.span.first, self._count_lines)

    def _count_lines(self, lines: int) -> None:
        self.lines = lines

    def _read(self, read: Callable[[ByteSource], Iterator[Read]]) -> Iterator[Read | Trouble]:
        if self.kind == "not evidence":
            return
        if self.troubles:
            yield from self.troubles
            return
        if self.kind == "unsupported":
            yield Skipped("file", self.reason)
            return
        if self.open is None:
            yield Damage("file", self.reason)
            return
        source = Guarded(self.open)
        try:
            yield from read(source)
            if source.trouble is not None:
                yield source.trouble
            if self.ending is not None:
                yield from self.ending()
        finally:
            source.close()


def prepare(name: str, options: ReadOptions, sieve: Sieve | None) -> None:
    """Loads what reading a format needs, by reading nothing in the same way."""
    if name in TABULAR:
        return  # pyarrow starts threads, which do not go together with forks
    reader = _reader(name, WHOLE)
    if sieve is None or not sifts(reader):
        deque(reader.read(BytesIO(), options), 0)
    else:
        deque(reader.sift(BytesIO(), options, sieve), 0)


def _reader(name: str | None, span: Span) -> Reader:
    """The reader of a format; modules are loaded when first needed, EVTX files are not everywhere."""
    if name == "evtx":
        from carhound.readers.evtx.reader import EvtxReader

        return EvtxReader(span.first, span.stop)
    if name == "xml":
        from carhound.readers.xml.reader import XmlReader

        return XmlReader()
    if name in TABULAR:
        from carhound.readers.tables.arrow_reader import ArrowReader

        return ArrowReader(name or "")
    if name in CSV_FORMATS:
        from carhound.readers.tables.csv_reader import CsvReader

        return CsvReader()
    from carhound.readers.json.reader import JsonReader

    return JsonReader()
