"""Evidence streamed past the stems of many plans at once: what each lets through is kept, the rest goes.

Windows are not applied here: what "now" is may only be known when everything has been read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct, field

from carhound.engines.interpreter.carrying import carrying
from carhound.engines.interpreter.collected import Collected, CollectedSource, numbers_of, take_over
from carhound.engines.interpreter.conditions import Condition, condition
from carhound.engines.interpreter.guards import Guards
from carhound.engines.interpreter.kinds import parted
from carhound.engines.interpreter.rows import Row, SharedRow
from carhound.model.event import Event
from carhound.model.presence import Presence
from carhound.model.sending import Events
from carhound.model.suggestion import nearest
from carhound.plan.needs import Need, needs
from carhound.plan.nodes import Node
from carhound.plan.predicates import All
from carhound.plan.stems import Stem, stems

Admit = Callable[[Event], Event]
"""Gives the one event that stands for all records of the same event."""

Doubt = Callable[[], bool]

Count = Callable[[int, Iterable[int]], tuple[int, ...]]
"""Counts so many events, which were in these quarters of an hour, as `model.presence` numbers them."""

_Kind = tuple[str | None, str | None, str | None, tuple[tuple[str, str], ...]]

_MOST_KINDS = 10_000
"""Kinds of events remembered; real evidence has hundreds, and whoever writes it could make millions."""


class NotJudged(Struct, frozen=True):
    """Events of a file on which a plan could not be judged: none that is eligible carries what it needs."""

    plan: int
    need: Need
    events: int
    near: str | None
    """A field that they do carry and whose name is much like it."""
    source: str | None = None
    """The provider, where only its events are meant: those of another in the file could be judged."""


class _Source(Struct):
    """What one source has sent in the file being read."""

    unmet: list[Need]
    eligible: int = 0
    pending: dict[int, Event] = field(default_factory=dict)
    """Hits, kept once the file shows that these events could be judged."""
    sample: Event | None = None
    """An eligible event that lacks something."""

    @property
    def blind(self) -> bool:
        return bool(self.unmet)

    def taken(self, numbers: Mapping[int, int]) -> CollectedSource:
        """All that is known of it; `numbers` holds those of events by their id()."""
        pending = numbers_of(self.pending, numbers)
        return CollectedSource(self.unmet, self.eligible, pending, self.sample if self.blind else None)

    def join(self, other: CollectedSource, standing: Sequence[Event]) -> None:
        """Takes over what the source sent further on in the file."""
        self.unmet = [need for need in self.unmet if need in other.unmet]
        self.eligible += other.eligible
        take_over(self.pending, other.pending, standing)
        self.sample = other.sample or self.sample

    def near(self) -> str | None:
        """A field much like the first that is lacking."""
        if self.sample is None:
            return None
        field = self.unmet[0].fields[0]
        return nearest(field.name, self.sample.car if field.view == "car" else self.sample.native)


class _Watch(Struct):
    """One stem and what it has let through."""

    plan: int
    bit: int
    """Among all stems."""
    main: bool
    stem: Stem
    by_kind: Condition
    """Of its conditions those that ask nothing but of what kind an event is."""
    holds: Condition
    """The others."""
    needs: tuple[Need, ...]
    carried: dict[Need, Condition]
    """By need, whether an event carries it."""
    hits: dict[int, Event] = field(default_factory=dict)
    """By id() of the event that stands for it."""
    eligible: int = 0
    sources: dict[str | None, _Source] = field(default_factory=dict)
    """Those of the file being read that sent an eligible event."""
    presence: Presence | None = None
    """Who sent eligible events when; for a baseline that states a time, which knows nothing of the silent."""
    by_source: bool = False
    """Whether each source is judged by itself."""

    def source(self, event: Event) -> _Source:
        """What is known of the source of an eligible event.

        A CAR object is read from sensors that carry different fields, so each is judged by itself; a search
        names its fields itself, and what one event carries it could find in any.
        """
        name = self.name_of(event)
        found = self.sources.get(name)
        if found is None:
            found = self.sources[name] = _Source(list(self.needs))
        return found

    def name_of(self, event: Event) -> str | None:
        """What the source of an event is called."""
        return event.provider or event.channel if self.by_source else None

    def unmet(self, event: Event) -> bool:
        """Whether no event of the source of this one was seen to carry what is needed."""
        found = self.sources.get(self.name_of(event))
        return bool(self.needs if found is None else found.unmet)

    def not_judged(self) -> list[NotJudged]:
        """The sources of the file that could not be judged."""
        blind = [(name, source) for name, source in self.sources.items() if source.blind]
        some = len(blind) < len(self.sources)
        return [
            NotJudged(self.plan, source.unmet[0], source.eligible, source.near(), name if some else None)
            for name, source in blind
        ]


class _Watching(Struct):
    """Who looks at events of a kind."""

    watches: list[tuple[_Watch, Condition]]
    """The stems, and what they ask of these events."""
    mains: tuple[int, ...]
    """The plans whose main search is among them."""
    bits: int
    needy: list[_Watch]
    """Of these stems those that need anything of an event."""
    by_kinds: bool
    """Whether some look at CAR kinds."""


class Collector:
    """Puts every event to the stems of the plans."""

    def __init__(
        self,
        plans: list[Node],
        admit: Admit,
        follows: Mapping[int, frozenset[int]] = MappingProxyType({}),
    ) -> None:
        """A plan in `follows` is not judged where none of the plans it follows could be."""
        self.follows = follows
        self._admit = admit
        self._watches: list[_Watch] = []
        conditions: dict[Need, Condition] = {}
        for number, plan in enumerate(plans):
            for position, stem in enumerate(stems(plan)):
                by_kind, others = (condition(All(some)) for some in parted(stem.conditions))
                needed = needs(stem)
                carried = {need: conditions.setdefault(need, carrying(need)) for need in needed}
                by_source = stem.scan.kinds is not None
                bit = 1 << len(self._watches)
                watch = _Watch(
                    number, bit, position == 0, stem, by_kind, others, needed, carried, by_source=by_source
                )
                if stem.scan.role == "baseline" and stem.scan.range.written:
                    watch.presence = Presence()
                self._watches.append(watch)
        self.plans = len(plans)
        self.searched = tuple(plans)
        self._by_kind: dict[_Kind, _Watching] = {}
        self._guards: Guards | None = None
        """Made for the first event: not every collector is offered one."""

    def offer(self, event: Event) -> tuple[int, ...]:
        """Keeps the event where a stem lets it through; the plans whose main search it is eligible for."""
        watching = self._watching(event)
        if not watching.watches:
            return ()
        row = SharedRow(event)
        if self._guards is None:
            self._guards = Guards((watch.bit, watch.stem.conditions) for watch in self._watches)
        left = self._guards.open(row, watching.bits)
        standing: Event | None = None
        for watch, holds in watching.watches:
            source = watch.source(event)
            source.eligible += 1
            if watch.presence is not None:
                watch.presence.add(event.computer, event.time)
            if source.unmet:
                source.unmet = [need for need in source.unmet if not watch.carried[need](row)]
                source.sample = event
            if left & watch.bit and holds(row):
                if standing is None:
                    standing = self._admit(event)
                source.pending[id(standing)] = standing
        return watching.mains

    def _watching(self, event: Event) -> _Watching:
        kind = (event.provider, event.channel, event.event_id, event.kinds)
        found = self._by_kind.get(kind)
        if found is None:
            if len(self._by_kind) > _MOST_KINDS:
                self._by_kind.clear()
            watches = [watch for watch in self._watches if can_match(watch.stem, event)]
            row = Row(event)
            asked = [(watch, watch.holds if watch.by_kind(row) else _never) for watch in watches]
            mains = tuple(watch.plan for watch in watches if watch.main)
            needy = [watch for watch in watches if watch.needs]
            by_kinds = any(watch.by_source for watch in watches)
            bits = sum(watch.bit for watch in watches)
            found = self._by_kind[kind] = _Watching(asked, mains, bits, needy, by_kinds)
        return found

    def looks_at(self, like: Event) -> bool:
        """Whether a stem looks at events of the kind of this one."""
        return bool(self._watching(like).watches)

    def asked_of(self, like: Event) -> list[tuple[Stem, Condition]]:
        """The stems that look at events of the kind of this one, each with its conditions as one."""
        return [(watch.stem, holds) for watch, holds in self._watching(like).watches]

    def doubt(self, like: Event, certain: bool) -> Doubt:
        """Tells whether it is open if a plan can be judged on the events like this of the file being read.

        Only what tells their kind is asked of `like`; `certain` says that each is of all its CAR kinds.
        """
        watching = self._watching(like)
        always = not certain and watching.by_kinds

        def doubted() -> bool:
            for watch in watching.needy:  # any() of a generator takes twice as long
                if watch.unmet(like):
                    return True
            return always

        return doubted

    def needs_of(self, like: Event) -> set[Need]:
        """What stems need of events of the kind of this one."""
        return {need for watch in self._watching(like).needy for need in watch.needs}

    def settles(self, like: Event) -> bool:
        """Whether an event with these fields carries all that stems need, save those that lack nothing.

        Where it does, they lack nothing any more.
        """
        lacking = [watch for watch in self._watching(like).needy if watch.unmet(like)]
        row = Row(like)
        for carries in {one for watch in lacking for one in watch.carried.values()}:
            if not carries(row):
                return False
        for watch in lacking:
            watch.source(like).unmet = []
        return True

    def counter(self, like: Event) -> Count:
        """Counts events that no stem lets through, of the kind and computer of `like`; else as `offer`."""
        watching = self._watching(like)
        watches = [(watch, watch.name_of(like)) for watch, _ in watching.watches]

        def count(events: int, quarters: Iterable[int]) -> tuple[int, ...]:
            for watch, name in watches:
                source = watch.sources.get(name) or watch.source(like)
                source.eligible += events
                if watch.presence is not None:
                    watch.presence.add_quarters(like.computer, quarters)
            return watching.mains

        return count

    def taken(self, admitted: Events) -> Collected:
        """What was let through since this was last asked; nothing of it is kept here."""
        taken = Collected(admitted, [], [], [], [])
        numbers = {id(event): number for number, event in enumerate(admitted)}
        for watch in self._watches:
            taken.eligible.append(watch.eligible)
            taken.hits.append(numbers_of(watch.hits, numbers))
            taken.sources.append({name: one.taken(numbers) for name, one in watch.sources.items()})
            taken.presence.append(watch.presence)
            watch.eligible, watch.hits, watch.sources = 0, {}, {}
            watch.presence = None if watch.presence is None else Presence()
        return taken

    def join(self, collected: Collected) -> None:
        """Takes what another collector of the same plans let through, as if it had been offered here."""
        standing = [self._admit(event) for event in collected.admitted]
        of_stems = collected.eligible, collected.hits, collected.sources, collected.presence
        for watch, eligible, hits, sources, presence in zip(self._watches, *of_stems, strict=True):
            watch.eligible += eligible
            take_over(watch.hits, hits, standing)
            for provider, source in sources.items():
                if provider not in watch.sources:
                    watch.sources[provider] = _Source(list(watch.needs))
                watch.sources[provider].join(source, standing)
            if watch.presence is not None and presence is not None:
                watch.presence.join(presence)

    def begin_file(self) -> None:
        """A file begins; what its events lack is judged at its end."""
        for watch in self._watches:
            watch.sources = {}

    def end_file(self) -> list[NotJudged]:
        """The file ends: its hits are kept, save for plans they could not be judged by, which are named."""
        touched = [watch for watch in self._watches if watch.sources]
        not_judged = [one for watch in touched if watch.main for one in watch.not_judged()]
        blind = {one.plan for one in not_judged if one.source is None}
        for watch in touched:
            followed = self.follows.get(watch.plan)
            silent = bool(followed and followed <= blind)
            for source in watch.sources.values():
                watch.eligible += source.eligible
                if not source.blind and not silent:
                    watch.hits.update(source.pending)
            watch.sources = {}
        return not_judged

    def eligible(self, plan: int) -> int:
        """Events read that the plan's main search could have matched."""
        return sum(watch.eligible for watch in self._watches if watch.plan == plan and watch.main)

    def hits(self, plan: int) -> dict[int, list[Event]]:
        """By id() of each stem's top node, the events it let through."""
        return {
            id(watch.stem.node): list(watch.hits.values()) for watch in self._watches if watch.plan == plan
        }

    def presence(self, plan: int) -> dict[int, dict[str | None, frozenset[int]]]:
        """By id() of each baseline scan that states a time: by computer, when it sent eligible events.

        That is the quarters of an hour as `model.presence` numbers them.
        """
        return {
            id(watch.stem.scan): watch.presence.quarters()
            for watch in self._watches
            if watch.plan == plan and watch.presence is not None
        }

    def main_hits(self, plan: int) -> list[Event]:
        """The events that the plan's main search let through, whatever their time."""
        return [
            event
            for watch in self._watches
            if watch.plan == plan and watch.main
            for event in watch.hits.values()
        ]

    def matched(self, plan: int) -> int:
        """How many events the plan's main search let through."""
        return len(self.main_hits(plan))

    def timeless(self, plan: int) -> int:
        """How many of the main search's matches have no time."""
        return sum(event.time is None for event in self.main_hits(plan))


def can_match(stem: Stem, event: Event) -> bool:
    """Whether an event is of a kind that the stem looks at: such events are eligible."""
    if not stem.scan.dataset.holds(event.provider, event.channel):
        return False
    if stem.scan.kinds is not None and not set(stem.scan.kinds) & set(event.kinds):
        return False
    ids = stem.event_ids()
    return ids is None or event.event_id in ids


def _never(_: Row) -> bool:
    return False
