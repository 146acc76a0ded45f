"""Texts of analytics to plans, and what is known about them to probes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from carhound.analytics.analytic import Analytic, Implementation
from carhound.analytics.notes import Discrepancy, Notes, WindowCorrection, notes_about
from carhound.findings.judging import Judgement
from carhound.findings.processes import Processes
from carhound.findings.run import Reading
from carhound.languages.pseudocode.compile import compile_pseudocode
from carhound.languages.spl.compile import compile_spl
from carhound.languages.spl.definitions import NOTHING_DEFINED, Definitions
from carhound.model.diagnostics import Diagnostic, LanguageError
from carhound.model.names import Alias
from carhound.model.windows import TimeRange
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field
from carhound.plan.rewrites.replace_window import replace_window


@dataclass(frozen=True, slots=True)
class Key:
    """The fields by which matches count as the same."""

    names: tuple[str, ...]
    """As Windows calls them."""
    fields: tuple[Field, ...]
    """As the plan's view does."""


@dataclass(slots=True)
class Prepared:
    """One implementation, ready to run or with the reason why not, and later what it said."""

    implementation: Implementation
    plan: Node | None
    diagnostics: list[Diagnostic]
    aliases: dict[str, Alias] = field(default_factory=dict)
    """Those that served while it ran."""
    number: int | None = None
    """Of its plan in the run."""
    key: Key | None = None
    """What tells its matches apart; None where it cannot read what was asked for."""
    judgement: Judgement | None = None

    def use_alias(self, name: str, alias: Alias) -> None:
        """Notes that `alias` served for `name`."""
        self.aliases[name] = alias


@dataclass(slots=True)
class Probe:
    """A discrepancy, and the search for the events it affects; without one it always holds."""

    discrepancy: Discrepancy
    plan: Node | None
    number: int | None = None
    """Of its plan in the run."""

    def use_alias(self, name: str, alias: Alias) -> None:
        """Aliases are told of where they serve an implementation."""


@dataclass(slots=True)
class Subject:
    """One analytic of a run."""

    analytic: Analytic
    implementations: list[Prepared]
    probes: list[Probe] = field(default_factory=list)
    processes: Processes = field(default_factory=Processes)
    """Which events in the results tell of the same process; known once all is judged."""


def prepare(analytic: Analytic, reading: Reading, definitions: Definitions = NOTHING_DEFINED) -> Subject:
    """Compiles what can be compiled; the rest says why it is not evaluated."""
    notes = notes_about(analytic)
    corrections = {one.implementation: one for one in notes.corrections(reading)} if notes else {}
    implementations = [
        _prepare(one, corrections.get(one.name), definitions) for one in analytic.implementations
    ]
    return Subject(analytic, implementations, _probes(notes, reading))


def _prepare(
    implementation: Implementation, correction: WindowCorrection | None, definitions: Definitions
) -> Prepared:
    try:
        match implementation.language:
            case "spl":
                compiled = compile_spl(implementation.code, definitions)
            case "pseudocode":
                compiled = compile_pseudocode(implementation.code)
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
