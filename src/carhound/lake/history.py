"""What has been found in a lake, kept beside it, so that no event has to be asked twice.

A SQLite file: the events that a stem lets through with their times, exact for any window and zone; how many
events there are that it could have matched, by file, host and quarter of an hour; and the hosts. All of it
follows from the lake's events and is brought up to date batch by batch: who deletes it loses only time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from carhound.lake.glance import Readable
from carhound.lake.history_file import HistoryFile
from carhound.model.windows import NO_BOUNDS, Window

NAME = "history.sqlite"
"""Of the file in the folder of a lake."""

_QUARTER = 15 * 60 * 1_000_000
"""A quarter of an hour, see `model.presence`, in microseconds."""
_NEVER = -(2**63)
"""Stands for the time of an event without one: before all windows that have a bound."""
_FOREVER = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Match(Struct, frozen=True):
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


class Sent(Struct, frozen=True):
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


class Seen(Struct, frozen=True):
    """A host on which a key was met, once or often within a quarter of an hour."""

    computer: str | None
    raw: str | None
    first: datetime | None
    last: datetime | None
    file: str
    source: str | None


class History:
    """The memory of one lake. Several processes may use it at once."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file. Raises LakeError where that cannot be done, as every method does."""
        self._file = HistoryFile(path)

    @classmethod
    def of(cls, lake: Readable) -> "History":
        """The memory of a lake, less what the lake no longer holds."""
        history = cls(lake.folder / NAME)
        try:
            if history.newest() > lake.newest_batch():
                lake.refresh()  # another run may have gone ahead
                if history.newest() > lake.newest_batch():
                    history.clear()
            if (expired := lake.expired()) is not None:
                history.forget(expired)
        except BaseException:
            history.close()
            raise
        return history

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def covered(self, topic: str) -> int:
        """The newest batch that a topic has been brought up to; 0 before the first."""
        row = next(self._file.rows("SELECT covered FROM topic WHERE name = ?", topic), (0,))
        return int(row[0])

    def newest(self) -> int:
        """The newest batch that any topic has been brought up to; 0 before the first."""
        return int(next(self._file.rows("SELECT coalesce(max(covered), 0) FROM topic"))[0])

    def remember_matches(self, topic: str, since: int, until: int, found: Iterable[Match]) -> None:
        """Keeps what a stem let through of the batches after `since` up to `until`."""
        rows = [
            (one.sequence, _micros(one.time), one.computer, one.file, one.source)
            + (one.key, one.raw, one.wild, one.record)
            for one in found
        ]
        records = [(row[0], row[-1]) for row in rows]
        self._remember(_INTO_MATCH, topic, since, until, [row[:-1] for row in rows], records)

    def remember_sent(self, topic: str, since: int, until: int, counted: Iterable[Sent]) -> None:
        """Keeps which events there are in the batches after `since` up to `until`."""
        rows = [
            (one.file, one.provider, one.channel, one.event_id, one.kinds, one.computer)
            + (one.events, one.with_command_line, _stored(one.first), _stored(one.last))
            for one in counted
        ]
        self._remember(_INTO_SENT, topic, since, until, rows)

    def remember_present(
        self, topic: str, since: int, until: int, found: Iterable[tuple[str | None, int]]
    ) -> None:
        """Keeps the hosts and quarters of an hour since 1970 that have events of a kind, likewise."""
        self._remember(_INTO_PRESENT, topic, since, until, list(found))

    def remember_carried(
        self, topic: str, since: int, until: int, found: Iterable[tuple[str, str | None]]
    ) -> None:
        """Keeps the files, and sources in them, with events that carry something, likewise."""
        self._remember(_INTO_CARRIED, topic, since, until, list(found))

    def matches(self, topic: str, window: Window = NO_BOUNDS) -> list[Match]:
        """What a stem let through in a window, in the order of ingestion."""
        return [_match(row) for row in self._each(_MATCHES, topic, *_bounds(window))]

    def with_keys(
        self, topic: str, window: Window, keys: Iterable[str], counts: Callable[[Match], bool]
    ) -> list[Match]:
        """Of the matches in a window that count, the latest of each key, and all others match by pattern."""
        bounds = _bounds(window)
        found = [one for one in map(_match, self._each(_WILD, topic, *bounds)) if counts(one)]
        for key in dict.fromkeys(keys):
            matches = map(_match, self._each(_OF_KEY, topic, *bounds, key))
            found += [one for one in (next(filter(counts, matches), None),) if one is not None]
        return sorted({one.sequence: one for one in found}.values(), key=lambda one: one.sequence)

    def with_key(self, topic: str) -> Match | None:
        """One of the matches that have a key, None where there is none."""
        return next(map(_match, self._each(_ANY_KEY, topic)), None)

    def count_by_file(self, topic: str, *, timeless: bool = False) -> dict[tuple[str, str | None], int]:
        """How many events a stem let through, by file and source; of all, or of those without a time."""
        latest = _NEVER if timeless else _FOREVER
        return {(file, source): count for file, source, count in self._each(_BY_FILE, topic, latest)}

    def quarters_since(self, topic: str, sequence: int) -> list[int]:
        """The quarters of an hour, since 1970, of the matches that were ingested from `sequence` on."""
        return sorted(row[0] for row in self._each(_QUARTERS_SINCE, topic, sequence, _NEVER))

    def sightings(self, topic: str, key: str) -> list[Seen]:
        """Where and when a key was met among all matches."""
        return [
            Seen(computer, raw, _time(first), _time(last), file, source)
            for computer, raw, file, source, _, first, last in self._each(_SIGHTINGS, topic, key)
        ]

    def sent(self, topic: str) -> list[Sent]:
        """Which events there are."""
        return [
            Sent(file, provider, channel, event_id, kinds, computer, events, lines, _time(first), _time(last))
            for (file, provider, channel, event_id, kinds, computer, events, lines, first, last) in (
                self._each(_SENT, topic)
            )
        ]

    def present(self, topic: str, window: Window = NO_BOUNDS) -> dict[str | None, set[int]]:
        """By host, the quarters of an hour of a window in which it sent events of a kind."""
        first, beyond = _bounds(window)
        low, high = first // _QUARTER, -(-beyond // _QUARTER)
        found: dict[str | None, set[int]] = {}
        for computer, quarter in self._each(_PRESENT, topic, low, high):
            found.setdefault(computer, set()).add(quarter)
        return found

    def carried(self, topic: str) -> set[tuple[str, str | None]]:
        """The files, and sources in them, with events that carry something."""
        return set(self._each("SELECT DISTINCT file, source FROM carried WHERE topic = ?", topic))

    def clear(self) -> None:
        """Forgets everything: the lake is asked anew."""
        with self._file.transaction() as run:
            for statement in _CLEAR:
                run(statement)

    def forget(self, before: datetime) -> None:
        """Forgets, once, what was before an aware midnight in UTC: the lake no longer holds it."""
        gone = _micros(before)
        with self._file.transaction() as run:
            (expired,) = run("SELECT expired FROM state").fetchone()
            if expired is None or expired < gone:
                run("DELETE FROM match WHERE time < ? AND time > ?", (gone, _NEVER))
                run("DELETE FROM record WHERE sequence NOT IN (SELECT sequence FROM match)")
                run("DELETE FROM present WHERE quarter < ?", (gone // _QUARTER,))
                for statement in _LEARN_ANEW:
                    run(statement)
                run("UPDATE state SET expired = ?", (gone,))

    def _remember(
        self,
        insert: str,
        topic: str,
        since: int,
        until: int,
        rows: list[tuple[Any, ...]],
        records: Iterable[tuple[int, bytes]] = (),
    ) -> None:
        """One transaction; does nothing where another process has gone ahead meanwhile.

        The rows have been made by then: others must not wait for as long as that takes.
        """
        with self._file.transaction() as run:
            run("INSERT OR IGNORE INTO topic (name, covered) VALUES (?, 0)", (topic,))
            number, covered = run("SELECT id, covered FROM topic WHERE name = ?", (topic,)).fetchone()
            if covered == since:
                for row in rows:
                    run(insert, (number, *row))
                for record in records:
                    run("INSERT OR IGNORE INTO record VALUES (?, ?)", record)
                run("UPDATE topic SET covered = ? WHERE id = ?", (until, number))

    def _each(self, query: str, topic: str, *values: object) -> Iterator[Any]:
        """The rows about a topic, as they are asked for."""
        ((number,),) = self._file.rows("SELECT coalesce(max(id), 0) FROM topic WHERE name = ?", topic)
        return self._file.rows(query, number, *values)


_INTO_MATCH = "INSERT INTO match VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INTO_SENT = "INSERT INTO sent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INTO_PRESENT = "INSERT INTO present VALUES (?, ?, ?)"
_INTO_CARRIED = "INSERT INTO carried VALUES (?, ?, ?)"
# SQLite cannot know how few rows a window or a key has: it is told which index to take.
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
_OF_KEY = """
SELECT sequence, time, computer, file, source, key, raw, wild, record
FROM match INDEXED BY match_by_key JOIN record USING (sequence)
WHERE topic = ? AND time >= ? AND time < ? AND key = ? ORDER BY time DESC
"""
_ANY_KEY = """
SELECT sequence, time, computer, file, source, key, raw, wild, record
FROM match INDEXED BY match_by_key JOIN record USING (sequence)
WHERE topic = ? AND key IS NOT NULL LIMIT 1
"""
_BY_FILE = """
SELECT file, source, count(*) FROM match INDEXED BY match_by_file
WHERE topic = ? AND time <= ? GROUP BY file, source
"""
# SQL divides towards zero, and quarters before 1970 are counted downwards.
_QUARTERS_SINCE = """
SELECT DISTINCT (time - 899999999 * (time < 0)) / 900000000 FROM match
WHERE topic = ? AND sequence >= ? AND time > ?
"""
_SIGHTINGS = """
SELECT computer, raw, file, source, time / 900000000, min(time), max(time)
FROM match INDEXED BY match_by_key WHERE topic = ? AND key = ? GROUP BY 1, 2, 3, 4, 5
"""
_SENT = """
SELECT file, provider, channel, event_id, kinds, computer, sum(events), sum(with_command_line),
    min(first), max(last)
FROM sent WHERE topic = ? GROUP BY 1, 2, 3, 4, 5, 6
"""
_PRESENT = "SELECT DISTINCT computer, quarter FROM present WHERE topic = ? AND quarter >= ? AND quarter < ?"
_CLEAR = (
    "DELETE FROM topic",
    "DELETE FROM match",
    "DELETE FROM record",
    "DELETE FROM sent",
    "DELETE FROM present",
    "DELETE FROM carried",
)
# Counts and files do not say of when their events are.
_LEARN_ANEW = (
    "UPDATE topic SET covered = 0 WHERE id IN (SELECT topic FROM sent UNION SELECT topic FROM carried)",
    "DELETE FROM sent",
    "DELETE FROM carried",
)


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
