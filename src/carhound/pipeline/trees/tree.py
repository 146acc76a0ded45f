"""`tree`: the processes around findings, or around one event."""

import re

from msgspec import Struct

from carhound.errors import UsageError
from carhound.findings.lineage.trees import Trees
from carhound.findings.run import Finding
from carhound.model.event import Event
from carhound.pipeline.explaining.event_choice import AtPlace, event_at, read_choice
from carhound.pipeline.files.pieces import pieces
from carhound.pipeline.hunt import hunt
from carhound.pipeline.request import Progress, Request, zone
from carhound.pipeline.trees.lineage import with_trees
from carhound.pipeline.trees.recall import from_files_again
from carhound.readers.interface import ReadOptions
from carhound.readers.walk import missing

_ID = re.compile("[0-9a-fA-F]{8,16}")


class TreeRequest(Struct, frozen=True):
    """What the command line asked for."""

    hunt: Request
    finding: str | None = None
    """The id of a finding, or how it begins."""
    event: str | None = None
    """FILE:RECORD."""


def trees(request: TreeRequest, progress: Progress | None = None) -> Trees:
    """The trees of the findings of a hunt, of one of them, or around an event. Raises CarhoundError."""
    if request.event is not None:
        return _around_event(request, request.event)
    if request.finding is not None and _ID.fullmatch(request.finding) is None:
        raise UsageError(
            f"--finding {request.finding!r} is no id of a finding",
            hint="write its 16 digits or the first 8 or more; an event is named with --event",
        )
    run = hunt(request.hunt, progress)
    found = run.findings
    if request.finding is not None:
        found = _one_of(found, request.finding)
    notes = [one for analytic in run.analytics for one in analytic.diagnostics if one.code == "RUN-P1"]
    remarks = dict.fromkeys(one.message for one in notes)
    return Trees(found, tuple(remarks), run.status, run.reasons)


def _one_of(findings: tuple[Finding, ...], text: str) -> tuple[Finding, ...]:
    digits = text.lower()
    found = tuple(one for one in findings if one.id.startswith(digits))
    if not found:
        raise UsageError(
            f"the evidence holds no finding {digits} of these analytics",
            hint="ids are those of 'carhound hunt --format json' with the same analytics; "
            "an event that matched nothing is named with --event FILE:RECORD",
        )
    if len({one.id for one in found}) > 1:
        raise UsageError(f"{len(found)} findings begin with {digits}", hint="write all 16 digits of the id")
    return found


def _around_event(request: TreeRequest, text: str) -> Trees:
    asked = request.hunt
    place = read_choice(text)
    if not isinstance(place, AtPlace):
        raise UsageError(
            f"--event {text!r} names no record of a file",
            hint="write FILE:RECORD; a finding goes with --finding",
        )
    if asked.lake is not None or request.finding is not None:
        other = "--lake" if asked.lake is not None else "--finding"
        raise UsageError(
            f"--event and {other} do not go together", hint="name an event of a file, or a finding"
        )
    options = ReadOptions(zone(asked.tz))
    event, remarks = event_at(place, options)
    paths = asked.evidence or (place.file,)
    if gone := missing(paths):
        raise UsageError(f"no such file or folder: {', '.join(gone)}", hint="check the path")
    (finding,), lacking = with_trees([(event, _as_finding(event))], from_files_again(pieces(paths), options))
    if finding.tree is None:
        raise UsageError(
            f"{text} tells of no process",
            hint="trees are made of events of Sysmon and of the Security log that name a process",
        )
    said = () if lacking is None else (lacking.message,)
    return Trees((finding,), (*remarks, *said))


def _as_finding(event: Event) -> Finding:
    return Finding(
        "",
        "",
        (),
        event.time,
        event.computer,
        "/".join(event.kinds[0]) if event.kinds else None,
        event.provider,
        event.event_id,
        (event.place,),
        event.native,
        event.car,
    )
