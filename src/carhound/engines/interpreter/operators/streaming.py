"""`streamstats`: aggregates of the rows so far.

Splunk's Search Reference, "streamstats". Rows lacking a by-field are passed on as they are, and are in no
window.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Protocol

from carhound.engines.interpreter.operators.aggregates import Group, Measure, measures
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.operators.grouping import Key, keys_of, with_columns
from carhound.engines.interpreter.rows import Row
from carhound.model.event import Cell
from carhound.plan.nodes import StreamStats


def streamstats(node: StreamStats, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows with the aggregates of those of their group up to there."""
    of = measures(node.aggregations, context)
    read = keys_of(node.by)
    past = _begin(node, of)
    before: list[Key] = []
    for row in rows:
        keys = read(row)
        if not keys:
            yield row
            continue
        if node.reset_on_change and keys != before:
            past = _begin(node, of)
        before = keys
        if node.current:
            past.add(keys, row)
        made = past.columns(keys[0])
        if not node.current:
            past.add(keys, row)
        yield with_columns(row, made)


class _Past(Protocol):
    def add(self, keys: list[Key], row: Row) -> None:
        """Takes a row of some groups."""

    def columns(self, key: Key) -> dict[str, Cell]:
        """The aggregates of a group."""


def _begin(node: StreamStats, of: list[Measure]) -> _Past:
    if not node.window:
        return _All(of)
    return _Shared(of, node.window) if node.shared else _Each(of, node.window)


class _All:
    """All rows so far."""

    def __init__(self, of: list[Measure]) -> None:
        self.of = of
        self.groups: dict[Key, Group] = {}

    def add(self, keys: list[Key], row: Row) -> None:
        for key in keys:
            if key not in self.groups:
                self.groups[key] = Group(self.of)
            self.groups[key].add(row)

    def columns(self, key: Key) -> dict[str, Cell]:
        return self.groups.get(key, Group(self.of)).columns()


class _Shared:
    """The last rows of all groups together."""

    def __init__(self, of: list[Measure], window: int) -> None:
        self.of = of
        self.last: deque[tuple[list[Key], Row]] = deque(maxlen=window)

    def add(self, keys: list[Key], row: Row) -> None:
        self.last.append((keys, row))

    def columns(self, key: Key) -> dict[str, Cell]:
        return Group(self.of, (row for keys, row in self.last if key in keys)).columns()


class _Each:
    """The last rows of each group."""

    def __init__(self, of: list[Measure], window: int) -> None:
        self.of = of
        self.window = window
        self.last: dict[Key, deque[Row]] = {}

    def add(self, keys: list[Key], row: Row) -> None:
        for key in keys:
            self.last.setdefault(key, deque(maxlen=self.window)).append(row)

    def columns(self, key: Key) -> dict[str, Cell]:
        return Group(self.of, self.last.get(key, ())).columns()
