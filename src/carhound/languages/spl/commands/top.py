"""`top`: the commonest values with count and percent, ten unless told."""

from dataclasses import dataclass, field

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, read_integer, read_names, show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.plan.nodes import Node
from carhound.plan.nodes import Top as TopNode
from carhound.plan.predicates import Field


@dataclass(frozen=True, slots=True)
class Top:
    """The parsed command."""

    names: tuple[Word, ...]
    limit: int = 10
    span: Span | None = field(default=None, compare=False)

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return TopNode(source, tuple(Field(name.text) for name in self.names), self.limit, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"top {self.limit} {', '.join(show_name(name.text) for name in self.names)}"


def parse(cursor: Cursor, start: int) -> Top:
    """Reads what follows the command's name, which begins at `start`."""
    if take_keyword(cursor, "limit"):
        cursor.expect("=", "write limit=10")
    limit = read_integer(cursor)
    names = read_names(cursor, "top")
    for name in names:
        if not name.quoted and name.text.lower() == "by":
            cursor.fail(
                "SPL-U2", "top with by is not supported", name.span or cursor.here(), "use stats count by"
            )
    return Top(names, 10 if limit is None else limit, cursor.span(start))
