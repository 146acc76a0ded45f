"""Events to batches: rows are gathered until there are enough of them, and added with one commit."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from carhound.lake.parquet import UNIQUE
from carhound.lake.rows import Row, as_row, to_arrow
from carhound.lake.store import Lake
from carhound.model.event import Event
from carhound.model.event_table import EventTable
from carhound.model.interrupts import uninterrupted
from carhound.model.lake_reports import Day

_CHUNK = 2048
"""Rows that are turned into columns at a time."""
_BATCH_BYTES = 64 << 20
"""Of columns, before a batch is added: what is in memory at once is some three times as much."""
_BATCH_ROWS = 200_000


@dataclass(slots=True)  # a Struct has no fields that are worked out
class Ingester:
    """Takes events to a lake. What is not committed when it is left is not in the lake."""

    lake: Lake
    added: Counter[int] = field(default_factory=Counter)
    """By number of the source, the events added."""
    repeats: Counter[int] = field(default_factory=Counter)
    """Likewise, the events that were there already, or earlier in what was read."""
    batches: int = 0
    days: set[Day] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    """The time of the earliest and of the latest event added."""
    _rows: list[tuple[int, Row]] = field(default_factory=list)
    _sources: list[int] = field(default_factory=list)
    _chunks: list[pa.Table] = field(default_factory=list)
    _columns: EventTable = field(init=False)
    """Those of the lake when it was opened; somebody may add more meanwhile."""

    def __post_init__(self) -> None:
        self._columns = self.lake.table

    def add(self, event: Event, source: int) -> None:
        """Takes an event; commits where there are enough for a batch. Raises LakeError."""
        self._rows.append((source, as_row(event, self._columns, 0)))
        if len(self._rows) >= _CHUNK:
            with uninterrupted():
                self._pack()
                if (
                    len(self._sources) >= _BATCH_ROWS
                    or sum(one.nbytes for one in self._chunks) >= _BATCH_BYTES
                ):
                    self._commit()

    @property
    def waiting(self) -> bool:
        """Whether there are events that are not committed yet."""
        return bool(self._rows or self._chunks)

    def commit(self) -> None:
        """Adds what was taken to the lake. Raises LakeError."""
        with uninterrupted():
            self._pack()
            if self._chunks:
                self._commit()

    def _commit(self) -> None:
        rows = pa.concat_tables(self._chunks).unify_dictionaries()
        sources = self._sources
        self._chunks, self._sources = [], []
        done = self.lake.append(rows)
        new = Counter(sources[number] for number in done.rows)
        self.added += new
        self.repeats += Counter(sources) - new
        self.batches += done.batch is not None
        self.days |= done.days
        self._span(rows["time"].take(pa.array(done.rows, pa.int64())))

    def _pack(self) -> None:
        if not self._rows:
            return
        sources, taken = zip(*self._rows, strict=True)
        rows = to_arrow(taken, self._columns)
        self._rows = []
        self._sources += sources
        encoded = [
            column.dictionary_encode() if pa.types.is_string(column.type) and name not in UNIQUE else column
            for name, column in zip(rows.column_names, rows.columns, strict=True)
        ]
        self._chunks.append(pa.table(encoded, rows.column_names))

    def _span(self, times: pa.ChunkedArray) -> None:
        known = [one for one in (self.first, self.last) if one is not None]
        known += [one.as_py() for one in pc.min_max(times).values() if one.is_valid]
        if known:
            self.first, self.last = min(known), max(known)
