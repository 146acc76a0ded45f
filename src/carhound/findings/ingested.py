"""What one ingest read and what of it was new to the lake. Outputs render it and nothing else.

Mirrors the JSON shape `carhound.ingest/1` (outputs/schema/ingest-1.json), which is the contract for machines.
"""

from datetime import date, datetime

from msgspec import Struct

from carhound.findings.run import Evidence


class Ingested(Struct, frozen=True):
    """One ingest, or one round of a watch."""

    lake: str
    evidence: Evidence
    """`FileReport.duplicates` are events that were in the lake already, or earlier in what was read."""
    batches: int
    """Commits that added events."""
    days: tuple[date | None, ...]
    """The days of event time (UTC) that gained events, None for events without a time."""
    first: datetime | None
    last: datetime | None
    """The time of the earliest and of the latest event added, aware UTC."""
    reasons: tuple[str, ...]
    """What was not read and why; empty when all was."""
    interrupted: bool = False
    """Whether somebody asked it to end."""

    @property
    def events(self) -> int:
        """The events read."""
        return sum(file.events for file in self.evidence.files)

    @property
    def repeats(self) -> int:
        """Those of them that were there already."""
        return sum(file.duplicates for file in self.evidence.files)

    @property
    def added(self) -> int:
        """Those of them that are new."""
        return self.events - self.repeats

    @property
    def exit_status(self) -> int:
        """0 all was read, 4 part of it was not."""
        return 4 if self.reasons else 0
