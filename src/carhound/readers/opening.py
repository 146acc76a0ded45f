"""From a file to its parts: told by its content, unpacked as deep as the limits allow, nothing written.

Names in archives are only names: they are shown, and never opened. Archives that cannot be read from front
to back, and lie in another one, are spooled to a temporary file that has no name.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from msgspec import Struct
from msgspec.structs import replace

from carhound.model.evidence import Damage, FileKind, Remark, Skipped
from carhound.readers.archives.block_streams import bzip2_stream, xz_stream
from carhound.readers.archives.bounded import Bounded, Counted
from carhound.readers.archives.gzip_stream import GzipStream
from carhound.readers.archives.limits import Budget, LimitError, raised
from carhound.readers.archives.member import ArchiveError, CompressedStream, Member, compressed_ending
from carhound.readers.detect import HEAD, START, Detection, detect, told_by_start
from carhound.readers.interface import ByteSource, ReadOptions, read_exactly
from carhound.readers.part import Part
from carhound.readers.sources import Guarded, Rewound, replayed
from carhound.readers.spans import WHOLE, Span, Stretch
from carhound.readers.walk import STANDARD_INPUT, Found

Trouble = Damage | Skipped | Remark

_DECOMPRESSORS: dict[str, tuple[str, Callable[[ByteSource], CompressedStream]]] = {
    "gzip": (".gz", GzipStream),
    "bzip2": (".bz2", bzip2_stream),
    "xz": (".xz", xz_stream),
}
"""Format -> the ending of its files, and what reads it."""


def _nothing() -> Iterator[Trouble]:
    return iter(())


class _Content(Struct, frozen=True):
    """Bytes with a name: a file, a member of an archive, what a compressed file holds."""

    shown: str
    """Its own name."""
    prefix: str
    """What its members' names follow, if it is an archive."""
    size: int
    open: Callable[[], ByteSource]
    level: int = 0
    """Archives around it."""
    file: Path | None = None
    """Where it lies, if it is a file of its own."""
    reopens: bool = False
    """Whether it is better closed and opened again than held open until it is read."""
    ending: Callable[[], Iterator[Trouble]] = _nothing
    compression: bool = False
    """Whether it is what a compressed file holds."""
    encrypted: bool = False


