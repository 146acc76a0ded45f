"""Plans as SQL trees over a table of events (`model.event_table`): dialect-neutral, and run by other packages."""
