"""Tests of an analytic as values: cases, their events, and what each implementation must say of them."""

from pathlib import Path
from typing import Literal

from msgspec import Struct

from carhound.model.event import Value

Outcome = Literal["hit", "quiet", "not-judged"]
ReadingName = Literal["published", "corrected"]


class Expectation(Struct, frozen=True):
    """What an implementation must say of a case."""

    outcome: Outcome
    records: tuple[str, ...] | None = None
    """Exactly these records, as "RECORD" or "FILE:RECORD"; None where any will do."""
    count: int | None = None
    """Exactly so many events; None where any number will do."""

    @property
    def text(self) -> str:
        """For people: "hit", "records 1, 3", "2 events"."""
        if self.records:
            return f"record{'s' if len(self.records) > 1 else ''} {', '.join(self.records)}"
        if self.count:
            return f"{self.count} event{'s' if self.count > 1 else ''}"
        return self.outcome.replace("-", " ")


class Inline(Struct, frozen=True):
    """Events written in the test file: native names to values."""

    events: tuple[dict[str, Value], ...]


class Recorded(Struct, frozen=True):
    """Files and folders of evidence, as paths to open and as they are shown."""

    paths: tuple[str, ...]


class Simulated(Struct, frozen=True):
    """Scenarios, by id or path, and the seed they are played with."""

    scenarios: tuple[str, ...]
    seed: int


Evidence = Inline | Recorded | Simulated


class Case(Struct, frozen=True):
    """One case of a test file."""

    name: str
    about: str
    evidence: Evidence
    expected: dict[str, Expectation]
    """By name of the implementation; one that is not there may say what it likes."""
    claimed: bool
    """Whether the published unit test says that this triggers the analytic."""
    now: str | None
    tz: str
    reading: ReadingName
    backfill: bool
    line: int
    """Of the test file (from 1), likewise the column."""
    column: int

    @property
    def title(self) -> str:
        """The name, with how the case is run where that is not as usual: two cases may differ by it alone."""
        about = [] if self.reading == "published" else [f"{self.reading} reading"]
        about += ["backfill"] if self.backfill else []
        return self.name + (f" ({', '.join(about)})" if about else "")


class Suite(Struct, frozen=True):
    """One test file."""

    path: str
    """As it is shown."""
    folder: Path
    """What paths in it are relative to."""
    cases: tuple[Case, ...]
    claim: str
    """What the published unit test promises of the claimed cases, in the test file's words."""
