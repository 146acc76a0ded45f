"""`sort`: rows in order. Uncapped, where Splunk keeps the first 10,000."""

from dataclasses import dataclass, field

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import (
    Word,
    end_of_command,
    read_integer,
    read_word,
    show_name,
    take_keyword,
)
from carhound.model.diagnostics import Span
from carhound.plan.nodes import Node, SortKey
from carhound.plan.nodes import Sort as SortNode
from carhound.plan.predicates import Field


@dataclass(frozen=True, slots=True)
class Sort:
    """The parsed command: names with whether each goes downwards."""

    keys: tuple[tuple[Word, bool], ...]
    limit: int | None = None
    span: Span | None = field(default=None, compare=False)

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        keys = tuple(SortKey(Field(name.text), descending) for name, descending in self.keys)
        return SortNode(source, keys, self.limit, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        keys = ", ".join(f"{'-' if down else '+'}{show_name(name.text)}" for name, down in self.keys)
        return f"sort {0 if self.limit is None else self.limit} {keys}"


def parse(cursor: Cursor, start: int) -> Sort:
    """Reads what follows the command's name, which begins at `start`."""
    if take_keyword(cursor, "limit"):
        cursor.expect("=", "write limit=10")
    limit = read_integer(cursor)
    keys: list[tuple[Word, bool]] = []
    reverse = comma = False
    while not cursor.ends():
        if keys and not comma and (take_keyword(cursor, "desc") or take_keyword(cursor, "d")):
            reverse = True
            break
        descending = cursor.take("-")
        if not descending:
            cursor.take("+")
        name = read_word(cursor)
        if name is None:
            cursor.fail(
                "SPL-P1", f"sort needs a field name {cursor.found()}", cursor.here(), "write sort -count"
            )
        if cursor.text.startswith("(", cursor.at):
            cursor.fail(
                "SPL-U2", f"sort by {name.text}() is not supported", cursor.here(), "name the field alone"
            )
        keys.append((name, descending))
        comma = cursor.take(",")
    if not keys:
        cursor.fail("SPL-P1", "sort needs a field name", cursor.span(start), "write sort -count")
    end_of_command(cursor, "sort")
    if reverse:
        keys = [(name, not descending) for name, descending in keys]
    return Sort(tuple(keys), limit or None, cursor.span(start))
