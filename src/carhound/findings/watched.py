"""What one alerting run looked at, reported, and could not. Outputs render it and nothing else."""

from datetime import timedelta

from msgspec import Struct

from carhound.findings.run import Reading


class Handed(Struct, frozen=True):
    """What became of the alerts that waited for a receiver."""

    receiver: str
    sent: int
    waiting: int
    trouble: tuple[str, ...] = ()


class Watched(Struct, frozen=True):
    """One run of `watch`."""

    lake: str
    reading: Reading
    novel_over: int | None
    """Days that everything without a baseline of its own is held against."""
    since: int
    """The newest batch that the run before had looked at; 0 before the first."""
    until: int
    """The newest batch that this one has looked at."""
    days: tuple[str, ...]
    """The calendar days (ISO, in the zone of the run) with matches that arrived since."""
    new: int
    """Alerts of this run."""
    known: int
    """Alerts met again that had been reported."""
    suppressed: int
    """Alerts that a suppression is about."""
    remarks: tuple[str, ...] = ()
    """What could not be judged, and what "new" says little about."""
    handed: tuple[Handed, ...] = ()
    clock_back: timedelta | None = None
    from_now: bool = False
    """Whether nothing was to be reported, and what the lake held counts as looked at."""

    @property
    def exit_status(self) -> int:
        """0 the work is done, 4 a receiver has not taken all."""
        return 4 if any(one.waiting or one.trouble for one in self.handed) else 0
