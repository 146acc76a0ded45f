"""`table`: the named columns in the order given."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_some_fields
from carhound.languages.spl.options import Options
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node
from carhound.plan.nodes import Table as TableNode


class Table(Spanned, frozen=True):
    """The parsed command."""

    names: tuple[Word, ...]
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return TableNode(source, tuple(name.text for name in self.names), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"table {', '.join(show_name(name.text) for name in self.names)}"


def parse(cursor: Cursor, start: int) -> Table:
    """Reads what follows the command's name, which begins at `start`."""
    names = read_some_fields(cursor, Options("table"))
    end_of_command(cursor, "table")
    return Table(names, cursor.span(start))
