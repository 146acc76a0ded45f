"""Evidence read once, every event put to all plans."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from carhound.engines.interpreter.collect import NotJudged
from carhound.findings.coverage import FileTally, HostTally, archive_of, file_hash
from carhound.findings.identity import Registry
from carhound.findings.repeats import Repeats
from carhound.findings.run import Evidence
from carhound.model.event import Event, RawEvent
from carhound.model.evidence import Damage, Glimpsed, Remark, Skipped
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.parts import EvidencePart
from carhound.pipeline.request import Progress, Request
from carhound.pipeline.skipping import Skipping
from carhound.readers.walk import STANDARD_INPUT

_REPORT_EVERY = 2000


class Taker(Protocol):
    """Takes events file by file; see `Collector`."""

    def begin_file(self) -> None:
        """A file begins."""

    def offer(self, event: Event) -> list[int]:
        """Takes an event, and tells which plans it is eligible for."""

    def end_file(self) -> list[NotJudged]:
        """The file ends; what could not be judged on it."""


@dataclass(slots=True)
class Reading:
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

    def evidence(self, missing: tuple[str, ...]) -> Evidence:
        """The evidence as outputs show it."""
        reports = []
        for number, tally in enumerate(self.files):
            counted = self.registry.duplicates[tally.path] if self.repeats is None else self.repeats[number]
            reports.append(tally.report(counted))
        return Evidence(tuple(reports), tuple(self.not_evidence), missing, tuple(self.archives.items()))


def read_evidence(
    parts: Iterable[EvidencePart],
    collector: Taker,
    counted: int,
    reading: Reading,
    request: Request,
    progress: Progress | None,
    skipping: Skipping | None = None,
) -> None:
    """Reads every part; eligibility counts for the first `counted` plans. `skipping` passes over the rest.

    An interrupt (Ctrl-C) ends the reading, not the run: what was read so far is judged.
    """
    reached = ""
    with ExitStack() as held:
        repeats = held.enter_context(Repeats()) if request.count_all else None
        reader = _Reader(collector, counted, reading, progress, repeats, skipping)
        try:
            for part in parts:
                reached = part.path
                if part.kind != "not evidence":
                    reader.read(part, hashed=request.hash and part.path != STANDARD_INPUT)
                elif part.explicit:
                    reading.explicit_not_evidence.append((part.path, part.reason))
                else:
                    reading.not_evidence.append(part.path)
        except KeyboardInterrupt:
            reading.interrupted_at = reached
        reading.repeats = repeats.by_file() if repeats is not None else None


@dataclass(slots=True)
class _Reader:
    """Takes events from files to the collector, and counts."""

    collector: Taker
    counted: int
    reading: Reading
    progress: Progress | None
    repeats: Repeats | None
    skipping: Skipping | None
    normalizer: Normalizer = field(default_factory=Normalizer)

    def read(self, part: EvidencePart, *, hashed: bool) -> None:
        """One file, from its beginning to its end."""
        if self.progress is not None:
            self.progress.file(part.path, part.bytes)
        tally = FileTally(part.path, part.format, part.bytes, self._hash(part.path) if hashed else None)
        self.reading.files.append(tally)
        self.collector.begin_file()
        try:
            for item in part.items() if self.skipping is None else part.sifted(self.skipping):
                match item:
                    case Glimpsed():
                        self._glimpsed(item, tally)
                    case Damage():
                        tally.damage(item)
                    case Skipped():
                        tally.skipped.append(item)
                    case Remark():
                        tally.remarks.append(item)
                    case _:
                        self._event(item, part, tally)
        except KeyboardInterrupt:
            tally.skipped.append(Skipped("the rest of the file", "interrupted"))
            raise
        finally:
            tally.remarks.extend(self.normalizer.take_remarks())
            blind = self.collector.end_file()
            for one in blind:
                self.reading.not_judged[one.plan].append((part.path, one))
            self.reading.hosts.end_file((one.plan, one.source) for one in blind)

    def _hash(self, path: str) -> str | None:
        """Of a file; a member of an archive has none of its own, and its archive is hashed once."""
        own = file_hash(path)
        if own is None and (archive := archive_of(path)) is not None:
            archives = self.reading.archives
            if archive not in archives and (whole := file_hash(archive)) is not None:
                archives[archive] = whole
        return own

    def _glimpsed(self, glimpsed: Glimpsed, tally: FileTally) -> None:
        reading = self.reading
        eligible = (
            [plan for plan in self.skipping.take(glimpsed) if plan < self.counted] if self.skipping else []
        )
        tally.events += glimpsed.events
        tally.unread += glimpsed.events
        tally.computers.add(glimpsed.computer)
        reading.hosts.add_glimpsed(glimpsed, eligible)
        if eligible:
            tally.eligible += glimpsed.events
            self._newest(glimpsed.last)
        reading.events += glimpsed.events
        if self.progress is not None:
            self.progress.events(reading.events)

    def _newest(self, time: datetime | None) -> None:
        newest = self.reading.newest_eligible
        if time is not None and (newest is None or time > newest):
            self.reading.newest_eligible = time

    def _event(self, raw: RawEvent, part: EvidencePart, tally: FileTally) -> None:
        reading = self.reading
        event = self.normalizer.event(raw, part.path, part.format or "")
        eligible = [plan for plan in self.collector.offer(event) if plan < self.counted]
        if self.repeats is not None:
            self.repeats.add(event, len(reading.files) - 1)
        tally.events += 1
        tally.computers.add(event.computer)
        reading.hosts.add(event, eligible)
        if eligible:
            tally.eligible += 1
            self._newest(event.time)
        reading.events += 1
        if self.progress is not None and reading.events % _REPORT_EVERY == 0:
            self.progress.events(reading.events)
