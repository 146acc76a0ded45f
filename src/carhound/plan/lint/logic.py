"""What can be proved of conditions: that two never hold together, that one holds whenever another does.

Sound and not complete: whatever is claimed is so for every event with one value in each field; where the
proof would need more than a comparison of pairs, nothing is claimed.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from carhound.model.glob import Glob
from carhound.plan.predicates import (
    Absent,
    All,
    AnyOf,
    Compares,
    Field,
    Matches,
    Not,
    Predicate,
    Present,
    Test,
)

_STEPS = 20_000
"""Comparisons after which a proof is given up; a search of a hundred clauses needs some thousand."""

_BASE_NAMES = frozenset({"exe", "parent_exe", "module_name", "file_name"})
"""CAR fields that are the last part of a path, so that none holds a separator."""

_ANYTHING = Glob("*")


class Values(Struct, frozen=True):
    """What a field may hold for a test to hold."""

    field: Field
    absent: bool
    """Whether the field may be missing."""
    inside: bool
    """Whether a value must match the pattern, or must not."""
    pattern: Glob

    def excludes(self, other: "Values") -> bool:
        """Whether no event meets both."""
        if self.field != other.field or (self.absent and other.absent):
            return False
        if self.inside and other.inside:
            return not self.pattern.meets(other.pattern)
        if self.inside:
            return other.pattern.covers(self.pattern)
        if other.inside:
            return self.pattern.covers(other.pattern)
        return self.nothing or other.nothing

    def implies(self, other: "Values") -> bool:
        """Whether every event that meets this meets the other."""
        if self.field != other.field or (self.absent and not other.absent):
            return False
        if self.nothing:
            return True
        if self.inside:
            return (
                other.pattern.covers(self.pattern) if other.inside else not self.pattern.meets(other.pattern)
            )
        return other.pattern.covers(_ANYTHING) if other.inside else self.pattern.covers(other.pattern)

    @property
    def nothing(self) -> bool:
        """Whether no value at all will do."""
        return not self.inside and self.pattern.covers(_ANYTHING)


class Leaf(Struct, frozen=True):
    """A test that holds, or one that does not."""

    test: Test
    holds: bool
    values: Values | None
    """None where the test is no question of one field's value and a pattern."""

    def excludes(self, other: "Leaf") -> bool:
        """Whether no event meets both."""
        if self.values is not None and other.values is not None:
            return self.values.excludes(other.values)
        if self.test == other.test:
            return self.holds is not other.holds
        return self.holds and other.holds and _other_number(self.test, other.test)

    def implies(self, other: "Leaf") -> bool:
        """Whether every event that meets this meets the other."""
        if self.values is not None and other.values is not None:
            return self.values.implies(other.values)
        return self.test == other.test and self.holds is other.holds


class Join(Struct, frozen=True):
    """Conditions of which all must hold, or any."""

    every: bool
    items: "tuple[Tree, ...]"


Tree = Leaf | Join


def tree(predicate: Predicate, holds: bool = True) -> Tree:
    """The condition, or its contrary, with no negation but at the tests."""
    match predicate:
        case All(items):
            return Join(holds, tuple(tree(item, holds) for item in items))
        case AnyOf(items):
            return Join(not holds, tuple(tree(item, holds) for item in items))
        case Not(item):
            return tree(item, not holds)
        case _:
            return Leaf(predicate, holds, _values(predicate, holds))


def signed(conditions: Iterable[Predicate], holds: bool = True) -> Iterator[tuple[Test, bool]]:
    """Every test, in the order of the text, and whether it is asked to hold or not to."""
    for condition in conditions:
        match condition:
            case All(items) | AnyOf(items):
                yield from signed(items, holds)
            case Not(item):
                yield from signed((item,), not holds)
            case _:
                yield condition, holds


def implies(one: Tree, other: Tree) -> bool:
    """Whether it is proved that every event that meets one meets the other."""
    return _Proof().implies(one, other)


def impossible(conditions: Sequence[Tree]) -> bool:
    """Whether it is proved that no event meets all of them."""
    return _Proof().impossible([*conditions, *_known(conditions)])


class _Proof(Struct):
    left: int = _STEPS

    def implies(self, one: Tree, other: Tree) -> bool:
        self.left -= 1
        if self.left < 0:
            return False
        if isinstance(one, Leaf) and isinstance(other, Leaf):
            return one.implies(other)
        if isinstance(other, Join) and other.every:
            return all(self.implies(one, item) for item in other.items)
        if isinstance(one, Join) and not one.every:
            return all(self.implies(item, other) for item in one.items)
        if isinstance(one, Join) and any(self.implies(item, other) for item in one.items):
            return True
        return isinstance(other, Join) and any(self.implies(one, item) for item in other.items)

    def impossible(self, conditions: Sequence[Tree], given: Sequence[Leaf] = ()) -> bool:
        leaves, choices = _flat(conditions)
        met = list(given)
        for leaf in leaves:
            self.left -= len(met)
            if self.left < 0:
                return False
            unmet = leaf.values is not None and leaf.values.nothing and not leaf.values.absent
            if unmet or any(leaf.excludes(before) for before in met):
                return True
            met.append(leaf)
        return any(all(self.impossible((item,), met) for item in choice.items) for choice in choices)


def _flat(conditions: Iterable[Tree]) -> tuple[list[Leaf], list[Join]]:
    """The tests that must all hold, and the choices beside them."""
    leaves: list[Leaf] = []
    choices: list[Join] = []
    for condition in conditions:
        if isinstance(condition, Leaf):
            leaves.append(condition)
        elif condition.every:
            inner, more = _flat(condition.items)
            leaves += inner
            choices += more
        else:
            choices.append(condition)
    return leaves, choices


def _known(conditions: Iterable[Tree]) -> list[Leaf]:
    """What holds of every event: a base name has no folder."""
    fields = {test.field for test, _ in _tests(conditions) if isinstance(test, Matches)}
    names = sorted(field.name for field in fields if field.view == "car" and field.name in _BASE_NAMES)
    tests = [Matches(Field(name, "car"), Glob(f"*{mark}*")) for name in names for mark in "\\/"]
    return [Leaf(test, False, _values(test, False)) for test in tests]


def _tests(conditions: Iterable[Tree]) -> Iterator[tuple[Test, bool]]:
    for condition in conditions:
        if isinstance(condition, Leaf):
            yield condition.test, condition.holds
        else:
            yield from _tests(condition.items)


def _values(test: Test, holds: bool) -> Values | None:
    match test:
        case Matches(field, pattern, negated):
            return Values(_one_name(field), not holds, holds is not negated, pattern)
        case Present(field):
            return Values(_one_name(field), not holds, holds, _ANYTHING)
        case Absent(field):
            return Values(_one_name(field), holds, not holds, _ANYTHING)
        case _:
            return None


def _one_name(field: Field) -> Field:
    """The header's number of an event goes by two names."""
    return Field("EventCode") if field == Field("EventID") else field


def _other_number(one: Test, other: Test) -> bool:
    """Whether the tests want one field to be two different numbers."""
    match one, other:
        case Compares(field, "==", first), Compares(same, "==", second) if field == same:
            try:
                return float(first) != float(second)
            except ValueError:
                return False
    return False
