"""CSV of events: a header row, and a row for each event in one of the shapes of `row_shapes`."""

from collections.abc import Iterator

from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage
from carhound.readers.interface import ByteSource, Item, ReadOptions
from carhound.readers.json.text import as_utf8, utf16_name
from carhound.readers.notes import Notes
from carhound.readers.other import Other
from carhound.readers.tables.csv_rows import CsvRows
from carhound.readers.tables.row_header import named_utc
from carhound.readers.tables.row_shapes import row_shape
from carhound.readers.values import put

_HEAD = 4096


class CsvReader:
    """Reads CSV. An empty cell is a field that is not there."""

    name = "csv"

    def read(self, source: ByteSource, options: ReadOptions) -> Iterator[Item]:
        """Every row; those that are no events are told at the end, by what they are, as skipped."""
        head = source.read(_HEAD)
        notes = Notes(options.zone)
        rows = CsvRows(as_utf8(head, source), notes, utf16_name(head) is None)
        columns = [named_utc(name) for name in rows.header]
        shape = row_shape(columns, options.mappings)
        other = Other("rows")
        for row in rows:
            if isinstance(row, Damage):
                yield row
                continue
            cells, position = row
            if shape is None or shape.event is None:
                other.add("a row of a table of no known shape", position)
                continue
            try:
                event = shape.event(_fields(columns, cells), position, notes)
            except ValueError as error:
                yield Damage(position, str(error))
                continue
            if isinstance(event, RawEvent):
                yield event
            else:
                other.add(event, position)
        yield from other.skipped()
        yield from notes.remarks()


def _fields(columns: list[str], cells: list[str]) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for name, cell in zip(columns, cells, strict=True):
        if cell and name:  # a column without a name numbers the rows
            if name in fields:
                put(fields, name, cell)
            else:
                fields[name] = cell
    return fields
