"""A collector of a part of the evidence: what it lets through is handed on to the collector of all of it."""

from collections.abc import Mapping

from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.collected import Collected
from carhound.model.event import Event
from carhound.model.sending import Events
from carhound.plan.nodes import Node


class CollectorApart:
    """Puts the events of some files, or of a part of one, to the stems of the plans."""

    def __init__(self, plans: list[Node], follows: Mapping[int, frozenset[int]]) -> None:
        """A plan in `follows` is not judged where none of the plans it follows could be."""
        self.collector = Collector(plans, self._admit, follows)
        self._admitted = Events()

    def taken(self) -> Collected:
        """What was let through since this was last asked, to be joined in the order of the evidence."""
        taken = self.collector.taken(self._admitted)
        self._admitted = Events()
        return taken

    def _admit(self, event: Event) -> Event:
        """Records of one event are told where all come together."""
        self._admitted.append(event)
        return event
