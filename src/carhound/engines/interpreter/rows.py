"""Rows as they pass through a plan: an event, or columns made by a command, or both."""

from collections.abc import Callable, Mapping
from datetime import datetime

from carhound.model.event import HEADER, PAYLOAD_PREFIX, Cell, Event
from carhound.model.folding import fold
from carhound.model.instants import format_time, instant
from carhound.model.names import NATIVE_ALIASES, NORMAL_FORMS
from carhound.plan.predicates import Field

Getter = Callable[["Row"], Cell]


class Row:
    """One row. Without columns of its own it shows its event's native fields."""

    __slots__ = ("all_texts", "columns", "event", "raw")

    def __init__(
        self, event: Event | None, columns: Mapping[str, Cell] | None = None, *, raw: bool = True
    ) -> None:
        self.event = event
        self.columns = columns
        self.raw = raw
        """Whether bare terms still see the event: not below a command that makes a table."""
        self.all_texts: str | None = None
        """All that bare terms look at, folded once for all of them."""

    def get(self, name: str) -> Cell:
        """The value under exactly this name, None where there is none."""
        if self.columns is not None:
            return self.columns.get(name)
        if self.event is None:
            return None
        return _epoch(self.event.time) if name == "_time" else self.event.lookup(name)

    def folded(self, _name: str, read: Getter) -> tuple[str, ...]:
        """The texts of a field, which `read` gives, each folded."""
        value = read(self)
        return (fold(value),) if type(value) is str else tuple(map(fold, texts(value)))

    def shown(self, name: str) -> Cell:
        """The value for people: `_time`, seconds since 1970, as ISO 8601 in UTC."""
        value = self.get(name)
        if name != "_time" or value is None or isinstance(value, tuple):
            return value
        seconds = as_number(value)
        return value if seconds is None or abs(seconds) > _FARTHEST else format_time(instant(seconds))

    def names(self) -> list[str]:
        """The names of its fields."""
        if self.columns is not None:
            return list(self.columns)
        return ["_time", *self.event.native] if self.event is not None else []

    def materialized(self) -> dict[str, Cell]:
        """Its fields as columns."""
        return {name: self.get(name) for name in self.names()}


class SharedRow(Row):
    """A row that many conditions look at: it keeps the texts of fields that were folded."""

    __slots__ = ("_folded",)

    def __init__(self, event: Event) -> None:
        self.event = event  # super() would take longer than all of it
        self.columns = None
        self.raw = True
        self.all_texts = None
        self._folded: dict[str, tuple[str, ...]] = {}

    def folded(self, name: str, read: Getter) -> tuple[str, ...]:
        """Likewise, but read once for all conditions that call the field by this name."""
        found = self._folded.get(name)
        if found is None:
            value = read(self)
            found = (fold(value),) if type(value) is str else tuple(map(fold, texts(value)))
            self._folded[name] = found
        return found


def getter(field: Field) -> Getter:
    """A function that reads the field from a row, or what serves for it (`aliases.py` tells of that)."""
    name = field.name
    if field.view == "car":
        return _car_getter(name)
    alias = NATIVE_ALIASES.get(name)
    if alias is None:
        return _native_getter(name)

    def read(row: Row) -> Cell:
        value = row.get(name)
        if value is not None:
            return value
        other = row.get(alias.field)
        return alias.apply(other) if isinstance(other, str) else other

    return read


def _native_getter(name: str) -> Getter:
    if name == "_time" or name in HEADER or name.startswith(PAYLOAD_PREFIX):
        return lambda row: row.get(name)

    def read(row: Row) -> Cell:
        if row.columns is not None:
            return row.columns.get(name)
        event = row.event
        if event is None:
            return None
        value = event.data.get(name)
        return event.meta.get(name) if value is None else value

    return read


def _car_getter(name: str) -> Getter:
    form = NORMAL_FORMS.get(name)
    if form is None:
        return lambda row: row.event.car.get(name) if row.event is not None else None

    def read(row: Row) -> Cell:
        value = row.event.car.get(form.field) if row.event is not None else None
        return form.apply(value) if isinstance(value, str) else value

    return read


_FARTHEST = 2e11
"""Seconds from 1970 to within what a date can be."""


def _epoch(time: datetime | None) -> int | float | None:
    if time is None:
        return None
    seconds = time.timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def texts(value: Cell) -> tuple[str, ...]:
    """The value as texts: none, one, or several of a multivalue field."""
    if value is None:
        return ()
    if isinstance(value, tuple):
        return value
    return (as_text(value),)


def as_text(value: str | int | float) -> str:
    """A single value as Splunk shows it: whole numbers without decimals."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else str(value)


def as_number(text: str | int | float) -> float | None:
    """The value as a number, None where it is none."""
    if not isinstance(text, str):
        return float(text)
    if text[-1:] not in _LAST:
        return None  # most texts are none, and float() takes long to say so
    try:
        number = float(text)
    except ValueError:
        return None
    # Python reads more than a log writes: "1_000", "nan", " 7 ".
    return number if text.isascii() and not set(text) - _NUMERIC else None


_NUMERIC = frozenset("0123456789+-.eE")
_LAST = "0123456789."


ORDERS: Mapping[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "==": lambda order: order == 0,
    "!=": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
"""Comparison operators as tests of what `compare` gives."""


def compare(left: str | int | float, right: str | int | float) -> int:
    """Less, equal or greater than zero: by size if both are numbers, else by code point."""
    one, two = as_number(left), as_number(right)
    if one is not None and two is not None:
        return (one > two) - (one < two)
    first, second = as_text(left), as_text(right)
    return (first > second) - (first < second)


def sort_key(value: Cell) -> tuple[int, float, str]:
    """Orders values: numbers by size, then texts by code point, missing last."""
    if value is None:
        return (2, 0.0, "")
    first = value if isinstance(value, str | int | float) else (value[0] if value else "")
    number = as_number(first)
    return (0, number, "") if number is not None else (1, 0.0, as_text(first))
