"""What is told of the records of many chunks that were only glimpsed, kind by kind."""

from collections.abc import Iterator

from msgspec import Struct, field

from carhound.model.evidence import Glimpsed
from carhound.model.presence import QUARTER, quarter_of
from carhound.readers.evtx_glance import Kind, time_of

_TICKS = QUARTER.seconds * 10_000_000
"""Those of a quarter of an hour; 1970 began a whole number of them after 1601."""
_BEFORE_1970 = -quarter_of(time_of(0))


class _Tally(Struct):
    events: int = 0
    first: int = 1 << 64
    last: int = 0
    quarters: set[int] = field(default_factory=set)


class Glimpses:
    """Gathers the records of chunks."""

    def __init__(self) -> None:
        self._by_kind: dict[tuple[Kind, bool], _Tally] = {}
        self.chunks = 0
        """Seen since they were last told of."""

    def add(self, kind: Kind, created: list[int], *, looked: bool = False) -> None:
        """Takes records of one chunk: when they were created, and whether their payload was looked at."""
        if not created:
            return
        tally = self._by_kind.get((kind, looked))
        if tally is None:
            tally = self._by_kind[kind, looked] = _Tally()
        first, last = min(created), max(created)
        tally.events += len(created)
        if first < tally.first:
            tally.first = first
        if last > tally.last:
            tally.last = last
        if first // _TICKS == last // _TICKS:
            tally.quarters.add(first // _TICKS)
        else:
            tally.quarters.update({time // _TICKS for time in created})

    def told(self) -> Iterator[Glimpsed]:
        """What was gathered, once, also by one who asks again after an interrupt."""
        self.chunks = 0
        for kind, looked in list(self._by_kind):
            tally = self._by_kind.pop((kind, looked))
            quarters = frozenset(quarter - _BEFORE_1970 for quarter in tally.quarters)
            yield Glimpsed(*kind, tally.events, time_of(tally.first), time_of(tally.last), quarters, looked)
