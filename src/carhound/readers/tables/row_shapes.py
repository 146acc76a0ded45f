"""The shapes that the rows of a table can have, in the order in which they are tried: CSV, Parquet, Arrow.

A table is known by the names of its columns; which event a row is, by what stands in them.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct

from carhound.model.event import RawEvent, Value
from carhound.readers.json.shapes.evtxecmd import evtxecmd_event
from carhound.readers.json.shapes.order import splunk_record
from carhound.readers.notes import Notes
from carhound.readers.tables.column_mapping import ColumnMapping
from carhound.readers.tables.row_car import car_event, is_car
from carhound.readers.tables.row_native import is_creations, is_sysmon, native_event

MAPPED_CSV = "csv-mapped"
"""The format of a CSV file that a mapping of the caller's applies to."""

Fields = dict[str, Value]
"""A row by the names of its columns; empty cells are left out."""


class RowShape(Struct, frozen=True):
    """One shape of table."""

    name: str
    """As results show it where the table is a CSV file."""
    about: str
    """For people, in messages."""
    matches: Callable[[frozenset[str]], bool]
    """Whether columns of these names are those of the shape."""
    event: Callable[[Fields, str, Notes], RawEvent | str] | None = None
    """Makes the event, or says what the row is instead; None for a shape that is known by sight only.

    Raises ValueError for a row that cannot be read.
    """


def _is_splunk(columns: frozenset[str]) -> bool:
    return "_raw" in columns or {"_time", "EventCode"} <= columns


ROW_SHAPES: tuple[RowShape, ...] = (
    RowShape("splunk-csv", "a Splunk export in CSV", _is_splunk, splunk_record),
    RowShape(
        "evtxecmd-csv", "EvtxECmd CSV", frozenset({"EventRecordId", "PayloadData1"}).issubset, evtxecmd_event
    ),
    RowShape("csv-4688", "process creations (4688)", is_creations, native_event),
    RowShape("csv-sysmon", "Sysmon events", is_sysmon, native_event),
    RowShape("csv-car", "events in CAR's names", is_car, car_event),
)
"""The first that matches is the table's shape."""


def row_shape(columns: Iterable[str], mappings: Iterable[ColumnMapping] = ()) -> RowShape | None:
    """The shape of a table with these columns, the caller's own mappings first, else None."""
    names = frozenset(columns)
    for mapping in mappings:
        if mapping.matches(names):
            return RowShape(MAPPED_CSV, mapping.about, mapping.matches, mapping.event)
    return next((shape for shape in ROW_SHAPES if shape.matches(names)), None)
