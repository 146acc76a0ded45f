"""Counts, over all events, those whose content was met before; memory stays flat, the work is on disk."""

import struct
from collections import Counter
from contextlib import ExitStack
from hashlib import sha256
from types import TracebackType

import orjson

from carhound.model.event import Event, Fields

_PARTITIONS = 64
_IDENTITY = 16
_LIST = b":["
"""Begins a list of values, and stands seldom in a text."""
_ENTRY = struct.Struct(f"<{_IDENTITY}sI")


def short_identity(event: Event) -> bytes:
    """128 bits that two events share where they have the same identity, made in half the time."""
    time, data = event.time, event.data
    head = event.provider, event.event_id, event.computer, event.record_id
    said = None if time is None else time.isoformat(timespec="milliseconds")
    try:
        text = orjson.dumps((*head, said, data), option=orjson.OPT_SORT_KEYS)
        if _LIST in text:
            text = orjson.dumps((*head, said, _levelled(data)), option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates
        return bytes.fromhex(event.identity()[: 2 * _IDENTITY])
    return sha256(text).digest()[:_IDENTITY]


def _levelled(data: Fields) -> Fields:
    """A list of one value is that value, and one of none is no field."""
    return {
        name: value[0] if type(value) is tuple and len(value) == 1 else value
        for name, value in data.items()
        if value != ()
    }


class Repeats:
    """Short identities of all events, spread by their first byte over files that are counted in turn.

    128 bits tell events apart: two different ones share them in one of 10^20 pairs of logs.
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
