"""Keeping a lake in order: small files made one, old days removed.

Both are commits like any other: what a killed run had written is an orphan, what it had committed is done.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.manifest import DataFile

from carhound.lake.orphans import GRACE, tidy
from carhound.lake.parquet import UNIQUE
from carhound.lake.places import path_of
from carhound.lake.store import Lake, day_of
from carhound.lake.trouble import as_lake_errors
from carhound.model.lake_reports import Day, Upkeep

_MERGED_BYTES = 256 << 20
"""Of columns as they are encoded, about what they take in memory: so much becomes one file."""


def compact(lake: Lake, grace: timedelta = GRACE) -> Upkeep:
    """Makes the small files of each day few sorted ones; rows and sequences stay. Raises LakeError."""
    days: dict[Day, None] = {}
    before = after = events = 0
    with as_lake_errors(lake.folder):
        lake.refresh()
        for day in sorted({day_of(file) for file in lake.data_files()}, key=day_order):
            while merged := _merge_some(lake, day):
                days[day] = None
                before += len(merged)
                after += 1
                events += sum(file.record_count for file in merged)
    return Upkeep(str(lake.folder), tuple(days), before, after, events, None, tidy(lake, grace))


def expire(lake: Lake, until: datetime, grace: timedelta = GRACE) -> Upkeep:
    """Removes the days that end at or before `until`, an aware time. Raises LakeError.

    Events without a time stay.
    """
    last = until.astimezone(UTC).date()
    midnight = datetime(last.year, last.month, last.day, tzinfo=UTC)
    with as_lake_errors(lake.folder):
        while True:
            lake.refresh()
            gone = list(lake.data_files(f"time < '{midnight.isoformat()}'"))
            if not gone:
                break
            try:
                lake.commit((), gone, lake.newest_batch(), midnight)
                break
            except CommitFailedException:
                continue
    days = sorted({day_of(file) for file in gone}, key=day_order)
    events = sum(file.record_count for file in gone)
    return Upkeep(str(lake.folder), tuple(days), len(gone), 0, events, midnight, tidy(lake, grace))


def day_order(day: Day) -> tuple[bool, date]:
    """Days in order, None last."""
    return day is None, day or date.min


def _merge_some(lake: Lake, day: Day) -> list[DataFile]:
    """Makes some files of the day one; returns them, none where there is nothing to merge."""
    while True:
        files = _small(file for file in lake.files_of(day))
        if not files:
            return []
        paths = [path_of(file.file_path) for file in files]
        rows = pa.concat_tables([_read(path) for path in paths], promote_options="default")
        rows = rows.unify_dictionaries()
        written = lake.write(rows, pa.array(range(len(rows)), pa.int64()), day)
        del rows
        if _replace(lake, day, files, written):
            return files
        written.unlink(missing_ok=True)


def _replace(lake: Lake, day: Day, files: list[DataFile], written: Path) -> bool:
    """Puts one file in the place of others, as long as they are there; False where one is gone."""
    while True:
        try:
            lake.commit([written], files, lake.newest_batch())
        except CommitFailedException:
            lake.refresh()
            there = {file.file_path for file in lake.files_of(day)}
            if not all(file.file_path in there for file in files):
                return False
            continue
        return True


def _small(files: Iterable[DataFile]) -> list[DataFile]:
    """Two or more files that fit into one, the smallest first."""
    chosen: list[DataFile] = []
    room = _MERGED_BYTES
    for file, size in sorted(_sized(files), key=lambda one: one[1]):
        room -= size
        if room < 0:
            break
        chosen.append(file)
    return chosen if len(chosen) > 1 else []


def _sized(files: Iterable[DataFile]) -> Iterator[tuple[DataFile, int]]:
    for file in files:
        footer = pq.read_metadata(path_of(file.file_path))
        yield file, sum(footer.row_group(n).total_byte_size for n in range(footer.num_row_groups))


def _read(path: Path) -> pa.Table:
    schema = pq.read_schema(path)
    encoded = [one.name for one in schema if pa.types.is_string(one.type) and one.name not in UNIQUE]
    return pq.read_table(path, read_dictionary=encoded, partitioning=None)
