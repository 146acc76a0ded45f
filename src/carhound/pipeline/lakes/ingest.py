"""`ingest`: evidence into a lake, once or again and again as files arrive."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field

from carhound.errors import UsageError
from carhound.findings.coverage import FileTally
from carhound.findings.ingested import Ingested
from carhound.findings.run import Evidence
from carhound.findings.status import NO_EVIDENCE, Gaps, unread
from carhound.lake.ingester import Ingester
from carhound.lake.store import Lake
from carhound.model.event import RawEvent
from carhound.model.evidence import Skipped
from carhound.model.lake_reports import Day
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.lakes.layout import lake_layout
from carhound.pipeline.mapping_file import read_mappings
from carhound.pipeline.request import Progress, zone
from carhound.readers.archives.limits import read_limits
from carhound.readers.interface import ReadOptions
from carhound.readers.opening import Opener
from carhound.readers.part import Part
from carhound.readers.walk import STANDARD_INPUT, Found, missing, walk

_REPORT_EVERY = 2000


class IngestRequest(Struct, frozen=True):
    """What the command line asked for."""

    evidence: tuple[str, ...]
    lake: Path
    catalog: str | None = None
    """A catalogue pyiceberg is configured for; None for the SQLite file in the lake's folder."""
    mappings: tuple[str, ...] = ()
    tz: str = "UTC"
    archive_password: str | None = None
    archive_limits: tuple[str, ...] = ()


def ingest(request: IngestRequest, progress: Progress | None = None) -> Ingested:
    """Reads the evidence into the lake, which is made where there is none.

    An interrupt (Ctrl-C) ends the reading; what was read is added. Raises CarhoundError: what was added by
    then stays, and the same command adds the rest.
    """
    intake = Intake.of(request, progress)
    return intake.take(intake.found())


class Intake(Struct):
    """The way from files into one lake."""

    request: IngestRequest
    options: ReadOptions
    lake: Lake
    progress: Progress | None

    @classmethod
    def of(cls, request: IngestRequest, progress: Progress | None) -> "Intake":
        """Checks what can be checked before evidence is read. Raises CarhoundError."""
        options = ReadOptions(
            zone(request.tz),
            read_mappings(request.mappings),
            read_limits(request.archive_limits),
            request.archive_password,
        )
        if len(absent := missing(request.evidence)) == len(request.evidence):
            raise UsageError(f"no such file or folder: {', '.join(absent)}", hint="check the path")
        lake = Lake.create_or_open(request.lake, lake_layout(), request.catalog)
        return cls(request, options, lake, progress)

    def found(self) -> Iterator[Found]:
        """The files below the given paths, but for those of the lake itself."""
        own = self.lake.folder.resolve()
        for one in walk(dict.fromkeys(self.request.evidence)):
            if one.shown == STANDARD_INPUT or not one.path.resolve().is_relative_to(own):
                yield one

    def take(self, files: Iterable[Found]) -> Ingested:
        """Adds the events of the files. Raises LakeError; an interrupt ends the reading alone."""
        reading = _Reading(Ingester(self.lake), self.progress)
        try:
            for found in files:
                reading.at = found.shown
                for part in Opener(found, self.options).parts():
                    reading.at = part.path
                    reading.part(part)
            interrupted = None
        except KeyboardInterrupt:
            interrupted = reading.at
        ended = interrupted is not None
        while reading.ingester.waiting:
            try:
                reading.ingester.commit()
            except KeyboardInterrupt:
                ended = True
        return reading.result(self.request, interrupted, ended=ended)


class _Reading(Struct):
    """Takes the events of files to the lake, and counts."""

    ingester: Ingester
    progress: Progress | None
    normalizer: Normalizer = field(default_factory=Normalizer)
    files: list[FileTally] = field(default_factory=list)
    not_evidence: list[str] = field(default_factory=list)
    explicit: list[tuple[str, str]] = field(default_factory=list)
    """Files named on the command line that hold no events, and what they are instead."""
    events: int = 0
    at: str = ""

    def part(self, part: Part) -> None:
        """One file, or one member of an archive."""
        if part.kind != "not evidence":
            self._read(part)
        elif part.explicit:
            self.explicit.append((part.path, part.reason))
        else:
            self.not_evidence.append(part.path)

    def _read(self, part: Part) -> None:
        if self.progress is not None:
            self.progress.file(part.path, part.bytes)
        source = len(self.files)
        tally = FileTally(part.path, part.format, part.bytes)
        self.files.append(tally)
        shape = part.format or ""
        try:
            for item in part.items():
                if isinstance(item, RawEvent):
                    self.ingester.add(self.normalizer.event(item, part.path, shape), source)
                    self._count()
                else:
                    tally.note(item)
        except KeyboardInterrupt:
            tally.skipped.append(Skipped("the rest of the file", "interrupted"))
            raise
        finally:
            tally.remarks.extend(self.normalizer.take_remarks())

    def _count(self) -> None:
        self.events += 1
        if self.progress is not None and self.events % _REPORT_EVERY == 0:
            self.progress.events(self.events)

    def result(self, request: IngestRequest, interrupted: str | None, *, ended: bool) -> Ingested:
        ingester = self.ingester
        reports = []
        for source, tally in enumerate(self.files):
            tally.events = ingester.added[source] + ingester.repeats[source]
            reports.append(tally.report(ingester.repeats[source]))
        evidence = Evidence(tuple(reports), tuple(self.not_evidence), tuple(missing(request.evidence)))
        reasons = unread(evidence, Gaps(tuple(self.explicit), (), interrupted))
        if not reasons and not reports:
            reasons = [NO_EVIDENCE]
        return Ingested(
            str(ingester.lake.folder),
            evidence,
            ingester.batches,
            tuple(sorted(ingester.days, key=_day_order)),
            ingester.first,
            ingester.last,
            tuple(reasons),
            ended,
        )


def _day_order(day: Day) -> tuple[bool, str]:
    return day is None, str(day)
