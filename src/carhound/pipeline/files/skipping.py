"""What need not be read: events of kinds that no plan looks at, or without a literal that every match holds.

Their headers are told all the same, so that who was heard of, when, and what could be judged stays true.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial

from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.rows import SharedRow
from carhound.model.datasets import SECURITY
from carhound.model.event import HEADER, PAYLOAD_PREFIX, Event, Place, Value, no_view
from carhound.model.evidence import Glimpsed
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.files.field_tests import RAW, field_tests, read_by
from carhound.plan.nodes import Node
from carhound.plan.predicates import tests
from carhound.plan.rewrites.required_literals import SPELLINGS, RequiredLiterals, either, required_literals
from carhound.readers.interface import Binding, FieldTest, PayloadTest

_TOLD = frozenset(HEADER) - {"EventRecordID"}
"""Fields that are the same for all events of a kind on a computer."""
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
        self._test = lru_cache(_MOST_KINDS)(self._made_test)
        self._alone = lru_cache(_MOST_KINDS)(self._made_alone)

    def wants(self, provider: str | None, channel: str | None, event_id: str | None) -> bool:
        """Whether it is open what such events carry, or what CAR calls them."""
        like, certain = self._like(provider, channel, event_id, None)
        return self._collector.unsure(like, certain or self._binding(provider, channel, event_id) is not None)

    def can_match(
        self, provider: str | None, channel: str | None, event_id: str | None, _computer: str | None
    ) -> bool:
        """Whether some plan looks at such events."""
        like, _ = self._like(provider, channel, event_id, None)
        return self._collector.looks_at(like)

    def payload_test(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> PayloadTest | None:
        """The conditions of the plans."""
        return self._test(provider, channel, event_id, computer)

    def take(self, glimpsed: Glimpsed) -> tuple[int, ...]:
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

    def _made_test(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> PayloadTest | None:
        like, certain = self._like(provider, channel, event_id, computer)
        asked = self._collector.asked_of(like)
        if event_id == "4688" and SECURITY.holds(provider, channel):
            return None  # or nobody would know how many of them have a command line
        bound = not certain and any(stem.scan.kinds is not None for stem, _ in asked)
        binding = self._binding(provider, channel, event_id) if bound else None
        mapping = self._normalizer.mapping_of(provider, channel, event_id)
        read = {
            name for stem, _ in asked for test in tests(stem.conditions) for name in read_by(test, mapping)
        }
        fields = read - _TOLD
        if not fields or any(name.startswith(PAYLOAD_PREFIX) for name in fields):
            return None if binding is None else PayloadTest(frozenset(), False, _anything, binding=binding)
        whole = RAW in fields
        conditions = [holds for _, holds in asked]
        derive = no_view if mapping is None else mapping.derive
        place, kinds = like.place, like.kinds

        def may_match(payload: dict[str, Value]) -> bool:
            event = Event(
                provider,
                channel,
                event_id,
                computer,
                None,
                None,
                payload,
                {},
                "",
                place,
                "",
                kinds,
                derive=derive,
            )
            row = SharedRow(event)
            return (whole and not payload) or any(holds(row) for holds in conditions)

        alone = partial(self._alone, provider, channel, event_id)
        return PayloadTest(frozenset(fields), whole, may_match, alone, binding)

    def _binding(self, provider: str | None, channel: str | None, event_id: str | None) -> Binding | None:
        mapping = self._normalizer.mapping_of(provider, channel, event_id)
        found = None if mapping is None else mapping.binding()
        return None if found is None else Binding(*found)

    def _made_alone(
        self, provider: str | None, channel: str | None, event_id: str | None
    ) -> tuple[FieldTest, ...]:
        like, _ = self._like(provider, channel, event_id, None)
        mapping = self._normalizer.mapping_of(provider, channel, event_id)
        return field_tests([stem for stem, _ in self._collector.asked_of(like)], like, mapping)


def _anything(_: dict[str, Value]) -> bool:
    return True


def skipping(plans: Iterable[Node], collector: Collector) -> Skipping:
    """The sieve for these plans; without literals where one of them may match events of any text."""
    required = either([required_literals(plan) for plan in plans])
    if not isinstance(required, RequiredLiterals) or len(required.groups[0]) > _MOST_LITERALS:
        return Skipping(None, collector)
    return Skipping(required.groups[0], collector)
