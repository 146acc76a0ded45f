"""The stems of a plan: each scan with the filters right above it.

A stem asks one event at a time, so events can be put to it while evidence is read; all else needs rows.
"""

from dataclasses import dataclass

from carhound.plan.nodes import Filter, Node, Scan, SubsearchFilter
from carhound.plan.predicates import AnyOf, Matches, Predicate, conjuncts

EVENT_ID_FIELDS = frozenset({"EventCode", "EventID"})


@dataclass(frozen=True, slots=True)
class Stem:
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
    above: list[Node] = []
    node = plan
    while not isinstance(node, Scan):
        above.append(node)
        node = node.input
    top: Node = node
    conditions: list[Predicate] = []
    while above and isinstance((lowest := above[-1]), Filter):
        conditions += conjuncts(lowest.predicate)
        top = above.pop()
    found = [Stem(top, node, tuple(conditions))]
    for later in reversed(above):
        if isinstance(later, SubsearchFilter):
            found += stems(later.subsearch)
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
