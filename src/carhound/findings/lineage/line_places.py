"""Where files tell of processes: line by line, by marks of what each names its process by.

That two processes share a mark only makes more lines be read.
"""

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from zlib import crc32

from carhound.findings.lineage.keys import Shown

_KEY, _NUMBER = 0, 1
_MARKS = "I"
PLACES: Final = "Q"
"""The type of arrays of places and of numbers of lines."""

Line = tuple[bytes, bytes, int, int]
"""The key of the GUID that it tells, else that of the process id, the latter, which may be none and empty;
where the line begins in its file, and its number."""


class PackedLines(NamedTuple):
    """Some of them; can be sent to another process."""

    marks: bytes
    """Of each by key and by process id."""
    places: bytes
    """Where each begins, and its number."""


def packed(lines: Iterable[Line]) -> PackedLines:
    """Puts some together."""
    marks, places = array(_MARKS), array(PLACES)
    for key, number, place, line in lines:
        marks.append(crc32(key, _KEY))
        marks.append(crc32(number, _NUMBER))
        places.append(place)
        places.append(line)
    return PackedLines(marks.tobytes(), places.tobytes())


class LinePlaces:
    """Those of all files."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("CREATE TABLE line (path BLOB, first INTEGER, marks BLOB, places BLOB)")

    def add(self, lines: Iterable[tuple[str, int, bytes, bytes]]) -> None:
        """Takes some more: path, its span, and lines, `packed`."""
        rows = [(path.encode("utf-8", "surrogateescape"), *rest) for path, *rest in lines]
        self._database.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", rows)

    def of(self, shown: Shown) -> "Iterator[tuple[str, int, array[int]]]":
        """Path and span of lines that may tell of these processes; of each where it begins and its number."""
        wanted = {crc32(key, _KEY) for key in shown.keys} | {crc32(key, _NUMBER) for key in shown.numbers}
        for path, first, marks, packed_places in self._database.execute("SELECT * FROM line"):
            told, places = array(_MARKS, marks), array(PLACES, packed_places)
            if not wanted.isdisjoint(told):
                hits = {at // 2 for at, mark in enumerate(told) if mark in wanted}
                found = array(PLACES, [one for at in sorted(hits) for one in places[2 * at : 2 * at + 2]])
                yield path.decode("utf-8", "surrogateescape"), first, found
