"""What need not be read: events of kinds that no plan looks at, or without a literal that every match holds.

Their headers are told all the same, so that who was heard of, when, and what could be judged stays true.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from carhound.engines.interpreter.collect import Collector
from carhound.model.event import Event, Place
from carhound.model.evidence import Glimpsed
from carhound.normalize.normalizer import Normalizer
from carhound.plan.nodes import Node
from carhound.plan.rewrites.required_literals import SPELLINGS, RequiredLiterals, either, required_literals

_MOST_KINDS = 10_000
_MOST_LITERALS = 256
"""More of them stand nearly everywhere, and searching for them takes longer than it saves."""


class Skipping:
    """The sieve of a run: what it does not want, no plan of the run can match."""

    spellings: Mapping[str, str] = SPELLINGS

    def __init__(self, literals: tuple[str, ...] | None, collector: Collector) -> None:
        self.literals = literals
        self._collector = collector
        self._normalizer = Normalizer()
        self._like = lru_cache(_MOST_KINDS)(self._made_like)

    def wants(self, provider: str | None, channel: str | None, event_id: str | None) -> bool:
        """Whether it is open what such events carry, or what CAR calls them."""
        like, certain = self._like(provider, channel, event_id, None)
        return self._collector.unsure(like, certain)

    def can_match(
        self, provider: str | None, channel: str | None, event_id: str | None, _computer: str | None
    ) -> bool:
        """Whether some plan looks at such events."""
        like, _ = self._like(provider, channel, event_id, None)
        return self._collector.looks_at(like)

    def take(self, glimpsed: Glimpsed) -> list[int]:
        """Counts events of which only the header was read; the plans that they are eligible for."""
        like, _ = self._like(glimpsed.provider, glimpsed.channel, glimpsed.event_id, glimpsed.computer)
        return self._collector.offer_unread(like, glimpsed.events, glimpsed.quarters)

    def _made_like(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> tuple[Event, bool]:
        """An event with this header and nothing else, and whether it is certain what CAR calls it."""
        kinds, certain = self._normalizer.kinds_of(provider, channel, event_id)
        place = Place("", "")
        like = Event(provider, channel, event_id, computer, None, None, {}, {}, "", place, "", kinds)
        return like, certain


def skipping(plans: Iterable[Node], collector: Collector) -> Skipping:
    """The sieve for these plans; without literals where one of them may match events of any text."""
    required = either([required_literals(plan) for plan in plans])
    if not isinstance(required, RequiredLiterals) or len(required.groups[0]) > _MOST_LITERALS:
        return Skipping(None, collector)
    return Skipping(required.groups[0], collector)
