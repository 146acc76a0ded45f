"""Sources around sources: one that starts again, one that never raises."""

import zlib
from collections.abc import Callable
from io import BufferedReader
from typing import BinaryIO

from carhound.model.evidence import Damage, Skipped
from carhound.readers.archives.limits import LimitError
from carhound.readers.archives.member import ArchiveError
from carhound.readers.interface import ByteSource


def _read_errors() -> tuple[type[Exception], ...]:
    """What reading may raise."""
    from zipfile import BadZipFile  # loaded where something was raised

    # RuntimeError is zipfile's for compression methods and passwords it cannot serve.
    return ArchiveError, EOFError, OSError, RuntimeError, ValueError, zlib.error, BadZipFile


class Rewound:
    """A source whose first bytes were already taken; it knows of the trouble the one behind it had."""

    def __init__(self, head: bytes, source: ByteSource) -> None:
        self.head = head
        self._left = head
        self._source = source

    def read(self, size: int, /) -> bytes:
        if not self._left:
            return self._source.read(size)
        data, self._left = self._left[:size], self._left[size:]
        return data

    @property
    def trouble(self) -> Damage | Skipped | None:
        """Why the source behind it ended early, if it did."""
        trouble: Damage | Skipped | None = getattr(self._source, "trouble", None)
        return trouble

    def close(self) -> None:
        _close(self._source)


class Leap:
    """The first bytes of a file, and after them those from a later place on."""

    def __init__(self, file: BinaryIO, first: int, then: int) -> None:
        self._file = file
        self._left = first
        self._then = then

    def read(self, size: int, /) -> bytes:
        if not self._left:
            return self._file.read(size)
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        if not self._left:
            self._file.seek(self._then)
        return data

    def close(self) -> None:
        self._file.close()


class Guarded:
    """A source that ends where the one behind it fails, and keeps why."""

    def __init__(self, opened: Callable[[], ByteSource]) -> None:
        self._opened = opened
        self._source: ByteSource | None = None
        self._read = 0
        self.trouble: Damage | Skipped | None = None

    def read(self, size: int, /) -> bytes:
        if self.trouble is not None:
            return b""
        try:
            if self._source is None:
                self._source = self._opened()
            data = self._source.read(size)
        except LimitError as limit:
            self.trouble = Skipped(f"all after {self._read} bytes" if self._read else "file", str(limit))
            return b""
        except _read_errors() as error:
            if self._source is None and isinstance(error, OSError):
                reason = f"it cannot be read: {(error.strerror or str(error)).lower()}"
                self.trouble = Damage("file", reason)
                return b""
            self.trouble = Damage("file", f"it cannot be read further ({error})", self._read)
            return b""
        self._read += len(data)
        if not data:
            self.trouble = getattr(self._source, "trouble", None)
        return data

    def file(self) -> BinaryIO | None:
        """The file itself, where it is one and nothing was read from it; who takes it reads it alone."""
        try:
            if self._source is None:
                self._source = self._opened()
        except OSError as error:
            self.trouble = Damage("file", f"it cannot be read ({error})", 0)
            return None
        return self._source if isinstance(self._source, BufferedReader) and not self._read else None

    def close(self) -> None:
        _close(self._source)


def replayed(first: Rewound, again: Callable[[], ByteSource]) -> Callable[[], ByteSource]:
    """Opens a source whose first bytes were taken; from the second time on anew, where that can be."""
    left = [first]

    def opened() -> ByteSource:
        return left.pop() if left else again()

    return opened


def _close(source: ByteSource | None) -> None:
    close = getattr(source, "close", None)
    if close is not None:
        close()
