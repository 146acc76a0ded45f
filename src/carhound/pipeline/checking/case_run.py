"""One test case through the same stages as a hunt."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct, field

from carhound.analytics.analytic import Analytic
from carhound.analytics.suite import Case, Suite
from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.moment import Moment
from carhound.errors import DocumentError, EvidenceError, UsageError
from carhound.findings.identity import Registry
from carhound.findings.processes import Processes
from carhound.model.event import Event, Place, RawEvent
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.checking.case_evidence import evidence_of
from carhound.pipeline.files.reading import Reading, read_evidence
from carhound.pipeline.implementations import Prepared, prepare
from carhound.pipeline.judge_all import judge_all, newest_match
from carhound.pipeline.request import Request, read_clock
from carhound.readers.interface import ReadOptions


class JudgedCase(Struct):
    """A case after its run."""

    suite: Suite
    case: Case
    implementations: list[Prepared]
    collector: Collector
    reading: Reading
    options: ReadOptions
    moment: Moment | None
    """None where the evidence could not be read at all."""
    problems: tuple[str, ...]
    processes: Processes = field(default_factory=Processes)

    @property
    def now(self) -> datetime | None:
        """The moment the run stood at."""
        return self.moment.now if self.moment is not None else None

    def blind(self, prepared: Prepared) -> str | None:
        """The fields for want of which an implementation could not be judged; None where it could."""
        if prepared.number is None:
            return None
        lacking = self.reading.not_judged.get(prepared.number, [])
        return lacking[0][1].need.names if lacking else None

    def places(self, event: Event) -> tuple[Place, ...]:
        """Every record of an event, and of its process where two sensors tell of it."""
        records = self.processes.records(event)
        return tuple(place for one in records for place in self.reading.registry.places(one))

    def events(self) -> Iterator[Event]:
        """Every event of the case, read once more."""
        normalizer = Normalizer()
        for part in evidence_of(self.suite, self.case, self.options):
            for item in part.items():
                if isinstance(item, RawEvent):
                    yield normalizer.event(item, part.path, part.format or "")


def run_case(analytic: Analytic, suite: Suite, case: Case) -> JudgedCase:
    """Runs every implementation over the evidence of a case.

    Raises DocumentError where the case asks for what cannot be: a zone, a time, a path that is not there.
    """
    request = Request((), (), now=case.now, tz=case.tz, reading=case.reading, backfill=case.backfill)
    try:
        clock = read_clock(request)
    except UsageError as problem:
        place = f"{suite.path}:{case.line}:{case.column}"
        raise DocumentError(f"{place}: {case.name!r}: {problem.message}", hint=problem.hint) from problem
    implementations = prepare(analytic, case.reading).implementations
    runnable = [one for one in implementations if one.plan is not None]
    for number, one in enumerate(runnable):
        one.number = number
    registry = Registry()
    plans = [one.plan for one in runnable if one.plan is not None]
    collector = Collector(plans, registry.admit)
    reading = Reading(registry)
    options = ReadOptions(clock.zone)
    judged = JudgedCase(suite, case, implementations, collector, reading, options, None, ())
    try:
        read_evidence(evidence_of(suite, case, options), collector, len(runnable), reading, request, None)
    except EvidenceError as problem:
        judged.problems = (problem.message,)
        return judged
    if reading.interrupted_at is not None:
        raise KeyboardInterrupt
    newest = newest_match(runnable, collector)
    now, _ = clock.now(newest, reading.newest_eligible)
    judged.moment = Moment(now, clock.zone)
    judge_all(runnable, collector, registry, judged.moment, case.backfill)
    found = [one.judgement.events for one in runnable if one.judgement is not None]
    judged.processes = Processes(event for events in found for event in events)
    judged.problems = tuple(_problems(reading))
    return judged


def _problems(reading: Reading) -> Iterator[str]:
    for path, what in reading.explicit_not_evidence:
        yield f"{path} is no evidence: {what}"
    for file in reading.files:
        for damage in file.damaged:
            yield f"{file.path}: {damage.where} is damaged: {damage.reason}"
        for skipped in file.skipped:
            if skipped.partial:
                yield f"{file.path}: {skipped.where} was not read: {skipped.reason}"
    if not reading.files:
        yield "no evidence was found"
