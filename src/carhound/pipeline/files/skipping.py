"""What need not be read: events of kinds that no plan looks at, or without a literal that every match holds.

Their headers are told all the same, so that who was heard of, when, and what could be judged stays true.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial

from carhound.engines.interpreter.collect import Collector, Count, Doubt
from carhound.engines.interpreter.rows import SharedRow
from carhound.model.datasets import SECURITY
from carhound.model.event import HEADER, PAYLOAD_PREFIX, Event, Fields, Place, no_view
from carhound.model.evidence import Glimpsed
from carhound.normalize.mapping import EventMapping
from carhound.normalize.normalizer import REMARKABLE, Normalizer, remarkable
from carhound.pipeline.files.field_tests import RAW, field_tests, made_of, read_by
from carhound.plan.nodes import Node
from carhound.plan.predicates import tests
from carhound.plan.rewrites.required_literals import SPELLINGS, RequiredLiterals, either, required_literals
from carhound.readers.interface import Binding, FieldTest, PayloadTest, Showing

_TOLD = frozenset(HEADER) - {"EventRecordID"}
"""Fields that are the same for all events of a kind on a computer."""
_MOST_KINDS = 10_000
_MOST_LITERALS = 256
"""More of them stand nearly everywhere, and searching for them takes longer than it saves."""


class Skipping:
    """The sieve of a run: what it does not want, no plan of the run can match."""

    counts = True
    spellings: Mapping[str, str] = SPELLINGS

    def __init__(self, literals: tuple[str, ...] | None, collector: Collector) -> None:
        self.literals = literals
        self._collector = collector
        self._normalizer = Normalizer()
        self._like = lru_cache(_MOST_KINDS)(self._made_like)
        self._binding = lru_cache(_MOST_KINDS)(self._made_binding)
        self._doubt = lru_cache(_MOST_KINDS)(self._made_doubt)
        self._counter = lru_cache(_MOST_KINDS)(self._made_counter)
        self._test = lru_cache(_MOST_KINDS)(self._made_test)
        self._read = lru_cache(_MOST_KINDS)(self._made_read)
        self._alone = lru_cache(_MOST_KINDS)(self._made_alone)
        self._showing = lru_cache(_MOST_KINDS)(self._made_showing)

    def wants(self, provider: str | None, channel: str | None, event_id: str | None) -> bool:
        """Whether it is open what such events carry, or what CAR calls them."""
        return self._doubt(provider, channel, event_id)()

    def can_match(
        self, provider: str | None, channel: str | None, event_id: str | None, _computer: str | None
    ) -> bool:
        """Whether some plan looks at such events."""
        like, _ = self._like(provider, channel, event_id, None)
        return self._collector.looks_at(like)

    def showing(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> Showing | None:
        """The fields that plans need."""
        return self._showing(provider, channel, event_id, computer)

    def payload_test(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> PayloadTest | None:
        """The conditions of the plans."""
        return self._test(provider, channel, event_id, computer)

    def take(self, glimpsed: Glimpsed) -> tuple[int, ...]:
        """Counts events of which only the header was read; the plans that they are eligible for."""
        count = self._counter(glimpsed.provider, glimpsed.channel, glimpsed.event_id, glimpsed.computer)
        return count(glimpsed.events, glimpsed.quarters)

    def _made_like(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> tuple[Event, bool]:
        """An event with this header and nothing else, and whether it is certain what CAR calls it."""
        kinds, certain = self._normalizer.kinds_of(provider, channel, event_id)
        place = Place("", "")
        like = Event(provider, channel, event_id, computer, None, None, {}, {}, "", place, "", kinds)
        return like, certain

    def _made_doubt(self, provider: str | None, channel: str | None, event_id: str | None) -> Doubt:
        like, certain = self._like(provider, channel, event_id, None)
        return self._collector.doubt(like, certain or self._binding(provider, channel, event_id) is not None)

    def _made_counter(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> Count:
        return self._collector.counter(self._like(provider, channel, event_id, computer)[0])

    def _made_test(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> PayloadTest | None:
        like, certain = self._like(provider, channel, event_id, computer)
        asked = self._collector.asked_of(like)
        if _is_counted(provider, channel, event_id):
            return None
        bound = not certain and any(stem.scan.kinds is not None for stem, _ in asked)
        binding = self._binding(provider, channel, event_id) if bound else None
        mapping = self._normalizer.mapping_of(provider, channel, event_id)
        fields = self._read(provider, channel, event_id)
        if not fields or any(name.startswith(PAYLOAD_PREFIX) for name in fields):
            return None if binding is None else PayloadTest(frozenset(), False, _anything, binding=binding)
        whole = RAW in fields
        conditions = [holds for _, holds in asked]
        carrying = _carrying(like, mapping)

        def may_match(payload: Fields) -> bool:
            row = SharedRow(carrying(payload))
            return (whole and not payload) or any(holds(row) for holds in conditions)

        alone = partial(self._alone, provider, channel, event_id)
        return PayloadTest(fields, whole, may_match, alone, binding)

    def _made_read(self, provider: str | None, channel: str | None, event_id: str | None) -> frozenset[str]:
        """What plans read of such events beside the header, whatever computer these are of."""
        like, _ = self._like(provider, channel, event_id, None)
        mapping = self._normalizer.mapping_of(provider, channel, event_id)
        every = (test for stem, _ in self._collector.asked_of(like) for test in tests(stem.conditions))
        return frozenset(name for test in every for name in read_by(test, mapping)) - _TOLD

    def _made_showing(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> Showing | None:
        like, certain = self._like(provider, channel, event_id, computer)
        mapping = self._normalizer.mapping_of(provider, channel, event_id)
        binding = None if certain else self._binding(provider, channel, event_id)
        if _is_counted(provider, channel, event_id) or not (certain or binding):
            return None
        needed = self._collector.needs_of(like)
        fields = {name for need in needed for field in need.fields for name in made_of(field, mapping)}
        fields.update(
            REMARKABLE, *(need.carriers for need in needed), () if binding is None else (binding.name,)
        )
        fields -= _TOLD
        if any(name.startswith(PAYLOAD_PREFIX) for name in fields):
            return None
        carrying = _carrying(like, mapping)

        def settles(payload: Fields) -> bool:
            if binding is not None and payload.get(binding.name) not in binding.values:
                return False
            return not remarkable(payload) and self._collector.settles(carrying(payload))

        return Showing(frozenset(fields), settles)

    def _made_binding(
        self, provider: str | None, channel: str | None, event_id: str | None
    ) -> Binding | None:
        mapping = self._normalizer.mapping_of(provider, channel, event_id)
        found = None if mapping is None else mapping.binding()
        return None if found is None else Binding(*found)

    def _made_alone(
        self, provider: str | None, channel: str | None, event_id: str | None
    ) -> tuple[FieldTest, ...]:
        like, _ = self._like(provider, channel, event_id, None)
        mapping = self._normalizer.mapping_of(provider, channel, event_id)
        return field_tests([stem for stem, _ in self._collector.asked_of(like)], like, mapping)


def _is_counted(provider: str | None, channel: str | None, event_id: str | None) -> bool:
    """Whether such events are read, so that it is known how many of them have a command line."""
    return event_id == "4688" and SECURITY.holds(provider, channel)


def _carrying(like: Event, mapping: EventMapping | None) -> Callable[[Fields], Event]:
    """Makes events of payloads, with the header of `like`."""
    header = like.provider, like.channel, like.event_id, like.computer, None, None
    place, kinds, derive = like.place, like.kinds, no_view if mapping is None else mapping.derive

    def carrying(payload: Fields) -> Event:
        return Event(*header, payload, {}, "", place, "", kinds, derive=derive)

    return carrying


def _anything(_: Fields) -> bool:
    return True


def skipping(plans: Iterable[Node], collector: Collector) -> Skipping:
    """The sieve for these plans; without literals where one of them may match events of any text."""
    required = either([required_literals(plan) for plan in plans])
    if not isinstance(required, RequiredLiterals) or len(required.groups[0]) > _MOST_LITERALS:
        return Skipping(None, collector)
    return Skipping(required.groups[0], collector)
