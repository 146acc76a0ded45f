"""Texts of analytics to plans, and what is known about them to probes."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from carhound.analytics.analytic import Analytic, Implementation
from carhound.analytics.load import bundled_document, packaged, read
from carhound.analytics.notes import Discrepancy, Notes, WindowCorrection, notes_about
from carhound.findings.judging import Judgement
from carhound.findings.processes import Processes
from carhound.findings.run import Reading
from carhound.languages.spl.compile import compile_spl
from carhound.languages.spl.definitions import NOTHING_DEFINED, Definitions
from carhound.model.diagnostics import Diagnostic, LanguageError, Source
from carhound.model.folding import fold
from carhound.model.windows import TimeRange
from carhound.plan.nodes import Node, reads_nothing
from carhound.plan.predicates import Field
from carhound.plan.rewrites.replace_window import replace_window
from carhound.plan.stems import stems

if TYPE_CHECKING:
    from carhound.languages.pseudocode.compile import Analytics


class Key(Struct, frozen=True):
    """The fields by which matches count as the same."""

    names: tuple[str, ...]
    """As Windows calls them."""
    fields: tuple[Field, ...]
    """As the plan's view does."""


class Prepared(Struct):
    """One implementation, ready to run or with the reason why not, and later what it said."""

    implementation: Implementation
    plan: Node | None
    diagnostics: list[Diagnostic]
    number: int | None = None
    """Of its plan in the run."""
    key: Key | None = None
    """What tells its matches apart; None where it cannot read what was asked for."""
    judgement: Judgement | None = None


class Probe(Struct):
    """A discrepancy, and the search for the events it affects; without one it always holds."""

    discrepancy: Discrepancy
    plan: Node | None
    number: int | None = None
    """Of its plan in the run."""


class Subject(Struct):
    """One analytic of a run."""

    analytic: Analytic
    implementations: list[Prepared]
    probes: list[Probe] = field(default_factory=list)
    processes: Processes = field(default_factory=Processes)
    """Which events in the results tell of the same process; known once all is judged."""


def prepare_all(
    analytics: Sequence[Analytic], reading: Reading, definitions: Definitions = NOTHING_DEFINED
) -> list[Subject]:
    """Compiles analytics, which may run one another."""
    return [prepare(one, reading, definitions, analytics) for one in analytics]


def prepare(
    analytic: Analytic,
    reading: Reading,
    definitions: Definitions = NOTHING_DEFINED,
    beside: Iterable[Analytic] = (),
) -> Subject:
    """Compiles what can be compiled; the rest says why it is not evaluated.

    Its programs may run those of the analytics `beside` it, and of those that come with carhound.
    """
    programs = _programs(beside)
    notes = notes_about(analytic)
    corrections = {one.implementation: one for one in notes.corrections(reading)} if notes else {}
    implementations = [
        _prepare(one, corrections.get(one.name), definitions, programs) for one in analytic.implementations
    ]
    return Subject(analytic, implementations, _probes(notes, reading))


def _programs(analytics: Iterable[Analytic]) -> "Analytics":
    known = {fold(one.id): one for one in analytics}

    def program(analytic_id: str) -> Source | None:
        found = known.get(fold(analytic_id))
        if found is None and fold(analytic_id) in map(fold, packaged()):
            (found,) = read(bundled_document(analytic_id.upper())).analytics
        codes = (one.code for one in found.implementations if one.language == "pseudocode") if found else ()
        return next(iter(codes), None)

    return program


def _prepare(
    implementation: Implementation,
    correction: WindowCorrection | None,
    definitions: Definitions,
    programs: "Analytics",
) -> Prepared:
    try:
        match implementation.language:
            case "spl":
                compiled = compile_spl(implementation.code, definitions)
            case "pseudocode":
                # No search needs it, nor do many analytics: it costs a start 4 ms.
                from carhound.languages.pseudocode.compile import compile_pseudocode

                compiled = compile_pseudocode(implementation.code, analytics=programs)
            case other:
                message = f"the language {other!r} is not executed"
                hint = "carhound runs Splunk searches (SPL) and CAR pseudocode"
                return Prepared(implementation, None, [Diagnostic("RUN-L1", message, "error", hint=hint)])
    except LanguageError as problem:
        return Prepared(implementation, None, [problem.diagnostic])
    prepared = Prepared(implementation, compiled.plan, list(compiled.diagnostics))
    if correction is not None:
        prepared.plan = replace_window(compiled.plan, correction.was, correction.becomes)
        was, becomes = _show(correction.was), _show(correction.becomes)
        message = f"corrected reading: {becomes} where the text says {was}; {correction.reason}"
        prepared.diagnostics.append(Diagnostic("RUN-C1", message, "note"))
    return prepared


def asks_nothing(subjects: Iterable[Subject]) -> bool:
    """Whether no plan asks for an event: all rows come from lookup tables."""
    plans = [one.plan for subject in subjects for one in subject.implementations if one.plan is not None]
    return bool(plans) and all(reads_nothing(stem.node) for plan in plans for stem in stems(plan))


def _show(times: TimeRange) -> str:
    return f"earliest={times.earliest} latest={times.latest}"


def _probes(notes: Notes | None, reading: Reading) -> list[Probe]:
    if notes is None:
        return []
    return [
        Probe(one, compile_spl(one.probe).plan if one.probe else None)
        for one in notes.discrepancies
        if one.reading in (None, reading)
    ]


def numbered(subjects: Iterable[Subject]) -> tuple[list[Prepared | Probe], dict[int, frozenset[int]]]:
    """Every plan there is, each told its number, implementations first; and by probe those it is about."""
    subjects = list(subjects)
    found: list[Prepared | Probe] = [
        one for subject in subjects for one in subject.implementations if one.plan is not None
    ]
    for number, one in enumerate(found):
        one.number = number
    follows: dict[int, frozenset[int]] = {}
    for subject in subjects:
        numbers = {
            one.implementation.name: one.number for one in subject.implementations if one.number is not None
        }
        for probe in subject.probes:
            if probe.plan is not None:
                probe.number = len(found)
                of = probe.discrepancy.implementations
                follows[probe.number] = frozenset(numbers[name] for name in of if name in numbers)
                found.append(probe)
    return found, follows
