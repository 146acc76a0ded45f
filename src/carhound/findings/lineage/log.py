"""The starts, ends and deeds of processes, kept in a temporary file; memory stays flat.

A process is told from others by its ProcessGuid; where no event tells one, by host, process id and time: the
latest start of that id at or before the time, unless that process had ended. A 4688 and a Sysmon 1 of one
process (see `findings.processes`) are one start.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType

from carhound.findings.lineage.events import Act, Start, Told, Who
from carhound.findings.lineage.keys import Shown, guid_key, number_key
from carhound.findings.lineage.line_places import LinePlaces
from carhound.findings.lineage.outlines import (
    CREATOR,
    END_ROW,
    LOOSE,
    NUMBER,
    ORPHAN,
    OWN,
    PARENT,
    EndRow,
    Outlines,
)
from carhound.findings.lineage.places import Places
from carhound.findings.lineage.rows import Known, Ref, Row, act_in, row_of
from carhound.findings.lineage.true_names import TrueNames
from carhound.findings.processes import APART

_BATCH = 5000
_APART = APART.seconds * 1_000_000
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32000;
CREATE TABLE start (
  id INTEGER PRIMARY KEY, guid BLOB, number BLOB, image BLOB, time INTEGER,
  parent BLOB, creator BLOB, packed BLOB);
CREATE TABLE ended (guid BLOB, number BLOB, time INTEGER);
CREATE TABLE act (
  guid BLOB, number BLOB, time INTEGER, mark INTEGER, same BLOB, place INTEGER, packed BLOB);
"""
_INDEXES = (
    "start_guid ON start (guid) WHERE guid IS NOT NULL",
    "start_number ON start (number, time)",
    "start_parent ON start (parent, time) WHERE parent IS NOT NULL",
    "start_creator ON start (creator, time)",
    "ended_guid ON ended (guid) WHERE guid IS NOT NULL",
    "ended_number ON ended (number, time)",
    "act_guid ON act (guid, mark, time) WHERE guid IS NOT NULL",
    "act_number ON act (number, mark, time)",
)
_ADD = {
    "start": "INSERT INTO start VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
    "ended": "INSERT INTO ended VALUES (?, ?, ?)",
    "act": "INSERT INTO act VALUES (?, ?, ?, ?, ?, ?, ?)",
}
_OUTLINES = 1 << 32
"""Numbers from here on are those of starts in outline, in their order; what is added before comes first."""
_LOAD = "INSERT OR IGNORE INTO start VALUES (?, ?, ?, ?, ?, ?, ?, NULL)"


