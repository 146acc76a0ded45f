"""A search to its plan: scope and time terms out of the first command, conditions into filters.

Time terms hold for the search they stand in, never for its subsearches, nor the other way round (Splunk's
Search Reference, "Time modifiers", *Time ranges and subsearches*).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NoReturn

from msgspec import Struct, field

from carhound.errors import UsageError
from carhound.languages.interface import Compiled
from carhound.languages.spl.commands.format_ import Format
from carhound.languages.spl.commands.return_ import Return
from carhound.languages.spl.definitions import NOTHING_DEFINED, Definitions, lookup_name
from carhound.languages.spl.macros import expand
from carhound.languages.spl.parser import parse
from carhound.languages.spl.predicates import lower_predicate
from carhound.languages.spl.scope import SCOPE_FIELDS, find_dataset
from carhound.languages.spl.suspicious_commands import suspicious_command
from carhound.languages.spl.suspicious_terms import suspicious_terms
from carhound.languages.spl.suspicious_values import suspicious_values
from carhound.languages.spl.syntax import (
    BareTerm,
    Comparison,
    Conjunction,
    Membership,
    Negated,
    PipedCommand,
    Pipeline,
    Search,
    SearchExpression,
    Subsearch,
)
from carhound.languages.spl.words import Word
from carhound.model.datasets import EVERYTHING, Dataset
from carhound.model.diagnostics import Diagnostic, LanguageError, Source, Span
from carhound.model.suggestion import nearest
from carhound.model.windows import TimeRange, resolve_time
from carhound.plan.columns import columns
from carhound.plan.lookup_table import LookupTable
from carhound.plan.nodes import NOTHING, Filter, Node, Role, Scan, SubsearchFilter
from carhound.plan.predicates import All, Predicate, Term, tests
from carhound.plan.stems import stems

_TIME_FIELDS = ("earliest", "latest")
_OLD_TIMES = {"daysago": "d", "hoursago": "h", "minutesago": "m", "monthsago": "mon"}
"""Modifiers of old versions of Splunk, and the unit of their number."""
_MOST_SUBSEARCHES = 10
_SPLICED = {"search", "query"}
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def compile_spl(source: Source, definitions: Definitions = NOTHING_DEFINED) -> Compiled:
    """The plan of a search. Raises LanguageError for what cannot be parsed or is not supported."""
    expanded = expand(source, definitions.macros)
    try:
        made = _compile(expanded.source, definitions)
    except LanguageError as problem:
        from carhound.languages.spl.slips import mended  # only a mistake needs its many patterns

        raise LanguageError(expanded.tell(mended(problem.diagnostic))) from None
    return Compiled(
        expanded.placed(made.plan), (*expanded.remarks, *(expanded.tell(one) for one in made.diagnostics))
    )


def _compile(source: Source, definitions: Definitions) -> Compiled:
    pipeline, remarks = parse(source)
    compiler = _Compiler(source, definitions, list(remarks))
    plan = compiler.pipeline(pipeline.commands)
    compiler.remarks += suspicious_values(plan, source)
    if any(isinstance(test, Term) for stem in stems(plan) for test in tests(stem.conditions)):
        message = "bare terms are looked for in the values of an event's fields where it has no _raw text"
        compiler.remarks.append(Diagnostic("SPL-N1", message, "note"))
    return Compiled(plan, tuple(_without_parts(compiler.remarks)))


def _without_parts(remarks: list[Diagnostic]) -> Iterator[Diagnostic]:
    """The remarks save those about the backslashes in a text whose quotes are what is wrong."""
    wider = [one.span for one in remarks if one.code in ("SPL-L3", "SPL-L5") and one.span is not None]
    for one in remarks:
        inside = one.span is not None and any(
            wide.start <= one.span.start and one.span.end <= wide.end for wide in wider
        )
        if one.code != "SPL-E1" or not inside:
            yield one


class _Parts(Struct):
    """The terms of one search command, told apart."""

    dataset: Dataset = EVERYTHING
    range: TimeRange = field(default_factory=TimeRange)
    where: Span | None = None
    conditions: list[Predicate] = field(default_factory=list)
    subsearches: list[tuple[Subsearch, bool, Span | None]] = field(default_factory=list)


class _Compiler(Struct):
    source: Source
    definitions: Definitions
    remarks: list[Diagnostic]
    role: Role = "main"
    """Of the search that is being compiled."""

    def pipeline(self, commands: Sequence[Search | PipedCommand]) -> Node:
        first, *rest = commands
        for command in commands:
            if isinstance(command, Search):
                self.remarks += suspicious_terms(command.expression, self.source)
            else:
                self.remarks += suspicious_command(command.span, self.source)
        if isinstance(first, Search):
            node = self.first(first)
        else:
            node = first.lower(Filter(Scan(EVERYTHING, role=self.role), NOTHING), self)
        for command in rest:
            node = self.later(command, node) if isinstance(command, Search) else command.lower(node, self)
        return node

    def events(self, command: Search) -> Node:
        return self.first(command)

    def subsearch(self, pipeline: Pipeline) -> Node:
        return self.pipeline(pipeline.commands)

    def condition_rows(self, pipeline: Pipeline) -> Node:
        """The rows of a subsearch that stands in the place of a term."""
        outer, self.role = self.role, "baseline"
        *before, last = pipeline.commands
        if before and isinstance(last, Format | Return):
            node = last.rows(self.pipeline(before))
        else:
            node = self.pipeline(pipeline.commands)
        self.role = outer
        return node

    def first(self, command: Search) -> Node:
        parts = _Parts()
        for term in _terms(command.expression):
            if isinstance(term, Comparison) and term.name.text in _TIME_FIELDS:
                self.time_term(term, parts)
            elif isinstance(term, Comparison) and (unit := _OLD_TIMES.get(term.name.text)) is not None:
                hint = f"write earliest=-{term.value.text}{unit}"
                self.fail("SPL-T1", f"{term.name.text} is not supported", term.span, hint)
            elif isinstance(term, Comparison) and term.name.text in SCOPE_FIELDS and term.operator == "=":
                self.scope_term(term, parts)
            elif isinstance(term, Membership) and term.name.text in SCOPE_FIELDS and len(term.values) == 1:
                self.scope_term(Comparison(term.name, "=", term.values[0], term.span), parts)
            else:
                self.condition(term, parts)
        scan = Scan(parts.dataset, range=parts.range, role=self.role, span=parts.where or command.span)
        return self.filters(scan, parts, command.span)

    def later(self, command: Search, node: Node) -> Node:
        parts = _Parts()
        for term in _terms(command.expression):
            self.condition(term, parts)
        return self.filters(node, parts, command.span)

    def filters(self, node: Node, parts: _Parts, span: Span | None) -> Node:
        if parts.conditions:
            one = len(parts.conditions) == 1
            node = Filter(node, parts.conditions[0] if one else All(tuple(parts.conditions)), span)
        if len(parts.subsearches) > _MOST_SUBSEARCHES:
            place = parts.subsearches[_MOST_SUBSEARCHES][2]
            self.fail(
                "SPL-U3", f"more than {_MOST_SUBSEARCHES} subsearches in one search", place, "use fewer"
            )
        for subsearch, negated, place in parts.subsearches:
            inner = self.condition_rows(subsearch.pipeline)
            if _SPLICED & set(columns(inner) or ()):
                message = (
                    "a subsearch that returns a field called search or query splices its text: not supported"
                )
                self.fail("SPL-U3", message, place, "rename the field")
            node = SubsearchFilter(node, inner, negated, place)
        return node

    def condition(self, term: SearchExpression, parts: _Parts) -> None:
        match term:
            case Subsearch():
                parts.subsearches.append((term, False, term.span))
            case Negated(Subsearch() as subsearch):
                parts.subsearches.append((subsearch, True, term.span))
            case BareTerm(Word("*")):
                pass  # any event at all
            case _:
                parts.conditions.append(lower_predicate(term, self.fail))

    def time_term(self, term: Comparison, parts: _Parts) -> None:
        if term.operator != "=":
            self.fail("SPL-T1", f"{term.name.text} takes = only", term.span, f"write {term.name.text}=-1d@d")
        try:
            resolve_time(term.value.text, _SOME_DAY, UTC)
        except UsageError as problem:
            self.fail("SPL-T2", problem.message, term.span, problem.hint)
        current = getattr(parts.range, term.name.text)
        if current is not None:
            self.fail("SPL-T1", f"{term.name.text} is given twice", term.span, "keep one of them")
        bounds = {name: getattr(parts.range, name) for name in _TIME_FIELDS} | {
            term.name.text: term.value.text
        }
        parts.range = TimeRange(**bounds)
        parts.where = parts.where.to(term.span) if parts.where and term.span else term.span

    def scope_term(self, term: Comparison, parts: _Parts) -> None:
        dataset, known = find_dataset(term.value.text)
        if not known:
            message = (
                f"{term.name.text}={term.value.text} selects nothing here: files have no {term.name.text}"
            )
            remark = Diagnostic(
                "SPL-S1", message + "; all events are searched", "note", term.span, self.source
            )
            self.remarks.append(remark)
        if parts.dataset not in (EVERYTHING, dataset) and dataset is not EVERYTHING:
            hint = "search one of them at a time"
            self.fail("SPL-S2", f"{term.name.text}={term.value.text} names a second dataset", term.span, hint)
        if dataset is not EVERYTHING:
            parts.dataset = dataset

    def table(self, name: Word) -> LookupTable:
        table = self.definitions.lookup(name.text)
        if table is not None:
            return table
        near = nearest(lookup_name(name.text), self.definitions.lookups)
        hint = f"give its file with --lookup {lookup_name(name.text)}=FILE"
        if near:
            hint = f"did you mean {near}? Else {hint}"
        return self.fail("SPL-K1", f"no lookup table is called {name.text}", name.span, hint)

    def remark(self, code: str, message: str, span: Span | None, hint: str | None) -> None:
        self.remarks.append(Diagnostic(code, message, "warning", span, self.source, hint))

    def fail(self, code: str, message: str, span: Span | None, hint: str | None) -> NoReturn:
        raise LanguageError(Diagnostic(code, message, "error", span, self.source, hint))


def _terms(expression: SearchExpression) -> list[SearchExpression]:
    if isinstance(expression, Conjunction):
        return [term for item in expression.items for term in _terms(item)]
    return [expression]
