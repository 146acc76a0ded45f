"""The one logical plan: what a search means, free of the language it was written in and of any engine."""
