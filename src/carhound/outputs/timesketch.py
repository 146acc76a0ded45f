"""Findings as JSON lines for Timesketch: one event on each line, with the three fields that it asks for.

https://timesketch.org/guides/user/import-from-json-csv/ names them. Its importer leaves out names that begin
with "_", and the name "label": every field of evidence stands behind `native_` or `car_`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from carhound.findings.run import Finding, Run
from carhound.model.event import Fields
from carhound.outputs.escape import visible
from carhound.outputs.finding_fields import fields_of, text
from carhound.outputs.json_run import Json
from carhound.outputs.json_text import encode

_NO_NAME = re.compile(r"\W", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def lines(run: Run) -> Iterator[bytes]:
    """A line for each finding that has a time: without one, Timesketch has no place for it."""
    titles = {analytic.id: analytic.title for analytic in run.analytics}
    for finding in run.findings:
        if finding.time is not None:
            yield encode(_event(finding, finding.time, titles.get(finding.analytic, "")))


def _event(finding: Finding, time: datetime, title: str) -> Json:
    seen = finding.prevalence
    return {
        "message": visible(_message(finding, title)),
        "datetime": time.astimezone(UTC).isoformat(timespec="microseconds"),
        "timestamp": (time - _EPOCH) // timedelta(microseconds=1),
        "timestamp_desc": finding.object or "event logged",
        "data_type": "carhound:finding",
        "tag": [finding.analytic],
        "finding_id": finding.id,
        "analytic": finding.analytic,
        "implementations": list(finding.implementations),
        "reasons": [f"{reason.weight}: {reason.text}" for reason in finding.reasons],
        "computer": finding.computer,
        "provider": finding.provider,
        "event_id": finding.event_id,
        "places": [f"{place.file}, {place.record}" for place in finding.places],
        "seen_hosts": None if seen is None else seen.hosts,
        "seen_days": None if seen is None else seen.days,
        **_flat("native", finding.native),
        **_flat("car", finding.car),
    }


def _message(finding: Finding, title: str) -> str:
    fields = fields_of(finding)
    if fields.image_loaded is not None:
        what = f"{fields.image or 'image not recorded'} loads {fields.image_loaded}"
    else:
        what = f"{fields.parent_image or 'parent not recorded'} → {fields.image or 'image not recorded'}"
    command = f": {fields.command_line}" if fields.command_line else ""
    return f"{finding.analytic} {title}: {what}{command}"


def _flat(view: str, fields: Fields) -> Json:
    """Text fields under names that a search can spell; of two that are spelled alike the first stays."""
    flat: Json = {}
    for name, value in fields.items():
        flat.setdefault(f"{view}_{_NO_NAME.sub('_', name)}", text(value))
    return flat
