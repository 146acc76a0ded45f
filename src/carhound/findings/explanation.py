"""The explanation: what analytics ask, and for one event why they match it or do not.

Outputs render it; its JSON shape `carhound.explain/1` (outputs/schema/explain-1.json) is for machines.
"""

from typing import Literal

from msgspec import Struct

from carhound.engines.interpreter.steps import (
    Step as Step,
)  # parts of this value: outputs take them from here
from carhound.engines.interpreter.trace import Met as Met
from carhound.engines.interpreter.trace import Trace as Trace
from carhound.findings.run import AnalyticResult, Finding, RunInfo, WindowUsed
from carhound.model.diagnostics import Diagnostic, Source, Span
from carhound.plan.needs import Need as Need
from carhound.plan.numbered import Clause as Clause
from carhound.plan.reads import FieldRead as FieldRead
from carhound.plan.rewrites.required_literals import NoOpinion as NoOpinion
from carhound.plan.rewrites.required_literals import Opinion as Opinion
from carhound.plan.rewrites.required_literals import RequiredLiterals as RequiredLiterals
from carhound.plan.show import PlanLine as PlanLine

Verdict = Literal["match", "no match", "depends"]


class Reads(Struct, frozen=True):
    """The events that a scan of an implementation takes in."""

    role: Literal["main", "baseline"]
    dataset: str
    kinds: tuple[tuple[str, str], ...] | None
    """CAR objects and actions; None where the text does not choose by them."""
    event_ids: tuple[str, ...] | None
    """None where the conditions name none."""
    view: Literal["native", "car"]
    written: tuple[str | None, str | None]
    """Earliest and latest as the text states them."""


class LakePart(Struct, frozen=True):
    """An operator of a plan, or a scan with the filters right above it, and where a lake runs it."""

    text: str
    role: Literal["main", "baseline"] | None
    """Of a scan; None for an operator."""
    engine: Literal["sql", "both", "interpreter"]
    """"both": SQL lets through what may match, the interpreter decides."""
    reasons: tuple[str, ...]
    """Why not in SQL alone."""
    row_groups_by: tuple[str, ...]
    """Literals without which a row group of the lake's files is passed over unread."""


class KnownDiscrepancy(Struct, frozen=True):
    """A place where the text and what it seems to mean differ."""

    code: str
    headline: bool
    message: str
    affects_event: bool | None
    """Whether it changes the answer for the event; None without one, or where it is about the text itself."""


class FirstFailure(Struct, frozen=True):
    """The first clause, or other step, that fails."""

    kind: Literal["scan", "window", "clause", "subsearch", "command"]
    clause: int | None
    """Its number among the clauses."""
    text: str
    span: Span | None
    met: tuple[Met, ...]


class EventAnswer(Struct, frozen=True):
    """What one implementation says of the event."""

    verdict: Verdict
    """"depends" where only other events can tell."""
    eligible: bool
    """Whether the event is of a kind that it judges."""
    steps: tuple[Step, ...]
    failure: FirstFailure | None
    in_result: bool | None
    """Whether the event enters its result over the evidence; None without evidence."""
    remarks: tuple[str, ...] = ()


class ImplementationExplained(Struct, frozen=True):
    """One implementation of an analytic."""

    name: str
    language: str
    code: Source
    parsed: bool
    clauses: tuple[Clause, ...] = ()
    plan: tuple[PlanLine, ...] = ()
    reads: tuple[Reads, ...] = ()
    windows: tuple[WindowUsed, ...] = ()
    fields: tuple[FieldRead, ...] = ()
    needs: tuple[Need, ...] = ()
    """Fields without which a file is not judged."""
    literals: Opinion | None = None
    """None where it was not parsed."""
    lake: tuple[LakePart, ...] | None = None
    """Its parts in the order in which rows pass them; None where no lake was asked about."""
    diagnostics: tuple[Diagnostic, ...] = ()
    discrepancies: tuple[KnownDiscrepancy, ...] = ()
    answer: EventAnswer | None = None
    """None where no event was asked about, or it was not parsed."""

    def number_of(self, span: Span | None) -> int | None:
        """The number of the clause that was read from exactly this part of the text."""
        return next((clause.number for clause in self.clauses if clause.span == span), None)


class AnalyticExplained(Struct, frozen=True):
    """One analytic document; `about` holds what `carhound.run/1` says of it."""

    about: AnalyticResult
    implementations: tuple[ImplementationExplained, ...]


class Explanation(Struct, frozen=True):
    """The answer to one `carhound explain`."""

    info: RunInfo
    analytics: tuple[AnalyticExplained, ...]
    event: Finding | None
    """The event asked about, in the shape of a finding, `implementations` those that match it."""
    event_remarks: tuple[str, ...]
    reasons: tuple[str, ...]
    """What could not be read or parsed."""

    @property
    def exit_status(self) -> int:
        """4 where something could not be read or parsed, else 0."""
        return 4 if self.reasons else 0
