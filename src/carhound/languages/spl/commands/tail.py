"""`tail`: the last rows, ten unless told, the very last first."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command, read_integer
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node
from carhound.plan.nodes import Tail as TailNode


class Tail(Spanned, frozen=True):
    """The parsed command."""

    count: int = 10
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return TailNode(source, self.count, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"tail {self.count}"


def parse(cursor: Cursor, start: int) -> Tail:
    """Reads what follows the command's name, which begins at `start`."""
    count = read_integer(cursor)
    end_of_command(cursor, "tail")
    return Tail(10 if count is None else count, cursor.span(start))
