"""The stems of a plan: each scan with the filters right above it.

A stem asks one event at a time, so events can be put to it while evidence is read; all else needs rows. It
never asks what time it is: for files that is only known when all has been read.
"""

from msgspec import Struct

from carhound.plan.functions import needs_clock
from carhound.plan.nodes import Filter, Node, Scan, chain, subsearch_of
from carhound.plan.predicates import AnyOf, Matches, Predicate, conjuncts

EVENT_ID_FIELDS = frozenset({"EventCode", "EventID"})


class Stem(Struct, frozen=True):
    """The top node of a stem, its scan, and what its filters ask, in the order of the text."""

    node: Node
    scan: Scan
    conditions: tuple[Predicate, ...]

    def event_ids(self) -> frozenset[str] | None:
        """The event ids that a match must have, None where the conditions name none."""
        for condition in self.conditions:
            ids = _event_ids(condition)
            if ids is not None:
                return ids
        return None


def stems(plan: Node) -> list[Stem]:
    """Every stem of the plan, the main one first."""
    scan, *above = chain(plan)
    if not isinstance(scan, Scan):
        raise TypeError("a plan begins with a scan")
    top: Node = scan
    conditions: list[Predicate] = []
    while above and isinstance((lowest := above[0]), Filter) and not needs_clock(lowest.predicate):
        conditions += conjuncts(lowest.predicate)
        top = above.pop(0)
    found = [Stem(top, scan, tuple(conditions))]
    for later in above:
        if (inner := subsearch_of(later)) is not None:
            found += stems(inner)
    return found


def _event_ids(condition: Predicate) -> frozenset[str] | None:
    match condition:
        case Matches(field, pattern, negated) if field.name in EVENT_ID_FIELDS and field.view == "native":
            return None if negated or pattern.wild else frozenset({pattern.text})
        case AnyOf(items) if items:
            ids: set[str] = set()
            for item in items:
                one = _event_ids(item)
                if one is None:
                    return None
                ids |= one
            return frozenset(ids)
        case _:
            return None
