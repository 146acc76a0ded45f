"""The run: everything one command found, read and could not read. Outputs render it and nothing else.

Mirrors the JSON shape `carhound.run/1` (outputs/schema/run-1.json), which is the contract for machines.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from carhound.findings.prevalence import Prevalence
from carhound.findings.silence import Silence
from carhound.model.diagnostics import Diagnostic, Source
from carhound.model.event import Cell as Cell  # part of the run value: outputs take it from here
from carhound.model.event import Fields, Place
from carhound.model.evidence import Damage, Remark, Skipped

if TYPE_CHECKING:  # what only findings have
    from carhound.findings.lineage.tree import Tree
    from carhound.findings.reasons import Reason
    from carhound.findings.suppressions import Suppression, Suppressions

Status = Literal["complete", "partial", "nothing-eligible"]
Reading = Literal["published", "corrected"]


EVENT_HEAD = ("_time", "Computer", "SourceName", "EventCode")
"""The columns that rows of events begin with, as far as the events have them."""


class Rows(Struct, frozen=True):
    """A table of results."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shown: int | None = None
    """How many of them a page for people shows; None leaves that to the page."""
    events: int | None = None
    """Of rows that are events, how many columns tell what happened: they come first, and a page for people
    shows them alone, since the others tell of the record. None where the rows are no events."""


class RunInfo(Struct, frozen=True):
    """How the command was run."""

    command: tuple[str, ...]
    version: str
    engine: str
    now: datetime
    now_from: str
    """Why this moment, for people: "given", "the clock", "just after the newest matching event"."""
    tz: str
    reading: Reading
    backfill: bool = False
    passed_over: tuple[str, ...] = ()
    """Files in folders of analytics that are none."""
    novel_over: int | None = None
    """Days that every implementation was held against, so that it tells only what is new."""
    key: tuple[str, ...] = ()
    """The fields asked for by which matches count as the same; none stands for each implementation's own."""


class WindowUsed(Struct, frozen=True):
    """A window that a run of an implementation looked at; None is no bound. Aware UTC."""

    role: Literal["main", "baseline"]
    earliest: datetime | None
    latest: datetime | None
    line: int | None
    """Where the text states it (line and column of the document), None for the caller's own range and for
    one that `--novel-over` made."""
    column: int | None
    silence: Silence | None = None
    """Of a baseline: the days and hosts it knows nothing of."""


class ImplementationResult(Struct, frozen=True):
    """What one implementation of an analytic said."""

    name: str
    language: str
    status: Literal["ran", "not-evaluated"]
    windows: tuple[WindowUsed, ...] = ()
    """With `backfill` those of the first and of the last day."""
    eligible: int = 0
    """Events read that it could have matched."""
    matched: int = 0
    """Distinct events in its result."""
    table: Rows | None = None
    """Its rows, where it aggregates."""
    findings: tuple[str, ...] = ()
    """Ids of its findings, in the order of the result."""
    outside_window: int | None = None
    """For one with windows: distinct matches, time terms aside, that the main window leaves out."""
    not_judged: tuple[str, ...] = ()
    """Files with eligible events on which it could not be judged."""
    diagnostics: tuple[Diagnostic, ...] = ()
    code: Source | None = None
    """The published text, and where it stands in its document."""


LEFT_OUT_LATER = "a later command leaves it out"
"""`TwinDifference.clause` where every clause lets the event through."""


class TwinDifference(Struct, frozen=True):
    """An event that one of two twins matches and the other does not."""

    finding: str
    clause: str
    """The first clause of the other one that fails, as written."""
    value: str | None
    """The value the clause met; None where the field is missing or the clause looks at no single field."""


class Twins(Struct, frozen=True):
    """An SPL implementation and its pseudocode version, compared by the events their filters let through."""

    spl: str
    pseudocode: str
    agree: bool
    only_spl: tuple[TwinDifference, ...] = ()
    only_pseudocode: tuple[TwinDifference, ...] = ()


