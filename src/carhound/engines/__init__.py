"""Engines: a plan and events in, rows out."""
