"""The files that define what searches name: macros, and lookup tables as CSV."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from msgspec import Struct

from carhound.analytics.document import decode, read_document
from carhound.errors import DocumentError, UsageError
from carhound.languages.spl.definitions import Definitions, Macro, MacroKey, lookup_name, read_macros
from carhound.plan.lookup_table import LookupTable

_LARGEST = 128 * 1024 * 1024
"""Bytes of a table; the rows are held in memory."""


class DefinitionFiles(Struct, frozen=True):
    """As the command line names them."""

    macros: tuple[str, ...] = ()
    """Files in the form of Splunk's macros.conf; of macros that stand twice the later counts."""
    lookups: tuple[str, ...] = ()
    """Each `NAME=FILE`."""

    def read(self) -> Definitions:
        """What they define. Raises UsageError and DocumentError."""
        macros: dict[MacroKey, Macro] = {}
        for path in self.macros:
            macros |= read_macros(read_document(Path(path), path).text, path)
        lookups: dict[str, LookupTable] = {}
        for given in self.lookups:
            name, _, path = given.partition("=")
            name = lookup_name(name.strip())
            if not name or not path:
                raise UsageError(f"--lookup {given}: not NAME=FILE", hint="write --lookup iocs=iocs.csv")
            if name in lookups:
                raise UsageError(
                    f"the lookup {name} is given twice", hint="give each table a name of its own"
                )
            lookups[name] = read_table(name, path)
        return Definitions(macros, lookups)


NO_DEFINITIONS = DefinitionFiles()


def read_table(name: str, path: str) -> LookupTable:
    """A CSV file with a header line, in UTF-8. Raises DocumentError."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise DocumentError(
            f"{path}: cannot be read: {reason}", hint=f"--lookup {name}=FILE names a CSV file"
        ) from problem
    if len(data) > _LARGEST:
        raise DocumentError(
            f"{path}: is larger than {_LARGEST // 1024 // 1024} MiB",
            hint="leave out the columns and rows that the search does not need",
        )
    header, *rows = list(_rows(decode(data, path).text, path)) or [(1, ())]
    columns = header[1]
    if not columns or not all(columns):
        raise DocumentError(
            f"{path}:1: a column without a name", hint="the first line of a lookup table names its columns"
        )
    if len(set(columns)) < len(columns):
        doubled = next(column for column in columns if columns.count(column) > 1)
        raise DocumentError(f"{path}:1: the column {doubled} stands twice", hint="rename or drop one of them")
    for line, row in rows:
        if len(row) != len(columns):
            raise DocumentError(
                f"{path}:{line}: {len(row)} cells, where the first line names {len(columns)} columns",
                hint="a cell with a comma in it stands in double quotes",
            )
    return LookupTable(name, columns, tuple(row for _, row in rows))


def _rows(text: str, path: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows that are not blank, each with the line it ends in."""
    import csv  # most runs have no tables

    lines = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for row in lines:
            if row:
                yield lines.line_num, tuple(row)
    except csv.Error as problem:
        raise DocumentError(
            f"{path}:{lines.line_num}: is no CSV: {problem}", hint="save the table as CSV with commas"
        ) from problem
