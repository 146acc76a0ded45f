"""What a baseline cannot know: the days in which nobody, or one host, sent anything that it could have held.

"New" on a host that was silent means nothing.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, tzinfo
from functools import cache

from msgspec import Struct

from carhound.model.instants import calendar_day
from carhound.model.presence import quarter_of, start_of
from carhound.model.windows import Window


class HostSilence(Struct, frozen=True):
    """A host that was silent."""

    computer: str | None
    days: int
    """Days of the window without an event of it."""


class Silence(Struct, frozen=True):
    """How much of a window the telemetry covers."""

    days: int
    """Calendar days of the window, in the zone of the run; days that it cuts count."""
    without_any: int
    """Days on which no host sent an eligible event."""
    hosts: tuple[HostSilence, ...]
    """Those silent on at least one day, most silent first, then by name; one without a name last."""

    def of(self, computer: str | None) -> int:
        """Days on which a host was silent."""
        return next((host.days for host in self.hosts if host.computer == computer), 0)


def silence(presence: Mapping[str | None, AbstractSet[int]], window: Window, zone: tzinfo) -> Silence | None:
    """The silence in a window; None where the window has no beginning or no end, or holds nothing.

    `presence` has for each computer the quarters of an hour (`model.presence.quarter_of`) in which it sent
    an eligible event, whenever that was: a computer heard of only outside the window was silent in all of it.
    A window whose bounds lie within a quarter takes the events of that quarter for its own.
    """
    if window.earliest is None or window.latest is None or window.empty:
        return None
    first, last = window.earliest, window.latest - datetime.resolution
    days = (calendar_day(last, zone) - calendar_day(first, zone)).days + 1
    quarters = range(quarter_of(first), quarter_of(last) + 1)

    @cache
    def day_of(quarter: int) -> date:
        return calendar_day(max(start_of(quarter), first), zone)

    heard = {
        computer: {day_of(one) for one in sent if one in quarters} for computer, sent in presence.items()
    }
    silent = [HostSilence(computer, days - len(on)) for computer, on in heard.items() if len(on) < days]
    silent.sort(key=lambda host: (-host.days, host.computer is None, host.computer or ""))
    return Silence(days, days - len(set[date]().union(*heard.values())), tuple(silent))
