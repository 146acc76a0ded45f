"""bzip2 and xz, decompressed as they are read, with a verdict on how they ended, like `gzip_stream`."""

from collections.abc import Callable
from typing import Protocol

from carhound.readers.archives.gzip_stream import Ending
from carhound.readers.interface import ByteSource

_CHUNK = 1 << 16
_XZ_MEMORY = 160 << 20
"""Bytes a decoder may use; `xz -9` needs 65 MiB, a file that asks for gigabytes is refused."""
_BZIP2, _XZ = b"BZh", b"\xfd7zXZ\0"


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class BlockStream:
    """The content of a bzip2 or xz file of one or several streams; `ending` as of `GzipStream`."""

    def __init__(self, source: ByteSource, fresh: Callable[[], _Decompressor], magic: bytes) -> None:
        self.ending: Ending = "open"
        self._source = source
        self._fresh = fresh
        self._magic = magic
        self._stream = fresh()
        self._waiting = b""

    def read(self, size: int = _CHUNK, /) -> bytes:
        """Up to `size` bytes of content; b"" at the end, whatever the ending is."""
        from lzma import LZMAError

        while self.ending == "open":
            data = b""
            if self._stream.needs_input:
                data = self._waiting or self._source.read(_CHUNK)
                self._waiting = b""
                if not data:
                    self.ending = "cut"
                    break
            try:
                content = self._stream.decompress(data, max(size, 1))
            except (OSError, EOFError, ValueError, LZMAError):
                self.ending = "damaged"
                break
            if self._stream.eof:
                self._next_stream(self._stream.unused_data)
            if content:
                return content
        return b""

    def close(self) -> None:
        """Closes what it reads from."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()

    def _next_stream(self, rest: bytes) -> None:
        while True:
            rest = rest.lstrip(b"\0")
            if len(rest) >= len(self._magic):
                break
            more = self._source.read(_CHUNK)
            if not more:
                break
            rest += more
        if rest.startswith(self._magic):
            self._stream, self._waiting = self._fresh(), rest
        else:
            self.ending = "stray bytes" if rest else "whole"


def bzip2_stream(source: ByteSource) -> BlockStream:
    """What a bzip2 file holds."""
    from bz2 import BZ2Decompressor

    return BlockStream(source, BZ2Decompressor, _BZIP2)


def xz_stream(source: ByteSource) -> BlockStream:
    """What an xz file holds."""
    from lzma import FORMAT_XZ, LZMADecompressor

    return BlockStream(source, lambda: LZMADecompressor(FORMAT_XZ, _XZ_MEMORY), _XZ)
