"""What was read and where it could be judged, in numbers: the first thing a reader of findings must know."""

from collections import Counter
from datetime import datetime

from msgspec import Struct

from carhound.findings.run import Run
from carhound.outputs.patterns import judgement


class Scope(Struct, frozen=True):
    """The evidence as a whole."""

    files: int
    bytes: int
    formats: str
    events: int
    unread: int
    """Of the events, those of which only the header was read."""
    eligible: int
    duplicates: int
    damaged: int
    skipped: int
    """Parts left out that may have held events."""
    first: datetime | None
    last: datetime | None
    hosts: int
    judged: int
    """Hosts on which every pattern could be judged."""
    partly: int
    blind: int
    """Hosts on which nothing could be judged."""


def scope(run: Run) -> Scope:
    """Adds up the files and hosts of a run."""
    files = run.evidence.files
    formats = Counter(file.format or "unknown shape" for file in files)
    judged = [judgement(run, host) for host in run.hosts]
    blind = sum(not one.anything for one in judged)
    whole = sum(one.everything for one in judged)
    skipped = [skipped.partial for file in files for skipped in file.skipped]
    return Scope(
        files=len(files),
        bytes=sum(file.bytes or 0 for file in files),
        formats=", ".join(f"{name} {many:,}" for name, many in formats.most_common()),
        events=sum(file.events for file in files),
        unread=sum(file.unread for file in files),
        eligible=sum(file.eligible for file in files),
        duplicates=sum(file.duplicates for file in files),
        damaged=sum(len(file.damaged) for file in files),
        skipped=sum(skipped),
        first=min((host.first for host in run.hosts if host.first is not None), default=None),
        last=max((host.last for host in run.hosts if host.last is not None), default=None),
        hosts=len(judged),
        judged=whole,
        partly=len(judged) - whole - blind,
        blind=blind,
    )
