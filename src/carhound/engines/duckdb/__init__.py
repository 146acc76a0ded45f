"""Plans over files of events: DuckDB runs what SQL can say, the interpreter the rest."""
