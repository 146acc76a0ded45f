"""What `lake` answers, as plain lines for people."""

from collections.abc import Iterable, Iterator

from carhound.model.lake_reports import Day, LakeCheck, LakeStats, Upkeep
from carhound.outputs.escape import visible
from carhound.outputs.wording import count, number, size, some

_SHOWN = 20


def stats_lines(stats: LakeStats) -> Iterator[str]:
    """How large a lake is."""
    yield visible(f"lake {stats.folder}")
    yield f"  events   {number(stats.events)}"
    yield f"  days     {_days(stats.days)}"
    yield f"  files    {number(stats.files)}, {size(stats.bytes)}"
    yield f"  batches  {number(stats.batches)}"
    yield f"  tags     {visible(some(stats.tags, _SHOWN)) or 'none'}"
    if stats.most_files is not None and stats.most_files[1] > 1:
        day, files = stats.most_files
        yield f"'carhound lake compact' makes small files one: {day or 'no time'} has {number(files)}"


def check_lines(check: LakeCheck) -> Iterator[str]:
    """Whether a lake is whole."""
    for one in check.problems[:_SHOWN]:
        yield visible(f"{one.path} {one.problem}")
    if (more := len(check.problems) - _SHOWN) > 0:
        yield f"and {count(more, 'more file')}"
    if check.orphans:
        files = count(len(check.orphans), "file belongs", "files belong")
        yield f"{files} to no snapshot ({size(check.orphan_bytes)}): harmless, left by runs that were ended"
        yield from (visible(f"  {path}") for path in check.orphans[:_SHOWN])
        if (more := len(check.orphans) - _SHOWN) > 0:
            yield f"  and {count(more, 'more file')}"
        yield "  'carhound lake compact' deletes them when they are a day old"
    whole = f"{count(check.events, 'event')} in {count(check.files, 'file')} can be read"
    if check.problems:
        yield f"BROKEN: {count(len(check.problems), 'file')} missing or damaged; {whole}"
    else:
        yield f"whole: {whole}"


def compact_lines(done: Upkeep) -> Iterator[str]:
    """What became of small files."""
    if done.days:
        files = f"{count(done.files_before, 'file')} made {number(done.files_after)}"
        yield f"{files}, with {count(done.events, 'event')} of {_days(done.days)}"
    else:
        yield "nothing to compact"
    yield from _deleted(done)


def expire_lines(done: Upkeep) -> Iterator[str]:
    """What became of old days."""
    if done.days:
        yield f"{count(done.events, 'event')} removed: {_days(done.days)}"
    else:
        yield f"nothing to remove before {done.until:%Y-%m-%d}"
    yield from _deleted(done)


def _deleted(done: Upkeep) -> Iterator[str]:
    if done.deleted:
        yield f"{count(done.deleted, 'file')} deleted that no snapshot named"


def _days(days: Iterable[Day]) -> str:
    days = tuple(days)
    dated = [day for day in days if day is not None]
    said = f"{count(len(dated), 'day')}, {min(dated)} to {max(dated)}" if dated else "no days"
    return said + ("; and events without a time" if None in days else "")
