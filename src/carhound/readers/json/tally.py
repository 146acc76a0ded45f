"""How many lines of JSON were passed over, and when."""

from msgspec import Struct, field

from carhound.model.evidence import Glimpsed
from carhound.readers.json.clock import ends, quarters

Kind = tuple[str | None, str | None, str | None, str | None]
"""Provider, channel, event id, computer."""


class Tally(Struct, eq=False):
    """Lines with one header that were passed over."""

    header: Kind
    looked: bool = False
    """Whether their payload was looked at."""
    times: list[bytes] = field(default_factory=list)
    """In UTC, of those not taken yet."""

    def take(self) -> Glimpsed | None:
        """What is told of those since the last time, if there were any."""
        if not self.times:
            return None
        events, found = len(self.times), frozenset(quarters(self.times))
        told = Glimpsed(*self.header, events, *ends(self.times), found, looked=self.looked)
        self.times.clear()
        return told
