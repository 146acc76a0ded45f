"""`dedup`: the first row for each combination of values; rows lacking a field go (Splunk's default)."""

from dataclasses import dataclass, field

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, read_integer, read_names, show_name
from carhound.model.diagnostics import Span
from carhound.plan.nodes import Dedup as DedupNode
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field


@dataclass(frozen=True, slots=True)
class Dedup:
    """The parsed command."""

    names: tuple[Word, ...]
    keep: int = 1
    span: Span | None = field(default=None, compare=False)

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return DedupNode(source, tuple(Field(name.text) for name in self.names), self.keep, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"dedup {self.keep} {', '.join(show_name(name.text) for name in self.names)}"


def parse(cursor: Cursor, start: int) -> Dedup:
    """Reads what follows the command's name, which begins at `start`."""
    keep = read_integer(cursor)
    if keep == 0:
        cursor.fail(
            "SPL-P1", "dedup keeps at least one row", cursor.span(start), "write dedup 1 or drop the number"
        )
    return Dedup(read_names(cursor, "dedup"), 1 if keep is None else keep, cursor.span(start))
