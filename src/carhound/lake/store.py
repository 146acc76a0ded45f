"""The lake: a folder with an Iceberg table of events, which grows by batches.

Every change is one commit of the catalogue, made on top of the very snapshot it was worked out for, or not at
all: so nothing is lost, doubled or seen by halves, whoever else writes and whenever the process ends.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from msgspec import Struct
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.io.pyarrow import parquet_file_to_data_file
from pyiceberg.manifest import DataFile
from pyiceberg.table import ALWAYS_TRUE, StaticTable, Table
from pyiceberg.types import BooleanType

from carhound.errors import LakeError
from carhound.lake import catalogue
from carhound.lake.parquet import write_sorted
from carhound.lake.places import EVENTS, FILE, location_of, path_of
from carhound.lake.properties import BATCH, EXPIRED, column_properties, event_table, expired_before
from carhound.lake.seen import new_rows
from carhound.lake.trouble import as_lake_errors, is_full
from carhound.model.event_table import BATCH_BITS, EventTable, tag_column
from carhound.model.lake_reports import Day
from carhound.model.windows import NO_BOUNDS, Window

_FIELD_ID = b"PARQUET:field_id"
_EPOCH = date(1970, 1, 1)
_DAY = timedelta(days=1)
_SPECIAL = frozenset("#?*[]%")


class Added(Struct, frozen=True):
    """What became of a batch."""

    rows: tuple[int, ...]
    """The indices of the rows that were added; the others are repeats."""
    days: frozenset[Day]
    batch: int | None
    """The number it got; None where nothing was added."""


class Lake:
    """One lake, as of its newest snapshot when it was opened or refreshed."""

    def __init__(self, folder: Path, iceberg: Table) -> None:
        self.folder = folder
        self.iceberg = iceberg
        self.table: EventTable = event_table(iceberg.properties, str(folder))

    @classmethod
    def open(cls, folder: Path, catalog: str | None = None) -> "Lake":
        """The lake in a folder. Raises LakeError where there is none, a newer one, or a broken one."""
        folder = folder.absolute()
        with as_lake_errors(folder):
            table = catalogue.open_table(folder, catalog)
        if table is None:
            hint = "'carhound ingest EVIDENCE --lake DIR' makes one"
            if catalog is None and (folder / EVENTS / "metadata").is_dir():
                hint = "say with --catalog which catalogue it was made with"
            raise LakeError(f"{folder} is no lake", hint=hint)
        return cls(folder, table)

    @classmethod
    def at(cls, folder: Path, metadata: str) -> "Lake":
        """The lake as a metadata file describes it, only to be read. Raises LakeError."""
        with as_lake_errors(folder):
            return cls(folder, StaticTable.from_metadata(metadata))

    @classmethod
    def create_or_open(cls, folder: Path, wanted: EventTable, catalog: str | None = None) -> "Lake":
        """A lake that has a tag for each literal wanted.

        A new one gets all columns wanted. One that is there keeps its columns and gains tags; rows that were
        there before have null in them. Raises LakeError.
        """
        folder = folder.absolute()
        with as_lake_errors(folder):
            table = catalogue.open_table(folder, catalog)
            if table is None:
                _check_free(folder)
                table = catalogue.create_table(folder, catalog, wanted)
            lake = cls(folder, table)
            lake._add_tags(wanted.literals)
        return lake

    def refresh(self) -> None:
        """Sees what others have committed."""
        with as_lake_errors(self.folder):
            self.iceberg.refresh()
        self.table = event_table(self.iceberg.properties, str(self.folder))

    def newest_batch(self) -> int:
        """The number of the newest batch; 0 for an empty lake."""
        snapshot = self.iceberg.current_snapshot()
        while snapshot is not None:
            if snapshot.summary is not None and (number := snapshot.summary.get(BATCH)) is not None:
                return int(number)
            # Another engine may have rewritten files; rows and batches are what they were.
            parent = snapshot.parent_snapshot_id
            snapshot = None if parent is None else self.iceberg.snapshot_by_id(parent)
        return 0

    def expired(self) -> datetime | None:
        """The midnight, UTC, before which all days were removed; None where none ever was."""
        return expired_before(self.iceberg.properties)

    def files(self, window: Window = NO_BOUNDS, after_batch: int = 0) -> tuple[str, ...]:
        """Local paths of the Parquet files that can hold rows of the window, of batches after the one given.

        Rows without a time fall in no bounded window.
        """
        conditions = _within(window)
        if after_batch:
            conditions.append(f"sequence >= {(after_batch + 1) << BATCH_BITS}")
        return tuple(sorted(str(path_of(one.file_path)) for one in self.data_files(*conditions)))

    def data_files(self, *conditions: str) -> Iterator[DataFile]:
        """The files of the snapshot that can hold rows of which all of the conditions are true."""
        with as_lake_errors(self.folder):
            for task in self.iceberg.scan(" and ".join(conditions) or ALWAYS_TRUE).plan_files():
                yield task.file

    def files_of(self, day: Day) -> Iterator[DataFile]:
        """The files of one day."""
        if day is None:
            return self.data_files("time is null")
        return self.data_files(*_within(Window(_midnight(day), _midnight(day + _DAY))))

    def files_without_time(self) -> tuple[str, ...]:
        """Local paths of the Parquet files that hold rows without a time."""
        return tuple(sorted(str(path_of(one.file_path)) for one in self.files_of(None)))

    def append(self, rows: pa.Table) -> Added:
        """Adds those rows, of `rows.as_row` but for their sequence, whose events are not there yet.

        Raises LakeError; the lake is then as it was.
        """
        days = _by_day(rows)
        with as_lake_errors(self.folder):
            while True:
                self.refresh()
                new = new_rows(rows, self._near(days))
                if not new:
                    return Added((), frozenset(), None)
                batch = self.newest_batch() + 1
                numbered = _numbered(rows, new, batch)
                chosen = _only(days, new)
                written = self._write_days(numbered, chosen)
                try:
                    self.commit(written, (), batch)
                except CommitFailedException:
                    _remove(written)
                    continue
                except OSError as error:
                    # Without room nothing was committed; of any other failure nobody knows.
                    if is_full(error):
                        _remove(written)
                    raise
                return Added(tuple(new), frozenset(chosen), batch)

    def _write_days(self, rows: pa.Table, days: Mapping[Day, list[int]]) -> list[Path]:
        written: list[Path] = []
        try:
            for day, numbers in days.items():
                written.append(self.write(rows, pa.array(numbers, pa.int64()), day))
        except BaseException:
            _remove(written)
            raise
        return written

    def write(self, rows: pa.Table, chosen: pa.Array, day: Day) -> Path:
        """Writes the chosen rows, all of one day, to a new file, which no snapshot names yet."""
        folder = self.folder / EVENTS / "data" / f"time_day={day or 'null'}"
        ids = self.iceberg.schema()
        fields = [
            pa.field(one.name, _plain(one.type), metadata={_FIELD_ID: str(ids.find_field(one.name).field_id)})
            for one in rows.schema
        ]
        tags = [name for name in map(tag_column, self.table.literals) if name in rows.column_names]
        return write_sorted(rows, chosen, tags, folder, pa.schema(fields))

    def commit(
        self,
        added: Iterable[Path],
        removed: Iterable[DataFile],
        batch: int,
        expired: datetime | None = None,
    ) -> None:
        """One commit that puts files in the place of others, on top of the snapshot of the last refresh.

        `expired` says that the files removed are those of the days before this midnight.
        Raises CommitFailedException where somebody else has committed since.
        """
        table = self.iceberg
        removed = tuple(removed)
        transaction = table.transaction()
        update = transaction.update_snapshot(snapshot_properties={BATCH: str(batch)})
        with update.overwrite() if removed else update.merge_append() as snapshot:
            for path in added:
                snapshot.append_data_file(
                    parquet_file_to_data_file(table.io, table.metadata, location_of(path))
                )
            for file in removed:
                snapshot.delete_data_file(file)
        if expired is not None:
            transaction.set_properties({EXPIRED: max(expired, self.expired() or expired).isoformat()})
        transaction.commit_transaction()

    def _add_tags(self, literals: Iterable[str]) -> None:
        while missing := [one for one in literals if one not in self.table.literals]:
            table = EventTable(self.table.native, self.table.car, (*self.table.literals, *missing))
            transaction = self.iceberg.transaction()
            with transaction.update_schema() as schema:
                for literal in missing:
                    schema.add_column(tag_column(literal), BooleanType())
            metrics = {f"write.metadata.metrics.column.{tag_column(one)}": "full" for one in missing}
            transaction.set_properties({**column_properties(table), **metrics})
            try:
                transaction.commit_transaction()
            except CommitFailedException:
                self.iceberg.refresh()
            self.table = event_table(self.iceberg.properties, str(self.folder))

    def _near(self, days: Iterable[Day]) -> Iterator[Path]:
        """The files that may hold events of the days, or across shapes of the day before or after."""
        wanted = {day + step for day in days if day is not None for step in (-_DAY, 0 * _DAY, _DAY)}
        if wanted:
            span = Window(_midnight(min(wanted)), _midnight(max(wanted) + _DAY))
            for file in self.data_files(*_within(span)):
                if day_of(file) in wanted:
                    yield path_of(file.file_path)
        # Asked for by itself: pyiceberg 0.12 fails on a null partition beside a range.
        if None in days:
            yield from (path_of(file.file_path) for file in self.files_of(None))


def day_of(file: DataFile) -> Day:
    """The day of which a file holds events."""
    number: int | None = file.partition[0]
    return None if number is None else _EPOCH + number * _DAY


def _check_free(folder: Path) -> None:
    """Raises LakeError where no lake can be made."""
    if bad := _SPECIAL & set(str(folder)):
        raise LakeError(
            f"the path of a lake must not hold {' '.join(sorted(bad))}: {folder}",
            hint="readers take these characters for a pattern or the end of a path",
        )
    if folder.exists() and not folder.is_dir():
        raise LakeError(f"{folder} is no folder", hint="name a new or empty folder")
    ours = (EVENTS, FILE)
    other = [] if not folder.exists() else [one for one in folder.iterdir() if not one.name.startswith(ours)]
    if other:
        raise LakeError(
            f"{folder} is no lake, and not empty: {min(other).name} is in it",
            hint="name a new or empty folder",
        )


def _within(window: Window) -> list[str]:
    bounds = ((">=", window.earliest), ("<", window.latest))
    return [f"time {sign} '{bound.isoformat()}'" for sign, bound in bounds if bound is not None]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _by_day(rows: pa.Table) -> dict[Day, list[int]]:
    found: dict[Day, list[int]] = defaultdict(list)
    for number, day in enumerate(rows["time"].cast(pa.date32()).to_pylist()):
        found[day].append(number)
    return found


def _only(days: dict[Day, list[int]], new: list[int]) -> dict[Day, list[int]]:
    wanted = set(new)
    kept = {day: [number for number in numbers if number in wanted] for day, numbers in days.items()}
    return {day: numbers for day, numbers in kept.items() if numbers}


def _numbered(rows: pa.Table, new: list[int], batch: int) -> pa.Table:
    """The rows with the sequence that the new ones get; the others are never written."""
    sequence: list[int | None] = [None] * len(rows)
    for count, number in enumerate(new):
        sequence[number] = (batch << BATCH_BITS) | count
    position = rows.schema.get_field_index("sequence")
    return rows.set_column(position, "sequence", pa.array(sequence, pa.int64()))


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
