"""The shapes that the rows of a table can have, in the order in which they are tried: CSV, Parquet, Arrow.

A table is known by the names of its columns; which event a row is, by what stands in them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from carhound.model.event import RawEvent, Value
from carhound.readers.notes import Notes
from carhound.readers.row_car import car_event, is_car
from carhound.readers.row_native import is_creations, is_sysmon, native_event

Fields = dict[str, Value]
"""A row by the names of its columns; empty cells are left out."""


@dataclass(frozen=True, slots=True)
class RowShape:
    """One shape of table."""

    name: str
    """As results show it where the table is a CSV file."""
    about: str
    """For people, in messages."""
    matches: Callable[[frozenset[str]], bool]
    """Whether columns of these names are those of the shape."""
    event: Callable[[Fields, str, Notes], RawEvent | str] | None = None
    """Makes the event, or says what the row is instead; None for a shape that is known by sight only."""


ROW_SHAPES: tuple[RowShape, ...] = (
    RowShape("splunk-csv", "a Splunk export in CSV", frozenset({"_raw", "_time"}).issubset),
    RowShape("evtxecmd-csv", "EvtxECmd CSV", frozenset({"EventRecordId", "PayloadData1"}).issubset),
    RowShape("csv-4688", "process creations (4688)", is_creations, native_event),
    RowShape("csv-sysmon", "Sysmon events", is_sysmon, native_event),
    RowShape("csv-car", "events in CAR's names", is_car, car_event),
)
"""The first that matches is the table's shape."""


def row_shape(columns: Iterable[str]) -> RowShape | None:
    """The shape of a table with these columns, else None."""
    names = frozenset(columns)
    return next((shape for shape in ROW_SHAPES if shape.matches(names)), None)
