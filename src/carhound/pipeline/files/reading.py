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
from carhound.model.interrupts import uninterrupted
from carhound.pipeline.files.line_numbers import count_lines_before
from carhound.pipeline.files.part_reading import Batch, NoEvidence, PartRead, PartReader, latest
from carhound.pipeline.files.parts import EvidencePart
from carhound.pipeline.request import Progress, Request


class Taker(Protocol):
    """Takes events file by file; see `Collector`."""

    def begin_file(self) -> None:
        """A file begins."""

    def offer(self, event: Event) -> tuple[int, ...]:
        """Takes an event, and tells which plans it is eligible for, in their order."""

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
        self.newest_eligible = latest(self.newest_eligible, read.newest_eligible)
        self.events += read.tally.events
        if read.archive is not None:
            self.archives.setdefault(*read.archive)

    def end_file(self, blind: list[NotJudged]) -> None:
        """The file ends; `blind` is what could not be judged on it."""
        for one in blind:
            self.not_judged[one.plan].append((self.files[-1].path, one))

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

    def read() -> Iterator[Batch]:
        for part in parts:
            taker.begin_file()
            yield reader.batch([reader.read(part)])

    _merge(read(), lambda _: None, taker.end_file, reading, request)


def read_pieces(given: Iterable[Batch], collector: Collector, reading: Reading, request: Request) -> None:
    """Likewise what was read of pieces, in their order; `collector` takes what their stems let through."""
    made = lines = 0

    def take(batch: Batch) -> None:
        nonlocal made, lines
        admitted = [] if batch.collected is None else batch.collected.admitted
        for read in batch.reads:
            if isinstance(read, PartRead) and not read.span.whole:  # which is alone in its batch
                lines = lines if read.span.first else 0
                count_lines_before(read.tally, admitted, lines)
                lines += read.lines
        for event in admitted:
            event.sequence += made - batch.made_before
        if batch.collected is not None:
            collector.join(batch.collected)
        made += batch.made

    _merge(given, take, collector.end_file, reading, request)


def _merge(
    given: Iterable[Batch],
    take: Callable[[Batch], None],
    end_file: Callable[[], list[NotJudged]],
    reading: Reading,
    request: Request,
) -> None:
    with ExitStack() as held:
        repeats = held.enter_context(Repeats()) if request.count_all else None
        merging = _Merging(reading, end_file, repeats)
        try:
            for batch in given:
                with uninterrupted():  # no event may count whose file is not told of
                    take(batch)
                    reading.hosts.join(batch.hosts)
                    for read in batch.reads:
                        merging.add(read)
                if batch.interrupted:
                    reading.interrupted_at = merging.reached
                    break
        except KeyboardInterrupt:
            reading.interrupted_at = merging.reached
        if merging.goes_on:
            reading.files[-1].skipped.append(Skipped("the rest of the file", "interrupted"))
            merging.end_file()
        reading.repeats = repeats.by_file() if repeats is not None else None


class _Merging(Struct):
    """Joins what parts gave, in their order."""

    reading: Reading
    end: Callable[[], list[NotJudged]]
    repeats: Repeats | None
    reached: str = ""
    """The last file."""
    goes_on: bool = False
    """Whether another span of it is to come."""

    def add(self, read: PartRead | NoEvidence) -> None:
        if isinstance(read, NoEvidence):
            self.reached = read.path
            self.reading.no_evidence(read)
            return
        self.reached = read.tally.path
        self.reading.add(read)
        if self.repeats is not None:
            self.repeats.add(read.identities, len(self.reading.files) - 1)
        self.goes_on = read.span.stop is not None and not read.interrupted
        if read.blind is not None:
            self.reading.end_file(read.blind)
        elif not self.goes_on:
            self.end_file()

    def end_file(self) -> None:
        """The file ends, and is judged here."""
        self.goes_on = False
        blind = self.end()
        self.reading.end_file(blind)
        self.reading.hosts.end_file((one.plan, one.source) for one in blind)
