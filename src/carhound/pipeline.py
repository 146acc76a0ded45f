"""The one module that knows every stage: evidence and analytics in, a run out."""

from dataclasses import dataclass
from typing import Protocol

from carhound.findings.run import Reading, Run


class Progress(Protocol):
    """Told how reading gets on."""

    def file(self, path: str, size: int | None) -> None:
        """A file (or archive member) is begun; `size` in bytes where known."""

    def events(self, count: int) -> None:
        """So many events have been read in all."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asked for."""

    evidence: tuple[str, ...]
    command: tuple[str, ...]
    """The words of the command, for the record."""
    analytics: tuple[str, ...] = ()
    """References to analytics; none stands for the bundled one."""
    now: str | None = None
    """A time modifier or time, "wall" for the clock, None for just after the newest matching event."""
    tz: str = "UTC"
    earliest: str | None = None
    latest: str | None = None
    reading: Reading = "published"
    backfill: bool = False
    hash: bool = False


def hunt(request: Request, progress: Progress | None = None) -> Run:
    """Runs the analytics over the evidence. Raises CarhoundError for what makes a run impossible."""
    raise NotImplementedError


def search(text: str, request: Request, progress: Progress | None = None) -> Run:
    """Runs one SPL search over the evidence; its rows are `Run.results`."""
    raise NotImplementedError
