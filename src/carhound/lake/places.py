"""What lies where in a lake; local paths, and the locations that Iceberg writes down for them."""

from pathlib import Path

NAMESPACE = "carhound"
TABLE = (NAMESPACE, "events")
FILE = "catalog.sqlite"
EVENTS = "events"
"""The folder of the table within that of the lake."""

_SCHEME = "file://"


def location_of(path: Path) -> str:
    """The location of an absolute local path."""
    return _SCHEME + path.as_posix()


def path_of(location: str) -> Path:
    """The local path of a location that `location_of` gave."""
    return Path(location.removeprefix(_SCHEME))
