"""The SQLite file behind what is remembered of a lake: opened by any number of processes, its errors told."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from carhound.errors import LakeError

VERSION = 1

_SCHEMA = """
CREATE TABLE state (expired INTEGER) STRICT;
INSERT INTO state VALUES (NULL);
CREATE TABLE topic (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, covered INTEGER NOT NULL) STRICT;
CREATE TABLE match (
    topic INTEGER NOT NULL, sequence INTEGER NOT NULL, time INTEGER NOT NULL, computer TEXT, file TEXT,
    source TEXT, key TEXT, raw TEXT, wild INTEGER NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (topic, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_by_time ON match (topic, time);
CREATE INDEX match_by_key ON match (topic, key, time);
CREATE INDEX match_wild ON match (topic, time) WHERE wild;
CREATE TABLE sent (
    topic INTEGER NOT NULL, file TEXT NOT NULL, provider TEXT, channel TEXT, event_id TEXT, kinds TEXT,
    computer TEXT, events INTEGER NOT NULL, with_command_line INTEGER NOT NULL, first INTEGER, last INTEGER
) STRICT;
CREATE TABLE present (
    topic INTEGER NOT NULL, computer TEXT, quarter INTEGER NOT NULL
) STRICT;
CREATE INDEX present_by_topic ON present (topic, quarter);
CREATE TABLE carried (topic INTEGER NOT NULL, file TEXT NOT NULL, source TEXT) STRICT;
CREATE INDEX carried_by_topic ON carried (topic);
"""

Run = Callable[..., sqlite3.Cursor]
"""Executes a statement with its values."""


class HistoryFile:
    """The open file."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file. Raises LakeError, as every method does."""
        self.path = path
        try:
            self._base = sqlite3.connect(path, timeout=60, isolation_level=None)
        except sqlite3.Error as error:
            raise _trouble(path, error) from None
        try:
            self._prepare()
        except sqlite3.Error as error:
            self.close()
            raise _trouble(path, error) from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Closes the file."""
        self._base.close()

    def rows(self, query: str, *values: object) -> Iterator[Any]:
        """The rows of a query, as they are asked for."""
        try:
            yield from self._base.execute(query, values)
        except sqlite3.Error as error:
            raise _trouble(self.path, error) from None

    @contextmanager
    def transaction(self) -> Iterator[Run]:
        """All that is done in the block, or nothing of it; nobody else writes meanwhile."""
        try:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base.execute
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")
        except sqlite3.Error as error:
            raise _trouble(self.path, error) from None

    def _prepare(self) -> None:
        self._base.execute("PRAGMA synchronous=NORMAL")
        version = self._version()
        if version > VERSION:
            message = f"{self.path} was written by a newer carhound"
            raise LakeError(message, hint="use that one, or delete the file: it is made anew from the lake")
        self._base.execute("PRAGMA journal_mode=WAL")
        if version < VERSION:
            with self.transaction() as run:
                if self._version() == 0:
                    for statement in _SCHEMA.split(";"):
                        run(statement)
                    run(f"PRAGMA user_version = {VERSION}")

    def _version(self) -> int:
        return int(self._base.execute("PRAGMA user_version").fetchone()[0])


def _trouble(path: Path, error: sqlite3.Error) -> LakeError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    hint = "it only saves work: delete it and it is made anew"
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        hint = "whoever asks a lake must be allowed to write to its folder: check who owns it"
    elif code == sqlite3.SQLITE_FULL:
        hint = "make room and run the same command again"
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        hint = "another run is at work; run the same command again"
    return LakeError(f"cannot use the lake's memory {path}: {error}", hint=hint)
