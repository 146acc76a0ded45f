"""carhound runs MITRE CAR analytics, as published, over Windows endpoint telemetry."""

VERSION = "0.1.0"
"""As in pyproject.toml: the metadata of the installed package would cost every start 25 ms to read."""
