"""Plans as SQL trees, free of any dialect, over a table of events (`model.event_table`)."""
