"""Lakes: filled with evidence, and asked for what a run needs of it."""
