"""Evidence as the pipeline reads it: parts of files, or events that come without a file."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from msgspec import Struct

from carhound.model.evidence import FileKind
from carhound.readers.interface import Item, Sieve, Sifted
from carhound.readers.spans import WHOLE, Span


class EvidencePart(Protocol):
    """A file, a member of an archive, or events from elsewhere; see `readers.part.Part`."""

    @property
    def path(self) -> str:
        """As it is shown."""

    @property
    def bytes(self) -> int | None:
        """Its size, where it has one."""

    @property
    def explicit(self) -> bool:
        """Whether it was named itself."""

    @property
    def kind(self) -> FileKind:
        """Whether it is evidence."""

    @property
    def format(self) -> str | None:
        """The name of its shape."""

    @property
    def reason(self) -> str:
        """What it is instead, where it is no evidence."""

    @property
    def span(self) -> Span:
        """What of it is read."""

    @property
    def lines(self) -> int:
        """How many lines ended in what was read, where it is text of which spans are read."""

    def items(self) -> Iterator[Item]:
        """Events, damage, remarks."""

    def sifted(self, sieve: Sieve) -> Iterator[Sifted]:
        """Likewise, but of events that the sieve does not want only the headers, where that saves work."""


class GivenEvents(Struct, frozen=True):
    """Events that come without a file: written in a test file, or simulated."""

    path: str
    format: str
    opened: Callable[[], Iterable[Item]]
    bytes: int | None = None
    explicit: bool = True
    kind: FileKind = "evidence"
    reason: str = ""
    span: Span = WHOLE
    lines: int = 0

    def items(self) -> Iterator[Item]:
        """The events, each time anew."""
        yield from self.opened()

    def sifted(self, _: Sieve) -> Iterator[Sifted]:
        """All of them."""
        return self.items()
