"""Bytes searched for the literals that every match holds."""
