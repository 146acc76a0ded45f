"""What a lake holds for the plans of a run: the counterpart of the collector, which asks files."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, field

from carhound.engines.interpreter.moment import Moment
from carhound.findings.identity import Registry
from carhound.findings.prevalence import Sighting
from carhound.lake.history import Match
from carhound.model.event import Event
from carhound.model.windows import NO_BOUNDS, Window
from carhound.pipeline.lakes.judgeable import Judgeable, judgeable
from carhound.pipeline.lakes.memory import Memory
from carhound.pipeline.lakes.topics import Eligible, Keyed, Matching, asked_keys, keyed_subsearches, known_key
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field
from carhound.plan.stems import Stem, stems


class Asked(Struct):
    """One stem of a plan."""

    stem: Stem
    matching: Matching
    judgeable: Judgeable
    keyed: Keyed | None


class _Plan(Struct):
    stems: list[Asked]
    silent: set[str] = field(default_factory=set)
    """Files in which none of the plans that it follows could be judged."""
    matched: int | None = None
    """Once it has been counted."""

    @property
    def main(self) -> Asked:
        return self.stems[0]

    def counts(self, stem: Asked, file: str, source: str | None) -> bool:
        """Whether what a stem lets through of a file, or a source in it, says anything."""
        return stem.judgeable.sees(file, source) and file not in self.silent


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

    def at(self, moment: Moment, registry: Registry) -> "LakeHits":
        """The same plans at another moment."""
        other = LakeHits(self._memory, registry, moment, all_times=self._all_times)
        other._plans = self._plans
        return other

    def quarters_since(self, plan: int, sequence: int) -> list[int]:
        """The quarters of an hour, since 1970, of matches that came with `sequence` or later."""
        return self._memory.history.quarters_since(self._plans[plan].main.matching.name, sequence)

    def add(self, plan: Node, key: tuple[Field, ...], follows: Iterable[int] = ()) -> int:
        """Takes a plan on and brings the memory up to date for it; gives its number.

        Its matches are told apart by `key`. On a file where none of the plans it `follows` could be judged,
        this one is not either.
        """
        keyed = keyed_subsearches(plan)
        by_name = tuple(sorted(key, key=lambda one: one.name))
        main, *others = stems(plan)
        asked = [self._asked(main, by_name, None)]
        for stem in others:
            subsearch = keyed.get(id(stem.node))
            asked.append(self._asked(stem, subsearch.key if subsearch else (), subsearch))
        new = _Plan(asked)
        followed = [self._plans[number].main.judgeable.blind_files() for number in follows]
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
        if asked.matched is None:
            asked.matched = self._count(asked)
        return asked.matched

    def timeless(self, plan: int) -> int:
        """How many of them have no time."""
        return self._count(self._plans[plan], timeless=True)

    def judgeable(self, plan: int) -> Judgeable:
        """The events that the plan's main search looks at."""
        return self._plans[plan].main.judgeable

    def presence(self, plan: int) -> dict[int, dict[str | None, set[int]]]:
        """By id() of each baseline scan that states a time: by computer, when it sent eligible events then.

        Computers that sent some at other times alone are there without any.
        """
        found: dict[int, dict[str | None, set[int]]] = {}
        for one in self._plans[plan].stems:
            scan = one.stem.scan
            if scan.role == "baseline" and scan.range.written:
                heard = self._memory.present(Eligible(one.stem), self._window(one))
                found[id(scan)] = {sent.computer: set() for sent in one.judgeable.sent} | heard
        return found

    def sightings(
        self, plan: int, read: Callable[[Event], Sighting | None], events: Iterable[Event]
    ) -> Iterator[Sighting]:
        """Every match of the plan's main search with the key of one of the events; else any with a key."""
        asked = self._plans[plan]
        done: set[str | None] = {None}
        met = False
        for event in events:
            sighting = read(event)
            key, _ = known_key(event, asked.main.matching.key)
            if sighting is None or key in done or key is None:
                continue
            done.add(key)
            for one in self._memory.history.sightings(asked.main.matching.name, key):
                if asked.counts(asked.main, one.file, one.source):
                    met = True
                    raw = None if one.raw is None else (one.raw,)
                    for time in dict.fromkeys((one.first, one.last)):
                        yield Sighting(sighting.key, one.computer, time, raw)
        match = None if met else self._memory.history.with_key(asked.main.matching.name)
        if match is not None and (other := read(self._memory.event(match))) is not None:
            yield other

    def _asked(self, stem: Stem, key: tuple[Field, ...], keyed: Keyed | None) -> Asked:
        matching = Matching(stem, key)
        self._memory.learn_matches(matching)
        return Asked(stem, matching, judgeable(self._memory, stem), keyed)

    def _window(self, asked: Asked) -> Window:
        return NO_BOUNDS if self._all_times else self._moment.window(asked.stem.scan)

    def _known(self, plan: _Plan, one: Asked, main: list[Event]) -> list[Match]:
        history, window = self._memory.history, self._window(one)
        if one.keyed is None or self._all_times:
            return history.matches(one.matching.name, window)
        keys = (key for event in main for key in asked_keys(event, one.keyed.key))
        return history.with_keys(
            one.matching.name, window, keys, lambda match: plan.counts(one, match.file, match.source)
        )

    def _events(self, plan: _Plan, one: Asked, matches: Iterable[Match]) -> list[Event]:
        """The events of the matches that count, each once."""
        seen = [match for match in matches if plan.counts(one, match.file, match.source)]
        return list(dict.fromkeys(self._registry.admit(self._memory.event(match)) for match in seen))

    def _count(self, plan: _Plan, *, timeless: bool = False) -> int:
        main = plan.main
        by_file = self._memory.history.count_by_file(main.matching.name, timeless=timeless)
        return sum(count for (file, source), count in by_file.items() if plan.counts(main, file, source))
