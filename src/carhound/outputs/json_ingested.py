"""An ingest as one JSON object of the shape `carhound.ingest/1` (`schema/ingest-1.json`).

Every key is always there, in one order; absent is null.
"""

from datetime import datetime

from carhound.findings.ingested import Ingested
from carhound.findings.run import FileReport
from carhound.model.instants import format_time
from carhound.outputs.json_run import Json, left_out

SCHEMA = "carhound.ingest/1"


def ingested_object(ingested: Ingested) -> Json:
    """The whole ingest, or one round of a watch."""
    return {
        "schema": SCHEMA,
        "lake": ingested.lake,
        "status": "partial" if ingested.reasons else "complete",
        "reasons": list(ingested.reasons),
        "totals": {
            "files": len(ingested.evidence.files),
            "events": ingested.events,
            "added": ingested.added,
            "repeats": ingested.repeats,
            "batches": ingested.batches,
        },
        "days": [None if day is None else day.isoformat() for day in ingested.days],
        "first": _time(ingested.first),
        "last": _time(ingested.last),
        "files": [_file(file) for file in ingested.evidence.files],
        "not_evidence": list(ingested.evidence.not_evidence),
        "missing": list(ingested.evidence.missing),
    }


def _file(file: FileReport) -> Json:
    return {
        "path": file.path,
        "format": file.format,
        "bytes": file.bytes,
        "events": file.events,
        "added": file.events - file.duplicates,
        "repeats": file.duplicates,
        **left_out(file),
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else format_time(time)
