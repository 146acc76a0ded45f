"""Suppressions: which findings somebody has looked at and does not want to be told of again, and why.

A suppressed finding is still found, counted and shown; it is no longer reported.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Protocol

from msgspec import Struct

from carhound.model.event import Fields, Value
from carhound.model.folding import fold
from carhound.model.glob import Glob

OWN_NAMES = ("analytic", "implementation", "id")
"""What a suppression may match beside the fields of the event."""


class Found(Protocol):
    """What a suppression looks at of a finding."""

    @property
    def id(self) -> str:
        """The finding's id."""

    @property
    def analytic(self) -> str:
        """The id of the analytic."""

    @property
    def implementations(self) -> tuple[str, ...]:
        """Names of those that found it."""

    @property
    def native(self) -> Fields:
        """The event's original fields."""

    @property
    def car(self) -> Fields:
        """Its fields in CAR's names."""


class Suppression(Struct, frozen=True):
    """One entry of a suppressions file."""

    match: tuple[tuple[str, str], ...]
    """Field and pattern; a finding is suppressed where all of them hold."""
    reason: str
    owner: str
    expires: date
    """The last day, in UTC, on which the entry holds."""
    line: int
    """Where the entry stands in its file, from 1."""

    @property
    def because(self) -> str:
        """Why, on whose word, and for how long."""
        return f"{self.reason} ({self.owner}, until {self.expires})"

    def matcher(self) -> Callable[[Found], bool]:
        """A function that says whether the entry is about a finding.

        A field that the event lacks matches nothing. Where there are several values (a repeated field, the
        implementations that found it), the pattern must match every one: what is not named is not hidden.
        """
        tests = [(name, Glob(pattern).matcher()) for name, pattern in self.match]

        def matches(found: Found) -> bool:
            for name, fits in tests:
                values = _values(found, name)
                if not values or not all(fits(fold(value)) for value in values):
                    return False
            return True

        return matches


class Suppressions(Struct, frozen=True):
    """A suppressions file."""

    path: str
    """As given on the command line."""
    entries: tuple[Suppression, ...] = ()

    def judge(self) -> Callable[[Found], Suppression | None]:
        """A function that gives the first entry that is about a finding, None where none is."""
        matchers = [(entry, entry.matcher()) for entry in self.entries]
        return lambda found: next((entry for entry, matches in matchers if matches(found)), None)

    def expired(self, today: date) -> tuple[Suppression, ...]:
        """The entries whose last day is past; `today` is a day in UTC."""
        return tuple(entry for entry in self.entries if entry.expires < today)

    def unused(self, used: Iterable[Suppression]) -> tuple[Suppression, ...]:
        """The entries that are not among `used`."""
        seen = set(used)
        return tuple(entry for entry in self.entries if entry not in seen)


def _values(found: Found, name: str) -> tuple[str, ...]:
    value: Value | None
    match name:
        case "id":
            value = found.id
        case "analytic":
            value = found.analytic
        case "implementation":
            value = found.implementations
        case _:
            value = found.native.get(name)
            if value is None:
                value = found.car.get(name)
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value
