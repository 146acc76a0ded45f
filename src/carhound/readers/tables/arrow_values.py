"""Values of Arrow columns as text: the model knows nothing else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from carhound.model.event import Value
from carhound.model.instants import format_time
from carhound.readers.notes import Notes
from carhound.readers.values import put, text_of

_UNREADABLE = (ArithmeticError, LookupError, NotImplementedError, TypeError, ValueError)
"""What Python says of a value; what pyarrow says beside these is an ArrowException."""
_PANDAS_INDEX = "__index_level_0__"


def column_values(column: Any, notes: Notes) -> list[Any]:
    """The values of a column as Python knows them; None too for one that cannot be held."""
    import pyarrow as pa

    kind = column.type
    try:
        if pa.types.is_timestamp(kind):  # Python has no nanoseconds, and not every zone's name
            column = column.cast(pa.timestamp("us", None if kind.tz is None else "UTC"), safe=False)
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        notes.add("EV-U1")
        values = [_bytes(value) for value in column]
    except (*_UNREADABLE, pa.ArrowException):
        values = [_one(value) for value in column]
    return values


def _bytes(value: Any) -> Any:
    """A text that is no valid Unicode, as bytes; a value of another kind as it is."""
    import pyarrow as pa

    try:
        return _one(value.cast(pa.binary()))
    except pa.ArrowException:
        return _one(value)


def _one(value: Any) -> Any:
    from pyarrow import ArrowException

    try:
        return value.as_py()
    except (*_UNREADABLE, ArrowException):
        return None


def row_fields(columns: list[str], row: Iterable[Any]) -> dict[str, Value]:
    """One row by the names of its columns, nulls and empty texts left out."""
    fields: dict[str, Value] = {}
    for name, value in zip(columns, row, strict=True):
        text = value if type(value) is str else text_of(_plain(value))
        if text and name and name != _PANDAS_INDEX:
            put(fields, name, text)
    return fields


def _plain(value: Any) -> Any:
    """The value as JSON could hold it."""
    match value:
        case datetime():
            if value.tzinfo is not None:
                return format_time(value)
            return value.isoformat(sep=" ", timespec="microseconds" if value.microsecond else "seconds")
        case bytes():
            return value.decode("utf-8", "replace")
        case list() | tuple():
            return [_plain(one) for one in value]
        case dict():
            return {str(name): _plain(one) for name, one in value.items()}
        case float() if value != value:  # NaN is how pandas writes that there is nothing
            return None
        case None | bool() | int() | float() | str():
            return value
        case _:  # dates, decimals, durations
            return str(value)
