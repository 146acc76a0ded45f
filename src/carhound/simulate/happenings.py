"""What happens on a machine, before it is written down as records. Times are microseconds since 1970, UTC."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Literal

from msgspec import Struct

from carhound.simulate.catalogue import Program

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

Key = str | tuple[str, str]
"""Names a process on its machine: a word for a process of Windows itself, (whose, name) for any other."""

Integrity = Literal["Untrusted", "Low", "Medium", "High", "System"]


class Start(Struct, frozen=True):
    """A process is created. What is None it takes over from its parent."""

    at: int
    key: Key
    parent: Key | None
    """None: a parent that Windows knows nothing of any more."""
    program: Program
    command_line: str
    user: str | None = None
    """DOMAIN\\name."""
    integrity: Integrity | None = None
    directory: str | None = None
    session: int | None = None


class End(Struct, frozen=True):
    """A process ends."""

    at: int
    key: Key
    status: int = 0


class Load(Struct, frozen=True):
    """A process loads a module."""

    at: int
    key: Key
    module: Program


class FileWritten(Struct, frozen=True):
    """A process creates or overwrites a file."""

    at: int
    key: Key
    path: str


class RegistryChanged(Struct, frozen=True):
    """A process adds, deletes or sets something in the registry."""

    at: int
    key: Key
    change: Literal["CreateKey", "DeleteKey", "DeleteValue", "SetValue"]
    target: str
    details: str = ""


class Connected(Struct, frozen=True):
    """A connection over IP, from or to a process."""

    at: int
    key: Key
    address: str
    port: int
    host: str | None
    protocol: str = "tcp"
    initiated: bool = True


class Resolved(Struct, frozen=True):
    """A process asks for a name; `answers` are addresses and, of aliases, names."""

    at: int
    key: Key
    name: str
    answers: tuple[str, ...]
    status: int = 0


class Boot(Struct, frozen=True):
    """The machine starts: no process is left of those before."""

    at: int


Happening = Start | End | Load | FileWritten | RegistryChanged | Connected | Resolved | Boot


class Queue:
    """Happenings put in as they are known, and taken out in the order of their times."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Happening]] = []
        self._count = 0

    def put(self, happenings: Iterable[Happening]) -> None:
        """Of two at the same time the one put in first comes first."""
        for one in happenings:
            self._count += 1
            heappush(self._heap, (one.at, self._count, one))

    def take(self, before: int) -> Iterator[Happening]:
        """Takes out what happens before a time."""
        while self._heap and self._heap[0][0] < before:
            yield heappop(self._heap)[2]

    def clear(self) -> None:
        """Forgets what has not been taken out yet."""
        self._heap.clear()


def microseconds(time: datetime) -> int:
    """An aware time as microseconds since 1970."""
    return (time - EPOCH) // timedelta(microseconds=1)


def day_of(at: int) -> int:
    """The start of the day (UTC) that holds a time."""
    return at - at % DAY
