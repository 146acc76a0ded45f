"""The table of a lake: its schema, partitions and properties, and what the properties say of its columns."""

import json
from collections.abc import Mapping

import pyarrow as pa
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import TableProperties
from pyiceberg.transforms import DayTransform
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    FixedType,
    IcebergType,
    LongType,
    NestedField,
    StringType,
    TimestamptzType,
)

from carhound import VERSION
from carhound.errors import LakeError
from carhound.lake.rows import arrow_schema
from carhound.model.event_table import HEADER_COLUMNS, EventTable, tag_column

FORMAT_VERSION = 1
"""Of the layout. A lake of a later one is left alone."""

FORMAT = "carhound.format-version"
WRITTEN_BY = "carhound.written-by"
COLUMNS = "carhound.columns"
BATCH = "carhound.batch"
"""In the summary of every snapshot: the number of the newest batch in it."""
EXPIRED = "carhound.expired"
"""Whole days before this time (ISO, UTC) were removed."""

_IDENTITY_BYTES = 16
_METRICS = "write.metadata.metrics"
_TYPES: Mapping[pa.DataType, IcebergType] = {
    pa.string(): StringType(),
    pa.bool_(): BooleanType(),
    pa.int64(): LongType(),
    pa.binary(_IDENTITY_BYTES): FixedType(_IDENTITY_BYTES),
    pa.binary(): BinaryType(),
    pa.timestamp("us", tz="UTC"): TimestamptzType(),
}


def iceberg_schema(table: EventTable) -> Schema:
    """The schema of a new table; every column may be null."""
    fields = [
        NestedField(number, column.name, _TYPES[column.type], required=False)
        for number, column in enumerate(arrow_schema(table), 1)
    ]
    return Schema(*fields)


def partition_by_day(schema: Schema) -> PartitionSpec:
    """Days of event time, UTC; events without a time have a partition of their own."""
    source = schema.find_field("time").field_id
    return PartitionSpec(PartitionField(source, 1000, DayTransform(), "time_day"))


def table_properties(table: EventTable) -> dict[str, str]:
    """The properties of a new table."""
    bounded = (*HEADER_COLUMNS, "sequence", *map(tag_column, table.literals))
    return {
        FORMAT: str(FORMAT_VERSION),
        WRITTEN_BY: VERSION,
        **column_properties(table),
        # A commit that lost a race must come back to us: what it adds was checked against one snapshot.
        TableProperties.COMMIT_NUM_RETRIES: "0",
        TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED: "true",
        TableProperties.METADATA_PREVIOUS_VERSIONS_MAX: "20",
        TableProperties.PARQUET_COMPRESSION: "zstd",
        f"{_METRICS}.default": "none",
        **{f"{_METRICS}.column.{name}": "full" for name in bounded},
    }


def column_properties(table: EventTable) -> dict[str, str]:
    """The property that tells which columns there are and which literal stands for which tag."""
    columns = {"native": table.native, "car": table.car, "literals": table.literals}
    return {COLUMNS: json.dumps(columns)}


def event_table(properties: Mapping[str, str], what: str) -> EventTable:
    """The columns that the properties of a table tell of. Raises LakeError where it is none of ours."""
    try:
        version = int(properties[FORMAT])
        columns = json.loads(properties[COLUMNS]) if version <= FORMAT_VERSION else {}
        named = [tuple(map(str, columns.get(kind, ()))) for kind in ("native", "car", "literals")]
    except (KeyError, ValueError, AttributeError, TypeError):
        raise LakeError(
            f"{what} is no lake of carhound: its properties do not say so", hint="name another folder"
        ) from None
    if version > FORMAT_VERSION:
        by = properties.get(WRITTEN_BY, "a later version")
        raise LakeError(
            f"{what} has format {version}; this carhound knows up to {FORMAT_VERSION}",
            hint=f"it was written by carhound {by}: update to that or a later one",
        )
    if properties.get(TableProperties.COMMIT_NUM_RETRIES) != "0":
        raise LakeError(
            f"{what} lets commits be repeated unseen, which could double events",
            hint=f"set the table's property {TableProperties.COMMIT_NUM_RETRIES} back to 0",
        )
    return EventTable(*named)
