"""`inputlookup`: the rows of a lookup table; with `append=t` after those there are.

Splunk's Search Reference, "inputlookup".
"""

from msgspec.structs import replace

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.lookup_names import read_table_name
from carhound.languages.spl.options import Options, Readers, truth, whole
from carhound.languages.spl.predicates import lower_predicate
from carhound.languages.spl.search_expression import parse_search, show_search
from carhound.languages.spl.syntax import Lowering, SearchExpression
from carhound.languages.spl.words import Word, end_of_command, show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node, TableRows, reads_nothing

_READERS: Readers = {
    "append": truth,
    "max": whole,
    "start": whole,
    "strict": "drop it: a table that is not there is always an error",
}


class InputLookup(Spanned, frozen=True):
    """The parsed command."""

    name: Word
    where: SearchExpression | None = None
    append: bool = False
    first: int = 0
    """Rows of the table to pass over."""
    most: int | None = None
    """Rows of the table to take."""
    span: Span | None = None

    def lower(self, source: Node, lowering: Lowering) -> Node:
        """The plan over `source`."""
        if not self.append and not reads_nothing(source):
            lowering.fail(
                "SPL-P1",
                "inputlookup comes first, or takes append=t",
                self.span,
                "write inputlookup append=t",
            )
        table = lowering.table(self.name)
        end = None if self.most is None else self.first + self.most
        table = replace(table, rows=table.rows[self.first : end])
        predicate = None if self.where is None else lower_predicate(self.where, lowering.fail)
        return TableRows(source, table, predicate, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        most = "" if self.most is None else f"max={self.most} "
        where = "" if self.where is None else f" where {show_search(self.where)}"
        append = "t" if self.append else "f"
        return f"inputlookup append={append} start={self.first} {most}{show_name(self.name.text)}{where}"


def parse(cursor: Cursor, start: int) -> InputLookup:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("inputlookup", _READERS).take_all(cursor)
    name = read_table_name(cursor, "inputlookup")
    options.take_all(cursor)
    where = None
    if take_keyword(cursor, "where"):
        where = parse_search(cursor, cursor.read_subsearch)
    span = cursor.span(start, len(cursor.text[: cursor.at].rstrip()))
    end_of_command(cursor, "inputlookup")
    append, first, most = options.get("append", False), options.get("start", 0), options.get("max")
    return InputLookup(name, where, append, first, most, span)
