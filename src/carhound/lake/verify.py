"""Whether all that the catalogue names is there and can be read, and how much that is."""

from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.manifest import DataFile

from carhound.lake.orphans import orphans
from carhound.lake.places import path_of
from carhound.lake.store import Lake, day_of
from carhound.lake.upkeep import day_order
from carhound.model.lake_reports import LakeCheck, LakeFile, LakeStats

_ROWS = 4096
"""Read at a time: with all their columns they take a lot of room."""


def verify(lake: Lake) -> LakeCheck:
    """Reads every page of every file of the newest snapshot. Raises LakeError where it cannot be planned."""
    problems = []
    events = files = 0
    for file in lake.data_files():
        if (problem := _problem(file)) is not None:
            problems.append(LakeFile(str(path_of(file.file_path)), problem))
        else:
            files += 1
            events += file.record_count
    left = list(orphans(lake))
    size = sum(path.stat().st_size for path in left)
    return LakeCheck(str(lake.folder), events, files, tuple(problems), tuple(map(str, left)), size)


def stats(lake: Lake) -> LakeStats:
    """How much there is. Raises LakeError."""
    files = list(lake.data_files())
    by_day = Counter(map(day_of, files))
    return LakeStats(
        str(lake.folder),
        sum(file.record_count for file in files),
        len(files),
        sum(file.file_size_in_bytes for file in files),
        lake.newest_batch(),
        tuple(sorted(by_day, key=day_order)),
        by_day.most_common(1)[0] if by_day else None,
        lake.table.literals,
    )


def _problem(file: DataFile) -> str | None:
    path = path_of(file.file_path)
    try:
        if (size := path.stat().st_size) != file.file_size_in_bytes:
            return f"has {size:,} bytes instead of {file.file_size_in_bytes:,}"
        with pq.ParquetFile(path, page_checksum_verification=True) as parquet:
            rows = sum(len(batch) for batch in parquet.iter_batches(_ROWS))
    except FileNotFoundError:
        return "is missing"
    except (OSError, pa.ArrowException) as error:
        return f"cannot be read: {error}"
    if rows != file.record_count:
        return f"has {rows:,} rows instead of {file.record_count:,}"
    return None
