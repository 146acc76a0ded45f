"""The file behind the ledger: opened by one run at a time, checked, and its errors told to people."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carhound.errors import LedgerError

NAME = "ledger.sqlite"
"""Of the file in the folder of a lake."""

_APPLICATION = 0x43415231
"""Stands in the header of the file, so that no other program's database is taken for a ledger."""
_VERSION = 1
_BUSY_SECONDS = 5.0

_SCHEMA = """
CREATE TABLE state (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    analytic TEXT NOT NULL,
    implementations TEXT NOT NULL,
    key TEXT NOT NULL,
    day TEXT NOT NULL,
    finding TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('new', 'sent', 'suppressed')),
    suppression TEXT,
    updated INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX alerts_updated ON alerts (updated);
CREATE TABLE events (
    alert TEXT NOT NULL REFERENCES alerts (id),
    event TEXT NOT NULL,
    time INTEGER,
    host TEXT,
    suppressed INTEGER NOT NULL,
    PRIMARY KEY (alert, event)
) WITHOUT ROWID;
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    sink TEXT NOT NULL,
    alert TEXT NOT NULL REFERENCES alerts (id),
    body BLOB NOT NULL,
    refused TEXT,
    UNIQUE (sink, alert)
);
"""
"""Times are microseconds since 1970 in UTC."""


def connect(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """Opens the ledger for this process alone, until it is closed or the process ends. Raises LedgerError."""
    if not create and not path.is_file():
        raise LedgerError(f"there is no ledger {path}", hint="carhound watch makes one when it first runs")
    with told(path):
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            # Exclusive first: then the log needs no shared memory, and a second run finds the door shut.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            empty = _check(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            with transaction(connection):
                if empty:
                    _create(connection)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is done in the block, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into ours."""
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LedgerError(
                f"the ledger {path} is in use by another run",
                hint="wait until that run has ended; nothing was changed",
            ) from error
        if code == sqlite3.SQLITE_NOTADB:
            raise _no_ledger(path) from error
        if code == sqlite3.SQLITE_CORRUPT:
            raise LedgerError(
                f"the ledger {path} is damaged: {error}",
                hint="put a copy of it back; without one, move it away, and everything is reported once more",
            ) from error
        raise LedgerError(
            f"the ledger {path} cannot be read or written: {error}",
            hint="mend the disk or the permissions: nothing is lost, the next run looks at the same again",
        ) from error


def _check(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is empty yet, found without changing it. Raises LedgerError where it is not ours."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == 0 and version == 0 and tables == 0:
        return True
    if application != _APPLICATION:
        raise _no_ledger(path)
    if version != _VERSION:
        raise LedgerError(
            f"the ledger {path} has version {version}, and this carhound knows version {_VERSION}",
            hint="use the carhound that wrote it, or a newer one",
        )
    return False


def _create(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_VERSION}")


def _no_ledger(path: Path) -> LedgerError:
    return LedgerError(
        f"{path} is no ledger of carhound",
        hint="name another file, or move this one away if it is not needed",
    )
