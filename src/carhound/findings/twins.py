"""An SPL implementation beside its pseudocode version: do they say the same of the same events?"""

from collections.abc import Callable, Iterable

from msgspec import Struct

from carhound.findings.run import LEFT_OUT_LATER, TwinDifference, Twins
from carhound.model.diagnostics import Source
from carhound.model.event import Event, Place
from carhound.normalize.mapping import sensor_of
from carhound.plan.nodes import Node
from carhound.plan.stems import stems

PSEUDOCODE_SUFFIX = " - pseudocode"


class Side(Struct, frozen=True):
    """One of two twins: its text, its plan and the events it lets through."""

    name: str
    code: Source
    plan: Node
    events: tuple[Event, ...]
    not_judged: frozenset[tuple[str, str | None]]
    """Files it could not be judged on, with the provider where only its events are meant."""
    places: Callable[[Event], tuple[Place, ...]]
    """Every place at which an event was met."""

    def sees(self, event: Event) -> bool:
        """Whether the event is one it speaks about, so that silence on it means something.

        A search for event ids says nothing about sensors that write none of them: `EventCode=1` is Sysmon's,
        and about a 4688 of the Security log it is silent.
        """
        provider = event.provider or event.channel
        files = {place.file for place in self.places(event)}
        if all((file, None) in self.not_judged or (file, provider) in self.not_judged for file in files):
            return False
        stem = stems(self.plan)[0]
        if not stem.scan.dataset.holds(event.provider, event.channel):
            return False
        ids = stem.event_ids()
        known = sensor_of(event.provider, event.channel)
        return ids is None or known is None or not ids.isdisjoint(known.events)


def pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names that differ by the ending " - pseudocode" alone, as (SPL, pseudocode)."""
    known = list(names)
    return [(name, name + PSEUDOCODE_SUFFIX) for name in known if name + PSEUDOCODE_SUFFIX in known]


def compare(spl: Side, pseudocode: Side, finding_of: Callable[[Event], str]) -> Twins:
    """Compares the events of the two, those that both can see."""
    only_spl = _only(spl, pseudocode, finding_of)
    only_pseudocode = _only(pseudocode, spl, finding_of)
    agree = not only_spl and not only_pseudocode
    return Twins(spl.name, pseudocode.name, agree, only_spl, only_pseudocode)


def _only(one: Side, other: Side, finding_of: Callable[[Event], str]) -> tuple[TwinDifference, ...]:
    shared = {id(event) for event in other.events}
    missed = [event for event in one.events if id(event) not in shared and other.sees(event)]
    return tuple(_difference(event, other, finding_of(event)) for event in missed)


def _difference(event: Event, other: Side, finding: str) -> TwinDifference:
    from carhound.engines.interpreter.failing import first_failure  # most twins agree

    failure = first_failure(other.plan, event)
    if failure is None:
        return TwinDifference(finding, LEFT_OUT_LATER, None)
    text = "what it scans"
    if failure.span is not None:
        text = " ".join(other.code.text[failure.span.start : failure.span.end].split())
    return TwinDifference(finding, text, failure.value)
