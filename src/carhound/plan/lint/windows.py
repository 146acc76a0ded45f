"""Time windows: empty ones, and baselines that do not meet the main window.

"For every now" is tried: over a leap year, on days when clocks change, in zones on both sides of UTC.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from carhound.model.diagnostics import Diagnostic
from carhound.model.windows import TimeRange, Window
from carhound.plan.nodes import Node, Scan, scans

_ZONES = ("UTC", "America/New_York", "Australia/Lord_Howe")
_FIRST = datetime(2024, 1, 1, 0, 30, tzinfo=UTC)
_STEP = timedelta(days=5, hours=7, minutes=13)
_CHANGES = (
    "2024-03-10T13:00",
    "2024-03-31T02:00",
    "2024-11-03T06:30",
    "2024-04-06T15:30",
    "2024-02-29T23:59",
)
_DAY = timedelta(days=1)


def check_windows(plan: Node) -> Iterator[Diagnostic]:
    """LINT-W1 to W6."""
    main, *baselines = scans(plan)
    yield from _alone(main)
    for baseline in baselines:
        yield from _alone(baseline)
        if main.range.written and baseline.range.written:
            yield from _together(main, baseline)


def _alone(scan: Scan) -> Iterator[Diagnostic]:
    times = scan.range
    if not times.written or not _comparable(times):
        return
    windows = [window for _, window in _windows(times)]
    empty = sum(1 for window in windows if window.empty)
    shown = f"{times.earliest or 'the beginning'} to {times.latest or 'now'}"
    if empty:
        always = empty == len(windows)
        message = (
            f"the window {shown} ends before it begins{'' if always else ', at some times of day or year'}"
        )
        hint = "swap the two times, or mend them"
        yield Diagnostic("LINT-W1", message, "error" if always else "warning", scan.span, hint=hint)
        return
    lengths = [w.latest - w.earliest for w in windows if w.earliest is not None and w.latest is not None]
    if lengths and max(lengths) - min(lengths) > timedelta(hours=2) and "@d" in (times.earliest or ""):
        hours = f"{_hours(min(lengths))} to {_hours(max(lengths))} hours"
        message = f"the window {shown} is {hours} long, by the hour of the run"
        hint = "run once a day, it holds some events twice; end it with latest=@d for whole days"
        yield Diagnostic("LINT-W4", message, "note", scan.span, hint=hint)
    if any("@" in (text or "") for text in (times.earliest, times.latest)):
        message = "days begin where the searcher's time zone says, which the text does not state"
        yield Diagnostic("LINT-W5", message, "note", scan.span, hint="carhound takes UTC, or --tz")


def _together(main: Scan, baseline: Scan) -> Iterator[Diagnostic]:
    if not (_relative(main.range) and _relative(baseline.range)):
        return
    gaps = [
        one.earliest - other.latest
        for (_, one), (_, other) in zip(_windows(main.range), _windows(baseline.range), strict=True)
        if one.earliest is not None and other.latest is not None
    ]
    if not gaps:
        return
    if min(gaps) >= timedelta(hours=1):
        days = sorted({round(gap / _DAY) for gap in (min(gaps), max(gaps))})
        hole = " to ".join(map(str, days)) + (" day" if days == [1] else " days")
        if max(gaps) < _DAY / 2:
            hole = f"{_hours(max(gaps))} hours"
        message = f"the baseline ends {hole} before the main window begins: what is between counts as new"
        hint = f"let it end where the main window begins: latest={main.range.earliest}"
        yield Diagnostic("LINT-W2", message, "warning", baseline.span, hint=hint)
    elif max(gaps) < timedelta(0):
        message = "the baseline reaches into the main window: what is new there may count as known"
        hint = f"let it end where the main window begins: latest={main.range.earliest}"
        yield Diagnostic("LINT-W3", message, "warning", baseline.span, hint=hint)


def _windows(times: TimeRange) -> Iterator[tuple[datetime, Window]]:
    for name in _ZONES:
        zone = ZoneInfo(name)
        for now in _moments():
            yield now, times.resolve(now, zone)


def _moments() -> Iterator[datetime]:
    for step in range(70):
        yield _FIRST + step * _STEP
    for text in _CHANGES:
        yield datetime.fromisoformat(text).replace(tzinfo=UTC)


def _comparable(times: TimeRange) -> bool:
    """Whether the same can be said of the window for every now."""
    kinds = {_is_relative(text) for text in (times.earliest, times.latest or "now") if text is not None}
    return len(kinds) == 1


def _relative(times: TimeRange) -> bool:
    return all(_is_relative(text) for text in (times.earliest, times.latest) if text is not None)


def _is_relative(text: str) -> bool:
    return text.strip().startswith(("now", "+", "-", "@"))


def _hours(length: timedelta) -> int:
    return round(length / timedelta(hours=1))
