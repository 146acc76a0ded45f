"""`replace`: values put in the place of others."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_some_fields
from carhound.languages.spl.options import Options
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import (
    Word,
    end_of_command,
    peek_keyword,
    quote,
    read_word,
    show_name,
    take_keyword,
)
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node
from carhound.plan.nodes import Replace as ReplaceNode

_EXAMPLE = 'write replace "*localhost" WITH "localhost" IN Computer'


class Replace(Spanned, frozen=True):
    """The parsed command; without names, all fields."""

    pairs: tuple[tuple[Word, Word], ...]
    names: tuple[Word, ...] = ()
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        pairs = tuple((old.text, new.text) for old, new in self.pairs)
        return ReplaceNode(source, pairs, tuple(name.text for name in self.names), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        pairs = ", ".join(f"{quote(old.text)} WITH {quote(new.text)}" for old, new in self.pairs)
        names = f" IN {', '.join(show_name(name.text) for name in self.names)}" if self.names else ""
        return f"replace {pairs}{names}"


def parse(cursor: Cursor, start: int) -> Replace:
    """Reads what follows the command's name, which begins at `start`."""
    pairs = [_pair(cursor)]
    while cursor.take(",") or not (cursor.ends() or peek_keyword(cursor, "in")):
        pairs.append(_pair(cursor))
    names: tuple[Word, ...] = ()
    if take_keyword(cursor, "in"):
        names = read_some_fields(cursor, Options("replace"))
    end_of_command(cursor, "replace")
    return Replace(tuple(pairs), names, cursor.span(start))


def _pair(cursor: Cursor) -> tuple[Word, Word]:
    cursor.skip_blank()
    start = cursor.at
    old = read_word(cursor, value=True)
    new = read_word(cursor, value=True) if old is not None and take_keyword(cursor, "with") else None
    if old is None or new is None:
        cursor.fail("SPL-P1", f"replace needs OLD WITH NEW {cursor.found()}", cursor.here(), _EXAMPLE)
    if new.text.count("*") not in (0, old.text.count("*")):
        cursor.fail(
            "SPL-P1",
            "the replacement must have as many * as what it replaces, or none",
            cursor.span(start),
            _EXAMPLE,
        )
    return old, new
