"""Where files tell of processes: record by record, by the GUID that each names its process by."""

import sqlite3
import struct
from collections.abc import Iterable, Iterator
from itertools import starmap

from carhound.findings.lineage.keys import Shown, guid_of_key

_TOLD = struct.Struct("<16sH")


def packed(told: Iterable[tuple[bytes, int]]) -> bytes:
    """GUIDs, as Windows stores them, each with the place of a record in its chunk, below 65,536."""
    return b"".join(starmap(_TOLD.pack, told))


class Places:
    """Those of all files, chunk by chunk."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("CREATE TABLE chunk (path BLOB, first INTEGER, place INTEGER, told BLOB)")

    def add(self, chunks: Iterable[tuple[str, int, int, bytes]]) -> None:
        """Takes some more: path, its span, the place of a chunk, and what that tells, `packed`."""
        rows = [(path.encode("utf-8", "surrogateescape"), *rest) for path, *rest in chunks]
        self._database.executemany("INSERT INTO chunk VALUES (?, ?, ?, ?)", rows)

    def of(self, shown: Shown) -> Iterator[tuple[str, int, int, list[int]]]:
        """Path, span and place of chunks that tell by GUID of these processes, and their records that do."""
        wanted = {guid for key in shown.keys if (guid := guid_of_key(key)) is not None}
        for path, first, chunk, told in self._database.execute("SELECT * FROM chunk"):
            if places := [place for guid, place in _TOLD.iter_unpack(told) if guid in wanted]:
                yield path.decode("utf-8", "surrogateescape"), first, chunk, places
