"""`reverse`: all rows, the last first."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node
from carhound.plan.nodes import Reverse as ReverseNode


class Reverse(Spanned, frozen=True):
    """The parsed command."""

    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return ReverseNode(source, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return "reverse"


def parse(cursor: Cursor, start: int) -> Reverse:
    """Reads what follows the command's name, which begins at `start`."""
    end_of_command(cursor, "reverse")
    return Reverse(cursor.span(start))
