"""`lint`: from a reference to the remarks on its documents, by their text alone."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from carhound import VERSION
from carhound.analytics.analytic import Implementation
from carhound.findings.lint_document import check_document
from carhound.findings.linted import FailOn, LintedAnalytic, LintedImplementation, LintRun, Remark, Witness
from carhound.findings.twins import pairs
from carhound.findings.witness import Difference, differences
from carhound.model.diagnostics import Diagnostic, Span
from carhound.normalize.mapping import SENSORS, sensor
from carhound.pipeline.definitions import NO_DEFINITIONS, DefinitionFiles
from carhound.pipeline.hunt import load_analytics
from carhound.pipeline.implementations import Prepared, Subject, prepare_all
from carhound.pipeline.sight.native_names import CAR_NAMES
from carhound.plan.lint.baselines import check_baselines
from carhound.plan.lint.clauses import check_clauses
from carhound.plan.lint.native_fields import check_native_fields, find_name
from carhound.plan.lint.patterns import check_patterns
from carhound.plan.lint.programs import check_programs
from carhound.plan.lint.remarks import gathered
from carhound.plan.lint.windows import check_windows
from carhound.plan.lint.words import check_words
from carhound.plan.nodes import Node, entry
from carhound.plan.reads import fields_read
from carhound.plan.stems import stems

_PLACEHOLDER = re.compile(r"\b_+your\w*|\b_+sysmon_(?:index|events)_*\b", re.IGNORECASE)


def lint(
    reference: str,
    fail_on: FailOn,
    definitions: DefinitionFiles = NO_DEFINITIONS,
) -> LintRun:
    """Checks the analytics of a reference. Raises CarhoundError where nothing could be read."""
    defined = definitions.read()
    analytics, problems, passed_over = load_analytics((reference,))
    linted = tuple(map(_linted, prepare_all(analytics, "published", defined)))
    return LintRun(VERSION, linted, passed_over, tuple(str(one) for one in problems), fail_on)


def _linted(subject: Subject) -> LintedAnalytic:
    analytic = subject.analytic
    by_name = {one.implementation.name: one for one in subject.implementations}
    twins = _twins(subject)
    plans = [one.plan for one in subject.implementations if one.plan is not None]
    document = [*analytic.diagnostics, *check_document(analytic, plans, len(plans) == len(by_name))]
    linted = []
    for one in subject.implementations:
        name = one.implementation.name
        remarks = [Remark(said, name) for said in _said(one)]
        for spl, pseudocode in twins:
            if name == spl:
                remarks += _differing(by_name[spl], by_name[pseudocode])
        if twins and one.implementation.language == "spl" and all(name != spl for spl, _ in twins):
            message = "no pseudocode stands beside this search"
            hint = f'a twin is called "{name} - pseudocode"'
            remarks.append(Remark(Diagnostic("LINT-T3", message, "note", hint=hint), name))
        code = one.implementation.code
        linted.append(
            LintedImplementation(
                name, one.implementation.language, code, one.plan is not None, tuple(remarks)
            )
        )
    about = tuple(Remark(one) for one in document)
    return LintedAnalytic(analytic.id, analytic.title, analytic.source.path, about, tuple(linted))


def _said(one: Prepared) -> Iterator[Diagnostic]:
    code = one.implementation.code
    for said in one.diagnostics:
        yield replace(said, severity="note") if said.code == "RUN-L1" else said
    found = [*_placeholders(one.implementation), *_native_in_pseudocode(one)]
    if one.plan is not None:
        found += _checked(one.plan, code.text)
    for remark in gathered(found):
        yield replace(remark, source=code if remark.span is not None else None)


def _checked(plan: Node, text: str) -> Iterator[Diagnostic]:
    yield from check_windows(plan)
    yield from check_clauses(plan)
    yield from check_patterns(plan)
    yield from check_words(plan, text)
    yield from check_programs(plan)
    yield from check_baselines(plan)
    yield from check_native_fields(plan, text, CAR_NAMES)
    yield from _unfilled(plan, text)


def _unfilled(plan: Node, text: str) -> Iterator[Diagnostic]:
    """CAR fields that no sensor fills for the events asked for."""
    kinds = {kind for stem in stems(plan) for kind in stem.scan.kinds or ()}
    if not kinds:
        return
    filled = {
        name
        for sensor_name in SENSORS
        for mapping in sensor(sensor_name).events.values()
        if kinds & {action.kind for action in mapping.actions}
        for name in mapping.sources
    }
    if not filled:
        return
    where = " or ".join(sorted("/".join(kind) for kind in kinds))
    for read in fields_read(plan):
        name = read.field.name
        if read.field.view == "car" and name not in filled and not name.startswith("normal_"):
            message = f"no sensor that carhound maps fills {name} of {where}"
            hint = "ask for a field that the sensor writes"
            yield Diagnostic("LINT-F6", message, "warning", find_name(text, name), hint=hint)


def _native_in_pseudocode(one: Prepared) -> Iterator[Diagnostic]:
    """Sysmon's names where the data model's are needed."""
    car = {native: name for name, native in CAR_NAMES.items()}
    for said in one.diagnostics:
        if said.code == "PS-F1" and said.span is not None:
            name = one.implementation.code.text[said.span.start : said.span.end]
            if name in car:
                message = f"{name} is Sysmon's name, which pseudocode does not know"
                yield Diagnostic("LINT-F5", message, "warning", said.span, hint=f"write {car[name]}")


def _placeholders(implementation: Implementation) -> Iterator[Diagnostic]:
    if implementation.language != "spl":
        return
    for found in _PLACEHOLDER.finditer(implementation.code.text):
        message = f"{found[0]} is a placeholder: put the name of the index in its place, the same everywhere"
        yield Diagnostic("LINT-D6", message, "note", Span(*found.span()), hint="carhound needs no index")


def _twins(subject: Subject) -> list[tuple[str, str]]:
    """Pairs by name; in a document with one search and one program, these two."""
    found = pairs(one.implementation.name for one in subject.implementations)
    sides = [
        [
            one.implementation.name
            for one in subject.implementations
            if one.implementation.language == language
        ]
        for language in ("spl", "pseudocode")
    ]
    if not found and all(len(side) == 1 for side in sides):
        return [(sides[0][0], sides[1][0])]
    return found


def _differing(spl: Prepared, pseudocode: Prepared) -> Iterator[Remark]:
    if spl.plan is None or pseudocode.plan is None:
        return
    name = spl.implementation.name
    if _aggregates(spl.plan) is not _aggregates(pseudocode.plan):
        which = (
            "search groups and counts and the pseudocode"
            if _aggregates(spl.plan)
            else "pseudocode groups and the search"
        )
        message = f"the {which} puts out events: results of another kind"
        yield Remark(Diagnostic("LINT-T2", message, "note", hint="compare what they let through"), name)
    for one in differences(spl.plan, pseudocode.plan):
        yield _difference(one, spl.implementation, pseudocode.implementation)


def _difference(one: Difference, spl: Implementation, pseudocode: Implementation) -> Remark:
    finder, other = (spl, pseudocode) if one.first else (pseudocode, spl)
    languages = ("SPL", "pseudocode") if one.first else ("pseudocode", "SPL")
    span, code = one.failure.span, other.code
    clause = "what it looks at" if span is None else " ".join(code.text[span.start : span.end].split())
    message = f"the {languages[0]} matches this event and the {languages[1]} does not, for {clause}"
    diagnostic = Diagnostic(
        "LINT-T1", message, "warning", span, code, hint="mend one of the two, or say that they differ"
    )
    return Remark(diagnostic, spl.name, Witness(one.fields, finder.name))


def _aggregates(plan: Node) -> bool:
    return entry(plan) is not plan
