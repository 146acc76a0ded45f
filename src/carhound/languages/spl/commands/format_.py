"""`format`: at the end of a subsearch, what happens there anyway: its rows become conditions."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Lowering
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node


class Format(Spanned, frozen=True):
    """The parsed command."""

    span: Span | None = None

    def lower(self, _source: Node, lowering: Lowering) -> Node:
        """There is no plan of it by itself."""
        return lowering.fail("SPL-U3", "format stands at the end of a subsearch", self.span, "drop it here")

    def rows(self, source: Node) -> Node:
        """The rows that a subsearch which ends in it gives."""
        return source

    def show(self) -> str:
        """Text that parses to the same tree."""
        return "format"


def parse(cursor: Cursor, start: int) -> Format:
    """Reads what follows the command's name, which begins at `start`."""
    if not cursor.ends():
        cursor.fail(
            "SPL-U2", "format takes no options here", cursor.here(), "drop them: rows are joined by OR"
        )
    return Format(cursor.span(start))
