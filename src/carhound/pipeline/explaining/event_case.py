"""The event asked about, together with the evidence that it is judged with."""

import os
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from carhound.engines.interpreter.collect import Collector
from carhound.errors import UsageError
from carhound.findings.identity import Registry
from carhound.findings.status import Gaps, judge_status
from carhound.model.event import Event
from carhound.pipeline.explaining.event_choice import AtPlace, Choice, FindingId, event_at, event_from_json
from carhound.pipeline.files.over_files import new_collector
from carhound.pipeline.files.reading import Reading, read_evidence
from carhound.pipeline.implementations import Prepared, Subject
from carhound.pipeline.judge_all import newest_match
from carhound.pipeline.request import Progress, Request
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions


class Gathered(Struct):
    """The evidence, read and put to every plan; the event asked about is part of it."""

    collector: Collector
    registry: Registry
    reading: Reading
    reasons: tuple[str, ...]
    """What of it could not be read."""


class Case(Struct):
    """One event to be explained."""

    event: Event
    remarks: tuple[str, ...] = ()
    gathered: Gathered | None = None
    """None where no evidence was named."""

    def newest(self, subjects: list[Subject]) -> tuple[datetime | None, datetime | None]:
        """The times of the newest matching and the newest eligible event, as `hunt` takes them."""
        if self.gathered is None:
            return self.event.time, None
        collector = self.gathered.collector
        return newest_match(runnable(subjects), collector), self.gathered.reading.newest_eligible


def runnable(subjects: list[Subject]) -> list[Prepared]:
    """Every implementation with a plan."""
    return [one for subject in subjects for one in subject.implementations if one.plan is not None]


def check(choice: Choice | None, evidence: tuple[str, ...], lake: str | None = None) -> None:
    """What can be refused before anything is read. Raises UsageError."""
    if lake is not None and choice is not None:
        raise UsageError(
            "--lake shows where a lake runs an analytic, and does not go with --event",
            hint="give the files that the event and its baseline are in with --evidence",
        )
    if evidence and choice is None:
        raise UsageError("--evidence goes with --event", hint="name the event to be explained with --event")
    if isinstance(choice, FindingId) and not evidence:
        raise UsageError(
            f"--event {choice.digits} is the id of a finding, which is looked for in the evidence",
            hint="name the evidence it was found in with --evidence",
        )
    missing = [path for path in evidence if not os.path.lexists(path)]
    if missing and len(missing) == len(evidence):
        raise UsageError(f"no such file or folder: {', '.join(missing)}", hint="check the path")


def make_case(
    choice: Choice,
    evidence: tuple[str, ...],
    options: ReadOptions,
    subjects: list[Subject],
    stdin: Callable[[], bytes],
    progress: Progress | None,
) -> Case:
    """Finds the event and reads the evidence. Raises UsageError where there is no such event."""
    if isinstance(choice, FindingId):
        gathered = _gather(evidence, options, subjects, progress)
        return Case(_found(choice, gathered, subjects), (), gathered)
    if isinstance(choice, AtPlace):
        event, remarks = event_at(choice, options)
    else:
        event, remarks = event_from_json(stdin(), options)
    if not evidence:
        return Case(event, remarks)
    gathered = _gather(evidence, options, subjects, progress)
    event.sequence = gathered.reading.events
    gathered.collector.begin_file()
    gathered.collector.offer(event)
    gathered.collector.end_file()
    return Case(gathered.registry.admit(event), remarks, gathered)


def _gather(
    evidence: tuple[str, ...], options: ReadOptions, subjects: list[Subject], progress: Progress | None
) -> Gathered:
    registry = Registry()
    collector = new_collector(subjects, registry)
    reading = Reading(registry)
    missing = tuple(path for path in evidence if not os.path.lexists(path))
    parts = open_evidence([path for path in dict.fromkeys(evidence) if path not in missing], options)
    read_evidence(parts, collector, len(runnable(subjects)), reading, Request(evidence, ()), progress)
    read = reading.evidence(missing)
    status, reasons = judge_status(read, (), Gaps(tuple(reading.explicit_not_evidence)))
    return Gathered(collector, registry, reading, reasons if status == "partial" else ())


def _found(choice: FindingId, gathered: Gathered, subjects: list[Subject]) -> Event:
    """The finding of this id: only events that pass a main search can be one."""
    found: dict[int, tuple[str, Event]] = {}
    for subject in subjects:
        for one in subject.implementations:
            for event in gathered.collector.main_hits(one.number) if one.number is not None else ():
                if id(event) not in found:
                    found[id(event)] = (gathered.registry.finding_id(subject.analytic.id, event), event)
    events = [event for name, event in found.values() if name.startswith(choice.digits)]
    if len(events) == 1:
        return events[0]
    if events:
        raise UsageError(
            f"{len(events)} findings begin with {choice.digits}", hint="write all 16 digits of the id"
        )
    raise UsageError(
        f"the evidence holds no finding {choice.digits} of these analytics",
        hint="ids are those of 'carhound hunt --format json' with the same analytics; "
        "an event that matched nothing is named by FILE:RECORD",
    )