class ProcessLog:
    """Filled with `add`, then asked. Adding after asking is fine."""

    def __init__(self) -> None:
        self.names = TrueNames()
        self.shown = Shown()
        """What was asked of it so far."""
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_TABLES)
        self._db.execute("BEGIN")  # and never an end: each one would take as long as many rows
        self._new: dict[str, list[tuple[object, ...]]] = {table: [] for table in _ADD}
        self._count = 0
        self.outlines = Outlines(self._db)
        """Of starts and ends, of which those that are asked for have to be loaded."""
        self._ask = self.outlines.ask
        self.places = Places(self._db)
        self.lines = LinePlaces(self._db)

    def __enter__(self) -> "ProcessLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def add(self, one: Told) -> None:
        """Takes a start, an end or a deed; records of the same one may be given again."""
        if isinstance(one, Start):
            self.names.learn(one)
        self.add_rows((row_of(one),))

    def add_rows(self, rows: Iterable[Row]) -> None:
        """Takes what `row_of` made of some; names are not learnt from these."""
        for table, row in rows:
            self._new[table].append(row)
            self._count += 1
        if self._count >= _BATCH:
            self._flush()

    def fill_in(self, rows: Iterable[Row]) -> None:
        """Takes deeds, and of starts those that were loaded in outline, in the same order."""
        for table, row in rows:
            if table == "act":
                self.add_rows([(table, row)])
                continue
            *keys, packed = row
            found = "guid = ?1 AND number IS ?2" if keys[0] is not None else "guid IS ?1 AND number = ?2"
            self._db.execute(
                f"UPDATE start SET packed = ?7 WHERE id = (SELECT min(id) FROM start WHERE {found}"  # noqa: S608
                " AND image IS ?3 AND time IS ?4 AND parent IS ?5 AND creator IS ?6 AND packed IS NULL)",
                (*keys, packed),
            )

    def load(self) -> None:
        """Takes those outlines that were lacking when it was asked."""
        self._flush()
        starts: list[tuple[object, ...]] = []
        ends: list[EndRow] = []
        for number, row in self.outlines.lacking():
            if len(row) == END_ROW:
                ends.append(row)
            else:
                starts.append((_OUTLINES + number, *row))
        self._db.executemany(_LOAD, starts)
        self._db.executemany(_ADD["ended"], ends)

    def drop_outlines(self) -> None:
        """Forgets the starts that were never filled in."""
        self._flush()
        self._db.execute("DELETE FROM start WHERE packed IS NULL")

    def settle(self) -> None:
        """To be called before the log is asked."""
        self._flush()
        for index in _INDEXES:
            self._db.execute(f"CREATE INDEX IF NOT EXISTS {index}")

    def find(self, who: Who) -> Ref | None:
        """The process that is meant; None where neither guid nor process id is told."""
        return self._find(guid_key(who), number_key(who), who.time)

    def parent(self, known: Known) -> Ref | None:
        """The process that started one; None where its start names none."""
        return self._find(known.parent, known.creator, known.time)

    def _find(self, guid: bytes | None, number: bytes | None, time: int | None) -> Ref | None:
        if guid is not None:
            if (row := self._by_guid(guid)) is not None:
                return row
            return self._by_number(number, time, audited=True) or Ref(None, guid, None)
        if number is None:
            return None
        return self._by_number(number, time) or Ref(None, None, number, self._before(number, time))

    def ref_of(self, known: Known) -> Ref:
        """The process whose start a record tells."""
        if known.guid is not None:
            return self._by_guid(known.guid) or Ref(known.row, known.guid, known.number)
        self._ask(known.number, NUMBER)
        if (twin := self._twin(known)) is not None:
            return self.ref_of(twin)
        first = self._one(
            "SELECT min(id) FROM start WHERE number IS ? AND time / 1000 = ? AND image IS ? AND guid IS NULL"
            " AND time BETWEEN ? AND ?",
            *(known.number, (known.time or 0) // 1000, known.image),
            *((known.time or 0) - 1000, (known.time or 0) + 1000),
        )
        return Ref(first[0] if first and first[0] is not None else known.row, None, known.number)

    def starts(self, ref: Ref) -> list[Known]:
        """The records of a process's start, that which stands for it first; a few where there are many."""
        if ref.start is None:
            return []
        if ref.guid is not None:
            first = self._starts("guid = ? ORDER BY id LIMIT 9", ref.guid)
        else:
            first = self._starts("id = ?", ref.start)
        at = first[0]
        if at.time is not None and at.number is not None:
            self._ask(at.number, LOOSE)
            near = self._starts(
                "number = ? AND time BETWEEN ? AND ? AND guid IS NULL AND image IS ? AND id <> ? LIMIT 8",
                *(at.number, at.time - _APART, at.time + _APART, at.image, at.row),
            )
            first += [one for one in near if self.ref_of(one) == ref]
        return first

    def told(self, known: Known) -> Start:
        """All that is told of a start."""
        if (key := known.guid or known.number) is not None:
            self.shown.keys.add(key)
        return known.start

    def known(self, row: int) -> Known:
        """The start in this row."""
        return self._starts("id = ?", row)[0]

    def children(self, ref: Ref) -> Iterator[Known]:
        """Starts that may name a process as their parent, by time; of each perhaps several records.

        Those found by process id name whoever has it at their time: see `find`.
        """
        if ref.guid is not None:
            self._ask(ref.guid, PARENT)
            yield from self._each("parent = ? ORDER BY time, id", ref.guid)
        if ref.number is not None:
            self._ask(ref.number, CREATOR if ref.guid is None else ORPHAN)
            after, until = self._lifetime(ref)
            same = "AND parent IS NULL" if ref.guid is not None else ""
            yield from self._each(
                f"creator = ? AND time >= ? AND time <= ? {same} ORDER BY time, id", ref.number, after, until
            )

    def ended(self, ref: Ref) -> int | None:
        """When a process ended, in microseconds since 1970."""
        found = None
        if ref.guid is not None:
            found = self._one("SELECT min(time) FROM ended WHERE guid = ?", ref.guid)
        if (found is None or found[0] is None) and ref.number is not None:
            after, until = self._lifetime(ref)
            found = self._one(
                "SELECT min(time) FROM ended WHERE number = ? AND time >= ? AND time <= ?"
                " AND (guid IS NULL OR guid IS ?)",
                *(ref.number, after, until, ref.guid),
            )
        return None if found is None else found[0]

    def acts(self, ref: Ref, most: int, *, connections_first: bool) -> tuple[list[Act], int]:
        """What a process did: at most so many, unsigned modules first; and how many in all.

        By time; what was written in one moment is in the order of its records.
        """
        asked = self.shown.numbers if ref.guid is None else self.shown.keys
        asked.update(key for key in (ref.guid, ref.number) if key is not None)
        where, values = self._done_by(ref)
        marks = "(mark = 2 OR mark = 1)" if connections_first else "mark = 2"
        kept: list[tuple[int | None, int, bytes, bytes]] = []
        for part in (marks, f"NOT {marks}"):
            if len(kept) < most:
                kept += self._db.execute(
                    "SELECT time, place, same, packed FROM (SELECT *, row_number() OVER"  # noqa: S608  # our own words
                    " (PARTITION BY same ORDER BY time, rowid) AS turn"
                    f" FROM act WHERE {where} AND {part})"
                    " WHERE turn = 1 ORDER BY time, place, same LIMIT ?",
                    (*values, most - len(kept)),
                )
        (count,) = self._one(f"SELECT count(DISTINCT same) FROM act WHERE {where}", *values) or (0,)  # noqa: S608
        kept.sort(key=lambda one: (one[0] or 0, *one[1:3]))
        return [act_in(packed) for *_, packed in kept], count

    def _done_by(self, ref: Ref) -> tuple[str, tuple[object, ...]]:
        after, until = self._lifetime(ref)
        by_number = (ref.number, after, until)
        if ref.guid is None:
            return "number = ? AND time >= ? AND time <= ?", by_number
        where = "(guid = ? OR (guid IS NULL AND number = ? AND time >= ? AND time <= ?))"
        return where, (ref.guid, *by_number)

    def _lifetime(self, ref: Ref) -> tuple[int, int]:
        """From when until when a process id means this process, as far as starts and ends were logged."""
        image = None
        if ref.start is not None:
            at = self.known(ref.start)
            begin, image = at.time or 0, at.image
        elif ref.guid is not None:
            return 0, -1  # without a start, an id alone does not tell it from others
        else:
            begin = ref.since or 0
        self._ask(ref.number, NUMBER)
        following = self._one(
            "SELECT min(time) FROM start WHERE number = ? AND time > ? AND NOT (time <= ? AND image IS ?)",
            *(ref.number, begin, begin + _APART, image),
        )
        last = self._one("SELECT min(time) FROM ended WHERE number = ? AND time > ?", ref.number, begin)
        until = [following[0] - 1] if following and following[0] is not None else []
        until += [last[0] + _APART] if last and last[0] is not None else []
        return begin, min(until, default=2**62)

    def _by_guid(self, guid: bytes) -> Ref | None:
        self._ask(guid, OWN)
        row = self._db.execute("SELECT id, number FROM start WHERE guid = ? ORDER BY id LIMIT 1", (guid,))
        found: tuple[int, bytes | None] | None = row.fetchone()
        return None if found is None else Ref(found[0], guid, found[1])

    def _by_number(self, number: bytes | None, time: int | None, *, audited: bool = False) -> Ref | None:
        """The running process of this id; `audited`: told by the Security log alone."""
        if number is None or time is None:
            return None
        self._ask(number, NUMBER)
        found = self._starts("number = ? AND time <= ? ORDER BY time DESC, id LIMIT 1", number, time)
        if not found:
            return None
        ref = self.ref_of(found[0])
        if audited and ref.guid is not None:
            return None
        ended = self._one(
            "SELECT 1 FROM ended WHERE number = ? AND time >= ? AND time < ?",
            *(number, found[0].time, time - _APART),
        )
        return None if ended else ref

    def _before(self, number: bytes, time: int | None) -> int | None:
        if time is None:
            return None
        found = self._one(
            "SELECT max(time) FROM (SELECT max(time) AS time FROM start WHERE number = ? AND time <= ?"
            " UNION ALL SELECT max(time) FROM ended WHERE number = ? AND time < ?)",
            *(number, time, number, time - _APART),
        )
        return None if found is None else found[0]

    def _twin(self, known: Known) -> Known | None:
        """Sysmon's record of the process that one of the Security log tells of."""
        if known.time is None or known.number is None or known.image is None:
            return None
        same = "guid IS NOT NULL AND number = ? AND image = ? AND time"
        found = self._starts(
            f"{same} BETWEEN ? AND ? ORDER BY time DESC, id LIMIT 1",
            *(known.number, known.image, known.time - _APART, known.time),
        ) + self._starts(
            f"{same} BETWEEN ? AND ? ORDER BY time, id LIMIT 1",
            *(known.number, known.image, known.time, known.time + _APART),
        )
        at = known.time
        return min(found, key=lambda one: (abs((one.time or 0) - at), one.row), default=None)

    def _starts(self, where: str, *values: object) -> list[Known]:
        return list(self._each(where, *values))

    def _each(self, where: str, *values: object) -> Iterator[Known]:
        query = f"SELECT id, guid, number, image, time, parent, creator, packed FROM start WHERE {where}"  # noqa: S608
        return (Known(*row) for row in self._db.execute(query, values))

    def _one(self, query: str, *values: object) -> tuple[int, ...] | None:
        found: tuple[int, ...] | None = self._db.execute(query, values).fetchone()
        return found

    def _flush(self) -> None:
        for table, rows in self._new.items():
            self._db.executemany(_ADD[table], rows)
            rows.clear()
        self._count = 0
