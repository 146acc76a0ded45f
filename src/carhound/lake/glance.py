"""A lake as of one moment, for reading.

The libraries of Iceberg take a second to load. Until a file is wanted, it is enough to look at what the
catalogue and the metadata file say.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from carhound.lake.places import EVENTS, FILE, NAMESPACE, TABLE, path_of
from carhound.lake.properties import BATCH, event_table, expired_before
from carhound.model.event_table import EventTable
from carhound.model.windows import NO_BOUNDS, Window

if TYPE_CHECKING:
    from carhound.lake.store import Lake


class Readable(Protocol):
    """A lake that is only read."""

    folder: Path
    table: EventTable

    def newest_batch(self) -> int:
        """The number of the newest batch; 0 for an empty lake."""

    def expired(self) -> datetime | None:
        """The midnight (UTC) before which whole days were removed."""

    def refresh(self) -> None:
        """Sees what others have committed."""

    def files(self, window: Window = NO_BOUNDS, after_batch: int = 0) -> tuple[str, ...]:
        """Local paths of the files that can hold rows of the window, of batches after the one given."""

    def files_without_time(self) -> tuple[str, ...]:
        """Local paths of the files that can hold rows without a time."""


def open_to_read(folder: Path, catalog: str | None = None) -> Readable:
    """The lake in a folder. Raises LakeError where there is none, a newer one, or a broken one."""
    folder = folder.absolute()
    if catalog is None and (found := _glance(folder)) is not None:
        return found
    from carhound.lake.store import Lake

    return Lake.open(folder, catalog)


class _Glance:
    """What the catalogue and the metadata file say."""

    def __init__(self, folder: Path, location: str, metadata: Mapping[str, Any]) -> None:
        self.folder = folder
        self._take(location, metadata)

    def _take(self, location: str, metadata: Mapping[str, Any]) -> None:
        self.table = event_table(metadata["properties"], str(self.folder))
        self._expired = expired_before(metadata["properties"])
        self._location = location
        self._snapshots = {one["snapshot-id"]: one for one in metadata.get("snapshots", ())}
        self._newest = metadata.get("current-snapshot-id")

    def newest_batch(self) -> int:
        snapshot = self._snapshots.get(self._newest)
        while snapshot is not None:
            if (number := snapshot.get("summary", {}).get(BATCH)) is not None:
                return int(number)
            snapshot = self._snapshots.get(snapshot.get("parent-snapshot-id"))
        return 0

    def files(self, window: Window = NO_BOUNDS, after_batch: int = 0) -> tuple[str, ...]:
        return self._closer().files(window, after_batch)

    def files_without_time(self) -> tuple[str, ...]:
        return self._closer().files_without_time()

    def expired(self) -> datetime | None:
        return self._expired

    def refresh(self) -> None:
        self._take(*_read(self.folder))

    def _closer(self) -> "Lake":
        from carhound.lake.store import Lake

        return Lake.at(self.folder, self._location)


def _glance(folder: Path) -> _Glance | None:
    """None where that needs a closer look, which says what is wrong."""
    try:
        location, metadata = _read(folder)
        if path_of(metadata["location"]).resolve() != (folder / EVENTS).resolve():
            return None
        return _Glance(folder, location, metadata)
    except (sqlite3.Error, OSError, ValueError, LookupError, TypeError):
        return None


def _read(folder: Path) -> tuple[str, dict[str, Any]]:
    location = _location(folder / FILE)
    return location, orjson.loads(path_of(location).read_bytes())


def _location(catalogue: Path) -> str:
    """Where the metadata of the table is, which is written anew with every commit."""
    with closing(sqlite3.connect(f"{catalogue.as_uri()}?mode=ro", uri=True, timeout=60)) as base:
        found = base.execute(_METADATA, (NAMESPACE, *TABLE)).fetchone()
    return str(found[0])


_METADATA = """
SELECT metadata_location FROM iceberg_tables
WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?
"""
