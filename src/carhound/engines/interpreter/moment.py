"""When and where a run stands."""

from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from carhound.model.windows import NO_BOUNDS, Window
from carhound.plan.nodes import Scan


class Moment(Struct, frozen=True):
    """When and where a run stands: what relative times and days are reckoned from."""

    now: datetime
    zone: tzinfo
    caller: Window = NO_BOUNDS
    """The range for scans that state none."""

    def window(self, scan: Scan) -> Window:
        """The window of a scan; a range of its own replaces the caller's."""
        return scan.range.resolve(self.now, self.zone) if scan.range.written else self.caller


class AllTimes(Moment, frozen=True):
    """While "now" is not known: every window is open, and nothing may ask for the time."""

    now: datetime = datetime.max.replace(tzinfo=UTC)
    zone: tzinfo = UTC

    def window(self, _scan: Scan) -> Window:
        """Without bounds."""
        return NO_BOUNDS
