"""`rename`: fields under new names; `*` in a name stands for any run."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, read_word, show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node
from carhound.plan.nodes import Rename as RenameNode


class Rename(Spanned, frozen=True):
    """The parsed command."""

    pairs: tuple[tuple[Word, Word], ...]
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return RenameNode(source, tuple((old.text, new.text) for old, new in self.pairs), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return "rename " + ", ".join(
            f"{show_name(old.text)} AS {show_name(new.text)}" for old, new in self.pairs
        )


def parse(cursor: Cursor, start: int) -> Rename:
    """Reads what follows the command's name, which begins at `start`."""
    pairs: list[tuple[Word, Word]] = []
    while not pairs or not cursor.ends():
        old = read_word(cursor)
        new = read_word(cursor) if old is not None and take_keyword(cursor, "as") else None
        if old is None or new is None:
            cursor.fail(
                "SPL-P1",
                f"rename needs OLD AS NEW {cursor.found()}",
                cursor.here(),
                'write rename Image AS "Child"',
            )
        if new.text.count("*") != old.text.count("*"):
            cursor.fail(
                "SPL-P1",
                "the new name must have as many * as the old one",
                cursor.span(start),
                "write rename Parent* AS Its*",
            )
        pairs.append((old, new))
        cursor.take(",")
    end_of_command(cursor, "rename")
    return Rename(tuple(pairs), cursor.span(start))