class Opener:
    """Makes the parts of one file. All that is in it counts against one budget."""

    def __init__(self, found: Found, options: ReadOptions, span: Span = WHOLE) -> None:
        """`span` is what of a file is to be read that is none of the archives."""
        self._found = found
        self._span = span
        self._options = options
        self._read = 0
        self._stream: BufferedReader | None = None
        self._budget = Budget(options.limits, lambda: max(found.size, self._read))

    def parts(self) -> Iterator[Part]:
        """The file itself, or what is in it."""
        found = self._found
        if found.problem is not None:
            kind: FileKind = "not evidence" if found.special else "evidence"
            yield self._part(found.shown, found.size, kind, None, found.problem)
            return
        content = _Content(found.shown, found.shown, found.size, self._open_stream)
        if not found.stream:
            content = replace(content, open=self._open_file, file=found.path, reopens=True)
        yield from self._parts(content)

    def evidence_format(self) -> str | None:
        """The format of the file; None where it is an archive, none that is read, or cannot be."""
        source = Guarded(self._open_file)
        head = _head(source)
        source.close()
        found = detect(head, len(head) < HEAD, self._options.mappings)
        return found.format if found.kind == "evidence" else None

    def _open_file(self) -> BinaryIO:
        return self._found.path.open("rb")

    def _open_span(self) -> ByteSource:
        if self._span.unit == "bytes":
            return Stretch(self._open_file(), self._span)
        from carhound.readers.evtx.chunks import spanned

        return spanned(self._found.path.open("rb", buffering=0), self._span.first)

    def _open_stream(self) -> ByteSource:
        if self._stream is not None:
            raise ArchiveError("what comes through a pipe can be read once only")
        opened = sys.stdin.buffer if self._found.shown == STANDARD_INPUT else self._open_file()
        self._stream = cast(BufferedReader, opened)
        return self

    def read(self, size: int, /) -> bytes:
        """Reads on in a stream, whose size is what was read of it so far."""
        # not `read`, which would wait for all of it where a pipe is slow
        data = self._stream.read1(size) if self._stream is not None else b""
        self._read += len(data)
        return data

    def close(self) -> None:
        """Closes a stream that was opened here."""
        if self._stream is not None and self._found.shown != STANDARD_INPUT:
            self._stream.close()

    def _parts(self, content: _Content) -> Iterator[Part]:
        source = Guarded(content.open)
        head = _head(source)
        if content.reopens:
            source.close()
            again: Callable[[], ByteSource] = content.open
        else:
            again = replayed(Rewound(head, source), content.open)
        detection = self._detect(content, head)
        if detection.format == "evtx" and content.file is not None:
            again = self._open_span
        elif not self._span.whole:
            if detection.kind == "evidence":
                again = self._open_span
            elif self._span.first:
                return  # what the first span says of the file is all there is to say
            else:
                self._span = WHOLE
        if detection.kind == "not evidence" and (troubles := self._early_end(content, source, head)):
            part = self._part(content.shown, content.size, "evidence", None, troubles[0].reason)
            part.troubles = troubles
            yield part
        elif detection.kind is not None:
            part = self._part(content.shown, content.size, detection.kind, detection.format, detection.reason)
            part.open, part.ending, part.file = again, content.ending, content.file
            yield part
        else:
            yield from self._archive(replace(content, open=again), detection.format or "")

    def _detect(self, content: _Content, head: bytes) -> Detection:
        detection = detect(head, len(head) < HEAD, self._options.mappings)
        if detection.kind == "not evidence" and head and content.shown.lower().endswith(".evtx"):
            # Overwritten or encrypted, it was a log: passing over it would look like safety.
            return Detection("unsupported", "evtx", f"no EVTX file: it starts with {head[:8]!r}")
        return detection

    def _early_end(self, content: _Content, source: Guarded, head: bytes) -> tuple[Damage | Skipped, ...]:
        """Why what looks like no evidence may have been some: it ended before it could be told."""
        if content.encrypted:
            while source.trouble is None and source.read(HEAD):
                pass  # a wrong password may only show in the checksum at the end
            if source.trouble is not None:
                return (Skipped("file", "an encrypted member that --archive-password does not open"),)
        if len(head) == HEAD:
            return ()
        if source.trouble is not None:
            return (replace(source.trouble, where="file"),)
        if content.compression:
            return tuple(one for one in content.ending() if isinstance(one, Damage))
        return ()

    def _archive(self, content: _Content, name: str) -> Iterator[Part]:
        try:
            if name in _DECOMPRESSORS and not content.compression:
                yield from self._parts(self._decompressed(content, name))
                return
            limits = self._options.limits
            if content.level >= limits.depth:
                about = f"an archive inside {limits.depth} others"
                yield self._skipped(content, name, raised(about, "depth", limits.depth, limits.depth + 1))
            elif name in _DECOMPRESSORS:
                content = replace(content, level=content.level + 1)
                yield from self._parts(self._decompressed(content, name))
            elif name == "zip":
                yield from self._zip(content)
            else:
                yield from self._tar(content)
        except LimitError as limit:
            yield self._skipped(content, name, str(limit))
        except (ArchiveError, OSError) as error:
            yield self._part(content.prefix, content.size, "evidence", name, str(error))

    def _decompressed(self, content: _Content, name: str) -> _Content:
        """What a compressed file holds; it is shown under the file's name without its ending."""
        ending, decompressor = _DECOMPRESSORS[name]
        shown = content.shown
        opened: list[CompressedStream] = []

        def open_stream() -> ByteSource:
            packed = Counted(content.open())
            opened.append(decompressor(packed))
            return Bounded(opened[-1], lambda: packed.count, self._budget)

        def told() -> Iterator[Trouble]:
            if opened:
                yield from compressed_ending(opened[-1])
            yield from content.ending()

        return replace(
            content,
            shown=shown[: -len(ending)] if shown.lower().endswith(ending) else shown,
            open=open_stream,
            file=None,
            ending=told,
            compression=True,
        )

    def _zip(self, content: _Content) -> Iterator[Part]:
        from carhound.readers.archives.spool import Spool
        from carhound.readers.archives.zip_members import zip_members

        troubles: list[Trouble] = []
        where: Path | Spool
        if content.file is not None:
            where, size = content.file, content.size
        else:
            source = Guarded(content.open)
            spool = Spool(source, self._options.limits.spool)
            source.close()
            where, size = spool, spool.size
            if isinstance(source.trouble, Skipped):
                yield self._skipped(content, "zip", source.trouble.reason)
                return
            troubles += [source.trouble] if source.trouble else []
        try:
            yield from self._members(content, zip_members(where, size, self._budget, self._options.password))
        finally:
            troubles += content.ending()
            yield from self._told(content, "zip", troubles)

    def _tar(self, content: _Content) -> Iterator[Part]:
        from carhound.readers.archives.tar_stream import TarStream

        source = Guarded(content.open)
        archive = TarStream(source, self._budget, content.ending)
        try:
            yield from self._members(content, archive)
        finally:
            source.close()
        yield from self._told(content, "tar", archive.untold)

    def _members(self, content: _Content, members: Iterable[Member]) -> Iterator[Part]:
        met = 0
        for member in members:
            met += 1
            yield from self._member(content, member)
            if self._budget.hit is not None:
                raise LimitError(self._budget.hit)
        if not met:
            yield self._part(content.prefix, content.size, "not evidence", None, "an archive without files")

    def _member(self, content: _Content, member: Member) -> Iterator[Part]:
        path = f"{content.prefix}/{member.name.lstrip('/')}"
        if member.refusal is not None:
            part = self._part(path, member.size, "unsupported", None, member.refusal)
            part.ending = member.ending
            yield part
        elif member.harmless is not None:
            yield self._part(path, member.size, "not evidence", None, member.harmless)
        else:
            yield from self._parts(
                _Content(
                    path,
                    path,
                    member.size,
                    member.open,
                    content.level + 1,
                    ending=member.ending,
                    encrypted=member.encrypted,
                )
            )

    def _told(self, content: _Content, name: str, troubles: list[Trouble]) -> Iterator[Part]:
        """What is wrong with an archive and no member of it could tell."""
        if any(not isinstance(trouble, Remark) for trouble in troubles):
            part = self._part(content.prefix, content.size, "evidence", name, "")
            part.troubles = tuple(troubles)
            yield part

    def _skipped(self, content: _Content, name: str, reason: str) -> Part:
        part = self._part(content.prefix, content.size, "unsupported", name, reason)
        part.troubles = (Skipped("all that is in it and was not read", reason),)
        return part

    def _part(self, shown: str, size: int, kind: FileKind, name: str | None, reason: str) -> Part:
        explicit = self._found.explicit and shown in (self._found.shown, self._own_name())
        return Part(shown, size, explicit, kind, name, reason, self._options, span=self._span)

    def _own_name(self) -> str:
        shown = self._found.shown
        for ending, _ in _DECOMPRESSORS.values():
            if shown.lower().endswith(ending):
                return shown[: -len(ending)]
        return shown


def _head(source: ByteSource) -> bytes:
    """As much of a source as it takes to tell what it is."""
    head = read_exactly(source, START)
    return head if told_by_start(head) else head + read_exactly(source, HEAD - len(head))
