"""Starts and ends of processes in outline, many in little room: few of them are ever asked for.

They are kept in batches. By marks, made of what stands for a process and of how it is named, it is told which
batches may hold some; that two processes share a mark only makes more of them be looked at.
"""

import marshal
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Final, NamedTuple
from zlib import crc32

OWN, LOOSE, NUMBER, PARENT, CREATOR, ORPHAN = range(6)
"""How a start or an end may name a process: as its own by GUID, by process id where it tells no GUID, by
process id in any case; as its parent by GUID, by process id, and by process id where it tells no GUID."""

StartRow = tuple[bytes | None, bytes | None, bytes | None, int | None, bytes | None, bytes | None]
"""Keys of GUID, process id and image, the time, and the keys of GUID and process id of who started it."""
EndRow = tuple[bytes | None, bytes | None, int | None]
"""Keys of GUID and process id, and the time."""
Rows = list[StartRow | EndRow]
END_ROW: Final = 3
"""Length of the latter."""

_MARKS = _BOUNDS = "I"
_PLAIN = 2
"""The version of `marshal` that looks for no values that are the same."""
_EACH = 5
"""Marks of each row; 0 for none."""


class Packed(NamedTuple):
    """Some of them in their order; can be sent to another process."""

    length: int
    marks: bytes
    bounds: bytes
    """Where in their bytes each begins, and the end."""
    rows: bytes


def packed(rows: Rows) -> Packed | None:
    """Puts some together, if there are any."""
    if not rows:
        return None
    marks: list[int] = []
    for row in rows:
        guid, number = row[0], row[1]
        marks.append(_mark(number, LOOSE) if guid is None else crc32(guid, OWN))
        marks.append(_mark(number, NUMBER))
        if len(row) == END_ROW:
            marks += (0, 0, 0)
            continue
        _, _, _, _, parent, creator = row
        marks.append(_mark(parent, PARENT))
        marks.append(_mark(creator, CREATOR))
        marks.append(0 if parent else _mark(creator, ORPHAN))
    data = [marshal.dumps(row, _PLAIN) for row in rows]  # one by one: few of them are ever asked for
    bounds = array(_BOUNDS, accumulate(map(len, data), initial=0))
    return Packed(len(rows), array(_MARKS, marks).tobytes(), bounds.tobytes(), b"".join(data))


class Outlines:
    """Those of all evidence. What is asked for is loaded from here, all at once."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(
            "CREATE TABLE outline (first INTEGER PRIMARY KEY, marks BLOB, bounds BLOB, rows BLOB)"
        )
        self._count = 0
        self._known: set[int] = set()
        """Marks of those that were loaded."""
        self._lacking: set[int] = set()
        """And of those that were asked for since."""
        self.lacked = 0
        """How often some were asked for that were not loaded: while this stays, what the log tells is all."""
        self.loads = 0
        """How often those that were lacking were loaded."""

    def add(self, batches: Iterable[Packed]) -> None:
        """Takes some more."""
        for length, *packed_rows in batches:
            self._database.execute("INSERT INTO outline VALUES (?, ?, ?, ?)", (self._count, *packed_rows))
            self._count += length

    def ask(self, key: bytes | None, named: int) -> None:
        """Notes that those are needed which name a process so."""
        if self._count and key is not None and (mark := crc32(key, named)) not in self._known:
            self._lacking.add(mark)
            self.lacked += 1

    def lacks(self, asking: Callable[[], object]) -> bool:
        """Whether some are needed that were not loaded yet."""
        before = self.lacked
        asking()
        return self.lacked > before

    def lacking(self) -> Iterator[tuple[int, StartRow | EndRow]]:
        """Those that are, each with its number, and others; who is given them has them from now on."""
        wanted, self._lacking = self._lacking, set()
        self._known |= wanted
        self.loads += 1
        for first, data in self._database.execute("SELECT first, marks FROM outline") if wanted else ():
            if hits := [at for at, mark in enumerate(array(_MARKS, data)) if mark in wanted]:
                query = "SELECT bounds, rows FROM outline WHERE first = ?"
                ((stored, rows),) = self._database.execute(query, (first,))
                bounds = array(_BOUNDS, stored)
                for at in dict.fromkeys(at // _EACH for at in hits):
                    row = rows[bounds[at] : bounds[at + 1]]
                    yield first + at, marshal.loads(row)  # noqa: S302  # written here, to a file nobody else has


def _mark(key: bytes | None, named: int) -> int:
    return 0 if key is None else crc32(key, named)
