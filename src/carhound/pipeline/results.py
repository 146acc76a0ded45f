"""What was judged and read, put together for the run value."""

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import asdict, replace

from carhound.analytics.analytic import Analytic
from carhound.engines.interpreter.collect import NotJudged
from carhound.engines.interpreter.execution import newest_first
from carhound.findings.prevalence import Prevalence
from carhound.findings.run import AnalyticResult, Finding, ImplementationResult, Twins
from carhound.findings.twins import Side, compare, pairs
from carhound.model.car import is_defined
from carhound.model.diagnostics import Diagnostic
from carhound.model.event import Event
from carhound.model.names import NATIVE_ALIASES
from carhound.pipeline.files.reading import Reading
from carhound.pipeline.implementations import Prepared, Probe, Subject

Seen = Callable[[Event, Iterable[str]], Prevalence | None]
"""How common the key of an event is that these implementations found."""

Counts = Mapping[int, int]
"""Of events, by number of a plan."""


def analytic_result(
    subject: Subject, reading: Reading, eligible: Counts, matched: Counts, *, finds: bool
) -> AnalyticResult:
    """One analytic: what each implementation said, and where twins disagree.

    `finds` says that what they match become findings; of a search only rows are told.
    """
    return replace(
        described(subject.analytic),
        implementations=tuple(
            _implementation_result(one, subject, reading, eligible, matched, finds=finds)
            for one in subject.implementations
        ),
        twins=_twins(subject, reading),
    )


def described(analytic: Analytic) -> AnalyticResult:
    """What the document itself says, its implementations left out."""
    return AnalyticResult(
        analytic.id,
        analytic.title,
        analytic.source.path,
        analytic.source.sha256,
        tuple(asdict(one) for one in analytic.attack),
        tuple(asdict(one) for one in analytic.d3fend),
        tuple((reference, is_defined(reference)) for reference in analytic.data_model_references),
        (),
        diagnostics=analytic.diagnostics,
        description=" ".join(analytic.description.split()),
    )


def with_events(subject: Subject, reading: Reading, seen: Seen) -> list[tuple[Event, Finding]]:
    """One finding for each distinct event, or process, in the result of at least one implementation.

    Each with the event that stands for it, the newest first. `seen` says how common the key of an event is,
    told the names of the implementations that found it.
    """
    events: dict[int, Event] = {}
    names: dict[int, dict[str, None]] = {}
    days: dict[int, list[str]] = {}
    for prepared in subject.implementations:
        judgement = prepared.judgement
        for event in judgement.events if judgement else []:
            standing = subject.processes.standing(event)
            events[id(standing)] = standing
            names.setdefault(id(standing), {})[prepared.implementation.name] = None
            days.setdefault(id(standing), []).extend(judgement.days.get(id(event), []) if judgement else [])
    return [
        (event, _finding(subject, event, names[id(event)], days[id(event)], reading, seen))
        for event in newest_first(list(events.values()))
    ]


def _finding(
    subject: Subject, event: Event, names: Iterable[str], days: list[str], reading: Reading, seen: Seen
) -> Finding:
    places = [place for one in subject.processes.records(event) for place in reading.registry.places(one)]
    return Finding(
        _id(subject, reading, event),
        subject.analytic.id,
        tuple(names),
        event.time,
        event.computer,
        "/".join(event.kinds[0]) if event.kinds else None,
        event.provider,
        event.event_id,
        tuple(dict.fromkeys(places)),
        event.native,
        event.car,
        tuple(sorted(set(days))),
        seen(event, names),
    )


def _id(subject: Subject, reading: Reading, event: Event) -> str:
    return reading.registry.finding_id(subject.analytic.id, event)


def _implementation_result(
    prepared: Prepared, subject: Subject, reading: Reading, eligible: Counts, matched: Counts, *, finds: bool
) -> ImplementationResult:
    implementation = prepared.implementation
    judgement = prepared.judgement
    notes = _discrepancies(implementation.name, subject.probes, matched)
    if judgement is None or prepared.number is None:
        diagnostics = (*prepared.diagnostics, *notes)
        return ImplementationResult(
            implementation.name,
            implementation.language,
            "not-evaluated",
            diagnostics=diagnostics,
            code=implementation.code,
        )
    blind = reading.not_judged.get(prepared.number, [])
    events = subject.processes.distinct(judgement.events)
    return ImplementationResult(
        implementation.name,
        implementation.language,
        "ran",
        judgement.windows,
        eligible[prepared.number],
        len(events),
        judgement.table,
        tuple(_id(subject, reading, event) for event in events) if finds else (),
        judgement.outside_window,
        tuple(dict.fromkeys(file for file, _ in blind)),
        (*prepared.diagnostics, *_run_remarks(prepared, judgement.timeless), *_blind(blind), *notes),
        implementation.code,
    )


