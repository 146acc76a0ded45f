"""What a lake holds for the plans of a run: the counterpart of the collector, which asks files."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from carhound.engines.interpreter.collect import NotJudged
from carhound.engines.interpreter.operators import Moment
from carhound.engines.interpreter.rows import AliasUse
from carhound.findings.identity import Registry
from carhound.findings.prevalence import Sighting
from carhound.lake.history import Match, Sent
from carhound.model.event import Event
from carhound.model.windows import NO_BOUNDS, Window
from carhound.pipeline.memory import Memory
from carhound.pipeline.topics import Eligible, Keyed, Matching, asked_keys, keyed_subsearches, known_key
from carhound.plan.needs import Need, needs
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field
from carhound.plan.stems import Stem, stems

Source = tuple[str, str | None]
"""A file that was ingested, and the provider of events in it; None stands for all of them."""


@dataclass(slots=True)
class Asked:
    """One stem of a plan."""

    stem: Stem
    matching: Matching
    eligible: Eligible
    keyed: Keyed | None
    not_judged: dict[Source, tuple[Need, int]] = field(default_factory=dict)
    """Files, or sources in them, whose events lack what the stem needs; how many events these are."""
    sources: set[Source] = field(default_factory=set)
    sent: list[Sent] = field(default_factory=list)
    """The events of the lake that it could match."""

    def source(self, file: str, provider: str | None) -> Source:
        """What is judged by itself: see the collector."""
        return (file, None if self.stem.scan.kinds is None else provider)

    def sees(self, match: Match) -> bool:
        """Whether the stem could be judged where the event comes from."""
        return self.source(match.file, match.source) not in self.not_judged

    def blind_files(self) -> set[str]:
        """Files in which nothing could be judged."""
        seen = {file for file, provider in self.sources - self.not_judged.keys()}
        return {file for file, _ in self.not_judged} - seen


@dataclass(slots=True)
class _Plan:
    stems: list[Asked]
    used: AliasUse
    silent: set[str] = field(default_factory=set)
    """Files in which none of the plans that it follows could be judged."""

    @property
    def main(self) -> Asked:
        return self.stems[0]


class LakeHits:
    """By number of a plan, the events its stems let through, in the windows of a moment."""

    def __init__(self, memory: Memory, registry: Registry, moment: Moment, *, all_times: bool) -> None:
        """`all_times`: stems give their matches of all times, for runs of many days."""
        self._memory = memory
        self._registry = registry
        self._moment = moment
        self._all_times = all_times
        self._plans: list[_Plan] = []
        self._main: dict[int, list[Event]] = {}

    def add(self, plan: Node, key: tuple[Field, ...], used: AliasUse, follows: Iterable[int] = ()) -> int:
        """Takes a plan on and brings the memory up to date for it; gives its number.

        Its matches are told apart by `key`. On a file where none of the plans it `follows` could be judged,
        this one is not either.
        """
        keyed = keyed_subsearches(plan)
        by_name = tuple(sorted(key, key=lambda one: one.name))
        main, *others = stems(plan)
        asked = [self._asked(main, by_name, None, used)]
        for stem in others:
            subsearch = keyed.get(id(stem.node))
            asked.append(self._asked(stem, subsearch.key if subsearch else (), subsearch, used))
        new = _Plan(asked, used)
        followed = [self._plans[number].main.blind_files() for number in follows]
        if followed:
            new.silent = set.intersection(*followed)
        self._plans.append(new)
        return len(self._plans) - 1

    def hits(self, plan: int) -> dict[int, list[Event]]:
        """By id() of each stem's top node, the events it let through that matter to a run at the moment."""
        asked = self._plans[plan]
        main = self.main_hits(plan)
        found = {id(asked.main.stem.node): main}
        for one in asked.stems[1:]:
            found[id(one.stem.node)] = self._events(asked, one, self._known(asked, one, main))
        return found

    def main_hits(self, plan: int) -> list[Event]:
        """The events that the plan's main search let through in its window, or of all times."""
        if plan not in self._main:
            asked = self._plans[plan]
            window = self._window(asked.main)
            matches = self._memory.history.matches(asked.main.matching.name, window)
            self._main[plan] = self._events(asked, asked.main, matches)
        return self._main[plan]

    def matched(self, plan: int) -> int:
        """How many events the plan's main search let through in all."""
        asked = self._plans[plan]
        by_file = self._memory.history.count_by_file(asked.main.matching.name)
        return sum(
            count
            for (file, provider), count in by_file.items()
            if asked.main.source(file, provider) not in asked.main.not_judged and file not in asked.silent
        )

    def timeless(self, plan: int) -> int:
        """How many of them have no time."""
        return self._memory.history.count_timeless(self._plans[plan].main.matching.name)

    def eligible(self, plan: int) -> int:
        """Events of the lake that the plan's main search could have matched."""
        return sum(one.events for one in self._plans[plan].main.sent)

    def eligible_for(self, plans: Iterable[int]) -> int:
        """Events of the lake that the main search of at least one of the plans could have matched."""
        sent = {one for plan in plans for one in self._plans[plan].main.sent}
        return sum(one.events for one in sent)

    def presence(self, plan: int) -> dict[int, dict[str | None, set[int]]]:
        """By id() of each baseline scan that states a time: by computer, when it sent eligible events then.

        Computers that sent some at other times alone are there without any.
        """
        found: dict[int, dict[str | None, set[int]]] = {}
        for one in self._plans[plan].stems:
            scan = one.stem.scan
            if scan.role == "baseline" and scan.range.written:
                heard = self._memory.present(one.eligible, self._window(one))
                found[id(scan)] = {sent.computer: set() for sent in one.sent} | heard
        return found

    def sightings(
        self, plan: int, read: Callable[[Event], Sighting | None], events: Iterable[Event]
    ) -> Iterator[Sighting]:
        """Every match of the plan's main search with the key of one of the events."""
        asked = self._plans[plan]
        done: set[str | None] = {None}
        for event in events:
            sighting = read(event)
            key, _ = known_key(event, asked.main.matching.key, asked.used)
            if sighting is None or key in done or key is None:
                continue
            done.add(key)
            for one in self._memory.history.sightings(asked.main.matching.name, key):
                raw = None if one.raw is None else (one.raw,)
                for time in dict.fromkeys((one.first, one.last)):
                    yield Sighting(sighting.key, one.computer, time, raw)

    def not_judged(self, plan: int) -> list[tuple[str, NotJudged]]:
        """The files, or sources in them, on whose events the plan could not be judged."""
        main = self._plans[plan].main
        blind = main.blind_files()
        found: dict[tuple[str, str | None], NotJudged] = {}
        for (file, provider), (need, events) in main.not_judged.items():
            source = None if file in blind else provider
            before = found.get((file, source))
            found[file, source] = NotJudged(
                plan, need, events + (before.events if before else 0), None, source
            )
        return [(file, one) for (file, _), one in found.items()]

    def judged_hosts(self, plan: int) -> set[str | None]:
        """The hosts with events on which the plan could be judged."""
        main = self._plans[plan].main
        return {
            one.computer
            for one in main.sent
            if main.source(one.file, one.provider or one.channel) not in main.not_judged
        }

    def _asked(self, stem: Stem, key: tuple[Field, ...], keyed: Keyed | None, used: AliasUse) -> Asked:
        eligible = Eligible(stem)
        asked = Asked(stem, Matching(stem, key), eligible, keyed)
        self._memory.learn_matches(asked.matching, used)
        asked.sent = [one for one in self._memory.sent() if _is_of(stem, one)]
        events: Counter[Source] = Counter()
        for one in asked.sent:
            events[asked.source(one.file, one.provider or one.channel)] += one.events
        asked.sources = set(events)
        for need in needs(stem):
            met = {asked.source(*source) for source in self._memory.carried(eligible, need)}
            for source in asked.sources - met:
                asked.not_judged.setdefault(source, (need, events[source]))
        return asked

    def _window(self, asked: Asked) -> Window:
        return NO_BOUNDS if self._all_times else self._moment.window(asked.stem.scan)

    def _known(self, plan: _Plan, one: Asked, main: list[Event]) -> list[Match]:
        history, window = self._memory.history, self._window(one)
        if one.keyed is None or self._all_times:
            return history.matches(one.matching.name, window)
        outer = tuple(Field(field.name, field.view) for field in one.keyed.key)
        keys = (key for event in main for key in asked_keys(event, outer, plan.used))
        return history.with_keys(one.matching.name, window, keys)

    def _events(self, plan: _Plan, one: Asked, matches: Iterable[Match]) -> list[Event]:
        seen = (match for match in matches if one.sees(match) and match.file not in plan.silent)
        return [self._registry.admit(self._memory.event(match)) for match in seen]


def _is_of(stem: Stem, sent: Sent) -> bool:
    """Whether a stem looks at events of this kind; see `can_match`, which asks the events themselves."""
    if not stem.scan.dataset.holds(sent.provider, sent.channel):
        return False
    kinds = stem.scan.kinds
    if kinds is not None and {"/".join(kind) for kind in kinds}.isdisjoint((sent.kinds or "").split(",")):
        return False
    ids = stem.event_ids()
    return ids is None or sent.event_id in ids
