"""In which quarters of an hour a computer sent anything: small, and exact at every zone's midnight.

Zones are set off from UTC by whole quarters of an hour since 1980. Before that a day border of some zones
lies within a quarter, which then counts for the day in which it begins.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OF_DAY = 96


def quarter_of(time: datetime) -> int:
    """The quarters of an hour from the beginning of 1970 (UTC) to the one that holds an aware time."""
    return (time - _EPOCH) // QUARTER


def start_of(quarter: int) -> datetime:
    """When a quarter begins, aware UTC."""
    return _EPOCH + quarter * QUARTER


class Presence:
    """The quarters of an hour in which each computer was heard of; a bit each, days apart."""

    def __init__(self) -> None:
        self._days: dict[str | None, dict[int, int]] = {}

    def add(self, computer: str | None, time: datetime | None) -> None:
        """Notes an event. One without a time makes its computer known, and nothing more."""
        days = self._days.get(computer)
        if days is None:
            days = self._days[computer] = {}
        if time is not None:
            day, bit = divmod((time - _EPOCH) // QUARTER, _OF_DAY)
            days[day] = days.get(day, 0) | 1 << bit

    def add_quarters(self, computer: str | None, quarters: Iterable[int]) -> None:
        """Notes events by the quarters in which they were."""
        days = self._days.setdefault(computer, {})
        for quarter in quarters:
            day, bit = divmod(quarter, _OF_DAY)
            days[day] = days.get(day, 0) | 1 << bit

    def join(self, other: "Presence") -> None:
        """Notes all that another one knows."""
        for computer, found in other._days.items():
            days = self._days.setdefault(computer, {})
            for day, bits in found.items():
                days[day] = days.get(day, 0) | bits

    def quarters(self) -> dict[str | None, frozenset[int]]:
        """By computer, the quarters as `quarter_of` numbers them."""
        return {computer: frozenset(_numbers(days)) for computer, days in self._days.items()}


def _numbers(days: dict[int, int]) -> Iterator[int]:
    for day, bits in days.items():
        for at in range(_OF_DAY):
            if bits >> at & 1:
                yield day * _OF_DAY + at
