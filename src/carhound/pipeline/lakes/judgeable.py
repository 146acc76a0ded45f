"""On which events of a lake a stem can be judged: the counterpart of what the collector notes of files."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, field

from carhound.engines.interpreter.collect import NotJudged
from carhound.lake.history import Sent
from carhound.pipeline.lakes.memory import Memory
from carhound.pipeline.lakes.topics import Eligible
from carhound.plan.needs import Need, needs
from carhound.plan.stems import Stem

Source = tuple[str, str | None]
"""A file that was ingested, and the provider of events in it; None stands for all of them."""


class Judgeable(Struct):
    """The events of a lake that a stem looks at, and those of them that it cannot be judged on."""

    stem: Stem
    sent: list[Sent]
    """All of them."""
    events: Counter[Source] = field(default_factory=Counter)
    not_judged: dict[Source, Need] = field(default_factory=dict)
    """Files, or sources in them, whose events lack what the stem needs."""

    def source(self, file: str, provider: str | None) -> Source:
        """What is judged by itself: see the collector."""
        return (file, None if self.stem.scan.kinds is None else provider)

    def sees(self, file: str, provider: str | None) -> bool:
        """Whether the stem could be judged where an event comes from."""
        return self.source(file, provider) not in self.not_judged

    def blind_files(self) -> set[str]:
        """Files in which nothing could be judged."""
        seen = {file for file, _ in self.events.keys() - self.not_judged.keys()}
        return {file for file, _ in self.not_judged} - seen

    def lacking(self, plan: int) -> list[tuple[str, NotJudged]]:
        """The files, or sources in them, on whose events the plan of this number could not be judged."""
        blind = self.blind_files()
        found: dict[Source, NotJudged] = {}
        by_name = sorted(self.not_judged.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        for (file, provider), need in by_name:
            source = None if file in blind else provider
            before = found[file, source].events if (file, source) in found else 0
            events = before + self.events[file, provider]
            found[file, source] = NotJudged(plan, need, events, None, source)
        return [(file, one) for (file, _), one in found.items()]

    def hosts(self) -> set[str | None]:
        """The computers with events on which it could be judged."""
        return {one.computer for one in self.sent if self.sees(one.file, one.provider or one.channel)}


def judgeable(memory: Memory, stem: Stem) -> Judgeable:
    """Looks up what the lake holds for a stem."""
    eligible = Eligible(stem)
    found = Judgeable(stem, [one for one in memory.sent() if _is_of(stem, one)])
    for one in found.sent:
        found.events[found.source(one.file, one.provider or one.channel)] += one.events
    for need in needs(stem):
        met = {found.source(*source) for source in memory.carried(eligible, need)}
        for source in found.events.keys() - met:
            found.not_judged.setdefault(source, need)
    return found


def eligible_for(found: Iterable[Judgeable]) -> int:
    """Events that at least one of the stems looks at."""
    return sum(sent.events for sent in {sent for one in found for sent in one.sent})


def _is_of(stem: Stem, sent: Sent) -> bool:
    """Whether a stem looks at events of this kind; see `can_match`, which asks the events themselves."""
    if not stem.scan.dataset.holds(sent.provider, sent.channel):
        return False
    kinds = stem.scan.kinds
    if kinds is not None and {"/".join(kind) for kind in kinds}.isdisjoint((sent.kinds or "").split(",")):
        return False
    ids = stem.event_ids()
    return ids is None or sent.event_id in ids
