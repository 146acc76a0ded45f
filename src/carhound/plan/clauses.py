"""The clauses of a search, and which of them make no difference.

A clause is a condition that a whole search puts to an event (a conjunct), or a part of one: the branches of
an OR, the parts of what a NOT denies. *Taking a clause out* of a search leaves the rest as it is: a conjunct
is no longer asked, a branch no longer offered.

An event *turns* a clause when the search says one thing of it with the clause and the other without. An
event that turns an exclusion is one that this exclusion alone rejects; an event that turns the branch of an
OR is one that gets through by this branch alone.

A clause that no event turns is redundant, as far as those events show. Of two that say the same, neither is
turned by anything as long as both are there; so clauses are tried from the last to the first, and one that
proves redundant stays out while those before it are tried. What is left is a smallest search that still says
the same of every event, and of clauses that repeat each other the first is kept.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct, field

from carhound.plan.predicates import All, AnyOf, Not, Predicate, Test

Truths = tuple[bool, ...]
"""Whether each test of a search holds on an event, in the order of `ClauseTree.tests`."""


class _Part(Struct):
    kind: Literal["test", "all", "any", "not"]
    number: int
    """Of the clause it is; -1 for what a NOT denies, which is none by itself."""
    parts: "list[_Part]" = field(default_factory=list)
    test: int = -1
    """Its place among the tests, for a test."""


class Verdict(Struct, frozen=True):
    """What events say of one clause."""

    clause: Predicate
    branch: bool
    """Whether it is a branch of an OR."""
    turned: int | None
    """The first of the events that turns it; None where none does."""
    covered: Predicate | None = None
    """For a redundant clause: the one beside it that rejects whatever it rejects, or for the branch of an OR
    lets through whatever it lets through."""


class ClauseTree:
    """The conditions of a search as clauses that can be taken out."""

    def __init__(self, conditions: Sequence[Predicate]) -> None:
        self.tests: list[Test] = []
        self.clauses: list[Predicate] = []
        self._neighbours: dict[int, tuple[list[_Part], bool]] = {}
        """By clause, the clauses it stands beside, itself included, and whether they are branches."""
        self._top = self._parts(conditions, branches=False)

    def passes(self, truths: Truths) -> bool:
        """Whether the whole search lets an event through."""
        return self._passes(truths, frozenset())

    def judge(self, events: Sequence[Truths]) -> list[Verdict]:
        """What events, given by the truths of their tests, say of each clause, in the order of the text."""
        out: set[int] = set()
        turned: dict[int, int | None] = {}
        for number in reversed(range(len(self.clauses))):
            turned[number] = self._first_turning(events, number, frozenset(out))
            if turned[number] is None:
                out.add(number)
        return [
            Verdict(
                clause,
                self._neighbours[number][1],
                turned[number],
                self._covering(events, number, out) if number in out else None,
            )
            for number, clause in enumerate(self.clauses)
        ]

    def _first_turning(self, events: Sequence[Truths], number: int, out: frozenset[int]) -> int | None:
        without = out | {number}
        for at, truths in enumerate(events):
            if self._passes(truths, out) is not self._passes(truths, without):
                return at
        return None

    def _covering(self, events: Iterable[Truths], number: int, out: set[int]) -> Predicate | None:
        """A neighbour that stays and says the same wherever this one decides; None where there is none.

        A branch decides where it holds, any other clause where it does not.
        """
        neighbours, decisive = self._neighbours[number]
        nothing: frozenset[int] = frozenset()
        own = next(part for part in neighbours if part.number == number)
        decided = [truths for truths in events if _holds(own, truths, nothing) is decisive]
        for other in neighbours if decided else []:
            if other.number not in out and all(
                _holds(other, truths, nothing) is decisive for truths in decided
            ):
                return self.clauses[other.number]
        return None

    def _passes(self, truths: Truths, out: frozenset[int]) -> bool:
        return all(part.number in out or _holds(part, truths, out) for part in self._top)

    def _parts(self, predicates: Iterable[Predicate], *, branches: bool) -> list[_Part]:
        parts = [self._part(one) for one in predicates]
        self._neighbours.update((part.number, (parts, branches)) for part in parts)
        return parts

    def _part(self, predicate: Predicate) -> _Part:
        """A clause and the clauses in it, numbered in the order of the text."""
        number = len(self.clauses)
        self.clauses.append(predicate)
        return self._shape(predicate, number)

    def _shape(self, predicate: Predicate, number: int) -> _Part:
        match predicate:
            case All(items):
                return _Part("all", number, self._parts(items, branches=False))
            case AnyOf(items):
                return _Part("any", number, self._parts(items, branches=True))
            case Not(item):
                return _Part("not", number, [self._shape(item, -1)])
            case _:
                self.tests.append(predicate)
                return _Part("test", number, test=len(self.tests) - 1)


def _holds(part: _Part, truths: Truths, out: frozenset[int]) -> bool:
    match part.kind:
        case "test":
            return truths[part.test]
        case "all":
            return all(one.number in out or _holds(one, truths, out) for one in part.parts)
        case "any":
            return any(one.number not in out and _holds(one, truths, out) for one in part.parts)
        case "not":
            return not _holds(part.parts[0], truths, out)
