"""Evidence as a sequence of parts: every file below the given paths, and every member of an archive there."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from carhound.model.evidence import Damage, FileKind, Remark, Skipped
from carhound.readers.archives import ArchiveError, Member, TarArchive, gzip_ending, zip_members
from carhound.readers.detect import CSV_FORMATS, HEAD, TABULAR, Detection, detect
from carhound.readers.gzip_stream import GzipStream
from carhound.readers.interface import ByteSource, Item, Reader, ReadOptions, read_exactly
from carhound.readers.sources import Guarded, Rewound
from carhound.readers.walk import Found, walk


@dataclass(slots=True, eq=False)
class Part:
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
    _open: Callable[[], ByteSource] | None = None
    _ending: Callable[[], Iterator[Damage | Remark]] | None = None

    def items(self) -> Iterator[Item]:
        """Events, damage, what was left out, and remarks; all there is, whatever the bytes are.

        Members of a tar archive have to be read before the next part is asked for.
        """
        if self.kind == "not evidence":
            return
        if self.kind == "unsupported":
            yield Skipped("file", self.reason)
            return
        if self._open is None:
            yield Damage("file", self.reason)
            return
        source = Guarded(self._open)
        try:
            yield from _reader(self.format).read(source, self.options)
            if source.trouble is not None:
                yield source.trouble
            if self._ending is not None:
                yield from self._ending()
        finally:
            source.close()


def open_evidence(paths: Iterable[str], options: ReadOptions | None = None) -> Iterator[Part]:
    """The parts below the paths, in the order of paths and names; what does not exist is passed over.

    Nothing is read from a part beyond its first bytes until its `items` are asked for.
    """
    options = options or ReadOptions()
    for found in walk(paths):
        yield from _Opener(found, options).parts()


@dataclass(slots=True)
class _Opener:
    """Makes the parts of one file."""

    found: Found
    options: ReadOptions

    def parts(self) -> Iterator[Part]:
        if self.found.problem is not None:
            kind: FileKind = "not evidence" if self.found.special else "evidence"
            yield self._whole(kind, None, self.found.problem)
            return
        try:
            with self.found.path.open("rb") as file:
                head = read_exactly(file, HEAD)
        except OSError as error:
            yield self._whole(
                "evidence", None, f"it cannot be read: {(error.strerror or str(error)).lower()}"
            )
            return
        detection = detect(head, len(head) < HEAD, self.options.mappings)
        if detection.kind == "not evidence" and head and self.found.path.suffix.lower() == ".evtx":
            detection = Detection("not evidence", None, f"no EVTX file: it starts with {head[:8]!r}")
        if detection.kind is not None:
            yield self._whole(detection.kind, detection.format, detection.reason, self._open_file)
            return
        try:
            yield from self._archive(detection)
        except (ArchiveError, OSError) as error:
            yield self._whole("evidence", detection.format, str(error))

    def _archive(self, detection: Detection) -> Iterator[Part]:
        if detection.format == "zip":
            yield from self._members(zip_members(self.found.path))
            return
        with self.found.path.open("rb") as file:
            if detection.format == "tar":
                yield from self._members(TarArchive(file))
                return
            stream = GzipStream(file)
            content = Rewound(read_exactly(stream, HEAD), stream)
            if (inner := detect(content.head, mappings=self.options.mappings)).format == "tar":
                yield from self._members(TarArchive(content, stream))
                return
            if not content.head and stream.ending != "whole":
                raise ArchiveError("its compressed data is cut or damaged from the start")
        yield self._gzip(inner)

    def _gzip(self, inner: Detection) -> Part:
        """What a plain gzip file holds; it is shown under the file's name without its ending."""
        shown = self.found.shown
        name = shown[:-3] if shown.lower().endswith(".gz") else shown
        if inner.kind is None:
            inner = Detection("unsupported", inner.format, f"a {inner.format} file in a gzip file")
        part = self._whole(inner.kind or "unsupported", inner.format, inner.reason)
        part.path = name
        opened: list[GzipStream] = []

        def open_stream() -> ByteSource:
            opened.append(GzipStream(self.found.path.open("rb")))
            return opened[-1]

        def ending() -> Iterator[Damage | Remark]:
            yield from gzip_ending(opened[-1])

        part._open, part._ending = open_stream, ending
        return part

    def _members(self, members: Iterable[Member]) -> Iterator[Part]:
        empty = True
        for member in members:
            empty = False
            yield self._member(member)
        if empty:
            yield self._whole("not evidence", None, "an archive without files")

    def _member(self, member: Member) -> Part:
        path = f"{self.found.shown}/{member.name.lstrip('/')}"
        part = Part(path, member.size, False, "unsupported", None, "", self.options)
        part._ending = member.ending
        if member.refusal is not None:
            part.reason = f"an {member.refusal} member"
            return part
        source = Guarded(member.open)
        head = read_exactly(source, HEAD)
        if source.trouble is not None and not head:
            part.kind, part.reason = "evidence", source.trouble.reason
            return part
        detection = detect(head, len(head) < HEAD, self.options.mappings)
        if detection.kind is None:
            part.format, part.reason = detection.format, "an archive in an archive: not supported yet"
            return part
        part.kind, part.format, part.reason = detection.kind, detection.format, detection.reason
        first = [Rewound(head, source)]

        def open_member() -> ByteSource:
            return first.pop() if first else member.open()

        part._open = open_member
        return part

    def _whole(
        self, kind: FileKind, name: str | None, reason: str, opened: Callable[[], ByteSource] | None = None
    ) -> Part:
        found = self.found
        return Part(found.shown, found.size, found.explicit, kind, name, reason, self.options, opened)

    def _open_file(self) -> BinaryIO:
        return self.found.path.open("rb")


def _reader(name: str | None) -> Reader:
    """The reader of a format; modules are loaded when first needed, EVTX files are not everywhere."""
    if name == "evtx":
        from carhound.readers.evtx import EvtxReader

        return EvtxReader()
    if name == "xml":
        from carhound.readers.xml_reader import XmlReader

        return XmlReader()
    if name in TABULAR:
        from carhound.readers.arrow_reader import ArrowReader

        return ArrowReader(name or "")
    if name in CSV_FORMATS:
        from carhound.readers.csv_reader import CsvReader

        return CsvReader()
    from carhound.readers.json_reader import JsonReader

    return JsonReader()
