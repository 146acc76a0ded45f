"""What `lint` found as one JSON object of the shape `carhound.lint/1`; `schema/lint-1.json` defines it.

Every key is always there, in one order; absent is null. Lines and columns count from 1.
"""

from carhound.findings.linted import LintedAnalytic, LintRun, Remark
from carhound.outputs.json_run import Json

SCHEMA = "carhound.lint/1"


def lint_object(run: LintRun) -> Json:
    """All of it."""
    return {
        "schema": SCHEMA,
        "version": run.version,
        "fail_on": run.fail_on,
        "counts": dict(run.counts()),
        "analytics": [_analytic(one) for one in run.analytics],
        "passed_over": list(run.passed_over),
        "reasons": list(run.reasons),
    }


def _analytic(analytic: LintedAnalytic) -> Json:
    return {
        "id": analytic.id,
        "title": analytic.title,
        "path": analytic.path,
        "remarks": [_remark(one) for one in analytic.remarks],
        "implementations": [
            {
                "name": one.name,
                "language": one.language,
                "line": one.code.line,
                "checked": one.checked,
                "remarks": [_remark(remark) for remark in one.remarks],
            }
            for one in analytic.implementations
        ],
    }


def _remark(remark: Remark) -> Json:
    said = remark.diagnostic
    start, end = said.position() or (None, None), said.end() or (None, None)
    source = None
    if said.source is not None and said.span is not None:
        source = said.source.text[said.span.start : said.span.end]
    return {
        "code": said.code,
        "severity": said.severity,
        "message": said.message,
        "hint": said.hint,
        "line": start[0],
        "column": start[1],
        "end_line": end[0],
        "end_column": end[1],
        "source": source,
        "witness": None
        if remark.witness is None
        else {
            "found_by": remark.witness.found_by,
            "fields": [{"name": name, "value": value} for name, value in remark.witness.fields],
        },
    }
