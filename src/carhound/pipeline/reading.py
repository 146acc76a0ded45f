"""Evidence read once, every event put to all plans."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from carhound.engines.interpreter.collect import Collector, NotJudged
from carhound.findings.coverage import FileTally, HostTally, file_hash
from carhound.findings.identity import Registry
from carhound.findings.run import Evidence
from carhound.model.evidence import Damage, Remark, Skipped
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.parts import EvidencePart
from carhound.pipeline.request import Progress

_REPORT_EVERY = 2000


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
    """By plan: the files it could not be judged on, and why."""
    newest_eligible: datetime | None = None
    events: int = 0

    def evidence(self, missing: tuple[str, ...]) -> Evidence:
        """The evidence as outputs show it."""
        reports = tuple(tally.report(self.registry.duplicates[tally.path]) for tally in self.files)
        return Evidence(reports, tuple(self.not_evidence), missing)


def read_evidence(
    parts: Iterable[EvidencePart],
    collector: Collector,
    counted: int,
    reading: Reading,
    hashed: bool,
    progress: Progress | None,
) -> None:
    """Reads every part; eligibility counts for the first `counted` plans."""
    normalizer = Normalizer()
    for part in parts:
        if part.kind == "not evidence":
            if part.explicit:
                reading.explicit_not_evidence.append((part.path, part.reason))
            else:
                reading.not_evidence.append(part.path)
            continue
        if progress is not None:
            progress.file(part.path, part.bytes)
        tally = FileTally(part.path, part.format, part.bytes, file_hash(part.path) if hashed else None)
        reading.files.append(tally)
        _read_part(part, tally, collector, counted, reading, normalizer, progress)


def _read_part(
    part: EvidencePart,
    tally: FileTally,
    collector: Collector,
    counted: int,
    reading: Reading,
    normalizer: Normalizer,
    progress: Progress | None,
) -> None:
    collector.begin_file()
    for item in part.items():
        match item:
            case Damage():
                tally.damaged.append(item)
            case Skipped():
                tally.skipped.append(item)
            case Remark():
                tally.remarks.append(item)
            case _:
                event = normalizer.event(item, part.path, part.format or "")
                eligible = [plan for plan in collector.offer(event) if plan < counted]
                tally.events += 1
                reading.hosts.add(event, eligible)
                if eligible:
                    tally.eligible += 1
                    if event.time is not None and (
                        reading.newest_eligible is None or event.time > reading.newest_eligible
                    ):
                        reading.newest_eligible = event.time
                reading.events += 1
                if progress is not None and reading.events % _REPORT_EVERY == 0:
                    progress.events(reading.events)
    tally.remarks.extend(normalizer.take_remarks())
    blind = collector.end_file()
    for one in blind:
        reading.not_judged[one.plan].append((part.path, one))
    reading.hosts.end_file(one.plan for one in blind)
