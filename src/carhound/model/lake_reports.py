"""What is said of a lake: how large it is, whether it is whole, and what was put in order."""

from datetime import date, datetime

from msgspec import Struct

Day = date | None
"""A partition: a day of event time, UTC, None for events without a time."""


class LakeStats(Struct, frozen=True):
    """A lake as of its newest snapshot."""

    folder: str
    events: int
    files: int
    bytes: int
    """Of the files."""
    batches: int
    """The number of the newest batch: so many were ever added."""
    days: tuple[Day, ...]
    """Those with events, in order, None last."""
    most_files: tuple[Day, int] | None
    """The day with most files, and how many; None for an empty lake."""
    tags: tuple[str, ...]
    """The literals that are looked for in every event added."""


class LakeFile(Struct, frozen=True):
    """A file and what is the matter with it."""

    path: str
    problem: str


class LakeCheck(Struct, frozen=True):
    """What `verify` saw."""

    folder: str
    events: int
    files: int
    """Read and found whole."""
    problems: tuple[LakeFile, ...]
    orphans: tuple[str, ...]
    """Files that no snapshot names: left by killed runs, or of one that is at work."""
    orphan_bytes: int


class Upkeep(Struct, frozen=True):
    """What `compact` or `expire` did."""

    folder: str
    days: tuple[Day, ...]
    """Those that were rewritten or removed."""
    files_before: int
    files_after: int
    """Of the files rewritten or removed."""
    events: int
    """In those files."""
    until: datetime | None
    """`expire`: everything before this is gone, aware UTC."""
    deleted: int
    """Files that no snapshot named, and that were old enough to be deleted."""
