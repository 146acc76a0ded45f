"""A collector of a part of the evidence: what it lets through is handed on to the collector of all of it."""

from collections.abc import Mapping
from functools import partial

from carhound.engines.interpreter.collect import Collected, Collector
from carhound.engines.interpreter.rows import AliasUse
from carhound.model.event import Event
from carhound.model.names import Alias
from carhound.plan.nodes import Node


class CollectorApart:
    """Puts the events of some files, or of a part of one, to the stems of the plans."""

    def __init__(self, plans: list[Node], follows: Mapping[int, frozenset[int]]) -> None:
        """A plan in `follows` is not judged where none of the plans it follows could be."""
        used: list[AliasUse] = [partial(self._use, number) for number in range(len(plans))]
        self.collector = Collector(plans, self._admit, used, follows)
        self._admitted: list[Event] = []
        self._aliases: dict[tuple[int, str], Alias] = {}

    def taken(self) -> Collected:
        """What was let through since this was last asked, to be joined in the order of the evidence."""
        taken = self.collector.taken(self._admitted, self._aliases)
        self._admitted, self._aliases = [], {}
        return taken

    def _admit(self, event: Event) -> Event:
        """Records of one event are told where all come together."""
        self._admitted.append(event)
        return event

    def _use(self, plan: int, name: str, alias: Alias) -> None:
        self._aliases[plan, name] = alias
