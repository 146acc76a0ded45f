"""What is told of the records of many chunks that were only glimpsed."""

from carhound.model.evidence import Glimpsed
from carhound.model.presence import QUARTER, quarter_of
from carhound.readers.evtx_glance import Kind, time_of

_TICKS = QUARTER.seconds * 10_000_000
"""Those of a quarter of an hour; 1970 began a whole number of them after 1601."""
_BEFORE_1970 = -quarter_of(time_of(0))


def glimpsed(kind: Kind, times: list[int], *, looked: bool = False) -> Glimpsed:
    """Tells of records of a kind: when they were created, in ticks of 100 ns since 1601, at least one."""
    quarters = frozenset({time // _TICKS - _BEFORE_1970 for time in times})
    return Glimpsed(*kind, len(times), time_of(min(times)), time_of(max(times)), quarters, looked)
