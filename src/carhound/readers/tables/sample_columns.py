"""The columns of a sample file, each with a value that stands in it: what a mapping can be written from."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import BinaryIO

from carhound.model.event import Value
from carhound.model.evidence import Damage
from carhound.readers.detect import HEAD, TABULAR, detect
from carhound.readers.json.reader import sample
from carhound.readers.json.shapes.mapped import columns_of
from carhound.readers.json.text import as_utf8
from carhound.readers.notes import Notes
from carhound.readers.tables.csv_rows import CsvRows

_RECORDS = 100
_BRACKETS = (b"{", b"[")


def sample_columns(file: BinaryIO) -> dict[str, str]:
    """Column name -> the first value that is not empty, else ""; nothing where the file is no table."""
    head = file.read(HEAD)
    file.seek(0)
    detection = detect(head)
    if detection.format in TABULAR:
        return {} if detection.kind == "unsupported" else _of_arrow(file, detection.format or "")
    start = as_utf8(head, file)(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    file.seek(0)
    read = as_utf8(file.read(HEAD), file)
    if start in _BRACKETS:
        return _first(columns_of(record) for record in sample(read, _RECORDS)[0])
    rows = CsvRows(read, Notes())
    if len(rows.header) < 2:
        return {}
    columns = {name: "" for name in rows.header if name}
    found = _first(
        dict(zip(rows.header, row[0], strict=True))
        for row in islice(rows, _RECORDS)
        if not isinstance(row, Damage)
    )
    return columns | {name: value for name, value in found.items() if name}


def _of_arrow(file: BinaryIO, name: str) -> dict[str, str]:
    from carhound.readers.tables.arrow_reader import batches
    from carhound.readers.tables.arrow_values import column_values, row_fields

    for batch in batches(file, name):
        if not isinstance(batch, Damage):
            columns = list(batch[1].schema.names)
            cells = [column_values(column, Notes()) for column in batch[1].slice(0, _RECORDS).columns]
            rows = (row_fields(columns, row) for row in zip(*cells, strict=True))
            return dict.fromkeys(columns, "") | _first(rows)
    return {}


def _first(rows: Iterable[Mapping[str, Value]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        for name, value in row.items():
            if not found.get(name):
                found[name] = value if isinstance(value, str) else ", ".join(value)
    return found
