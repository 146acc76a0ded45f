"""`return`: what a subsearch hands on, the first row alone unless told.

Splunk's Search Reference, "return".
"""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, read_integer, read_word, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Head, Node, Rename, Table


class Return(Spanned, frozen=True):
    """The parsed command: the names that the values go by, and the fields they are of."""

    pairs: tuple[tuple[Word, Word], ...]
    count: int = 1
    span: Span | None = None

    def lower(self, _source: Node, lowering: Lowering) -> Node:
        """There is no plan of it by itself."""
        return lowering.fail(
            "SPL-U3", "return stands at the end of a subsearch", self.span, "use head and table here"
        )

    def rows(self, source: Node) -> Node:
        """The rows that a subsearch which ends in it gives."""
        kept = Head(source, self.count, self.span)
        renamed = tuple((old.text, new.text) for new, old in self.pairs if old != new)
        node = Rename(kept, renamed, self.span) if renamed else kept
        return Table(node, tuple(new.text for new, _ in self.pairs), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        pairs = (f"{show_name(new.text)}={show_name(old.text)}" for new, old in self.pairs)
        return f"return {self.count} {' '.join(pairs)}"


def parse(cursor: Cursor, start: int) -> Return:
    """Reads what follows the command's name, which begins at `start`."""
    count = read_integer(cursor)
    pairs: list[tuple[Word, Word]] = []
    while not cursor.ends() and (name := read_word(cursor)) is not None:
        if name.text.startswith("$"):
            span = name.span or cursor.here()
            cursor.fail(
                "SPL-U2",
                f"return {name.text} would put the value itself into the search: not supported",
                span,
                f"write return {name.text[1:]}, which asks for it in that field",
            )
        old = read_word(cursor, value=True) if cursor.take("=") else name
        if old is None:
            cursor.fail(
                "SPL-P1", f"expected a field {cursor.found()}", cursor.here(), "write return Computer"
            )
        pairs.append((name, old))
        cursor.take(",")
    if not pairs:
        cursor.fail("SPL-P1", "return needs a field name", cursor.here(), "write return Computer")
    span = cursor.span(start)
    end_of_command(cursor, "return")
    return Return(tuple(pairs), 1 if count is None else count, span)
