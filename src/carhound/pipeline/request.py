"""What a run is asked for, and who is told how it gets on."""

from datetime import UTC, datetime, tzinfo
from typing import Protocol

from msgspec import Struct

from carhound.errors import UsageError
from carhound.findings.run import Reading
from carhound.model.instants import readable_time
from carhound.model.windows import Window, describe, resolve_time
from carhound.pipeline.definitions import NO_DEFINITIONS, DefinitionFiles


class Progress(Protocol):
    """Told how reading gets on."""

    def file(self, path: str, size: int | None) -> None:
        """A file (or archive member) is begun; `size` in bytes where known."""

    def events(self, count: int) -> None:
        """So many events have been read in all."""


class Request(Struct, frozen=True):
    """What the command line asked for."""

    evidence: tuple[str, ...]
    command: tuple[str, ...]
    """The words of the command, for the record."""
    analytics: tuple[str, ...] = ()
    """References to analytics; none stands for the bundled ones."""
    companions: bool = False
    """Run the companion hunts as well."""
    mappings: tuple[str, ...] = ()
    """Files that say what columns with names of their own are called by Windows."""
    now: str | None = None
    """A time modifier or time, "wall" for the clock, None for just after the newest matching event."""
    tz: str = "UTC"
    earliest: str | None = None
    latest: str | None = None
    reading: Reading = "published"
    backfill: bool = False
    hash: bool = False
    keep_duplicates: bool = False
    """Count every record, also of an event that was met before."""
    count_all: bool = False
    """Read all events, also those that cannot match, and count repeats over all of them."""
    suppress: str | None = None
    """A suppressions file."""
    novel_over: str | None = None
    """Tell only what is new against so many days: "30d"."""
    key: tuple[str, ...] = ()
    """Native names of the fields by which matches count as the same; none stands for the default."""
    archive_password: str | None = None
    archive_limits: tuple[str, ...] = ()
    """What archives may unpack to, as given: "size=200G"."""
    lake: str | None = None
    """The folder of a lake, in place of evidence."""
    catalog: str | None = None
    """The catalogue that the lake was made with, where it is not the folder's own."""
    definitions: DefinitionFiles = NO_DEFINITIONS
    """What searches name and do not define."""
    processes: int | None = None
    """How many processes read evidence; None leaves it to the evidence and the machine."""


class Clock(Struct, frozen=True):
    """The times of a request, checked before any evidence is read."""

    wall: datetime
    zone: tzinfo
    request: Request

    def now(self, newest_match: datetime | None, newest_eligible: datetime | None) -> tuple[datetime, str]:
        """The moment the run stands at, and where it comes from; of itself never past the clock."""
        asked = self.request.now
        if asked == "wall":
            return self.wall, "the clock"
        if asked is not None:
            return resolve_time(asked, self.wall, self.zone), "given"
        for newest, kind in ((newest_match, "matching"), (newest_eligible, "eligible")):
            if newest is not None:
                after = newest + _TICK
                if after <= self.wall:
                    return after, f"just after the newest {kind} event"
                return self.wall, f"the clock; the newest {kind} event lies in the future"
        return self.wall, "the clock"

    def now_of_lake(self) -> tuple[datetime, str]:
        """Likewise for a lake, which stays up to date: the clock, where nothing else was asked for."""
        return self.now(None, None)

    def range(self, now: datetime) -> Window:
        """The caller's own range, for searches that state none. Raises UsageError where it is empty."""
        earliest, latest = self.request.earliest, self.request.latest
        window = Window(
            None if earliest is None else resolve_time(earliest, now, self.zone),
            None if latest is None else resolve_time(latest, now, self.zone),
        )
        if window.empty:
            message = (
                f"--earliest is not before --latest: {describe(window)}, for now is {readable_time(now)}"
            )
            raise UsageError(message, hint="swap them, widen the range, or say what now is with --now")
        return window


_TICK = datetime.resolution


def read_clock(request: Request) -> Clock:
    """Checks the request's zone and times. Raises UsageError."""
    clock = Clock(datetime.now(UTC), zone(request.tz), request)
    clock.now(None, None)
    for bound in (request.earliest, request.latest):
        if bound is not None:
            resolve_time(bound, clock.wall, clock.zone)
    return clock


def zone(name: str) -> tzinfo:
    """The time zone of this name. Raises UsageError where there is none."""
    if name.upper() in ("UTC", "Z"):
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # most runs have none

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"no time zone is called {name!r}", hint="write it like Europe/Berlin or UTC"
        ) from None
