"""The record ids of one log of one host: what is missing, what starts again, and where time goes back.

Windows numbers the records of a log one by one, so a full export has every number between its first and its
last. Memory grows with the holes, not with the records, and is bounded.
"""

from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import Struct, field

SLACK = timedelta(minutes=5)
"""Time may go back by so much from one record to the next: records are not written quite in order."""

_MOST_RUNS = 10_000
"""Runs of consecutive ids that are told apart."""
_MOST_LINES = 8
_LISTED = 20


class RecordGap(Struct, frozen=True):
    """Record ids that are missing between two that are there."""

    missing: int
    after: int
    before: int
    last: datetime | None
    """When the record before the gap was written, `next` the one behind it; aware UTC."""
    next: datetime | None


class ClockJump(Struct, frozen=True):
    """Time that goes back from one record to the very next."""

    record: int
    """The later record."""
    was: datetime
    became: datetime


class Restart(Struct, frozen=True):
    """A record whose id was used before, or lies below the others, though it is later."""

    record: int
    time: datetime


class RecordIds(Struct, frozen=True):
    """What the record ids of a log say of it."""

    first: int
    last: int
    present: int
    """Different ids. With restarts they are counted in each line of ids for itself."""
    repeats: int
    """Records whose id was met before, at about the time at which it stands: copies."""
    missing: int
    exact: bool
    """Whether `missing` is exact; with very many holes, or without order in the ids, it is not."""
    holes: int
    gaps: tuple[RecordGap, ...]
    """The largest, largest first; at most 20."""
    restarts: tuple[Restart, ...]
    jumps: int
    largest_jumps: tuple[ClockJump, ...]
    """The largest, largest first; at most 20. A clock set forward looks like silence and is not told."""

    @property
    def filtered(self) -> bool:
        """Whether most records are missing: an export of some of them, not a log with holes."""
        return self.missing > self.present


class _Run(Struct):
    """Consecutive ids, and the times of those at its ends, and the span of all."""

    first: int
    last: int
    first_time: datetime | None
    last_time: datetime | None
    earliest: datetime | None
    latest: datetime | None

    def spans(self, time: datetime | None) -> bool:
        """Whether a record of that time can be one of these."""
        if time is None or self.earliest is None or self.latest is None:
            return True
        return self.earliest - time <= SLACK and time - self.latest <= SLACK

    def takes_in(self, time: datetime | None) -> None:
        if time is not None:
            self.earliest = time if self.earliest is None else min(self.earliest, time)
            self.latest = time if self.latest is None else max(self.latest, time)


class _Line(Struct):
    """Ids in one numbering; a log that was set back or made anew has several."""

    runs: list[_Run] = field(default_factory=list)
    at: int = 0
    """The run that the last record went to."""
    crowded: bool = False
    """Too many holes: only the ends are kept, and records are counted."""
    counted: int = 0


