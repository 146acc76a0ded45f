"""Rows of tables as events: CSV, Parquet and Arrow, results of Splunk."""
