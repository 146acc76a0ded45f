"""Places told by the lines of a span become places by the lines of the file."""

import re
from collections.abc import Iterable
from functools import partial

from msgspec.structs import replace

from carhound.findings.coverage import FileTally
from carhound.model.event import Event, Place

_LINE = r"(?a)(?<![^ ])line (\d+)$"
"""At the end of "line 12", or of "3 records from line 12"."""


def count_lines_before(tally: FileTally, admitted: Iterable[Event], lines: int) -> None:
    """Adds so many lines to every place that a span tells by its own lines."""
    if not lines:
        return
    told = partial(with_lines_before, lines=lines)
    tally.damaged = [replace(one, where=told(one.where)) for one in tally.damaged]
    tally.skipped = [replace(one, where=told(one.where)) for one in tally.skipped]
    for event in admitted:
        event.position = told(event.position)
        if not event.record_id:
            event.place = Place(event.place.file, event.position)


def with_lines_before(where: str, lines: int) -> str:
    """A place, where it is told by lines so many lines further down."""
    return re.sub(_LINE, lambda found: f"line {int(found[1]) + lines}", where)
