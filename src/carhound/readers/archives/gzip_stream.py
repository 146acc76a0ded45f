"""gzip, decompressed as it is read, with a verdict on how it ended (RFC 1952)."""

import zlib
from typing import Literal

from carhound.readers.interface import ByteSource

MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 16
_GZIP = 31  # zlib's window bits for a gzip header and trailer

Ending = Literal["open", "whole", "stray bytes", "cut", "damaged"]


class GzipStream:
    """The content of a gzip file of one or several members.

    `ending` is "open" until the end is met; "stray bytes" means that all is read and something that is no
    gzip follows. Python's own gzip module would raise there, or where the file is cut.
    """

    def __init__(self, source: ByteSource) -> None:
        self.ending: Ending = "open"
        self._source = source
        self._member = zlib.decompressobj(_GZIP)
        self._waiting = b""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes of content; b"" at the end, whatever the ending is."""
        while self.ending == "open":
            compressed = self._member.unconsumed_tail or self._waiting or self._source.read(_CHUNK)
            self._waiting = b""
            if not compressed:
                self.ending = "cut"
                break
            before = self._member.copy()
            try:
                content = self._member.decompress(compressed, max(size, 1))
            except zlib.error:
                self.ending = "damaged"
                return _up_to_the_damage(before, compressed, max(size, 1))
            if self._member.eof:
                self._next_member(self._member.unused_data)
            if content:
                return content
        return b""

    def close(self) -> None:
        """Closes what it reads from."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()

    def _next_member(self, rest: bytes) -> None:
        """Looks at what follows a member: another one, padding, the end or stray bytes."""
        while True:
            rest = rest.lstrip(b"\0")
            if len(rest) >= len(MAGIC):
                break
            more = self._source.read(_CHUNK)
            if not more:
                break
            rest += more
        if rest.startswith(MAGIC):
            self._member = zlib.decompressobj(_GZIP)
            self._waiting = rest
        else:
            self.ending = "stray bytes" if rest else "whole"


def _up_to_the_damage(member: "zlib._Decompress", compressed: bytes, size: int) -> bytes:
    """What can still be had, to the last byte but one: zlib gives nothing of a piece with an error in it."""
    content = b""
    for step in (4096, 64, 1):
        while len(content) < size:
            trial = member.copy()
            try:
                piece = trial.decompress(compressed, min(step, size - len(content)))
            except zlib.error:
                break
            if not piece:
                return content
            content += piece
            member, compressed = trial, trial.unconsumed_tail
    return content
