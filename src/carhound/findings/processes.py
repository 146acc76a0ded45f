"""One process, told by two sensors: a Sysmon 1 and a 4688 of the Security log.

They are one process when host, process id and path agree and their times lie within two seconds: Windows may
give a process id away sooner, but hardly to a process of the same path. Sysmon's record stands for both,
since it says more; which of the two was read first makes no difference.
"""

from collections.abc import Iterable
from datetime import timedelta

from carhound.model.datasets import SECURITY, SYSMON
from carhound.model.event import Event
from carhound.model.folding import fold
from carhound.model.names import short_name

APART = timedelta(seconds=2)
"""How far apart the two may be written at most."""

_CREATE = ("process", "create")


class Processes:
    """Which of some events tell of the same process."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._stands_for: dict[int, Event] = {}
        """By id() of an event of the Security log, Sysmon's."""
        self._others: dict[int, list[Event]] = {}
        distinct = {id(event): event for event in events}.values()
        by_process: dict[tuple[str, str, str], list[Event]] = {}
        for event in distinct:
            if SYSMON.holds(event.provider, event.channel) and (process := _process(event)) is not None:
                by_process.setdefault(process, []).append(event)
        for event in distinct if by_process else ():
            if SECURITY.holds(event.provider, event.channel) and (process := _process(event)) is not None:
                near = [one for one in by_process.get(process, []) if _apart(one, event) <= APART]
                if near:
                    standing = min(near, key=lambda one: (_apart(one, event), one.identity()))
                    self._stands_for[id(event)] = standing
                    self._others.setdefault(id(standing), []).append(event)

    def standing(self, event: Event) -> Event:
        """The event that stands for the process of this one: itself, or Sysmon's."""
        return self._stands_for.get(id(event), event)

    def distinct(self, events: Iterable[Event]) -> list[Event]:
        """The events with each process once, in their order."""
        return list({id(one): one for event in events if (one := self.standing(event))}.values())

    def records(self, event: Event) -> list[Event]:
        """A standing event and those it stands for, in an order that depends on what they say alone."""
        return [event, *sorted(self._others.get(id(event), []), key=lambda one: one.identity())]


def _process(event: Event) -> tuple[str, str, str] | None:
    """Host, process id and path of a process creation that has a time; None where one is missing."""
    if _CREATE not in event.kinds or event.time is None or not event.computer:
        return None
    number, path = event.car.get("pid"), event.car.get("image_path")
    if not isinstance(number, str) or not isinstance(path, str):
        return None
    return fold(short_name(event.computer)), number, fold(path)


def _apart(one: Event, other: Event) -> timedelta:
    if one.time is None or other.time is None:
        return timedelta.max
    return abs(one.time - other.time)
