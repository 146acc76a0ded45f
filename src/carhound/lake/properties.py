"""What the properties of a lake's table say of it."""

import json
from collections.abc import Mapping
from datetime import datetime

from carhound.errors import LakeError
from carhound.model.event_table import EventTable

FORMAT_VERSION = 1
"""Of the layout. A lake of a later one is left alone."""

FORMAT = "carhound.format-version"
WRITTEN_BY = "carhound.written-by"
COLUMNS = "carhound.columns"
BATCH = "carhound.batch"
"""In the summary of every snapshot: the number of the newest batch in it."""
EXPIRED = "carhound.expired"
"""Whole days before this time (ISO, UTC) were removed."""
NUM_RETRIES = "commit.retry.num-retries"
"""A property of Iceberg."""


def column_properties(table: EventTable) -> dict[str, str]:
    """The property that tells which columns there are and which literal stands for which tag."""
    columns = {"native": table.native, "car": table.car, "literals": table.literals}
    return {COLUMNS: json.dumps(columns)}


def event_table(properties: Mapping[str, str], what: str) -> EventTable:
    """The columns that the properties of a table tell of. Raises LakeError where it is none of ours."""
    try:
        version = int(properties[FORMAT])
        columns = json.loads(properties[COLUMNS]) if version <= FORMAT_VERSION else {}
        named = [tuple(map(str, columns.get(kind, ()))) for kind in ("native", "car", "literals")]
    except (KeyError, ValueError, AttributeError, TypeError):
        raise LakeError(
            f"{what} is no lake of carhound: its properties do not say so", hint="name another folder"
        ) from None
    if version > FORMAT_VERSION:
        by = properties.get(WRITTEN_BY, "a later version")
        raise LakeError(
            f"{what} has format {version}; this carhound knows up to {FORMAT_VERSION}",
            hint=f"it was written by carhound {by}: update to that or a later one",
        )
    if properties.get(NUM_RETRIES) != "0":
        raise LakeError(
            f"{what} lets commits be repeated unseen, which could double events",
            hint=f"set the table's property {NUM_RETRIES} back to 0",
        )
    return EventTable(*named)


def expired_before(properties: Mapping[str, str]) -> datetime | None:
    """The midnight (UTC) before which days were removed; None where none were."""
    text = properties.get(EXPIRED)
    return None if text is None else datetime.fromisoformat(text)
