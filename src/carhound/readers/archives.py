"""The members of archives, streamed: nothing is written to disk, and names in archives are only names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from carhound.model.evidence import Damage, Remark
from carhound.readers.gzip_stream import GzipStream
from carhound.readers.interface import ByteSource
from carhound.readers.notes import REMARKS

if TYPE_CHECKING:
    from tarfile import TarFile, TarInfo
    from zipfile import ZipFile, ZipInfo

_JUNK_FOLDER = "__MACOSX/"
_ENCRYPTED = 1  # bit 0 of the general purpose flags (APPNOTE 4.4.4)
_PADDING = 1 << 24
_CHUNK = 1 << 16


def _nothing() -> Iterator[Damage | Remark]:
    return iter(())


class ArchiveError(Exception):
    """The archive itself cannot be read."""


class _Translated:
    """A member's source; what the archive's module raises comes out as `ArchiveError`.

    Who reads need not know those modules then, nor load them.
    """

    def __init__(self, source: ByteSource, errors: tuple[type[Exception], ...]) -> None:
        self._source = source
        self._errors = errors

    def read(self, size: int, /) -> bytes:
        try:
            return self._source.read(size)
        except self._errors as error:
            raise ArchiveError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, or what a gzip file holds."""

    name: str
    """Its name in the archive, with slashes; empty for what a plain gzip file holds."""
    size: int
    open: Callable[[], ByteSource]
    """Opens it; in a tar archive only until the next member is asked for."""
    refusal: str | None = None
    """Why it cannot be read, for example "encrypted"."""
    ending: Callable[[], Iterator[Damage | Remark]] = _nothing
    """Asked once it is read, tells how the archive ended if this was its last member."""


def zip_members(path: Path) -> Iterator[Member]:
    """The members of a ZIP archive.

    Raises:
        ArchiveError: the list of members, which stands at the end of the file, is cut or damaged.
    """
    import zipfile

    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ArchiveError(f"the list of its members cannot be read ({error})") from error
    for info in archive.infolist():
        name = info.filename.replace("\\", "/")
        if not name.endswith("/") and not name.startswith(_JUNK_FOLDER):
            refusal = "encrypted" if info.flag_bits & _ENCRYPTED else None
            yield Member(name, info.file_size, partial(_open_zipped, archive, info), refusal)


def _open_zipped(archive: "ZipFile", info: "ZipInfo") -> ByteSource:
    from zipfile import BadZipFile

    try:
        return _Translated(cast(ByteSource, archive.open(info)), (BadZipFile,))
    except BadZipFile as error:
        raise ArchiveError(str(error)) from error


class TarArchive:
    """The members of a tar archive, read from front to back.

    `gzip` is the stream it comes out of, where it is compressed; how that ended is told with the last member.
    """

    def __init__(self, source: ByteSource, gzip: GzipStream | None = None) -> None:
        """Finds the first member.

        Raises:
            ArchiveError: there is none to be read.
        """
        import tarfile

        self._errors = (tarfile.TarError, OSError, ValueError, EOFError)
        self._gzip = gzip
        self._current: TarInfo | None = None
        try:
            self._archive: TarFile = tarfile.open(mode="r|", fileobj=cast(IO[bytes], source))  # noqa: SIM115
            self._upcoming = self._next_file()
        except self._errors as error:
            raise ArchiveError(f"its members cannot be read ({error})") from error

    def __iter__(self) -> Iterator[Member]:
        while (info := self._upcoming) is not None:
            self._current = info
            name = info.name.replace("\\", "/")
            yield Member(name, info.size, partial(self._open, info), None, partial(self._ending, info))
            for _ in self._ending(info):  # moves on where nobody asked
                pass

    def _next_file(self) -> "TarInfo | None":
        while (info := self._archive.next()) is not None:
            if info.isreg() and not info.name.startswith(_JUNK_FOLDER):
                return info
        return None

    def _open(self, info: "TarInfo") -> ByteSource:
        if info is not self._current:
            raise ArchiveError("a member of a tar archive has to be read before the next one is asked for")
        return _Translated(cast(ByteSource, self._archive.extractfile(info)), self._errors)

    def _ending(self, info: "TarInfo") -> Iterator[Damage | Remark]:
        if info is not self._current:
            return
        self._current = None
        try:
            self._upcoming = self._next_file()
        except self._errors as error:
            self._upcoming = None
            yield Damage("end of the archive", f"no further members can be read ({error})")
            return
        if self._upcoming is None and self._gzip is not None:
            yield from gzip_ending(self._gzip)


def gzip_ending(stream: GzipStream) -> Iterator[Damage | Remark]:
    """How a gzip stream ended; the padding after its content is read first."""
    for _ in range(_PADDING // _CHUNK):
        if not stream.read(_CHUNK):
            break
    if stream.ending == "stray bytes":
        yield Remark("EV-G1", REMARKS["EV-G1"])
    elif stream.ending == "cut":
        yield Damage("end of the compressed data", "the compressed data ends too early")
    elif stream.ending == "damaged":
        yield Damage("end of the compressed data", "the compressed data is damaged from here on")
