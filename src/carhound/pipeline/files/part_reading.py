"""One part of the evidence read, and all that it gave as a value that another process can take over."""

from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import datetime

from msgspec import Struct, field

from carhound.engines.interpreter.collect import NotJudged
from carhound.engines.interpreter.collected import Collected
from carhound.findings.coverage import FileTally, HostTally, archive_of, file_hash
from carhound.findings.repeats import short_identity
from carhound.model.event import Event, RawEvent
from carhound.model.evidence import Glimpsed, Skipped
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.files.parts import EvidencePart
from carhound.pipeline.files.skipping import Skipping
from carhound.pipeline.request import Progress
from carhound.readers.interface import Sifted
from carhound.readers.spans import WHOLE, Span
from carhound.readers.walk import STANDARD_INPUT

_REPORT_EVERY = 2000


class NoEvidence(Struct, frozen=True):
    """A file that holds no events."""

    path: str
    explicit: bool
    """Whether it was named itself."""
    reason: str
    """What it is instead."""


class PartRead(Struct):
    """What a file, a member of an archive, or a span of a file gave."""

    tally: FileTally
    span: Span = WHOLE
    newest_eligible: datetime | None = None
    archive: tuple[str, str] | None = None
    """The archive it came out of and its SHA-256, where hashes were asked for."""
    identities: bytearray = field(default_factory=bytearray)
    """The short identities of all its events, where repeats are counted over all."""
    interrupted: bool = False
    """Whether somebody ended the reading within it."""
    lines: int = 0
    """How many lines ended in it, where it is a span of text."""
    blind: list[NotJudged] | None = None
    """What could not be judged on it, where that was told where it was read."""


class Batch(Struct):
    """What some parts gave that were read one after the other."""

    reads: list[PartRead | NoEvidence]
    hosts: HostTally = field(default_factory=HostTally)
    made_before: int = 0
    """Events that their reader had made before: their sequence numbers begin there."""
    made: int = 0
    collected: Collected | None = None
    """What stems let through, where it was not offered to the collector of all evidence."""

    @property
    def interrupted(self) -> bool:
        """Whether somebody ended the reading within the last part."""
        last = self.reads[-1] if self.reads else None
        return isinstance(last, PartRead) and last.interrupted


class PartReader(Struct):
    """Reads parts one after the other, offers their events, and counts."""

    offer: Callable[[Event], tuple[int, ...]]
    """Takes an event, and tells which plans it is eligible for, in their order."""
    counted: int
    """Eligibility counts for so many plans, the first ones."""
    hashed: bool
    identified: bool
    progress: Progress | None
    skipping: Skipping | None = None
    hosts: HostTally = field(default_factory=HostTally)
    """Of the parts read since the last batch."""
    _batched: int = 0
    """Events in the batches before."""
    _normalizer: Normalizer = field(default_factory=Normalizer)
    _archives: dict[str, str] = field(default_factory=dict)
    _events: int = 0

    def read(self, part: EvidencePart) -> PartRead | NoEvidence:
        """One part, from its beginning to its end. An interrupt ends it early, and is not raised."""
        if part.kind == "not evidence":
            return NoEvidence(part.path, part.explicit, part.reason)
        if self.progress is not None and not part.span.first:
            self.progress.file(part.path, part.bytes)
        tally = FileTally(part.path, part.format, part.bytes)
        read = PartRead(tally, part.span)
        try:
            if self.hashed and part.path != STANDARD_INPUT and not part.span.first:
                self._hash(read)
            self._items(part, read)
        except KeyboardInterrupt:
            tally.skipped.append(Skipped("the rest of the file", "interrupted"))
            read.interrupted = True
        tally.remarks.extend(self._normalizer.take_remarks())
        read.lines = part.lines
        return read

    @property
    def unbatched(self) -> int:
        """Events made of the parts read since the last batch."""
        return self._normalizer.made - self._batched

    def batch(self, reads: list[PartRead | NoEvidence]) -> Batch:
        """What was read since this was last asked for."""
        hosts, before = self.hosts, self._batched
        self.hosts, self._batched = HostTally(), self._normalizer.made
        return Batch(reads, hosts, before, self._batched - before)

    def _items(self, part: EvidencePart, read: PartRead) -> None:
        items = part.items() if self.skipping is None else part.sifted(self.skipping)
        try:
            for item in items:
                self._take(item, part, read)
        except KeyboardInterrupt as interrupt:
            self._passed_over(items, interrupt, read)
            raise

    def _take(self, item: Sifted, part: EvidencePart, read: PartRead) -> None:
        match item:
            case RawEvent():
                self._event(item, part, read)
            case Glimpsed():
                self._glimpsed(item, read)
            case _:
                read.tally.note(item)

    def _passed_over(self, items: Iterator[Sifted], interrupt: KeyboardInterrupt, read: PartRead) -> None:
        """Takes what readers gathered of records they passed over, and give where they are interrupted."""
        progress, self.progress = self.progress, None
        with suppress(KeyboardInterrupt):
            given = items.throw(interrupt) if isinstance(items, Generator) else None
            while given is not None:
                if isinstance(given, Glimpsed):
                    self._glimpsed(given, read)
                given = next(items, None)
        self.progress = progress

    def _hash(self, read: PartRead) -> None:
        """Of a file; a member of an archive has none of its own, and its archive is hashed once."""
        path = read.tally.path
        read.tally.sha256 = file_hash(path)
        if read.tally.sha256 is None and (archive := archive_of(path)) is not None:
            if archive not in self._archives and (whole := file_hash(archive)) is not None:
                self._archives[archive] = whole
            if archive in self._archives:
                read.archive = archive, self._archives[archive]

    def _glimpsed(self, glimpsed: Glimpsed, read: PartRead) -> None:
        eligible = self._counted_of(() if self.skipping is None else self.skipping.take(glimpsed))
        read.tally.unread += 0 if glimpsed.looked else glimpsed.events
        self.hosts.add_glimpsed(glimpsed, eligible)
        self._count(read, glimpsed.events, glimpsed.computer, glimpsed.last, bool(eligible))
        if self.progress is not None:
            self.progress.events(self._events)

    def _event(self, raw: RawEvent, part: EvidencePart, read: PartRead) -> None:
        event = self._normalizer.event(raw, part.path, part.format or "")
        eligible = self._counted_of(self.offer(event))
        if self.identified:
            read.identities += short_identity(event)
        self.hosts.add(event, eligible)
        self._count(read, 1, event.computer, event.time, bool(eligible))
        if self.progress is not None and self._events % _REPORT_EVERY == 0:
            self.progress.events(self._events)

    def _counted_of(self, plans: tuple[int, ...]) -> tuple[int, ...]:
        if not plans or plans[-1] < self.counted:
            return plans
        return plans[: bisect_left(plans, self.counted)]

    def _count(
        self, read: PartRead, events: int, computer: str | None, last: datetime | None, eligible: bool
    ) -> None:
        tally = read.tally
        tally.events += events
        tally.computers.add(computer)
        if eligible:
            tally.eligible += events
            read.newest_eligible = latest(read.newest_eligible, last)
        self._events += events


def latest(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two times, where there is one."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
