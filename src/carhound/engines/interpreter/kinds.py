"""Conditions that hold for all events of a kind or for none, and need not be put to each."""

from collections.abc import Iterable

from carhound.plan.predicates import Field, MatchesRegex, Predicate, Term, Where, tests
from carhound.plan.reads import test_fields

OF_KIND = frozenset(map(Field, ("EventCode", "EventID", "Channel", "SourceName")))
"""What is the same for all events of a kind."""
MORE = Term | MatchesRegex | Where
"""Tests that may look at more than the fields they name."""


def read_of(predicate: Predicate) -> frozenset[Field]:
    """The fields it names."""
    return frozenset(field for test in tests((predicate,)) for field in test_fields(test))


def parted(conditions: Iterable[Predicate]) -> tuple[tuple[Predicate, ...], tuple[Predicate, ...]]:
    """Conditions that ask nothing but of what kind an event is, and the others."""
    by_kind: list[Predicate] = []
    others: list[Predicate] = []
    for one in conditions:
        alike = read_of(one) <= OF_KIND and not any(isinstance(test, MORE) for test in tests((one,)))
        (by_kind if alike else others).append(one)
    return tuple(by_kind), tuple(others)
