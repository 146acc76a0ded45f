"""Stems that the value of one field rules out: programs and modules are met over and over.

What the conditions on one field say of a value is remembered, for all stems at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from carhound.engines.interpreter.conditions import Condition, condition
from carhound.engines.interpreter.kinds import MORE, OF_KIND, read_of
from carhound.engines.interpreter.rows import Getter, Row, getter
from carhound.model.event import Cell
from carhound.plan.predicates import All, Field, Predicate, tests

_REMEMBERED = 4096
"""Values of a field."""
_LONGEST = 260
"""Characters of a value that is remembered: longer ones hardly come again."""


class _Guard(Struct):
    """The conditions on one field."""

    read: Getter
    tests: Sequence[tuple[int, Condition]]
    """Each with the bit of its stem."""
    asked_by: int
    """The stems that ask for the field."""
    known: dict[Cell, int]
    """By value, those that it rules out."""

    def ruled_out(self, row: Row) -> int:
        value = self.read(row)
        found = self.known.get(value)
        if found is None:
            if isinstance(value, tuple) or (isinstance(value, str) and len(value) > _LONGEST):
                return 0
            found = sum(bit for bit, holds in self.tests if not holds(row))
            if len(self.known) >= _REMEMBERED:
                self.known.clear()
            self.known[value] = found
        return found


class Guards:
    """Those of some stems, each of which is a bit."""

    def __init__(self, asked: Iterable[tuple[int, Iterable[Predicate]]]) -> None:
        """`asked` holds the conditions of each stem, by its bit."""
        by_field: dict[Field, list[tuple[int, Condition]]] = defaultdict(list)
        for bit, conditions in asked:
            for field, alone in _by_field(conditions):
                by_field[field].append((bit, condition(alone)))
        guards = [
            _Guard(getter(field), some, sum(bit for bit, _ in some), {}) for field, some in by_field.items()
        ]
        self._guards = sorted(guards, key=lambda one: -len(one.tests))

    def open(self, row: Row, left: int) -> int:
        """Those of these stems that may let a row through."""
        for guard in self._guards:
            if left & guard.asked_by:
                left &= ~guard.ruled_out(row)
        return left


def _by_field(conditions: Iterable[Predicate]) -> Iterator[tuple[Field, Predicate]]:
    """By field, what is asked of it alone."""
    found: dict[Field, list[Predicate]] = defaultdict(list)
    for one in conditions:
        read = read_of(one)
        if (
            len(read) == 1
            and not read <= OF_KIND
            and not any(isinstance(test, MORE) for test in tests((one,)))
        ):
            found[next(iter(read))].append(one)
    for field, alone in found.items():
        yield field, All(tuple(alone))
