"""`nomv`: the values of a field as one, a line each."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_one_field
from carhound.languages.spl.options import Options
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node
from carhound.plan.nodes import NoMv as NoMvNode
from carhound.plan.predicates import Field


class NoMv(Spanned, frozen=True):
    """The parsed command."""

    name: Word
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return NoMvNode(source, Field(self.name.text), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"nomv {show_name(self.name.text)}"


def parse(cursor: Cursor, start: int) -> NoMv:
    """Reads what follows the command's name, which begins at `start`."""
    return NoMv(read_one_field(cursor, Options("nomv")), cursor.span(start))
