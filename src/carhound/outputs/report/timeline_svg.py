"""When findings happened, as a drawing with a lane for each host."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from carhound.findings.run import Finding
from carhound.outputs.report.drawing import Drawing, Label, Mark, clipped
from carhound.outputs.wording import count, moment

LANES = 40
"""Hosts drawn; those with the earliest findings."""

_LEFT, _RIGHT, _TOP, _LANE, _WIDTH = 190, 24, 34, 34, 1000
_SLOT = 14
"""Findings of a host as near as this are one mark."""
_STEPS = [
    *(timedelta(seconds=n) for n in (1, 5, 15, 30)),
    *(timedelta(minutes=n) for n in (1, 5, 15, 30)),
    *(timedelta(hours=n) for n in (1, 3, 6, 12)),
    *(timedelta(days=n) for n in (1, 2, 7, 14, 30, 90, 365, 1825, 36525, 365250)),
]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timeline(findings: Sequence[Finding], numbers: Mapping[str, int]) -> Drawing | None:
    """All findings that have a time; None where none has. `numbers` are those on the page, by id."""
    timed = [(finding.time, finding) for finding in findings if finding.time is not None]
    if not timed:
        return None
    timed.sort(key=lambda one: one[0])
    first, last = timed[0][0], timed[-1][0]
    scale = _Scale(first, last)
    lanes: dict[str | None, list[tuple[datetime, Finding]]] = {}
    for time, finding in timed:
        lanes.setdefault(finding.computer, []).append((time, finding))
    shown = list(lanes.items())[:LANES]
    height = _TOP + _LANE * len(shown) + 8
    labels, paths, marks = [], [], []
    for tick in scale.ticks:
        x = scale.at(tick)
        paths.append(f"M{x:g} {_TOP - 8}V{height - 8:g}")
        labels.append(Label(x, 14, "tick", scale.label(tick)))
    for lane, (host, found) in enumerate(shown):
        y = _TOP + _LANE * lane + _LANE / 2
        name = host or "computer unknown"
        labels.append(Label(0, y + 4, "lane", clipped(name, 24), f"{name}: {count(len(found), 'finding')}"))
        paths.append(f"M{_LEFT} {y:g}H{_WIDTH - _RIGHT}")
        slots: dict[int, list[Finding]] = {}
        for time, finding in found:
            slots.setdefault(int((scale.at(time) - _LEFT) // _SLOT), []).append(finding)
        marks += [_mark(slot, same, y, scale, numbers) for slot, same in slots.items()]
    return Drawing(_WIDTH, height, (), tuple(paths), tuple(marks), tuple(labels), len(lanes) - len(shown))


def _mark(slot: int, same: Sequence[Finding], y: float, scale: "_Scale", numbers: Mapping[str, int]) -> Mark:
    first, last = same[0].time, same[-1].time
    said = moment(first) if first == last else f"{moment(first)} to {moment(last)}"
    number = next((numbers[one.id] for one in same if one.id in numbers), None)
    href = None if number is None else f"#f{number}"
    if len(same) == 1 and first is not None:
        which = "a finding" if number is None else f"finding {number}"
        return Mark(scale.at(first), y, 6, f"{which}: {said}", href)
    return Mark(
        _LEFT + (slot + 0.5) * _SLOT, y, 9, f"{count(len(same), 'finding')}: {said}", href, str(len(same))
    )


class _Scale:
    """From times to columns, with ticks at round times (UTC)."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self.span = max(last - first, timedelta(seconds=4)) * 1.1
        margin = (self.span - (last - first)) / 2
        self.start = first - margin if first - datetime.min.replace(tzinfo=UTC) > margin else first
        self.step = next(step for step in _STEPS if self.span / step <= 7 or step is _STEPS[-1])
        before = (self.start - _EPOCH) // self.step
        ticks = (before + at for at in range(9))
        most = self.span * 0.95
        self.ticks = [
            time
            for tick in ticks
            if (time := self._time(tick)) and self.start <= time and time - self.start <= most
        ]

    def _time(self, tick: int) -> datetime | None:
        try:
            return _EPOCH + tick * self.step
        except OverflowError:
            return None

    def at(self, time: datetime) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * ((time - self.start) / self.span), 1)

    def label(self, time: datetime) -> str:
        if self.step >= timedelta(days=1):
            return f"{time:%Y-%m-%d}"
        return f"{time:%m-%d %H:%M}" if self.step >= timedelta(minutes=1) else f"{time:%m-%d %H:%M:%S}"
