"""What has been found in a lake, kept beside it, so that no event has to be asked twice.

A SQLite file: the events that a stem lets through with their times, exact for any window and zone; how many
events there are that it could have matched, by file, host and quarter of an hour; and the hosts. All of it
follows from the lake's events and is brought up to date batch by batch: who deletes it loses only time.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from carhound.errors import LakeError
from carhound.model.windows import NO_BOUNDS, Window

VERSION = 2
QUARTER = 15 * 60
"""Seconds. Midnights of all zones of our day fall on a quarter of an hour."""

_NEVER = -(2**63)
"""Stands for the time of an event without one: before all windows that have a bound."""
_FOREVER = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_SCHEMA = """
CREATE TABLE topic (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, covered INTEGER NOT NULL) STRICT;
CREATE TABLE match (
    topic INTEGER NOT NULL, sequence INTEGER NOT NULL, time INTEGER NOT NULL, computer TEXT, file TEXT,
    source TEXT, key TEXT, raw TEXT, wild INTEGER NOT NULL,
    PRIMARY KEY (topic, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_by_time ON match (topic, time);
CREATE INDEX match_by_key ON match (topic, key, time);
CREATE INDEX match_by_file ON match (topic, file, source);
CREATE INDEX match_wild ON match (topic, time) WHERE wild;
CREATE TABLE record (sequence INTEGER PRIMARY KEY, record BLOB NOT NULL) STRICT;
CREATE TABLE sent (
    topic INTEGER NOT NULL, file TEXT NOT NULL, provider TEXT, channel TEXT, event_id TEXT, kinds TEXT,
    computer TEXT, events INTEGER NOT NULL, with_command_line INTEGER NOT NULL, first INTEGER, last INTEGER
) STRICT;
CREATE TABLE present (
    topic INTEGER NOT NULL, computer TEXT, quarter INTEGER NOT NULL
) STRICT;
CREATE INDEX present_by_topic ON present (topic, quarter, computer);
CREATE TABLE carried (topic INTEGER NOT NULL, file TEXT NOT NULL, source TEXT) STRICT;
CREATE INDEX carried_by_topic ON carried (topic);
"""


@dataclass(frozen=True, slots=True)
class Match:
    """An event that a stem let through."""

    sequence: int
    time: datetime | None
    computer: str | None
    file: str
    source: str | None
    key: str | None
    """What makes it new or known, None where the event lacks a part of it."""
    raw: str | None
    """What the key is a normal form of, None where it is none."""
    wild: bool
    """Whether the key is one that others match by pattern, not by being the same."""
    record: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """Events of one kind that a file brought from a host."""

    file: str
    provider: str | None
    channel: str | None
    event_id: str | None
    kinds: str | None
    """As in the column of this name."""
    computer: str | None
    events: int
    with_command_line: int
    """Those whose CommandLine is there and not empty."""
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A host on which a key was met, once or often within a quarter of an hour."""

    computer: str | None
    raw: str | None
    first: datetime | None
    last: datetime | None


class History:
    """The memory of one lake. Several processes may use it at once."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file. Raises LakeError where that cannot be done."""
        self.path = path
        try:
            self._base = sqlite3.connect(path, timeout=60, isolation_level=None)
            self._base.execute("PRAGMA synchronous=NORMAL")
            version = self._base.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                message = f"{path} was written by a newer carhound"
                raise LakeError(
                    message, hint="use that one, or delete the file: it is made anew from the lake"
                )
            self._base.execute("PRAGMA journal_mode=WAL")
            if version < VERSION:
                self._create()
        except sqlite3.Error as error:
            raise _trouble(path, error) from None

    def close(self) -> None:
        """Closes the file."""
        self._base.close()

    def covered(self, topic: str) -> int:
        """The newest batch that a topic has been brought up to; 0 before the first."""
        row = self._base.execute("SELECT covered FROM topic WHERE name = ?", (topic,)).fetchone()
        return int(row[0]) if row is not None else 0

    def remember_matches(self, topic: str, since: int, until: int, found: Iterable[Match]) -> None:
        """Keeps what a stem let through of the batches after `since` up to `until`."""
        with self._step(topic, since, until) as number:
            if number is not None:
                for one in found:
                    row = (number, one.sequence, _micros(one.time), one.computer, one.file, one.source)
                    self._base.execute(_INSERT_MATCH, (*row, one.key, one.raw, one.wild))
                    self._base.execute(
                        "INSERT OR IGNORE INTO record VALUES (?, ?)", (one.sequence, one.record)
                    )

    def remember_sent(self, topic: str, since: int, until: int, counted: Iterable[Sent]) -> None:
        """Keeps which events there are in the batches after `since` up to `until`."""
        with self._step(topic, since, until) as number:
            if number is not None:
                self._base.executemany(
                    "INSERT INTO sent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        (number, one.file, one.provider, one.channel, one.event_id, one.kinds, one.computer)
                        + (one.events, one.with_command_line, _stored(one.first), _stored(one.last))
                        for one in counted
                    ),
                )

    def remember_present(
        self, topic: str, since: int, until: int, found: Iterable[tuple[str | None, int]]
    ) -> None:
        """Keeps the hosts and quarters of an hour since 1970 that have events of a kind, likewise."""
        with self._step(topic, since, until) as number:
            if number is not None:
                rows = ((number, computer, quarter) for computer, quarter in found)
                self._base.executemany("INSERT INTO present VALUES (?, ?, ?)", rows)

    def remember_carried(
        self, topic: str, since: int, until: int, found: Iterable[tuple[str, str | None]]
    ) -> None:
        """Keeps the files, and sources in them, with events that carry something, likewise."""
        with self._step(topic, since, until) as number:
            if number is not None:
                rows = ((number, file, source) for file, source in found)
                self._base.executemany("INSERT INTO carried VALUES (?, ?, ?)", rows)

    def matches(self, topic: str, window: Window = NO_BOUNDS) -> list[Match]:
        """What a stem let through in a window, in the order of ingestion."""
        return [_match(row) for row in self._ask(_MATCHES, topic, *_bounds(window))]

    def with_keys(self, topic: str, window: Window, keys: Iterable[str]) -> list[Match]:
        """Of the matches in a window, the latest of each key, and all that others match by pattern."""
        bounds = _bounds(window)
        found = {row[0]: _match(row) for row in self._ask(_WILD, topic, *bounds)}
        for key in dict.fromkeys(keys):
            found.update((row[0], _match(row)) for row in self._ask(_LATEST, topic, *bounds, key))
        return [found[sequence] for sequence in sorted(found)]

    def count(self, topic: str, window: Window = NO_BOUNDS) -> int:
        """How many events a stem let through in a window."""
        return int(self._ask(_COUNT, topic, *_bounds(window))[0][0])

    def count_timeless(self, topic: str) -> int:
        """How many of the events that a stem let through have no time."""
        return int(self._ask(_COUNT, topic, _NEVER, _NEVER + 1)[0][0])

    def count_by_file(self, topic: str) -> dict[tuple[str, str | None], int]:
        """How many events a stem let through, by file and source."""
        return {(file, source): count for file, source, count in self._ask(_BY_FILE, topic)}

    def newest(self, topic: str) -> datetime | None:
        """The time of the newest match."""
        return _time(self._ask("SELECT max(time) FROM match WHERE topic = ?", topic)[0][0])

    def quarters_since(self, topic: str, sequence: int) -> list[int]:
        """The quarters of an hour, since 1970, of the matches that were ingested from `sequence` on."""
        return sorted(row[0] for row in self._ask(_QUARTERS_SINCE, topic, sequence, _NEVER))

    def sightings(self, topic: str, key: str) -> list[Seen]:
        """Where and when a key was met among all matches."""
        return [
            Seen(computer, raw, _time(first), _time(last))
            for computer, _, raw, first, last in self._ask(_SIGHTINGS, topic, key)
        ]

    def sent(self, topic: str) -> list[Sent]:
        """Which events there are."""
        return [
            Sent(file, provider, channel, event_id, kinds, computer, events, lines, _time(first), _time(last))
            for (file, provider, channel, event_id, kinds, computer, events, lines, first, last) in self._ask(
                _SENT, topic
            )
        ]

    def present(self, topic: str, window: Window = NO_BOUNDS) -> dict[str | None, set[int]]:
        """By host, the quarters of an hour of a window in which it sent events of a kind."""
        low, high = (bound // (QUARTER * 1_000_000) for bound in _bounds(window))
        found: dict[str | None, set[int]] = {}
        for computer, quarter in self._ask(_PRESENT, topic, low, high):
            found.setdefault(computer, set()).add(quarter)
        return found

    def carried(self, topic: str) -> set[tuple[str, str | None]]:
        """The files, and sources in them, with events that carry something."""
        return set(self._ask("SELECT DISTINCT file, source FROM carried WHERE topic = ?", topic))

    def clear(self) -> None:
        """Forgets everything, for a lake that lost events: it is asked anew."""
        self._base.execute("BEGIN IMMEDIATE")
        for table in _TABLES:
            self._base.execute(f"DELETE FROM {table}")  # noqa: S608
        self._base.execute("COMMIT")

    def _ask(self, query: str, topic: str, *values: object) -> list[Any]:
        try:
            return self._base.execute(query, (self._number(topic), *values)).fetchall()
        except sqlite3.Error as error:
            raise _trouble(self.path, error) from None

    def _number(self, topic: str) -> int:
        row = self._base.execute("SELECT id FROM topic WHERE name = ?", (topic,)).fetchone()
        return int(row[0]) if row is not None else 0

    @contextmanager
    def _step(self, topic: str, since: int, until: int) -> Iterator[int | None]:
        """One transaction; gives None where another process has gone ahead meanwhile."""
        try:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                self._base.execute("INSERT OR IGNORE INTO topic (name, covered) VALUES (?, 0)", (topic,))
                number, covered = self._base.execute(
                    "SELECT id, covered FROM topic WHERE name = ?", (topic,)
                ).fetchone()
                yield number if covered == since else None
                if covered == since:
                    self._base.execute("UPDATE topic SET covered = ? WHERE id = ?", (until, number))
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")
        except sqlite3.Error as error:
            raise _trouble(self.path, error) from None

    def _create(self) -> None:
        self._base.execute("BEGIN IMMEDIATE")
        if self._base.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            for table in _TABLES:
                self._base.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _SCHEMA.split(";"):
                self._base.execute(statement)
            self._base.execute(f"PRAGMA user_version = {VERSION}")
        self._base.execute("COMMIT")


# SQLite cannot know how few rows a window or a key has: it is told which index to take.
_INSERT_MATCH = "INSERT OR REPLACE INTO match VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_MATCHES = """
SELECT sequence, time, computer, file, source, key, raw, wild, record
FROM match INDEXED BY match_by_time JOIN record USING (sequence)
WHERE topic = ? AND time >= ? AND time < ? ORDER BY sequence
"""
_WILD = """
SELECT sequence, time, computer, file, source, key, raw, wild, record
FROM match INDEXED BY match_wild JOIN record USING (sequence)
WHERE topic = ? AND time >= ? AND time < ? AND wild
"""
_LATEST = """
SELECT sequence, time, computer, file, source, key, raw, wild, record
FROM match INDEXED BY match_by_key JOIN record USING (sequence)
WHERE topic = ? AND time >= ? AND time < ? AND key = ? ORDER BY time DESC LIMIT 1
"""
_COUNT = "SELECT count(*) FROM match WHERE topic = ? AND time >= ? AND time < ?"
_BY_FILE = """
SELECT file, source, count(*) FROM match INDEXED BY match_by_file WHERE topic = ? GROUP BY file, source
"""
_QUARTERS_SINCE = """
SELECT DISTINCT time / 900000000 FROM match WHERE topic = ? AND sequence >= ? AND time > ?
"""
_SIGHTINGS = """
SELECT computer, time / 900000000, raw, min(time), max(time) FROM match INDEXED BY match_by_key
WHERE topic = ? AND key = ? GROUP BY 1, 2, 3
"""
_SENT = """
SELECT file, provider, channel, event_id, kinds, computer, sum(events), sum(with_command_line),
    min(first), max(last)
FROM sent WHERE topic = ? GROUP BY 1, 2, 3, 4, 5, 6
"""
_PRESENT = "SELECT DISTINCT computer, quarter FROM present WHERE topic = ? AND quarter >= ? AND quarter < ?"
_TABLES = ("topic", "match", "record", "sent", "present", "carried")


def _match(row: Sequence[Any]) -> Match:
    sequence, time, computer, file, source, key, raw, wild, record = row
    return Match(sequence, _time(time), computer, file, source, key, raw, bool(wild), record)


def _bounds(window: Window) -> tuple[int, int]:
    """The least time of a window and the first beyond it; events without a time are in no bounded one."""
    low = _NEVER + 1 if window.bounded else _NEVER
    if window.earliest is not None:
        low = (window.earliest - _EPOCH) // _MICROSECOND
    return low, _FOREVER if window.latest is None else (window.latest - _EPOCH) // _MICROSECOND


def _micros(time: datetime | None) -> int:
    return _NEVER if time is None else (time - _EPOCH) // _MICROSECOND


def _stored(time: datetime | None) -> int | None:
    return None if time is None else _micros(time)


def _time(micros: int | None) -> datetime | None:
    return None if micros is None or micros == _NEVER else _EPOCH + _MICROSECOND * micros


def _trouble(path: Path, error: sqlite3.Error) -> LakeError:
    hint = "it only saves work: delete it and it is made anew"
    return LakeError(f"cannot use the lake's memory {path}: {error}", hint=hint)
