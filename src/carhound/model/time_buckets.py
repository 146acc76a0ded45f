"""The spans of time that a range is cut into, one after the other, for tables by time."""

from collections.abc import Iterator
from datetime import tzinfo
from itertools import islice

from carhound.model.time_spans import TimeSpan

_SECONDS = {"us": 1e-6, "ms": 1e-3, "cs": 1e-2, "ds": 1e-1, "s": 1.0, "m": 60.0, "h": 3600.0} | {
    unit: days * 86_400.0 for unit, days in {"d": 1, "w": 7, "mon": 30, "q": 91, "y": 365}.items()
}
_SHORTEST_FIRST = (
    *(TimeSpan(count, "s") for count in (1, 5, 10, 30)),
    *(TimeSpan(count, "m") for count in (1, 5, 10, 30)),
    TimeSpan(1, "h"),
    TimeSpan(1, "d"),
)


def starts(span: TimeSpan, first: float, last: float, zone: tzinfo) -> Iterator[float]:
    """Where the spans begin from that which holds `first` to that which holds `last`, in seconds since 1970.

    Raises OverflowError where `first` is beyond the calendar; ends where it does.
    """
    at = span.start(first, zone)
    # One and a half lengths on is always in the next: months and days differ by less than half.
    step = 1.5 * span.count * _SECONDS[span.unit]
    while at <= last:
        yield at
        try:
            at = span.start(at + step, zone)
        except OverflowError:
            return


def fitting(first: float, last: float, zone: tzinfo, most: int) -> TimeSpan:
    """The shortest span that cuts a range into no more than `most`, of those that Splunk chooses from.

    "timechart command usage", *Span threshold*; a month where none is long enough.
    """
    for span in _SHORTEST_FIRST:
        if len(list(islice(starts(span, first, last, zone), most + 1))) <= most:
            return span
    return TimeSpan(1, "mon")
