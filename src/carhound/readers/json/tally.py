"""How many lines of JSON were passed over, and when."""

from datetime import UTC, datetime

from msgspec import Struct, field

from carhound.model.evidence import Glimpsed
from carhound.readers.json.clock import ends, quarters

_EARLIEST, _LATEST = (end.replace(tzinfo=UTC) for end in (datetime.min, datetime.max))

Kind = tuple[str | None, str | None, str | None, str | None]
"""Provider, channel, event id, computer."""


class Tally(Struct, eq=False):
    """Lines with one header that were passed over."""

    header: Kind
    looked: bool = False
    """Whether their payload was looked at."""
    times: list[bytes] = field(default_factory=list)
    """Those not gathered yet, in UTC."""
    events: int = 0
    first: datetime = _LATEST
    last: datetime = _EARLIEST
    quarters: set[int] = field(default_factory=set)

    def gather(self) -> None:
        """Takes in the times."""
        if self.times:
            self.events += len(self.times)
            self.quarters |= quarters(self.times)
            first, last = ends(self.times)
            self.first, self.last = min(self.first, first), max(self.last, last)
            self.times.clear()

    def take(self) -> Glimpsed | None:
        """What was gathered since the last time, if anything was."""
        if not self.events:
            return None
        told = Glimpsed(
            *self.header, self.events, self.first, self.last, frozenset(self.quarters), looked=self.looked
        )
        self.events, self.quarters = 0, set()
        return told
