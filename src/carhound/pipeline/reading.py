"""Evidence read once, every event put to all plans."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Protocol

from msgspec import Struct, field

from carhound.engines.interpreter.collect import Collector, NotJudged
from carhound.findings.coverage import FileTally, HostTally
from carhound.findings.identity import Registry
from carhound.findings.repeats import Repeats
from carhound.findings.run import Evidence
from carhound.model.event import Event
from carhound.model.evidence import Skipped
from carhound.pipeline.line_numbers import count_lines_before
from carhound.pipeline.part_reading import NoEvidence, PartRead, PartReader, latest
from carhound.pipeline.parts import EvidencePart
from carhound.pipeline.request import Progress, Request


class Taker(Protocol):
    """Takes events file by file; see `Collector`."""

    def begin_file(self) -> None:
        """A file begins."""

    def offer(self, event: Event) -> list[int]:
        """Takes an event, and tells which plans it is eligible for."""

    def end_file(self) -> list[NotJudged]:
        """The file ends; what could not be judged on it."""


class Reading(Struct):
    """What reading leaves behind beside the collector's hits."""

    registry: Registry
    files: list[FileTally] = field(default_factory=list)
    not_evidence: list[str] = field(default_factory=list)
    explicit_not_evidence: list[tuple[str, str]] = field(default_factory=list)
    """Files named on the command line that hold no events, and what they are instead."""
    hosts: HostTally = field(default_factory=HostTally)
    not_judged: dict[int, list[tuple[str, NotJudged]]] = field(default_factory=lambda: defaultdict(list))
    """By plan: the files that could not be judged in whole or in part, and why."""
    newest_eligible: datetime | None = None
    events: int = 0
    interrupted_at: str | None = None
    """The file at which somebody interrupted the reading; empty before the first."""

    archives: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of each archive that was opened, where hashes were asked for."""
    repeats: Counter[int] | None = None
    """By number of the file, the events met before, where all events were counted."""

    def computers(self) -> dict[str, set[str | None]]:
        """By file, the computers met in it."""
        met: dict[str, set[str | None]] = {}
        for tally in self.files:
            met.setdefault(tally.path, set()).update(tally.computers)
        return met

    def add(self, read: PartRead) -> None:
        """Counts what the next part gave, or the next span of the same file."""
        if read.span.first and self.files:
            self.files[-1].join(read.tally)
        else:
            self.files.append(read.tally)
        self.hosts.join(read.hosts)
        self.newest_eligible = latest(self.newest_eligible, read.newest_eligible)
        self.events += read.tally.events
        if read.archive is not None:
            self.archives.setdefault(*read.archive)

    def end_file(self, blind: list[NotJudged]) -> None:
        """The file ends; `blind` is what could not be judged on it."""
        for one in blind:
            self.not_judged[one.plan].append((self.files[-1].path, one))
        self.hosts.end_file((one.plan, one.source) for one in blind)

    def no_evidence(self, file: NoEvidence) -> None:
        """Notes a file without events."""
        if file.explicit:
            self.explicit_not_evidence.append((file.path, file.reason))
        else:
            self.not_evidence.append(file.path)

    def evidence(self, missing: tuple[str, ...]) -> Evidence:
        """The evidence as outputs show it."""
        reports = []
        for number, tally in enumerate(self.files):
            counted = self.registry.duplicates[tally.path] if self.repeats is None else self.repeats[number]
            reports.append(tally.report(counted))
        return Evidence(tuple(reports), tuple(self.not_evidence), missing, tuple(self.archives.items()))


def read_evidence(
    parts: Iterable[EvidencePart],
    taker: Taker,
    counted: int,
    reading: Reading,
    request: Request,
    progress: Progress | None,
) -> None:
    """Reads every part in this process; eligibility counts for the first `counted` plans.

    An interrupt (Ctrl-C) ends the reading, not the run: what was read so far is judged.
    """
    reader = PartReader(taker.offer, counted, request.hash, request.count_all, progress)

    def read() -> Iterator[PartRead | NoEvidence]:
        for part in parts:
            taker.begin_file()
            yield reader.read(part)

    _merge(read(), lambda _: None, taker.end_file, reading, request)


def read_pieces(
    given: Iterable[PartRead | NoEvidence], collector: Collector, reading: Reading, request: Request
) -> None:
    """Likewise what was read of pieces, in their order; `collector` takes what their stems let through."""
    made = lines = 0

    def take(read: PartRead) -> None:
        nonlocal made, lines
        lines = lines if read.span.first else 0
        count_lines_before(read, lines)
        lines += read.lines
        if read.collected is not None:
            for event in read.collected.admitted:
                event.sequence += made - read.made_before
            collector.join(read.collected)
        made += read.made

    _merge(given, take, collector.end_file, reading, request)


def _merge(
    given: Iterable[PartRead | NoEvidence],
    take: Callable[[PartRead], None],
    end_file: Callable[[], list[NotJudged]],
    reading: Reading,
    request: Request,
) -> None:
    reached, goes_on = "", False
    with ExitStack() as held:
        repeats = held.enter_context(Repeats()) if request.count_all else None
        try:
            for read in given:
                if isinstance(read, NoEvidence):
                    reached = read.path
                    reading.no_evidence(read)
                    continue
                reached = read.tally.path
                take(read)
                reading.add(read)
                if repeats is not None:
                    repeats.add(read.identities, len(reading.files) - 1)
                goes_on = read.span.stop is not None and not read.interrupted
                if not goes_on:
                    reading.end_file(end_file())
                if read.interrupted:
                    reading.interrupted_at = reached
                    break
        except KeyboardInterrupt:
            reading.interrupted_at = reached
        if goes_on:
            reading.files[-1].skipped.append(Skipped("the rest of the file", "interrupted"))
            reading.end_file(end_file())
        reading.repeats = repeats.by_file() if repeats is not None else None
