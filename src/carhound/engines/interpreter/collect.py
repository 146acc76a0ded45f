"""Evidence streamed past the stems of many plans at once: what each lets through is kept, the rest goes.

Windows are not applied here: what "now" is may only be known when everything has been read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from carhound.engines.interpreter.conditions import Condition, condition
from carhound.engines.interpreter.rows import AliasUse, Row, getter
from carhound.model.event import Event
from carhound.model.suggestion import nearest
from carhound.plan.needs import Need, needs
from carhound.plan.nodes import Node
from carhound.plan.predicates import All
from carhound.plan.stems import Stem, stems

Admit = Callable[[Event], Event]
"""Gives the one event that stands for all records of the same event."""

_Kind = tuple[str | None, str | None, str | None, tuple[tuple[str, str], ...]]

_MOST_KINDS = 10_000
"""Kinds of events remembered; real evidence has hundreds, and whoever writes it could make millions."""


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A file on which a plan could not be judged: no eligible event carries what it needs."""

    plan: int
    need: Need
    events: int
    near: str | None
    """A field that the file does carry and whose name is much like it."""


@dataclass(slots=True)
class _Watch:
    """One stem and what it has let through."""

    plan: int
    main: bool
    stem: Stem
    holds: Condition
    needs: tuple[Need, ...]
    hits: dict[int, Event] = field(default_factory=dict)
    """By id() of the event that stands for it."""
    eligible: int = 0
    pending: dict[int, Event] = field(default_factory=dict)
    """Hits of the file being read, kept once the file shows that it could be judged."""
    unmet: list[Need] = field(default_factory=list)
    eligible_here: int = 0
    sample: Event | None = None
    """An eligible event of the file that lacks something."""

    def blindness(self) -> NotJudged:
        """What the file lacks for this stem."""
        need = self.unmet[0]
        near = None
        if self.sample is not None:
            names = self.sample.car if need.field.view == "car" else self.sample.native
            near = nearest(need.field.name, names)
        return NotJudged(self.plan, need, self.eligible_here, near)


class Collector:
    """Puts every event to the stems of the plans."""

    def __init__(
        self,
        plans: list[Node],
        admit: Admit,
        used: list[AliasUse],
        follows: Mapping[int, frozenset[int]] = MappingProxyType({}),
    ) -> None:
        """`used` is told of aliases, plan by plan.

        A plan in `follows` is not judged where none of the plans it follows could be.
        """
        self._follows = follows
        self._admit = admit
        self._used = used
        self._watches: list[_Watch] = []
        for number, plan in enumerate(plans):
            for position, stem in enumerate(stems(plan)):
                holds = condition(All(stem.conditions), used[number])
                self._watches.append(_Watch(number, position == 0, stem, holds, needs(stem)))
        self._by_kind: dict[_Kind, list[_Watch]] = {}

    def offer(self, event: Event) -> list[int]:
        """Keeps the event where a stem lets it through; the plans whose main search it is eligible for."""
        kind = (event.provider, event.channel, event.event_id, event.kinds)
        watches = self._by_kind.get(kind)
        if watches is None:
            if len(self._by_kind) > _MOST_KINDS:
                self._by_kind.clear()
            watches = self._by_kind[kind] = [
                watch for watch in self._watches if _can_match(watch.stem, event)
            ]
        if not watches:
            return []
        row = Row(event)
        standing: Event | None = None
        for watch in watches:
            watch.eligible_here += 1
            if watch.unmet:
                watch.unmet = [need for need in watch.unmet if not self._meets(watch, need, row)]
                watch.sample = event
            if watch.holds(row):
                if standing is None:
                    standing = self._admit(event)
                watch.pending[id(standing)] = standing
        return [watch.plan for watch in watches if watch.main]

    def begin_file(self) -> None:
        """A file begins; what it lacks is judged at its end."""
        for watch in self._watches:
            watch.unmet = list(watch.needs)
            watch.eligible_here = 0
            watch.pending = {}

    def end_file(self) -> list[NotJudged]:
        """The file ends: its hits are kept, save for plans it could not be judged by, which are named."""
        blind = {
            watch.plan: watch.blindness()
            for watch in self._watches
            if watch.main and watch.unmet and watch.eligible_here
        }
        for watch in self._watches:
            watch.eligible += watch.eligible_here
            followed = self._follows.get(watch.plan)
            if not (watch.unmet and watch.eligible_here) and not (followed and followed <= blind.keys()):
                watch.hits.update(watch.pending)
            watch.pending = {}
            watch.sample = None
        return list(blind.values())

    def eligible(self, plan: int) -> int:
        """Events read that the plan's main search could have matched."""
        return sum(watch.eligible for watch in self._watches if watch.plan == plan and watch.main)

    def hits(self, plan: int) -> dict[int, list[Event]]:
        """By id() of each stem's top node, the events it let through."""
        return {
            id(watch.stem.node): list(watch.hits.values()) for watch in self._watches if watch.plan == plan
        }

    def main_hits(self, plan: int) -> list[Event]:
        """The events that the plan's main search let through, whatever their time."""
        return [
            event
            for watch in self._watches
            if watch.plan == plan and watch.main
            for event in watch.hits.values()
        ]

    def _meets(self, watch: _Watch, need: Need, row: Row) -> bool:
        event = row.event
        if event is not None and any(event.lookup(name) is not None for name in need.carriers):
            return True
        return getter(need.field, self._used[watch.plan])(row) is not None


def _can_match(stem: Stem, event: Event) -> bool:
    if not stem.scan.dataset.holds(event.provider, event.channel):
        return False
    if stem.scan.kinds is not None and not set(stem.scan.kinds) & set(event.kinds):
        return False
    ids = stem.event_ids()
    return ids is None or event.event_id in ids
