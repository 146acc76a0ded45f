"""What one implementation asks, and what it says of one event."""

from collections.abc import Callable

from carhound.engines.interpreter.failing import first_failure
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.steps import Step, steps
from carhound.findings.explanation import (
    EventAnswer,
    FirstFailure,
    ImplementationExplained,
    KnownDiscrepancy,
    LakePart,
    Need,
    Reads,
    Verdict,
)
from carhound.findings.judging import judge, windows_used
from carhound.model.diagnostics import Diagnostic, Span
from carhound.model.event import Event
from carhound.pipeline.explaining.event_case import Case
from carhound.pipeline.implementations import Prepared, Probe, Subject
from carhound.plan.needs import needs
from carhound.plan.nodes import Node
from carhound.plan.numbered import Clause, clauses
from carhound.plan.reads import fields_read
from carhound.plan.rewrites.required_literals import required_literals
from carhound.plan.show import show_lines
from carhound.plan.stems import Stem, stems

LakeParts = Callable[[Node], tuple[LakePart, ...]]
"""Where a lake runs the parts of a plan."""


def explained(
    prepared: Prepared,
    subject: Subject,
    moment: Moment,
    case: Case | None,
    lake_parts: LakeParts | None = None,
) -> ImplementationExplained:
    """All there is to say about an implementation; of a lake where one was asked about."""
    one, plan = prepared.implementation, prepared.plan
    known = _discrepancies(one.name, subject.probes, case.event if case else None)
    if plan is None:
        return ImplementationExplained(
            one.name,
            one.language,
            one.code,
            parsed=False,
            diagnostics=tuple(prepared.diagnostics),
            discrepancies=known,
        )
    numbered = clauses(plan)
    windows = windows_used(plan, one.code, moment)
    empty = [
        Diagnostic("RUN-W1", f"the {used.role} window ends before it begins: nothing can fall into it")
        for used in windows
        if used.earliest is not None and used.latest is not None and used.earliest >= used.latest
    ]
    return ImplementationExplained(
        one.name,
        one.language,
        one.code,
        True,
        numbered,
        tuple(show_lines(plan)),
        tuple(map(_reads, stems(plan))),
        windows,
        fields_read(plan),
        _needs(plan),
        required_literals(plan),
        None if lake_parts is None else lake_parts(plan),
        (*prepared.diagnostics, *empty),
        known,
        None if case is None else answer(prepared, plan, numbered, moment, case),
    )


def _reads(stem: Stem) -> Reads:
    scan, ids = stem.scan, stem.event_ids()
    return Reads(
        scan.role,
        scan.dataset.name,
        scan.kinds,
        None if ids is None else tuple(sorted(ids, key=lambda one: (len(one), one))),
        scan.view,
        (scan.range.earliest, scan.range.latest),
    )


def _needs(plan: Node) -> tuple[Need, ...]:
    return tuple(dict.fromkeys(need for stem in stems(plan)[:1] for need in needs(stem)))


def _discrepancies(name: str, probes: list[Probe], event: Event | None) -> tuple[KnownDiscrepancy, ...]:
    return tuple(
        KnownDiscrepancy(
            probe.discrepancy.code,
            probe.discrepancy.headline,
            probe.discrepancy.message,
            None if event is None or probe.plan is None else first_failure(probe.plan, event) is None,
        )
        for probe in probes
        if name in probe.discrepancy.implementations
    )


def answer(
    prepared: Prepared, plan: Node, numbered: tuple[Clause, ...], moment: Moment, case: Case
) -> EventAnswer:
    """What the implementation says of the event, with the evidence where there is any."""
    event = case.event
    gathered = case.gathered
    hits = None
    in_result, remarks = None, []
    if gathered is not None and prepared.number is not None:
        hits = gathered.collector.hits(prepared.number)
        judged = judge(plan, prepared.implementation.code, hits, [], moment, backfill=False)
        in_result = any(event is one for one in judged.events)
        remarks = [
            f"{file} is not judged: no eligible event there carries {why.need.names}"
            for file, why in gathered.reading.not_judged.get(prepared.number, [])
            if file == event.place.file
        ]
    taken = steps(plan, event, moment, hits)
    stem = stems(plan)[0]
    ids = stem.event_ids()
    eligible = taken[0].holds is True and (ids is None or event.event_id in ids)
    failed = next((step for step in taken if step.holds is False), None)
    failure = None if failed is None else _failure(failed, numbered)
    return EventAnswer(
        _verdict(taken, failed, in_result), eligible, taken, failure, in_result, tuple(remarks)
    )


def _verdict(taken: tuple[Step, ...], failed: Step | None, in_result: bool | None) -> Verdict:
    if in_result is not None:
        return "match" if in_result else "no match"
    if failed is not None:
        return "no match"
    return "depends" if any(step.holds is None for step in taken) else "match"


def _failure(step: Step, numbered: tuple[Clause, ...]) -> FirstFailure:
    met = step.met
    if step.trace is not None and not met:
        # What a joined clause met, where all its tests look at one field.
        found = dict.fromkeys(one for test in step.trace.tests() for one in test.met)
        met = tuple(found) if len(found) == 1 else ()
    return FirstFailure(step.kind, _number(step.span, numbered), step.text, step.span, met)


def _number(span: Span | None, numbered: tuple[Clause, ...]) -> int | None:
    return next((clause.number for clause in numbered if clause.span == span), None)
