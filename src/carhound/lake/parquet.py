"""Rows to Parquet files, laid out so that searches for tagged rows skip the others.

Within a file the rows that carry a tag stand first, in row groups of their own, then those of one event id
and one image: row groups are small, so that their least and greatest values tell which can be passed over.
The footer is what every reader has to read, so it says nothing of columns without values, and no least and
greatest values where they tell nothing.
"""

import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from carhound.model.event_table import HEADER_COLUMNS, OWN_COLUMNS

ROW_GROUP = 16_384
UNIQUE = ("data", "identity", "key", "sequence", "position")
"""Columns in which hardly a value repeats: a dictionary would be built in vain."""
_UNBOUNDED = frozenset((*UNIQUE, "meta")) - {"sequence"}
"""Columns whose least and greatest values nobody compares with anything."""
_ALWAYS = frozenset((*HEADER_COLUMNS, *OWN_COLUMNS))
_SORTED = ("event_id", "Image", "sequence")
"""After the tags. Rows of one file of evidence are alike: kept together they take half the room."""
_WORD = 62


def write_sorted(
    rows: pa.Table, chosen: pa.Array, tags: Iterable[str], folder: Path, schema: pa.Schema
) -> Path:
    """Writes the rows with the `chosen` indices to a new file in `folder`, in the order of the layout.

    `schema` is that of the rows, with Iceberg's field ids. Columns of fields without any value are left
    out: to readers of the table they are null. Where writing fails, nothing of it stays.
    """
    chosen = chosen.take(sorted_order(rows.select(_sort_columns(rows, tags)).take(chosen), tags))
    schema = pa.schema(
        [one for one in schema if one.name in _ALWAYS or rows[one.name].null_count < len(rows)]
    )
    rows = rows.select(schema.names)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4()}.parquet"
    try:
        with pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            use_dictionary=[name for name in schema.names if name not in UNIQUE],
            write_statistics=[name for name in schema.names if name not in _UNBOUNDED],
            store_schema=False,
            write_page_checksum=True,
        ) as writer:
            for group in _row_groups(rows, chosen, tags):
                part = rows.take(group)
                writer.write_table(
                    pa.Table.from_arrays([_plain(one) for one in part.columns], schema=schema),
                    row_group_size=ROW_GROUP,
                )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _row_groups(rows: pa.Table, ordered: pa.Array, tags: Iterable[str]) -> Iterator[pa.Array]:
    """The indices of each row group: one with a tagged row in it has to be read, so they hold no others."""
    tagged = _tagged(rows.select(list(tags)).take(ordered))
    for part in (ordered.slice(0, tagged), ordered.slice(tagged)):
        for start in range(0, len(part), ROW_GROUP):
            yield part.slice(start, ROW_GROUP)


def _tagged(tags: pa.Table) -> int:
    """How many rows carry a tag."""
    found = pa.scalar(False)
    for column in tags.columns:
        found = pc.or_(found, pc.fill_null(column, False))
    return (pc.sum(found).as_py() or 0) if tags.columns else 0


def sorted_order(rows: pa.Table, tags: Iterable[str]) -> pa.Array:
    """The indices of the rows in the order of the layout."""
    keys: list[pa.ChunkedArray] = _words(rows, list(tags))
    orders = ["descending"] * len(keys)
    for name in _SORTED:
        if name in rows.column_names:
            keys.append(_plain(rows[name]))
            orders.append("ascending")
    names = [str(number) for number in range(len(keys))]
    return pc.sort_indices(pa.table(keys, names), sort_keys=list(zip(names, orders, strict=True)))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A dictionary's values: written as it is, the dictionary of all rows would stand in every row group."""
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _sort_columns(rows: pa.Table, tags: Iterable[str]) -> list[str]:
    wanted = (*tags, *_SORTED)
    return [name for name in wanted if name in rows.column_names]


def _words(rows: pa.Table, tags: list[str]) -> list[pa.ChunkedArray]:
    """The tags of each row as bits of a few numbers, which sort faster than many columns."""
    words = []
    for start in range(0, len(tags), _WORD):
        word = pa.scalar(0, pa.int64())
        for name in tags[start : start + _WORD]:
            bit = pc.fill_null(rows[name], False).cast(pa.int64())
            word = pc.bit_wise_or(pc.shift_left(word, 1), bit)
        words.append(word)
    return words
