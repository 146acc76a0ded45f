"""The explanation as one JSON object of the shape `carhound.explain/1`; `schema/explain-1.json` defines it.

Every key is always there, in one order; absent is null. Times are ISO 8601 in UTC and end in Z.
"""

from datetime import datetime

from carhound.findings.explanation import (
    AnalyticExplained,
    EventAnswer,
    Explanation,
    FirstFailure,
    ImplementationExplained,
    Met,
    RequiredLiterals,
    Step,
    Trace,
)
from carhound.findings.run import Cell
from carhound.model.diagnostics import Source, Span
from carhound.model.instants import format_time
from carhound.outputs.json_run import Json, diagnostic_object, event_object, info_object, window_object

SCHEMA = "carhound.explain/1"


def explanation_object(explanation: Explanation) -> Json:
    """The whole explanation."""
    info = info_object(explanation.info)
    kept = ("now", "now_from", "tz", "reading", "command", "version", "engine", "passed_over")
    return {
        "schema": SCHEMA,
        "explain": {name: info[name] for name in kept},
        "event": None if explanation.event is None else event_object(explanation.event),
        "event_remarks": list(explanation.event_remarks),
        "analytics": [_analytic(one) for one in explanation.analytics],
        "reasons": list(explanation.reasons),
    }


def _analytic(analytic: AnalyticExplained) -> Json:
    about = analytic.about
    return {
        "id": about.id,
        "title": about.title,
        "source": {"path": about.path, "sha256": about.sha256},
        "implementations": [_implementation(one) for one in analytic.implementations],
        "diagnostics": [diagnostic_object(one) for one in about.diagnostics],
    }


def _implementation(one: ImplementationExplained) -> Json:
    return {
        "name": one.name,
        "language": one.language,
        "status": "parsed" if one.parsed else "not-parsed",
        "text": one.code.text,
        "line": one.code.line,
        "clauses": [{"number": clause.number, **_place(one.code, clause.span)} for clause in one.clauses],
        "plan": [
            {"depth": line.depth, "text": line.text, "clause": one.number_of(line.span)} for line in one.plan
        ],
        "reads": [
            {
                "role": reads.role,
                "dataset": reads.dataset,
                "view": reads.view,
                "kinds": None if reads.kinds is None else ["/".join(kind) for kind in reads.kinds],
                "event_ids": None if reads.event_ids is None else list(reads.event_ids),
                "earliest": reads.written[0],
                "latest": reads.written[1],
            }
            for reads in one.reads
        ],
        "windows": [window_object(window) for window in one.windows],
        "fields": [
            {"name": read.field.name, "view": read.field.view, "tested": read.tested} for read in one.fields
        ],
        "needs": [need.names.split(", ") for need in one.needs],
        "literals": _literals(one),
        "lake": None
        if one.lake is None
        else [
            {
                "text": part.text,
                "role": part.role,
                "engine": part.engine,
                "reasons": list(part.reasons),
                "row_groups_by": list(part.row_groups_by),
            }
            for part in one.lake
        ],
        "diagnostics": [diagnostic_object(diagnostic) for diagnostic in one.diagnostics],
        "discrepancies": [
            {
                "code": known.code,
                "headline": known.headline,
                "message": known.message,
                "affects_event": known.affects_event,
            }
            for known in one.discrepancies
        ],
        "answer": None if one.answer is None else _answer(one, one.answer),
    }


def _literals(one: ImplementationExplained) -> Json | None:
    if one.literals is None:
        return None
    if isinstance(one.literals, RequiredLiterals):
        return {"groups": [list(group) for group in one.literals.groups], "no_opinion": None}
    return {"groups": [], "no_opinion": one.literals.reason}


def _answer(one: ImplementationExplained, answer: EventAnswer) -> Json:
    return {
        "verdict": answer.verdict,
        "eligible": answer.eligible,
        "in_result": answer.in_result,
        "first_failure": None if answer.failure is None else _failure(one, answer.failure),
        "steps": [_step(one, step) for step in answer.steps],
        "remarks": list(answer.remarks),
    }


def _failure(one: ImplementationExplained, failure: FirstFailure) -> Json:
    return {
        "kind": failure.kind,
        "clause": failure.clause,
        "text": failure.text,
        **_where(one.code, failure.span),
        "met": _met(failure.met),
    }


def _step(one: ImplementationExplained, step: Step) -> Json:
    window = step.window
    return {
        "kind": step.kind,
        "clause": one.number_of(step.span),
        "text": step.text,
        **_where(one.code, step.span),
        "holds": step.holds,
        "met": _met(step.met),
        "trace": None if step.trace is None else _trace(one, step.trace),
        "window": None
        if window is None
        else {"earliest": _time(window.earliest), "latest": _time(window.latest)},
        "subsearch": [_step(one, inner) for inner in step.inner],
        "subsearch_rows": step.rows,
        "remark": step.remark or None,
    }


def _trace(one: ImplementationExplained, node: Trace) -> Json:
    return {
        "join": node.join,
        "clause": one.number_of(node.span),
        "text": node.text,
        **_where(one.code, node.span),
        "holds": node.holds,
        "met": _met(node.met),
        "parts": [_trace(one, part) for part in node.parts],
    }


def _met(met: tuple[Met, ...]) -> list[Json]:
    return [{"field": one.field, "value": _cell(one.value), "read_from": one.read_from} for one in met]


def _place(code: Source, span: Span) -> Json:
    line, column = code.position(span.start)
    return {"line": line, "column": column, "source": code.text[span.start : span.end]}


def _where(code: Source, span: Span | None) -> Json:
    return {"line": None, "column": None, "source": None} if span is None else _place(code, span)


def _cell(cell: Cell) -> object:
    return list(cell) if isinstance(cell, tuple) else cell


def _time(time: datetime | None) -> str | None:
    return None if time is None else format_time(time)
