"""Operators that put rows in order, or take them by their place.

Splunk's Search Reference, "sort", "head", "tail", "reverse".
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from heapq import nsmallest
from ipaddress import ip_address
from itertools import islice
from typing import Any

from carhound.engines.interpreter.expressions import evaluator
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row, as_number, getter, sort_key, texts
from carhound.model.event import Cell
from carhound.plan.nodes import Head, HeadWhile, Reverse, Sort, SortKey, SortKind, Tail

Rank = tuple[bool, Any]
"""Whether the value is missing, and what it is compared by."""


def sort(node: Sort, rows: Iterable[Row], _context: Context) -> list[Row]:
    """Rows in order, those that lack a key last. With a limit no more rows than that are held."""
    ranks = [_ranker(key) for key in node.keys]

    def place(row: Row) -> list[Rank]:
        return [rank(row) for rank in ranks]

    return sorted(rows, key=place) if node.limit is None else nsmallest(node.limit, rows, key=place)


def _ranker(key: SortKey) -> Callable[[Row], Rank]:
    read, of = getter(key.field), _KINDS[key.kind]

    def rank(row: Row) -> Rank:
        value = read(row)
        found = of(value) if texts(value) else None
        if found is None:
            return True, 0
        return False, _Downwards(found) if key.descending else found

    return rank


class _Downwards:
    """A value that stands before what is less."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Downwards) and bool(self.value == other.value)

    def __lt__(self, other: "_Downwards") -> bool:
        return bool(other.value < self.value)

    __hash__ = None  # type: ignore[assignment]  # nothing keeps them by value


def _address(value: Cell) -> tuple[int, int] | None:
    try:
        address = ip_address(texts(value)[0])
    except ValueError:
        return None
    return address.version, int(address)


_KINDS: dict[SortKind, Callable[[Cell], Any]] = {
    "auto": sort_key,
    "ip": _address,
    "num": lambda value: as_number(texts(value)[0]),
    "str": lambda value: texts(value)[0],
}


def head(node: Head, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The first rows; no more are asked for."""
    return islice(rows, node.count)


def head_while(node: HeadWhile, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows before the first on which the expression is not true; none after it is asked for."""
    holds = evaluator(node.condition, context.environment)
    for row in islice(rows, node.limit):
        truth = holds(row)
        ends = not (node.null if truth is None else truth is True)
        if not ends or node.keep_last:
            yield row
        if ends:
            return


def tail(node: Tail, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """The last rows, the very last first; no more than those are held."""
    return reversed(deque(rows, maxlen=node.count))


def backwards(_node: Reverse, rows: Iterable[Row], _context: Context) -> Iterator[Row]:
    """All rows, the last first."""
    return reversed(list(rows))
