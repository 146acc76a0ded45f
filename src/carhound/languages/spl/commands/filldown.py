"""`filldown`: the last value before, where a field is missing."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_fields
from carhound.languages.spl.options import Options
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import FillDown as FillDownNode
from carhound.plan.nodes import Node


class FillDown(Spanned, frozen=True):
    """The parsed command; without names, all fields."""

    names: tuple[Word, ...] = ()
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return FillDownNode(source, tuple(name.text for name in self.names), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"filldown {', '.join(show_name(name.text) for name in self.names)}".rstrip()


def parse(cursor: Cursor, start: int) -> FillDown:
    """Reads what follows the command's name, which begins at `start`."""
    names = read_fields(cursor, Options("filldown"))
    end_of_command(cursor, "filldown")
    return FillDown(names, cursor.span(start))
