"""The table of a lake: its schema, partitions and properties."""

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
from carhound.lake.properties import FORMAT, FORMAT_VERSION, NUM_RETRIES, WRITTEN_BY, column_properties
from carhound.lake.rows import arrow_schema
from carhound.model.event_table import HEADER_COLUMNS, EventTable, tag_column

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
        NUM_RETRIES: "0",
        TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED: "true",
        TableProperties.METADATA_PREVIOUS_VERSIONS_MAX: "20",
        TableProperties.PARQUET_COMPRESSION: "zstd",
        f"{_METRICS}.default": "none",
        **{f"{_METRICS}.column.{name}": "full" for name in bounded},
    }
