"""Plans as SQL trees over a table of events (`model.event_table`): run by other packages."""
