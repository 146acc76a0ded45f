"""`head`: the first rows, ten unless told."""

from dataclasses import dataclass, field

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command, read_integer, take_keyword
from carhound.model.diagnostics import Span
from carhound.plan.nodes import Head as HeadNode
from carhound.plan.nodes import Node


@dataclass(frozen=True, slots=True)
class Head:
    """The parsed command."""

    count: int = 10
    span: Span | None = field(default=None, compare=False)

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return HeadNode(source, self.count, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"head {self.count}"


def parse(cursor: Cursor, start: int) -> Head:
    """Reads what follows the command's name, which begins at `start`."""
    if take_keyword(cursor, "limit"):
        cursor.expect("=", "write limit=10")
    count = read_integer(cursor)
    if count is None and not cursor.ends():
        cursor.fail("SPL-U2", "head takes a number of rows only", cursor.here(), "write head 10")
    end_of_command(cursor, "head")
    return Head(10 if count is None else count, cursor.span(start))
