"""Visibility as JSON of the shape `carhound.visibility/1`, which `schema/visibility-1.json` defines."""

from datetime import datetime

from carhound.findings.record_ids import RecordIds
from carhound.findings.sensor_rules import SensorRules
from carhound.findings.visibility import HostVisibility, LogSeen, Sight, Visibility
from carhound.model.instants import format_time
from carhound.outputs.json_run import Json, left_out

SCHEMA = "carhound.visibility/1"


def visibility_object(found: Visibility) -> Json:
    """The whole answer."""
    return {
        "schema": SCHEMA,
        "run": {
            "version": found.version,
            "command": list(found.command),
            "tz": found.tz,
            "now": _time(found.now),
        },
        "implementations": [{"analytic": analytic, "name": name} for analytic, name in found.implementations],
        "cannot_run": [
            {"analytic": one.analytic, "name": one.implementation, "why": one.why} for one in found.unable
        ],
        "hosts": [_host(host) for host in found.hosts],
        "sysmon_config": None if found.rules is None else _rules(found.rules),
        "evidence": {
            "files": [
                {"path": file.path, "format": file.format, "events": file.events, **left_out(file)}
                for file in found.evidence.files
            ],
            "not_evidence": list(found.evidence.not_evidence),
            "missing": list(found.evidence.missing),
        },
        "status": found.status,
        "reasons": list(found.reasons),
    }


def _host(host: HostVisibility) -> Json:
    version = host.sysmon
    return {
        "computer": host.computer,
        "events": host.events,
        "first": _time(host.first),
        "last": _time(host.last),
        "days": host.days,
        "silent_days": host.silent_days,
        "silent": [day.isoformat() for day in host.silent],
        "sysmon": None
        if version is None
        else {
            "stated": list(version.stated),
            "schema": version.schema,
            "at_least": version.at_least,
            "by": version.by,
        },
        "implementations": [_sight(sight) for sight in host.sights],
        "logs": [_log(log) for log in host.logs],
        "notices": [{"kind": one.kind, "time": _time(one.time), "text": one.text} for one in host.notices],
        "notices_unlisted": dict(host.unlisted),
        "fields": [
            {
                "kind": one.kind,
                "field": one.field,
                "events": one.events,
                "present": one.present,
                "values": None if one.values is None else dict(one.values),
            }
            for one in host.fields
        ],
        "module_loads_of": None if host.loaders is None else list(host.loaders),
    }


def _sight(sight: Sight) -> Json:
    return {
        "analytic": sight.analytic,
        "name": sight.implementation,
        "can_fire": sight.verdict,
        "eligible": sight.eligible,
        "days": sight.days,
        "reasons": [{"what": lack.what, "detail": lack.detail, "hint": lack.hint} for lack in sight.lacks],
    }


def _log(log: LogSeen) -> Json:
    return {
        "log": log.log,
        "events": log.events,
        "first": _time(log.first),
        "last": _time(log.last),
        "event_ids": dict(log.by_id),
        "records": None if log.records is None else _records(log.records),
    }


def _records(ids: RecordIds) -> Json:
    return {
        "first": ids.first,
        "last": ids.last,
        "present": ids.present,
        "repeats": ids.repeats,
        "missing": ids.missing,
        "exact": ids.exact,
        "looks_filtered": ids.filtered,
        "holes": ids.holes,
        "gaps": [
            {
                "missing": gap.missing,
                "after": gap.after,
                "before": gap.before,
                "from": _time(gap.last),
                "to": _time(gap.next),
            }
            for gap in ids.gaps
        ],
        "restarts": [{"record": one.record, "time": _time(one.time)} for one in ids.restarts],
        "clock_jumps": ids.jumps,
        "largest_clock_jumps": [
            {"record": one.record, "from": _time(one.was), "to": _time(one.became)}
            for one in ids.largest_jumps
        ],
    }


def _rules(rules: SensorRules) -> Json:
    return {
        "path": rules.path,
        "schema": rules.schema,
        "events": [
            {"event_id": one.event_id, "tag": one.tag, "logged": one.logged, "why": one.why}
            for one in rules.events
        ],
        "implementations": [
            {
                "analytic": one.analytic,
                "name": one.implementation,
                "verdict": one.verdict,
                "samples": one.samples,
                "hidden_samples": one.hidden_samples,
                "why": one.why,
                "hidden": [
                    {
                        "sample": sample.sample,
                        "event_id": sample.event_id,
                        "about": dict(sample.about),
                        "rule": sample.rule,
                    }
                    for sample in one.hidden
                ],
            }
            for one in rules.verdicts
        ],
        "remarks": list(rules.remarks),
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else format_time(time)
