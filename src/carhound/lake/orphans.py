"""The files of a lake that no snapshot names, and their removal.

A killed run leaves what it had written and not committed. Nobody sees it; it only takes room. A run that is
at work has such files too, so that only old ones are deleted.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyiceberg.exceptions import CommitFailedException

from carhound.lake.places import EVENTS, path_of
from carhound.lake.store import Lake
from carhound.lake.trouble import as_lake_errors

GRACE = timedelta(days=1)
"""How long a run may be at work, or a search read a snapshot that is not the newest."""

_ENDINGS = (".parquet", ".avro", ".json")


def orphans(lake: Lake) -> Iterator[Path]:
    """The files in the folders of the table that nothing refers to."""
    with as_lake_errors(lake.folder):
        named = {path.resolve() for path in _named(lake)}
    for part in ("data", "metadata"):
        for path in sorted((lake.folder / EVENTS / part).rglob("*")):
            if path.suffix in _ENDINGS and path.resolve() not in named and path.is_file():
                yield path


def tidy(lake: Lake, grace: timedelta = GRACE) -> int:
    """Forgets old snapshots, then deletes old files that none names; says how many. Raises LakeError."""
    before = datetime.now(UTC) - grace
    with as_lake_errors(lake.folder):
        _forget_snapshots(lake, before)
        deleted = 0
        for path in orphans(lake):
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
                deleted += 1
    return deleted


def _forget_snapshots(lake: Lake, before: datetime) -> None:
    while True:
        lake.refresh()
        current = lake.iceberg.current_snapshot()
        limit = before.timestamp() * 1000
        old = [
            one.snapshot_id
            for one in lake.iceberg.snapshots()
            if one.timestamp_ms < limit and (current is None or one.snapshot_id != current.snapshot_id)
        ]
        if not old:
            return
        try:
            lake.iceberg.maintenance.expire_snapshots().by_ids(old).commit()
        except CommitFailedException:
            continue
        lake.refresh()
        return


def _named(lake: Lake) -> Iterator[Path]:
    """Everything that the newest metadata leads to, and the metadata before it."""
    table = lake.iceberg
    yield path_of(table.metadata_location)
    for entry in table.metadata.metadata_log:
        yield path_of(entry.metadata_file)
    met: set[str] = set()
    for snapshot in table.snapshots():
        yield path_of(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path in met:
                continue
            met.add(manifest.manifest_path)
            yield path_of(manifest.manifest_path)
            for one in manifest.fetch_manifest_entry(table.io):
                yield path_of(one.data_file.file_path)
