"""Parquet and Arrow (Feather) files, streamed batch by batch with pyarrow, which is an optional extra.

Both need to be read from any place: a file is, what comes out of an archive is first written to a temporary
file without a name, which the system deletes. What pyarrow finds wrong is damage from there on; batches of a
Parquet file stand in row groups, and a broken one costs only itself.
"""

import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from typing import IO, Any, cast

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.interface import ByteSource, Item, ReadOptions
from carhound.readers.notes import Notes
from carhound.readers.other import Other
from carhound.readers.tables.arrow_values import column_values, row_fields
from carhound.readers.tables.row_header import named_utc
from carhound.readers.tables.row_shapes import row_shape

_ROWS = 2048
"""Rows that are turned into Python values at a time."""
_BUFFER = 1 << 20
_LARGEST = 4 << 30
"""Bytes of a member of an archive that are written out."""

_Batches = Iterator[tuple[int, Any] | Damage]
"""The number of the first row of a batch, and the batch."""


def available() -> bool:
    """Whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


class ArrowReader:
    """Reads one of the two formats. A null is a field that is not there."""

    def __init__(self, name: str) -> None:
        self.name = name
        """ "parquet" or "arrow"."""

    def read(self, source: ByteSource, options: ReadOptions) -> Iterator[Item]:
        """Every row; those that are no events are told at the end, by what they are, as skipped."""
        notes = Notes(options.zone)
        other = Other("rows")
        with tempfile.TemporaryFile() as copy:
            file = _file_of(source)
            if file is None:
                if not _copy(source, copy):
                    yield Damage("file", f"more than {_LARGEST >> 30} GiB in an archive are not unpacked")
                    return
                file = copy
            for batch in batches(file, self.name):
                if isinstance(batch, Damage):
                    yield batch
                else:
                    yield from _events(*batch, notes, other, options)
        yield from other.skipped()
        yield from notes.remarks()


def _events(start: int, batch: Any, notes: Notes, other: Other, options: ReadOptions) -> Iterator[Item]:
    try:
        columns = [named_utc(name) for name in batch.schema.names]
    except UnicodeDecodeError:
        yield Damage(f"rows from {start}", "the names of its columns are no text")
        return
    shape = row_shape(columns, options.mappings)
    if shape is None or shape.event is None:
        other.add(
            "a row of a table whose columns are not known: name them with --mapping",
            f"row {start}",
            batch.num_rows,
        )
        return
    for first in range(0, batch.num_rows, _ROWS):
        cells = [column_values(column, notes) for column in batch.slice(first, _ROWS).columns]
        for number, row in enumerate(zip(*cells, strict=True), start + first):
            made = shape.event(row_fields(columns, row), f"row {number}", notes)
            if isinstance(made, RawEvent):
                yield made
            else:
                other.add(made, f"row {number}")


def batches(file: IO[bytes], name: str) -> _Batches:
    """The batches of a file of this format, each with the number of its first row."""
    return _parquet(file) if name == "parquet" else _arrow(file)


def _parquet(file: IO[bytes]) -> _Batches:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        table = ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER)
        groups = table.num_row_groups
    except (ArrowException, OSError, ValueError) as error:
        yield Damage("file", f"its footer cannot be read: {_reason(error)}")
        return
    start = 1
    for group in range(groups):
        rows = start
        try:
            start += table.metadata.row_group(group).num_rows
            for batch in table.iter_batches(_ROWS, row_groups=[group], use_threads=False):
                yield rows, batch
                rows += batch.num_rows
        except (ArrowException, OSError, ValueError) as error:
            where = f"rows {rows} to {start - 1}" if start > rows else f"row group {group}"
            yield Damage(where, f"they cannot be read: {_reason(error)}")


def _arrow(file: IO[bytes]) -> _Batches:
    from pyarrow import ArrowException
    from pyarrow.ipc import open_file

    try:
        table = open_file(file)
        count = table.num_record_batches
    except (ArrowException, OSError, ValueError) as error:
        yield Damage("file", f"its footer cannot be read: {_reason(error)}")
        return
    start = 1
    for number in range(count):
        try:
            batch = table.get_batch(number)
            batch.validate(full=True)  # offsets that lead out of the buffers are not read
        except (ArrowException, OSError, ValueError) as error:
            yield Damage(f"batch {number + 1} of {count}", f"it cannot be read: {_reason(error)}")
            continue
        yield start, batch
        start += batch.num_rows


def _file_of(source: ByteSource) -> IO[bytes] | None:
    """The file behind the source, where it is one that was not read from yet."""
    opened = getattr(source, "file", None)
    return cast("IO[bytes] | None", opened()) if opened is not None else None


def _copy(source: ByteSource, into: IO[bytes]) -> bool:
    left = _LARGEST
    while data := source.read(_BUFFER):
        left -= len(data)
        if left < 0:
            return False
        into.write(data)
    into.seek(0)
    return True


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
