"""The run as one JSON object of the shape `carhound.run/1`, which `schema/run-1.json` defines.

Every key is always there, in one order; absent is null. Times are ISO 8601 in UTC and end in Z.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from carhound.findings.prevalence import Prevalence
from carhound.findings.run import (
    AnalyticResult,
    Evidence,
    FileReport,
    Finding,
    HostCoverage,
    ImplementationResult,
    Rows,
    Run,
    RunInfo,
    Suppressed,
    TwinDifference,
    Twins,
    WindowUsed,
)
from carhound.findings.silence import Silence
from carhound.findings.suppressions import Suppression, Suppressions
from carhound.model.diagnostics import Diagnostic
from carhound.model.event import Cell, Fields
from carhound.model.instants import format_time
from carhound.outputs.json_tree import tree_object

SCHEMA = "carhound.run/1"

Json = dict[str, object]


def run_object(run: Run) -> Json:
    """The whole run."""
    return {
        "schema": SCHEMA,
        "run": {
            **info_object(run.info),
            "novel_over": run.info.novel_over,
            "key": list(run.info.key),
        },
        "analytics": [analytic_object(analytic) for analytic in run.analytics],
        "hosts": [_host(host) for host in run.hosts],
        "evidence": _evidence(run.evidence),
        "findings": [finding_object(finding) for finding in run.findings],
        "suppressed": [_suppressed(one) for one in run.suppressed],
        "suppressions": None if run.suppressions is None else _suppressions(run.suppressions),
        "results": None if run.results is None else _results(run.results),
        "status": run.status,
        "reasons": list(run.reasons),
    }


def finding_object(finding: Finding) -> Json:
    """One finding, as it stands in the run and alone on a line of JSON lines."""
    prevalence = None if finding.prevalence is None else _prevalence(finding.prevalence)
    tree = None if finding.tree is None else tree_object(finding.tree)
    reasons = [{"code": one.code, "weight": one.weight, "text": one.text} for one in finding.reasons]
    return {**event_object(finding), "prevalence": prevalence, "tree": tree, "reasons": reasons}


def event_object(finding: Finding) -> Json:
    """The event of a finding, without what only other events can tell of it."""
    return {
        "id": finding.id,
        "analytic": finding.analytic,
        "implementations": list(finding.implementations),
        "time": _time(finding.time),
        "computer": finding.computer,
        "object": finding.object,
        "provider": finding.provider,
        "event_id": finding.event_id,
        "places": [{"file": place.file, "record_id": place.record} for place in finding.places],
        "days": list(finding.days),
        "native": _fields(finding.native),
        "car": _fields(finding.car),
    }


def suppression_object(suppression: Suppression) -> Json:
    """An entry of a suppressions file."""
    return {
        "line": suppression.line,
        "match": dict(suppression.match),
        "reason": suppression.reason,
        "owner": suppression.owner,
        "expires": suppression.expires.isoformat(),
    }


def _suppressed(one: Suppressed) -> Json:
    return {
        "suppression": suppression_object(one.suppression),
        "finding": finding_object(one.finding),
    }


def _suppressions(suppressions: Suppressions) -> Json:
    return {
        "path": suppressions.path,
        "entries": [suppression_object(entry) for entry in suppressions.entries],
    }


def row_objects(rows: Rows) -> list[Json]:
    """Each row as an object keyed by column."""
    return [dict(zip(rows.columns, map(_cell, row), strict=True)) for row in rows.rows]


def info_object(info: RunInfo) -> Json:
    """How the command was run."""
    return {
        "now": format_time(info.now),
        "now_from": info.now_from,
        "tz": info.tz,
        "reading": info.reading,
        "backfill": info.backfill,
        "command": list(info.command),
        "version": info.version,
        "engine": info.engine,
        "passed_over": list(info.passed_over),
    }


def analytic_object(analytic: AnalyticResult) -> Json:
    """An analytic, and what its implementations said."""
    return {
        "id": analytic.id,
        "title": analytic.title,
        "source": {"path": analytic.path, "sha256": analytic.sha256},
        "attack": [_plain(entry) for entry in analytic.attack],
        "d3fend": [_plain(entry) for entry in analytic.d3fend],
        "data_model_references": [
            {"reference": reference, "defined": defined}
            for reference, defined in analytic.data_model_references
        ],
        "implementations": [_implementation(result) for result in analytic.implementations],
        "twins": [_twins(twins) for twins in analytic.twins],
        "diagnostics": [diagnostic_object(diagnostic) for diagnostic in analytic.diagnostics],
    }


def _implementation(result: ImplementationResult) -> Json:
    table = result.table
    return {
        "name": result.name,
        "language": result.language,
        "status": result.status,
        "windows": [
            {**window_object(window), "silence": _silence(window.silence)} for window in result.windows
        ],
        "eligible": result.eligible,
        "matched": result.matched,
        "columns": None if table is None else list(table.columns),
        "rows": None if table is None else _rows(table),
        "findings": list(result.findings),
        "outside_window": result.outside_window,
        "not_judged": list(result.not_judged),
        "diagnostics": [diagnostic_object(diagnostic) for diagnostic in result.diagnostics],
    }


def window_object(window: WindowUsed) -> Json:
    """A window, resolved."""
    return {
        "role": window.role,
        "earliest": _time(window.earliest),
        "latest": _time(window.latest),
        "line": window.line,
        "column": window.column,
    }


def _silence(silence: Silence | None) -> Json | None:
    if silence is None:
        return None
    return {
        "days": silence.days,
        "without_any": silence.without_any,
        "hosts": [{"computer": host.computer, "days": host.days} for host in silence.hosts],
    }


def _prevalence(prevalence: Prevalence) -> Json:
    return {
        "key": dict(zip(prevalence.fields, prevalence.key, strict=True)),
        "hosts": prevalence.hosts,
        "days": prevalence.days,
        "first": _time(prevalence.first),
        "last": _time(prevalence.last),
        "folded": prevalence.folded,
    }


def _twins(twins: Twins) -> Json:
    return {
        "spl": twins.spl,
        "pseudocode": twins.pseudocode,
        "agree": twins.agree,
        "only_spl": [_difference(difference) for difference in twins.only_spl],
        "only_pseudocode": [_difference(difference) for difference in twins.only_pseudocode],
    }


def _difference(difference: TwinDifference) -> Json:
    return {"finding": difference.finding, "clause": difference.clause, "value": difference.value}


def diagnostic_object(diagnostic: Diagnostic) -> Json:
    """A remark, with its place in the document."""
    line, column = diagnostic.position() or (None, None)
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "line": line,
        "column": column,
        "hint": diagnostic.hint,
        "count": diagnostic.count,
    }


def _host(host: HostCoverage) -> Json:
    return {
        "computer": host.computer,
        "first": _time(host.first),
        "last": _time(host.last),
        "events": host.events,
        "sysmon_1": host.sysmon_1,
        "sysmon_7": host.sysmon_7,
        "security_4688": host.security_4688,
        "security_4688_with_command_line": host.security_4688_with_command_line,
        "security_4688_unread": host.security_4688_unread,
        "judged": [
            {"analytic": analytic, "implementation": implementation}
            for analytic, implementation in host.judged
        ],
    }


def _evidence(evidence: Evidence) -> Json:
    files = evidence.files

    def total(number: Callable[[FileReport], int]) -> int:
        return sum(map(number, files))

    return {
        "files": [_file(file) for file in files],
        "not_evidence": list(evidence.not_evidence),
        "missing": list(evidence.missing),
        "archives": [{"path": path, "sha256": sha256} for path, sha256 in evidence.archives],
        "totals": {
            "files": len(files),
            "bytes": total(lambda file: file.bytes or 0),
            "events": total(lambda file: file.events),
            "unread": total(lambda file: file.unread),
            "eligible": total(lambda file: file.eligible),
            "duplicates": total(lambda file: file.duplicates),
            "damaged": total(lambda file: len(file.damaged)),
            "skipped": total(lambda file: len(file.skipped)),
        },
    }


def _file(file: FileReport) -> Json:
    return {
        "path": file.path,
        "format": file.format,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "events": file.events,
        "unread": file.unread,
        "eligible": file.eligible,
        "duplicates": file.duplicates,
        **left_out(file),
    }


def left_out(file: FileReport) -> Json:
    """What of a file was not read, and what the reader assumed."""
    return {
        "damaged": [
            {
                "where": damage.where,
                "reason": damage.reason,
                "offset": damage.offset,
                "records": damage.records,
            }
            for damage in file.damaged
        ],
        "skipped": [
            {
                "where": skipped.where,
                "reason": skipped.reason,
                "partial": skipped.partial,
                "records": skipped.records,
            }
            for skipped in file.skipped
        ],
        "remarks": [{"code": remark.code, "message": remark.message} for remark in file.remarks],
    }


def _results(rows: Rows) -> Json:
    return {"columns": list(rows.columns), "rows": _rows(rows)}


def _rows(rows: Rows) -> list[list[object]]:
    return [[_cell(cell) for cell in row] for row in rows.rows]


def _cell(cell: Cell) -> object:
    return list(cell) if isinstance(cell, tuple) else cell


def _fields(fields: Fields) -> Json:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}


def _plain(entry: Mapping[str, object]) -> Json:
    """What a document says of a technique: text, and lists of text."""
    return {
        name: [str(item) for item in value] if isinstance(value, list | tuple) else value
        for name, value in entry.items()
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else format_time(time)
