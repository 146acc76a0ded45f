"""The vocabulary every stage speaks: events, times, letter case, diagnostics. Pure, no I/O."""