class RecordTracker:
    """Told of every record of a log, in whatever order."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._repeats = 0
        self._jumps = 0
        self._largest: list[ClockJump] = []
        self._restarts: list[Restart] = []
        self._disorder = False

    def add(self, number: int, time: datetime | None) -> None:
        """Notes a record and when it was written (aware UTC)."""
        if len(self._lines) > 1 and any(_holds(line, number, time) for line in self._lines):
            self._repeats += 1
            return
        for line in reversed(self._lines):
            if self._put(line, number, time):
                return
        if len(self._lines) >= _MOST_LINES:
            self._disorder = True
            self._repeats += 1
            return
        if self._lines and time is not None:
            self._restarts.append(Restart(number, time))
        self._lines.append(_Line([_Run(number, number, time, time, time, time)], counted=1))

    def seen(self) -> RecordIds | None:
        """What there is to say; None where no record had an id."""
        if not self._lines:
            return None
        gaps = [gap for line in self._lines if not line.crowded for gap in _gaps(line)]
        spans = [line.runs[-1].last - line.runs[0].first + 1 for line in self._lines]
        present = sum(map(_present, self._lines, spans))
        return RecordIds(
            min(line.runs[0].first for line in self._lines),
            max(line.runs[-1].last for line in self._lines),
            present,
            self._repeats,
            sum(spans) - present,
            not self._disorder and not any(line.crowded for line in self._lines),
            len(gaps),
            tuple(sorted(gaps, key=lambda gap: (-gap.missing, gap.after))[:_LISTED]),
            tuple(self._restarts),
            self._jumps,
            tuple(self._largest),
        )

    def _put(self, line: _Line, number: int, time: datetime | None) -> bool:
        """Adds a record where it fits into a numbering, or says that it does not."""
        run = line.runs[line.at]
        if number == run.last + 1 and (
            line.at + 1 == len(line.runs) or line.runs[line.at + 1].first > number
        ):
            return self._append(line, line.at, number, time)
        at = bisect_right(line.runs, number, key=lambda one: one.first) - 1
        before = line.runs[at] if at >= 0 else None
        after = line.runs[at + 1] if at + 1 < len(line.runs) else None
        if before is not None and number <= before.last:
            return self._inside(line, before, time)
        if before is not None and number == before.last + 1:
            return self._append(line, at, number, time)
        if after is not None and number == after.first - 1:
            self._compare(after.first, time, after.first_time)
            after.first, after.first_time = number, time
            after.takes_in(time)
            line.at, line.counted = at + 1, line.counted + 1
            return True
        if after is not None and not _in_order(time, after.latest):
            return False
        if after is not None and before is not None and not _in_order(before.earliest, time):
            return False
        line.runs.insert(at + 1, _Run(number, number, time, time, time, time))
        line.at, line.counted = at + 1, line.counted + 1
        _make_room(line)
        return True

    def _inside(self, line: _Line, run: _Run, time: datetime | None) -> bool:
        if not run.spans(time):
            return False
        if line.crowded:
            line.counted += 1
        else:
            self._repeats += 1
        return True

    def _append(self, line: _Line, at: int, number: int, time: datetime | None) -> bool:
        run = line.runs[at]
        self._compare(number, run.last_time, time)
        run.last, run.last_time = number, time
        run.takes_in(time)
        line.at, line.counted = at, line.counted + 1
        after = line.runs[at + 1] if at + 1 < len(line.runs) else None
        if after is not None and after.first == number + 1:
            self._compare(after.first, time, after.first_time)
            run.last, run.last_time = after.last, after.last_time
            run.takes_in(after.earliest)
            run.takes_in(after.latest)
            del line.runs[at + 1]
        return True

    def _compare(self, record: int, earlier: datetime | None, later: datetime | None) -> None:
        """The times of two records whose ids follow upon each other; `record` is the later one."""
        if earlier is None or later is None or earlier - later <= SLACK:
            return
        self._jumps += 1
        self._largest.append(ClockJump(record, earlier, later))
        self._largest.sort(key=lambda jump: (jump.became - jump.was, jump.record))
        del self._largest[_LISTED:]


def _holds(line: _Line, number: int, time: datetime | None) -> bool:
    at = bisect_right(line.runs, number, key=lambda one: one.first) - 1
    return at >= 0 and number <= line.runs[at].last and line.runs[at].spans(time)


def _present(line: _Line, span: int) -> int:
    if line.crowded:
        return min(line.counted, span)
    return sum(run.last - run.first + 1 for run in line.runs)


def _in_order(earlier: datetime | None, later: datetime | None) -> bool:
    return earlier is None or later is None or earlier - later <= SLACK


def _make_room(line: _Line) -> None:
    if len(line.runs) <= _MOST_RUNS:
        return
    first, last = line.runs[0], line.runs[-1]
    whole = _Run(first.first, last.last, first.first_time, last.last_time, None, None)
    for run in line.runs:
        whole.takes_in(run.earliest)
        whole.takes_in(run.latest)
    line.runs, line.at, line.crowded = [whole], 0, True


def _gaps(line: _Line) -> list[RecordGap]:
    return [
        RecordGap(right.first - left.last - 1, left.last, right.first, left.last_time, right.first_time)
        for left, right in pairwise(line.runs)
    ]