class AnalyticResult(Struct, frozen=True):
    """One analytic document and what its implementations said."""

    id: str
    title: str
    path: str
    sha256: str
    attack: tuple[Mapping[str, object], ...]
    d3fend: tuple[Mapping[str, object], ...]
    data_model_references: tuple[tuple[str, bool], ...]
    """Each with whether the CAR data model defines it."""
    implementations: tuple[ImplementationResult, ...]
    twins: tuple[Twins, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    description: str = ""
    """What the document says it looks for, in one line."""


class Finding(Struct, frozen=True):
    """A distinct event that entered the result of at least one implementation of an analytic."""

    id: str
    analytic: str
    implementations: tuple[str, ...]
    time: datetime | None
    computer: str | None
    object: str | None
    """CAR object and action, for example "process/create"."""
    provider: str | None
    event_id: str | None
    places: tuple[Place, ...]
    native: Fields
    car: Fields
    days: tuple[str, ...] = ()
    """With `backfill`: the calendar days (ISO, in the zone of the run) whose run reported it."""
    prevalence: Prevalence | None = None
    """Where else its key was met; None where it lacks the key."""
    tree: "Tree | None" = None
    """The processes around it; None where nothing tells of any."""
    reasons: "tuple[Reason, ...]" = ()
    """The weightiest first."""


class Suppressed(Struct, frozen=True):
    """A finding that an entry of a suppressions file is about."""

    finding: Finding
    suppression: "Suppression"


class HostCoverage(Struct, frozen=True):
    """What one computer sent, and which implementations could be judged on it."""

    computer: str | None
    first: datetime | None
    last: datetime | None
    events: int
    sysmon_1: int
    sysmon_7: int
    security_4688: int
    security_4688_with_command_line: int
    judged: tuple[tuple[str, str], ...]
    """(analytic id, implementation name) pairs."""
    security_4688_unread: int = 0
    """Of the events 4688, those not read any further than their header: with a command line or without."""


class FileReport(Struct, frozen=True):
    """One file of evidence and what became of it."""

    path: str
    format: str | None
    bytes: int | None
    sha256: str | None
    events: int
    eligible: int
    duplicates: int
    """Repeats of matching events already met, here or in an earlier file."""
    damaged: tuple[Damage, ...]
    skipped: tuple[Skipped, ...]
    remarks: tuple[Remark, ...] = ()
    unread: int = 0
    """Of the events, those that lack what every match has, and of which only the header was read."""


class Evidence(Struct, frozen=True):
    """All that was looked at."""

    files: tuple[FileReport, ...]
    not_evidence: tuple[str, ...]
    """Files met while walking that hold no events."""
    missing: tuple[str, ...] = ()
    """Paths asked for that do not exist."""
    archives: tuple[tuple[str, str], ...] = ()
    """Where hashes were asked for: the archives that files came out of, each with its SHA-256 in hex."""

    def remarks(self) -> list[tuple[Remark, int]]:
        """What was assumed in reading: each once, of the records of all files, and of how many files."""
        met: dict[tuple[str, str], tuple[Remark, int]] = {}
        for remark in (one for file in self.files for one in file.remarks):
            before, files = met.get((remark.code, remark.text), (None, 0))
            both = None if before is None else before.joined(remark)
            met[remark.code, remark.text] = both or remark, files + 1
        return list(met.values())


class Run(Struct, frozen=True):
    """One run of `hunt` or `search`."""

    info: RunInfo
    analytics: tuple[AnalyticResult, ...]
    hosts: tuple[HostCoverage, ...]
    evidence: Evidence
    findings: tuple[Finding, ...]
    status: Status
    reasons: tuple[str, ...]
    """Why it is not complete; empty when it is."""
    results: Rows | None = None
    """For `search`: what it returned."""
    suppressions: "Suppressions | None" = None
    """The file that findings were held against."""
    suppressed: tuple[Suppressed, ...] = ()
    """What it sets apart: found like the rest, in none of `findings` and without a say in the exit status."""

    @property
    def exit_status(self) -> int:
        """1 findings or rows, 4 nothing found but partial, 3 nothing eligible, 0 nothing found."""
        if self.findings or (self.results is not None and self.results.rows):
            return 1
        return {"complete": 0, "partial": 4, "nothing-eligible": 3}[self.status]
