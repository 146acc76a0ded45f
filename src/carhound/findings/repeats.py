"""Counts, over all events, those whose content was met before; memory stays flat, the work is on disk."""

import struct
from collections import Counter
from contextlib import ExitStack
from types import TracebackType

from carhound.model.event import Event

_PARTITIONS = 64
_IDENTITY = 16
_ENTRY = struct.Struct(f"<{_IDENTITY}sI")


def short_identity(event: Event) -> bytes:
    """Half of the identity of an event: its first 128 bits."""
    return bytes.fromhex(event.identity()[: 2 * _IDENTITY])


class Repeats:
    """Every event's identity, spread by its first byte over temporary files that are counted one by one.

    Half an identity, 128 bits, tells events apart: two different ones share it in one of 10^20 pairs of logs.
    """

    def __init__(self) -> None:
        import tempfile  # costs a start 5 ms, and few runs count repeats

        self._open = ExitStack()
        opened = (tempfile.TemporaryFile() for _ in range(_PARTITIONS))  # noqa: SIM115  # the stack closes them
        self._parts = [self._open.enter_context(part) for part in opened]

    def __enter__(self) -> "Repeats":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def add(self, events: bytes | bytearray, file: int) -> None:
        """Notes events met in the file of this number, by their short identities; in the order of reading."""
        for at in range(0, len(events), _IDENTITY):
            identity = events[at : at + _IDENTITY]
            self._parts[identity[0] % _PARTITIONS].write(_ENTRY.pack(identity, file))

    def by_file(self) -> Counter[int]:
        """By file number, the events whose content had been met before, there or in an earlier file."""
        repeats: Counter[int] = Counter()
        for part in self._parts:
            part.seek(0)
            met: set[bytes] = set()
            while entry := part.read(_ENTRY.size):
                identity, file = _ENTRY.unpack(entry)
                if identity in met:
                    repeats[file] += 1
                met.add(identity)
        return repeats
