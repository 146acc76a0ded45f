"""The members of ZIP archives (PKWARE APPNOTE.TXT), by the list at the end of the file.

The list is counted before it is taken into memory, and members that share their compressed bytes, which only
archives made to harm do, are refused.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from carhound.readers.archives.block_streams import bzip2_stream, xz_stream
from carhound.readers.archives.bounded import Bounded
from carhound.readers.archives.limits import Budget, LimitError, raised, too_many
from carhound.readers.archives.member import ArchiveError, Member, is_junk
from carhound.readers.interface import ByteSource

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

_ENCRYPTED = 1  # bit 0 of the general purpose flags (APPNOTE 4.4.4)
_STORED, _DEFLATED, _BZIP2, _XZ, _AES = 0, 8, 12, 95, 99
_METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 14: "LZMA", 93: "Zstandard", 98: "PPMd"}

_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_ENTRY = struct.Struct("<4s24x3H12x")
_LOCAL = struct.Struct("<4s22x2H")
_CHUNK = 1 << 16
_LONGEST_COMMENT = 1 << 16
_LONGEST_ENTRY = 1 << 10
"""Bytes an entry of the list may take on average, which bounds the list as a whole."""


def zip_members(where: Path | IO[bytes], size: int, budget: Budget, password: str | None) -> Iterator[Member]:
    """The members, in the order of the list; they can be read in any order and more than once.

    Raises:
        ArchiveError: the list of members is cut or damaged.
        LimitError: it is longer than may be, or a limit is reached on the way.
    """
    import zipfile

    if isinstance(where, Path):
        with where.open("rb") as file:
            _check_list(file, size, budget)
    else:
        _check_list(where, size, budget)
    try:
        archive = zipfile.ZipFile(where)
        infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise ArchiveError(f"the list of its members cannot be read ({error})") from error
    shared = _sharing(infos)
    for info in infos:
        budget.member()
        name = info.filename.replace("\\", "/")
        if (name.endswith("/") and not info.file_size) or is_junk(name):
            continue
        member = Member(name, info.file_size, partial(_open, archive, info, size, budget, password))
        member.encrypted = bool(info.flag_bits & _ENCRYPTED)
        member.refusal = _refusal(info, id(info) in shared, password)
        yield member


def _refusal(info: "ZipInfo", shares: bool, password: str | None) -> str | None:
    if shares:
        return "a member whose compressed data is also that of another one"
    if info.compress_type == _AES:
        return "an encrypted member (AES): not supported, unpack the archive with 7-Zip"
    if info.flag_bits & _ENCRYPTED:
        if password is None:
            return "an encrypted member: --archive-password would open it"
        if info.compress_type not in (_STORED, _DEFLATED):
            return "an encrypted member of this compression: not supported, unpack the archive"
    if info.compress_type not in _OPENED_BY:
        name = _METHODS.get(info.compress_type, f"method {info.compress_type}")
        return f"a member compressed by {name}: not supported, unpack the archive"
    return None


def _open(archive: "ZipFile", info: "ZipInfo", size: int, budget: Budget, password: str | None) -> ByteSource:
    packed = min(info.compress_size, size)
    if info.flag_bits & _ENCRYPTED:
        given = (password or "").encode("utf-8", "surrogateescape")
        return Bounded(archive.open(info, pwd=given), lambda: packed, budget)
    # zipfile gives nothing of the piece in which a checksum fails, and unpacks bzip2 without bound
    stream = _OPENED_BY[info.compress_type](_Region(archive, info))
    return Bounded(_Whole(stream, info), lambda: packed, budget)


class _Region:
    """The compressed bytes of a member."""

    def __init__(self, archive: "ZipFile", info: "ZipInfo") -> None:
        assert archive.fp is not None  # noqa: S101 - it was opened above
        self._file = archive.fp
        self._file.seek(info.header_offset)
        header = self._file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
            raise ArchiveError("its header in the archive is damaged")
        _, name, extra = _LOCAL.unpack(header)
        self._at = info.header_offset + _LOCAL.size + name + extra
        self._left = info.compress_size

    def read(self, size: int, /) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(min(size, self._left))
        self._at += len(data)
        self._left -= len(data)
        return data


class _Deflated:
    """What raw deflate data holds."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)

    def read(self, size: int, /) -> bytes:
        while not self._stream.eof:
            packed = self._stream.unconsumed_tail or self._source.read(_CHUNK)
            if not packed:
                return self._stream.flush()
            if content := self._stream.decompress(packed, size):
                return content
        return b""


_OPENED_BY: dict[int, Callable[[ByteSource], ByteSource]] = {
    _STORED: lambda region: region,
    _DEFLATED: _Deflated,
    _BZIP2: bzip2_stream,
    _XZ: xz_stream,
}


class _Whole:
    """The content of a member; behind its last byte ArchiveError, where it is not what the list says."""

    def __init__(self, stream: ByteSource, info: "ZipInfo") -> None:
        self._stream = stream
        self._info = info
        self._checksum = 0
        self._count = 0

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._checksum = zlib.crc32(data, self._checksum)
        self._count += len(data)
        if not data and (self._checksum != self._info.CRC or self._count != self._info.file_size):
            raise ArchiveError(f"bad checksum for {self._info.filename!r}")
        return data


def _sharing(infos: "list[ZipInfo]") -> set[int]:
    """By id(), members that begin inside one that begins before them."""
    shared: set[int] = set()
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            shared.add(id(info))
        end = max(end, info.header_offset + _LOCAL.size + info.compress_size)
    return shared


def _check_list(file: IO[bytes], size: int, budget: Budget) -> None:
    """Walks the list without keeping it. Raises LimitError; what is damaged is left to zipfile to tell."""
    most = budget.limits.members
    file.seek(max(0, size - _LONGEST_COMMENT - _END.size))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        return
    _, _, _, _, _, length, _, _ = _END.unpack_from(tail, at)
    end = size - len(tail) + at
    if tail[max(at - 20, 0) : at].startswith(b"PK\6\7"):
        file.seek(max(end - 20 - _END64.size, 0))
        record = file.read(_END64.size)
        if record.startswith(b"PK\6\6"):
            length = _END64.unpack(record)[8]
            end -= 20 + _END64.size
    if length > most * _LONGEST_ENTRY:
        raise LimitError(raised(too_many(most), "members", most))
    file.seek(max(end - length, 0))
    left, count = length, 0
    while left >= _ENTRY.size:
        entry = file.read(_ENTRY.size)
        if len(entry) < _ENTRY.size or not entry.startswith(b"PK\1\2"):
            return
        count += 1
        if count > most:
            raise LimitError(raised(too_many(most), "members", most))
        rest = sum(_ENTRY.unpack(entry)[1:])
        file.seek(rest, 1)
        left -= _ENTRY.size + rest
