"""`lookup`: columns of a table for the rows whose values stand in it, exactly and letter case and all.

Splunk's Search Reference, "lookup"; wildcards and networks in a table are what transforms.conf would allow.
"""

from typing import Literal

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.lookup_names import read_table_name
from carhound.languages.spl.options import Options
from carhound.languages.spl.predicates import is_network
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, read_word, show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.model.suggestion import nearest
from carhound.plan.lookup_table import LookupTable
from carhound.plan.nodes import Lookup as LookupNode
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field

Pairs = tuple[tuple[Word, Word], ...]
"""Columns of the table, and the fields of the rows that go with them."""

_REFUSED = dict.fromkeys(("event_time_field", "local", "update"), "drop it: there is one table, in a file")


class Lookup(Spanned, frozen=True):
    """The parsed command."""

    name: Word
    keys: Pairs
    outputs: Pairs = ()
    mode: Literal["OUTPUT", "OUTPUTNEW"] = "OUTPUT"
    span: Span | None = None

    def lower(self, source: Node, lowering: Lowering) -> Node:
        """The plan over `source`."""
        table = lowering.table(self.name)
        for column, _ in (*self.keys, *self.outputs):
            if column.text not in table.columns:
                near = nearest(column.text, table.columns)
                hint = f"did you mean {near}?" if near else f"its columns: {', '.join(table.columns)}"
                lowering.fail("SPL-K2", f"{table.name} has no column {column.text}", column.span, hint)
        for column, _ in self.keys:
            _remark_patterns(table, column, lowering)
        keys = {column.text for column, _ in self.keys}
        outputs = tuple((column.text, name.text) for column, name in self.outputs) or tuple(
            (column, column) for column in table.columns if column not in keys
        )
        return LookupNode(
            source,
            table,
            tuple((column.text, Field(name.text)) for column, name in self.keys),
            outputs,
            self.mode == "OUTPUT",
            self.span,
        )

    def show(self) -> str:
        """Text that parses to the same tree."""
        given = f" {self.mode} {_show(self.outputs)}" if self.outputs else ""
        return f"lookup {show_name(self.name.text)} {_show(self.keys)}{given}"


def _show(pairs: Pairs) -> str:
    return ", ".join(f"{show_name(column.text)} AS {show_name(name.text)}" for column, name in pairs)


def _remark_patterns(table: LookupTable, column: Word, lowering: Lowering) -> None:
    at = table.columns.index(column.text)
    pattern = next((row[at] for row in table.rows if "*" in row[at] or is_network(row[at])), None)
    if pattern is not None:
        lowering.remark(
            "SPL-K3",
            f"{pattern!r} in the column {column.text} of {table.name} is no pattern: values match exactly",
            column.span,
            "for patterns, use a subsearch: [| inputlookup …], whose values may hold *",
        )


def parse(cursor: Cursor, start: int) -> Lookup:
    """Reads what follows the command's name, which begins at `start`."""
    Options("lookup", _REFUSED).take(cursor)
    name = read_table_name(cursor, "lookup")
    keys = _pairs(cursor)
    if not keys:
        cursor.fail(
            "SPL-P1",
            f"lookup needs a field to look up {cursor.found()}",
            cursor.here(),
            f"write lookup {name.text} sha256 AS SHA256 OUTPUT family",
        )
    mode: Literal["OUTPUT", "OUTPUTNEW"] = "OUTPUT"
    outputs: Pairs = ()
    if not cursor.ends():
        mode = "OUTPUTNEW" if take_keyword(cursor, "outputnew") else "OUTPUT"
        if mode == "OUTPUT":
            take_keyword(cursor, "output")
        outputs = _pairs(cursor)
        if not outputs:
            cursor.fail(
                "SPL-P1",
                f"{mode} needs a column {cursor.found()}",
                cursor.here(),
                f"name columns of the table, or drop {mode} for all of them",
            )
    span = cursor.span(start, len(cursor.text[: cursor.at].rstrip()))
    end_of_command(cursor, "lookup")
    return Lookup(name, keys, outputs, mode, span)


def _pairs(cursor: Cursor) -> Pairs:
    """`column [AS field]`, up to the end of the command, OUTPUT or OUTPUTNEW."""
    found: list[tuple[Word, Word]] = []
    while not cursor.ends():
        before = cursor.at
        column = read_word(cursor)
        if column is None or (not column.quoted and column.text.lower() in ("output", "outputnew")):
            cursor.at = before
            break
        field_name = column
        if take_keyword(cursor, "as"):
            named = read_word(cursor)
            if named is None:
                cursor.fail("SPL-P1", f"AS needs a field {cursor.found()}", cursor.here(), "write AS Image")
            field_name = named
        found.append((column, field_name))
        cursor.take(",")
    return tuple(found)
