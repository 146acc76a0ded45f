"""The tests of analytics as one JSON object of the shape `carhound.tests/1` (`schema/tests-1.json`).

Every key is always there, in one order; absent is null.
"""

from carhound.findings.checks import (
    AnalyticChecks,
    CaseResult,
    Cell,
    CheckRun,
    ClauseReport,
    Clauses,
    Place,
    Reason,
)
from carhound.model.instants import format_time

SCHEMA = "carhound.tests/1"

Json = dict[str, object]


def checks_object(run: CheckRun) -> Json:
    """The whole run."""
    return {
        "schema": SCHEMA,
        "run": {"command": list(run.command), "version": run.version},
        "analytics": [_analytic(one) for one in run.analytics],
        "untested": list(run.untested),
        "problems": list(run.problems),
        "totals": {
            "cases": sum(len(one.cases) for one in run.analytics),
            "as_expected": run.held,
            "not_as_expected": run.failed,
            "not_told": run.untold,
        },
        "exit_status": run.exit_status,
    }


def _analytic(one: AnalyticChecks) -> Json:
    return {
        "id": one.id,
        "title": one.title,
        "path": one.path,
        "unit_tests": list(one.unit_tests),
        "claims": list(one.claims),
        "files": list(one.files),
        "implementations": [{"name": name, "language": language} for name, language in one.implementations],
        "not_run": [{"implementation": each.implementation, "why": each.why} for each in one.not_run],
        "cases": [_case(case) for case in one.cases],
        "clauses": [_clauses(each) for each in one.clauses],
    }


def _case(case: CaseResult) -> Json:
    return {
        "name": case.name,
        "title": case.title,
        "about": case.about,
        "file": case.file,
        "line": case.line,
        "evidence": case.evidence,
        "events": case.events,
        "now": None if case.now is None else format_time(case.now),
        "tz": case.tz,
        "reading": case.reading,
        "backfill": case.backfill,
        "claimed": case.claimed,
        "fulfils_claim": case.fulfils_claim if case.claimed else None,
        "results": [_cell(cell) for cell in case.cells],
        "problems": list(case.problems),
    }


def _cell(cell: Cell) -> Json:
    return {
        "implementation": cell.implementation,
        "said": cell.said,
        "expected": cell.expected,
        "as_expected": cell.as_expected,
        "matched": list(cell.matched),
        "reasons": [_reason(reason) for reason in cell.reasons],
    }


def _reason(reason: Reason) -> Json:
    return {
        "message": reason.message,
        "clause": _place(reason.clause),
        "value": reason.value,
        "record": reason.record,
    }


def _clauses(one: Clauses) -> Json:
    return {
        "implementation": one.implementation,
        "hits": one.hits,
        "mutants": one.mutants,
        "clauses": [_clause(clause) for clause in one.clauses],
    }


def _clause(one: ClauseReport) -> Json:
    return {
        "clause": _place(one.clause),
        "branch": one.branch,
        "turned": one.turned,
        "change": one.change,
        "case": one.case,
        "covered_by": _place(one.covered_by),
    }


def _place(place: Place | None) -> Json | None:
    return None if place is None else {"text": place.text, "line": place.line, "column": place.column}
