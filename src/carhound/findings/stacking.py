"""Values stacked while evidence is read: how often, on how many hosts and days, first and last."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, tzinfo

from msgspec import Struct, field

from carhound.findings.run import Rows
from carhound.model.event import Cell
from carhound.model.folding import fold
from carhound.model.instants import calendar_day, format_time

Values = tuple[str, ...]
"""One value of each field."""

COUNTED = ("count", "hosts", "days", "first", "last")
"""The columns beside the fields."""


class _Group(Struct):
    """One value, letter case aside."""

    spellings: Counter[Values] = field(default_factory=Counter)
    hosts: set[int] = field(default_factory=set)
    days: set[int] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None


class Stack:
    """Distinct values are kept, never events: the memory grows with those alone."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._groups: dict[Values, _Group] = {}
        self._hosts: dict[str | None, int] = {}
        self._days: dict[int, int] = {}

    def add(
        self, values: Values, computer: str | None, times: Iterable[datetime | None], events: int = 1
    ) -> None:
        """Counts events with these values; letter case counts in none of them, nor in `computer`.

        `times` are those of the first and the last of them, and of one on every day between.
        """
        group = self._groups.setdefault(tuple(map(fold, values)), _Group())
        group.spellings[values] += events
        host = None if computer is None else fold(computer)
        group.hosts.add(self._hosts.setdefault(host, len(self._hosts)))
        for time in times:
            if time is None:
                continue
            day = calendar_day(time, self._zone).toordinal()
            group.days.add(
                self._days.setdefault(day, day)
            )  # the one number of a day, not another of its size
            group.first = time if group.first is None else min(group.first, time)
            group.last = time if group.last is None else max(group.last, time)

    def rows(self, fields: tuple[str, ...], shown: int) -> Rows:
        """The values from rare to common: fewest hosts, then days, then events, then by value.

        Of several spellings the commonest is shown. A page for people shows the first `shown`.
        """
        order = sorted(self._groups.items(), key=lambda item: _rarity(*item))
        return Rows((*fields, *COUNTED), tuple(_row(group) for _, group in order), shown)


def _rarity(key: Values, group: _Group) -> tuple[int, int, int, Values]:
    return len(group.hosts), len(group.days), group.spellings.total(), key


def _row(group: _Group) -> tuple[Cell, ...]:
    spelling = min(group.spellings, key=lambda one: (-group.spellings[one], one))
    times: Iterable[Cell] = (
        None if time is None else format_time(time) for time in (group.first, group.last)
    )
    return (*spelling, group.spellings.total(), len(group.hosts), len(group.days), *times)
