"""The event store: an Iceberg table of Parquet files, and what is remembered beside it."""
