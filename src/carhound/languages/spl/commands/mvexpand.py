"""`mvexpand`: a row for each value of a field."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_one_field
from carhound.languages.spl.options import Options, whole
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import MvExpand as MvExpandNode
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field


class MvExpand(Spanned, frozen=True):
    """The parsed command; a limit of 0 is none."""

    name: Word
    limit: int = 0
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return MvExpandNode(source, Field(self.name.text), self.limit or None, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"mvexpand {show_name(self.name.text)} limit={self.limit}"


def parse(cursor: Cursor, start: int) -> MvExpand:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("mvexpand", {"limit": whole})
    name = read_one_field(cursor, options)
    return MvExpand(name, options.get("limit", 0), cursor.span(start))