def alias_notes(names: Iterable[str]) -> list[Diagnostic]:
    """What is said of fields that were read from others."""
    return [
        Diagnostic(
            "SPL-A1", f"{one} was read from {NATIVE_ALIASES[one].field}, since events have no {one}", "note"
        )
        for one in sorted(names)
    ]


def _run_remarks(prepared: Prepared, timeless: int) -> list[Diagnostic]:
    remarks = alias_notes(prepared.judgement.aliases if prepared.judgement else ())
    windows = prepared.judgement.windows if prepared.judgement else ()
    if prepared.judgement and prepared.judgement.silent:
        remarks.append(_silent(prepared.judgement.silent))
    remarks += [
        Diagnostic(
            "RUN-W1", f"the {one.role} window ends before it begins: nothing can fall into it", "warning"
        )
        for one in windows
        if one.earliest is not None and one.latest is not None and one.earliest >= one.latest
    ]
    if timeless:
        message = "matching events without a time fall in no window"
        remarks.append(Diagnostic("RUN-T1", message, "warning", count=timeless))
    return remarks


def _silent(silent: Mapping[str | None, tuple[int, int]]) -> Diagnostic:
    hosts = sorted(silent.items(), key=lambda item: (-item[1][0], item[0] is None, item[0] or ""))
    shown = ", ".join(
        f"{computer or 'a computer without a name'} ({days} of {of} days)"
        for computer, (days, of) in hosts[:3]
    )
    more = f" and {len(hosts) - 3} more" if len(hosts) > 3 else ""
    message = f"what looks new may be old on hosts that were silent in the baseline: {shown}{more}"
    return Diagnostic("RUN-S1", message, "warning", hint="give older logs of these hosts as well")


def _blind(blind: list[tuple[str, NotJudged]]) -> list[Diagnostic]:
    alike: dict[tuple[str, str | None], list[tuple[str, NotJudged]]] = {}
    for file, why in blind:
        alike.setdefault((why.need.names, why.source), []).append((file, why))
    return [_blind_to(fields, source, files) for (fields, source), files in alike.items()]


def _blind_to(fields: str, source: str | None, files: list[tuple[str, NotJudged]]) -> Diagnostic:
    shown = ", ".join(file for file, _ in files[:3]) + (" …" if len(files) > 3 else "")
    many = f"{len(files)} file{'s' if len(files) > 1 else ''}"
    if source is None:
        message = f"not judged on {many}, where no eligible event carries {fields}: {shown}"
    else:
        message = f"not judged on the events of {source} in {many}, since none carries {fields}: {shown}"
    near = next((why.near for _, why in files if why.near is not None), None)
    hint = f"did you mean {near}? Letter case counts in names" if near else None
    return Diagnostic("RUN-J1", message, "warning", hint=hint, count=sum(why.events for _, why in files))


def _discrepancies(name: str, probes: Iterable[Probe], matched: Counts) -> list[Diagnostic]:
    remarks = []
    for probe in probes:
        if name not in probe.discrepancy.implementations:
            continue
        if probe.number is None:
            remarks.append(probe.discrepancy.diagnostic())
        elif count := matched[probe.number]:
            remarks.append(probe.discrepancy.diagnostic(count))
    return remarks


def _twins(subject: Subject, reading: Reading) -> tuple[Twins, ...]:
    sides = {
        one.implementation.name: side for one in subject.implementations if (side := _side(one, reading))
    }

    def finding_of(event: Event) -> str:
        return _id(subject, reading, subject.processes.standing(event))

    return tuple(compare(sides[spl], sides[other], finding_of) for spl, other in pairs(sides))


def _side(prepared: Prepared, reading: Reading) -> Side | None:
    if prepared.plan is None or prepared.judgement is None or prepared.number is None:
        return None
    blind = frozenset((file, why.source) for file, why in reading.not_judged.get(prepared.number, []))
    implementation = prepared.implementation
    return Side(
        implementation.name,
        implementation.code,
        prepared.plan,
        tuple(prepared.judgement.events),
        blind,
        reading.registry.places,
    )
