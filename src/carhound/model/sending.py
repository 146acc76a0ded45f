"""Events on their way from one process to another: attribute by attribute, what they share told once.

That takes a third of the time that events one by one take.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from operator import attrgetter
from typing import Any

from msgspec.structs import astuple

from carhound.model.event import VIEWS, Event, Fields, Place, Value

_FIELDS = ("data", "meta")
_PLACE = "place"


class SharingFields(Mapping[str, Value]):
    """Fields made of two things: what they share with those of other events, and what is their own."""

    __slots__ = ("_own", "_shared")

    def __init__(self, shared: Any, own: Any) -> None:
        self._shared = shared
        self._own = own

    def __reduce__(self) -> tuple[type["SharingFields"], tuple[Any, Any]]:
        """For another process."""
        return type(self), (self._shared, self._own)


class Events(list[Event]):
    """Events that may be sent to another process; without their views, which are made anew."""

    def __reduce__(self) -> tuple[Callable[..., "Events"], tuple[object, ...]]:
        if not self:
            return Events, ()
        return _events, tuple(_column(name, self) for name in Event.__struct_fields__)


_Column = Sequence[Any]
"""An attribute of all events; for some the columns of its parts."""


def _column(name: str, events: Sequence[Event]) -> _Column:
    if name in VIEWS:
        return ()
    values = list(map(attrgetter(name), events))
    if name in _FIELDS:
        return tuple(zip(*map(_parts_of, values), strict=True))
    return tuple(zip(*map(astuple, values), strict=True)) if name == _PLACE else values


def _events(*columns: _Column) -> Events:
    return Events(map(Event, *map(_values, Event.__struct_fields__, columns)))


def _values(name: str, column: _Column) -> Iterable[Any]:
    if name in VIEWS:
        return repeat(None)
    if name in _FIELDS:
        return map(_made, *column)
    return map(Place, *column) if name == _PLACE else column


def _parts_of(fields: Fields) -> tuple[type[SharingFields] | None, Any, Any]:
    """Their type, what they share and what is their own; of others nothing but themselves."""
    return (
        (type(fields), fields._shared, fields._own)
        if isinstance(fields, SharingFields)
        else (None, None, fields)
    )


def _made(kind: type[SharingFields] | None, shared: Any, own: Any) -> Fields:
    return own if kind is None else kind(shared, own)
