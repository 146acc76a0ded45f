"""An SPL implementation beside its pseudocode version: do they say the same of the same events?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from carhound.engines.interpreter.failing import first_failure
from carhound.findings.run import LEFT_OUT_LATER, TwinDifference, Twins
from carhound.model.diagnostics import Source
from carhound.model.event import Event
from carhound.plan.nodes import Node

PSEUDOCODE_SUFFIX = " - pseudocode"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two twins: its text, its plan and the events it lets through."""

    name: str
    code: Source
    plan: Node
    events: tuple[Event, ...]
    not_judged: frozenset[str]
    """Files it could not be judged on."""


def pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names that differ by the ending " - pseudocode" alone, as (SPL, pseudocode)."""
    known = list(names)
    return [(name, name + PSEUDOCODE_SUFFIX) for name in known if name + PSEUDOCODE_SUFFIX in known]


def compare(spl: Side, pseudocode: Side, finding_of: Callable[[Event], str]) -> Twins:
    """Compares the events of the two, on files both could be judged on."""
    only_spl = _only(spl, pseudocode, finding_of)
    only_pseudocode = _only(pseudocode, spl, finding_of)
    agree = not only_spl and not only_pseudocode
    return Twins(spl.name, pseudocode.name, agree, only_spl, only_pseudocode)


def _only(one: Side, other: Side, finding_of: Callable[[Event], str]) -> tuple[TwinDifference, ...]:
    shared = {id(event) for event in other.events}
    missed = [
        event for event in one.events if id(event) not in shared and event.place.file not in other.not_judged
    ]
    return tuple(_difference(event, other, finding_of(event)) for event in missed)


def _difference(event: Event, other: Side, finding: str) -> TwinDifference:
    failure = first_failure(other.plan, event)
    if failure is None:
        return TwinDifference(finding, LEFT_OUT_LATER, None)
    text = "what it scans"
    if failure.span is not None:
        text = " ".join(other.code.text[failure.span.start : failure.span.end].split())
    return TwinDifference(finding, text, failure.value)
