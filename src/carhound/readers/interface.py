"""What every reader takes and gives."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Protocol, TypeGuard

from msgspec import Struct

from carhound.model.event import Fields, RawEvent, Value
from carhound.model.evidence import Damage, Glimpsed, Remark, Skipped
from carhound.readers.archives.limits import DEFAULT, Limits

if TYPE_CHECKING:
    from carhound.readers.tables.column_mapping import ColumnMapping

Item = RawEvent | Damage | Skipped | Remark
"""What reading yields, in the order of the file; remarks about the whole file come last."""

Sifted = Item | Glimpsed
"""What reading through a sieve yields; events that were only glimpsed come at any later place."""


LARGEST = 16 << 20
"""Bytes one record may have: Windows writes none of over 64 KiB, and memory holds it several times over."""


class ByteSource(Protocol):
    """Bytes from a file, a member of an archive or a decompressor, read once from front to back."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, fewer where the source likes; b"" only at the end."""


class FieldTest(Struct, frozen=True, eq=False):
    """Tells by a field of the payload alone which searches an event cannot match; searches are bits."""

    name: str
    """Native."""
    asked_by: int
    """The searches that ask something of it alone."""
    open_to: Callable[[Value | None, int], int]
    """Which of some searches an event with this value may match, those that do not ask among them.

    None stands for an event without the field.
    """


class Binding(Struct, frozen=True):
    """Tells by a field of the payload that an event is of all CAR kinds that its header allows."""

    name: str
    values: frozenset[str | None]
    """It is where the field has one of these; None stands for no such field."""


class PayloadTest(Struct, frozen=True, eq=False):
    """Tells of an event by its payload alone that it cannot match."""

    fields: frozenset[str]
    """What it reads beside the header, in native names; where one of them may be no part of the payload, it
    cannot be asked."""
    whole: bool
    """Whether it looks at all texts of the payload, whatever their names."""
    holds: Callable[[Fields], bool]
    """Whether an event may match that has these fields, and no more of those that are read."""
    alone: Callable[[], tuple[FieldTest, ...]] = tuple
    """An event cannot match where these leave no search open, put to it in this order."""
    binding: Binding | None = None
    """An event of which it does not tell that has to be read, whatever it holds; None: all are sure."""


class Showing(Struct, frozen=True, eq=False):
    """Tells by some fields of the payload that an event shows all for which others like it are read."""

    fields: frozenset[str]
    """Native; where one of them may be no part of the payload, it cannot be asked."""
    settles: Callable[[Fields], bool]
    """Takes those of them that an event has. Where it says so, the event need not be read for that either."""


class Sieve(Protocol):
    """Says which events have to be read; of others the header is enough. Files are put to it one by one."""

    def __hash__(self) -> int:
        """Sieves are told apart: what was made for one serves for all files."""

    @property
    def literals(self) -> tuple[str, ...] | None:
        """Every event that can match holds one, in any letter case. Folded, ASCII. None: any event can."""

    @property
    def counts(self) -> bool:
        """Whether it has to be told of events that it does not want."""

    @property
    def spellings(self) -> Mapping[str, str]:
        """By letter of a literal, every character that an event may have in its place."""

    def wants(self, provider: str | None, channel: str | None, event_id: str | None) -> bool:
        """Whether events like this are to be read whatever they hold: only some that can match at all.

        Once they need not, they never do, save those of which the binding in their test is not sure.
        """

    def can_match(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> bool:
        """Whether events like this can match at all."""

    def showing(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> Showing | None:
        """What may settle that, of those wanted for their own sake; None where only reading them can."""

    def payload_test(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> PayloadTest | None:
        """What tells more of those that can match and are not wanted for their own sake."""


Take = Callable[[Sequence[bytes | None], bytes, int | None, int], None]
"""Takes fields as JSON writes them, the time, in UTC, where the line begins in its file, and its number.

Before the fields the time stands as it is written; None is a field that is not there, and a place that is
not known.
"""


class Picks(Protocol):
    """Says what is wanted of events, so that those of which it can be taken need not be made.

    They are taken in their order, and before an event is given that comes behind them.
    """

    def fields(self, provider: str | None, channel: str | None, event_id: str | None) -> tuple[str, ...]:
        """The native names of what is wanted of the payloads of such events."""

    def take(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> Take | None:
        """Takes it, in that order; None where nothing is wanted of such events of this computer."""


class Taken(Struct, frozen=True):
    """Some events were taken, or are not wanted."""


class Lying(Struct, frozen=True):
    """An event, and where the line begins in its file that it is."""

    event: RawEvent
    place: int


class ReadOptions(Struct, frozen=True):
    """What the reading of evidence depends on beside the evidence."""

    zone: tzinfo = UTC
    """Where times without a zone are at home."""
    mappings: "tuple[ColumnMapping, ...]" = ()
    """The caller's own names for columns; they come before every shape."""
    limits: Limits = DEFAULT
    """What archives may unpack to."""
    password: str | None = None
    """Opens encrypted members of archives."""
    largest: int = LARGEST
    """Bytes one record may have; a larger one is damage."""


class Reader(Protocol):
    """One file format. Reading never raises on what the bytes say: it yields `Damage` and goes on."""

    @property
    def name(self) -> str:
        """The name of the format, for example "evtx"."""

    def read(self, source: ByteSource, options: ReadOptions) -> Iterator[Item]:
        """Everything in the source."""


class Sifting(Reader, Protocol):
    """A file format in which events can be passed over without being parsed."""

    def sift(self, source: ByteSource, options: ReadOptions, sieve: Sieve, /) -> Iterator[Sifted]:
        """Everything in the source, of what the sieve does not want only the headers."""


class Picking(Reader, Protocol):
    """A file format of which fields can be taken without making events."""

    def pick(
        self, source: ByteSource, options: ReadOptions, picks: Picks, /
    ) -> Iterator[Item | Taken | Lying]:
        """Everything in the source but what was taken, and what nobody wants."""


def sifts(reader: Reader) -> TypeGuard[Sifting]:
    """Whether a reader can pass over events. To hold its type against the protocol would take longer."""
    return hasattr(reader, "sift")


def can_pick(reader: Reader) -> TypeGuard[Picking]:
    """Likewise whether fields can be taken of them."""
    return hasattr(reader, "pick")


def read_exactly(source: ByteSource, size: int) -> bytes:
    """`size` bytes, or what is left where the source ends before."""
    data = source.read(size)
    if len(data) == size or not data:
        return data
    parts = [data]
    missing = size - len(data)
    while missing and (data := source.read(missing)):
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
