"""When and where a run stands."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from carhound.model.windows import NO_BOUNDS, Window
from carhound.plan.nodes import Scan


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a run stands: what relative times and days are reckoned from."""

    now: datetime
    zone: tzinfo
    caller: Window = NO_BOUNDS
    """The range for scans that state none."""

    def window(self, scan: Scan) -> Window:
        """The window of a scan; a range of its own replaces the caller's."""
        return scan.range.resolve(self.now, self.zone) if scan.range.written else self.caller


class AllTimes(Moment):
    """While "now" is not known: every window is open, and nothing may ask for the time."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(datetime.max.replace(tzinfo=UTC), UTC)

    def window(self, _scan: Scan) -> Window:
        """Without bounds."""
        return NO_BOUNDS
