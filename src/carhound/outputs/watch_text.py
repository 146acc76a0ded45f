"""What `watch` did, as plain lines for people; the alerts themselves went to their receivers."""

from collections.abc import Iterator

from carhound.findings.watched import Handed, Watched
from carhound.outputs.escape import visible
from carhound.outputs.wording import count, number

_SHOWN = 20
_RECEIVERS = {"lines": "JSON lines", "webhook": "webhook"}


def watch_lines(watched: Watched) -> Iterator[str]:
    """What was looked at, what was new, and what did not work."""
    if watched.from_now:
        yield visible(f"lake {watched.lake}: what it holds by now counts as looked at")
        yield "the next run reports what arrives from here on"
        return
    batches = watched.until - watched.since
    arrived = f"{count(batches, 'batch', 'batches')} since the last run"
    looked = f"{count(len(watched.days), 'day')} with matches in {arrived}"
    if batches <= 0:
        looked = "nothing arrived since the last run"
    yield visible(f"lake {watched.lake}: {looked}")
    if watched.novel_over is not None:
        yield (
            f"{watched.reading} reading; what has no baseline of its own is held against the "
            f"{count(watched.novel_over, 'day')} before"
        )
    yield (
        f"{count(watched.new, 'alert')}, {number(watched.known)} reported before, "
        f"{number(watched.suppressed)} suppressed"
    )
    yield from map(_handed, watched.handed)
    for one in watched.handed:
        yield from (visible(f"  ! {trouble}") for trouble in one.trouble[:_SHOWN])
    if watched.clock_back is not None:
        behind = f"the clock stands {watched.clock_back} before the last run"
        yield f"  ! {behind}; nothing depends on it but times shown"
    yield from (visible(f"  ! {remark}") for remark in watched.remarks[:_SHOWN])
    if (more := len(watched.remarks) - _SHOWN) > 0:
        yield f"  ! and {count(more, 'more remark')}"


def _handed(one: Handed) -> str:
    waiting = f", {number(one.waiting)} waiting for the next run" if one.waiting else ""
    return f"{_RECEIVERS.get(one.receiver, one.receiver)}: {number(one.sent)} sent{waiting}"
