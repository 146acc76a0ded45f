"""`explain`: from a reference, and perhaps an event, to what the analytics ask and what they say of it."""

from collections.abc import Callable

from msgspec import Struct

from carhound import VERSION
from carhound.engines.interpreter.moment import Moment
from carhound.findings.explanation import AnalyticExplained, Explanation
from carhound.findings.identity import Registry
from carhound.findings.run import Finding, RunInfo
from carhound.findings.run import Reading as NamedReading
from carhound.pipeline.definitions import NO_DEFINITIONS, DefinitionFiles
from carhound.pipeline.explaining.answers import LakeParts, explained
from carhound.pipeline.explaining.event_case import Case, check, make_case
from carhound.pipeline.explaining.event_choice import read_choice
from carhound.pipeline.gathered import INTERPRETER
from carhound.pipeline.hunt import load_analytics
from carhound.pipeline.implementations import Subject, prepare_all
from carhound.pipeline.request import Clock, Progress, Request, read_clock
from carhound.pipeline.results import described
from carhound.readers.interface import ReadOptions


class ExplainRequest(Struct, frozen=True):
    """What the command line asked for."""

    reference: str
    command: tuple[str, ...]
    event: str | None = None
    """FILE:RECORD, the id of a finding, or "-" for JSON on standard input."""
    evidence: tuple[str, ...] = ()
    now: str | None = None
    tz: str = "UTC"
    reading: NamedReading = "published"
    lake: str | None = None
    """The folder of a lake, to say where it runs each part of a plan."""
    catalog: str | None = None
    definitions: DefinitionFiles = NO_DEFINITIONS


def explain(
    request: ExplainRequest, stdin: Callable[[], bytes], progress: Progress | None = None
) -> Explanation:
    """Explains the analytics of a reference; `stdin` gives standard input where the event is to come from it.

    Raises CarhoundError for what makes that impossible.
    """
    choice = None if request.event is None else read_choice(request.event)
    check(choice, request.evidence, request.lake)
    clock = read_clock(
        Request(request.evidence, request.command, now=request.now, tz=request.tz, reading=request.reading)
    )
    lake_parts = None if request.lake is None else _lake_parts(request.lake, request.catalog)
    analytics, problems, passed_over = load_analytics((request.reference,))
    definitions = request.definitions.read()
    subjects = prepare_all(analytics, request.reading, definitions)
    reasons = [str(problem) for problem in problems] + _not_parsed(subjects)
    case = None
    if choice is not None:
        case = make_case(choice, request.evidence, ReadOptions(clock.zone), subjects, stdin, progress)
        reasons += case.gathered.reasons if case.gathered else ()
    moment, now_from = _moment(clock, subjects, case)
    made = tuple(
        AnalyticExplained(
            described(subject.analytic),
            tuple(explained(one, subject, moment, case, lake_parts) for one in subject.implementations),
        )
        for subject in subjects
    )
    info = RunInfo(
        request.command,
        VERSION,
        INTERPRETER,
        moment.now,
        now_from,
        request.tz,
        request.reading,
        passed_over=passed_over,
    )
    event = None if case is None else _event(case, made)
    return Explanation(info, made, event, case.remarks if case else (), tuple(reasons))


def _lake_parts(lake: str, catalog: str | None) -> LakeParts:
    # Loaded where they are used: a lake's libraries take a second.
    from carhound.pipeline.lakes.parts import lake_parts, table_of

    table = table_of(lake, catalog)
    return lambda plan: lake_parts(plan, table)


def _not_parsed(subjects: list[Subject]) -> list[str]:
    return [
        f"{subject.analytic.id}: {one.implementation.name!r} cannot be run: {one.diagnostics[0].message}"
        for subject in subjects
        for one in subject.implementations
        if one.plan is None
    ]


def _moment(clock: Clock, subjects: list[Subject], case: Case | None) -> tuple[Moment, str]:
    newest = case.newest(subjects) if case is not None else (None, None)
    now, now_from = clock.now(*newest)
    if case is not None and case.gathered is None:
        now_from = now_from.replace("the newest matching event", "the event")
    return Moment(now, clock.zone, clock.range(now)), now_from


def _event(case: Case, made: tuple[AnalyticExplained, ...]) -> Finding:
    """The event in the shape of a finding; without an id where several analytics were asked."""
    event = case.event
    alone = made[0].about.id if len(made) == 1 else None
    matching = tuple(
        one.name
        for each in made
        for one in each.implementations
        if one.answer and one.answer.verdict == "match"
    )
    registry = case.gathered.registry if case.gathered else Registry()
    if case.gathered is None:
        registry.admit(event)
    return Finding(
        registry.finding_id(alone, event) if alone is not None else "",
        alone or "",
        matching,
        event.time,
        event.computer,
        "/".join(event.kinds[0]) if event.kinds else None,
        event.provider,
        event.event_id,
        registry.places(event),
        event.native,
        event.car,
    )
