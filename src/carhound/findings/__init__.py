"""Rows of an engine made into findings a person can judge, and the run value that every output renders."""
