"""CSV for spreadsheets and line tools: a row is one line, and no cell of evidence is ever a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

from carhound.findings.prevalence import Prevalence
from carhound.findings.run import Finding, Run
from carhound.model.event import Cell
from carhound.model.instants import format_time
from carhound.outputs.escape import csv_text
from carhound.outputs.finding_fields import fields_of, text

COLUMNS = (
    "time",
    "computer",
    "analytic",
    "implementations",
    "object",
    "event_id",
    "parent_image",
    "image",
    "command_line",
    "image_loaded",
    "file",
    "record",
    "places",
    "days",
    "id",
    "seen_hosts",
    "seen_days",
    "seen_first",
    "seen_last",
    "key",
    "key_folded",
    "reasons",
)
"""Of a finding; `file` and `record` are of the first place, `places` counts all, `seen_…` and `key…` say
how common its key is, `reasons` are codes."""


def lines(run: Run) -> Iterator[str]:
    """A head line, then one line per finding of `hunt` or row of `search`."""
    if run.results is not None:
        yield _line(run.results.columns)
        yield from map(_line, run.results.rows)
    else:
        yield _line(COLUMNS)
        yield from (_line(_cells(finding)) for finding in run.findings)


def _cells(finding: Finding) -> tuple[Cell, ...]:
    fields = fields_of(finding)
    place = finding.places[0] if finding.places else None
    return (
        _time(finding.time),
        finding.computer,
        finding.analytic,
        finding.implementations,
        finding.object,
        finding.event_id,
        fields.parent_image,
        fields.image,
        fields.command_line,
        fields.image_loaded,
        None if place is None else place.file,
        None if place is None else place.record,
        len(finding.places),
        finding.days,
        finding.id,
        *_seen(finding.prevalence),
        tuple(reason.code for reason in finding.reasons),
    )


def _seen(prevalence: Prevalence | None) -> tuple[Cell, ...]:
    if prevalence is None:
        return (None,) * 6
    first, last = _time(prevalence.first), _time(prevalence.last)
    return (prevalence.hosts, prevalence.days, first, last, prevalence.key, prevalence.folded)


def _time(time: datetime | None) -> str | None:
    return None if time is None else format_time(time)


def _line(cells: Iterable[Cell]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(map(_safe, cells))
    return buffer.getvalue()


def _safe(cell: Cell) -> str | int | float | None:
    """Numbers are ours and stay; absent is an empty cell; several values are joined by "; "."""
    return cell if cell is None or isinstance(cell, int | float) else csv_text(text(cell))
