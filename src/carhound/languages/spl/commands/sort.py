"""`sort`: rows in order. Uncapped, where Splunk keeps the first 10,000."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.options import Options, whole
from carhound.languages.spl.sort_keys import Key, read_keys, show_keys
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command, read_integer
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node
from carhound.plan.nodes import Sort as SortNode


class Sort(Spanned, frozen=True):
    """The parsed command."""

    keys: tuple[Key, ...]
    limit: int | None = None
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return SortNode(source, tuple(key.lower() for key in self.keys), self.limit, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"sort {0 if self.limit is None else self.limit} {show_keys(self.keys)}"


def parse(cursor: Cursor, start: int) -> Sort:
    """Reads what follows the command's name, which begins at `start`."""
    limit = Options("sort", {"limit": whole}).take_all(cursor).get("limit")
    if limit is None:
        limit = read_integer(cursor)
    keys = read_keys(cursor, "sort")
    end_of_command(cursor, "sort")
    return Sort(keys, limit or None, cursor.span(start))
