"""What archives have in common: members, whose names are only names, and how reading them ends."""

from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct

from carhound.model.evidence import Damage, Remark, Skipped
from carhound.readers.archives.gzip_stream import Ending
from carhound.readers.interface import ByteSource
from carhound.readers.notes import REMARKS

_PADDING = 1 << 24
_CHUNK = 1 << 16


def _nothing() -> Iterator[Damage | Skipped | Remark]:
    return iter(())


class ArchiveError(Exception):
    """The archive itself, or a member of it, cannot be read."""


class Member(Struct, eq=False):
    """A file in an archive."""

    name: str
    """Its name in the archive, with slashes."""
    size: int
    open: Callable[[], ByteSource]
    """Opens it; in a tar archive only until the next member is asked for."""
    refusal: str | None = None
    """Why it is not read although it may hold events, for example "an encrypted member"."""
    harmless: str | None = None
    """What it is, where it cannot hold events: a link, a device."""
    encrypted: bool = False
    ending: Callable[[], Iterator[Damage | Skipped | Remark]] = _nothing
    """Asked once it is read, tells how the archive ended if this was its last member."""


class CompressedStream(Protocol):
    """A decompressor that knows how its input ended."""

    @property
    def ending(self) -> Ending: ...
    def read(self, size: int, /) -> bytes: ...


def is_junk(name: str) -> bool:
    """Whether a member is a shadow file that macOS puts beside each real one."""
    return name.startswith("__MACOSX/") and name.rpartition("/")[2].startswith("._")


def compressed_ending(stream: CompressedStream) -> Iterator[Damage | Remark]:
    """How a compressed stream ended; the padding after its content is read first."""
    for _ in range(_PADDING // _CHUNK):
        if not stream.read(_CHUNK):
            break
    if stream.ending == "stray bytes":
        yield Remark("EV-G1", REMARKS["EV-G1"])
    elif stream.ending == "cut":
        yield Damage("end of the compressed data", "the compressed data ends too early")
    elif stream.ending == "damaged":
        yield Damage("end of the compressed data", "the compressed data is damaged from here on")
