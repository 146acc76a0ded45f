"""The command line: one thin module per command, imported when the command is called."""

import gc

# What is imported and what is kept of evidence has no cycles worth looking for every 700 objects.
gc.set_threshold(50_000, 20, 20)
