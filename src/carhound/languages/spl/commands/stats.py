"""`stats`: aggregates over all rows or over each combination of the `by` fields."""

from carhound.languages.spl.aggregates import show_aggregates
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.grouped import (
    BIN_BEFORE,
    EACH,
    NUMBERS_ALONE,
    UNCHANGED,
    read_aggregates,
    read_by,
    show_by,
)
from carhound.languages.spl.options import Options
from carhound.languages.spl.syntax import Lowering
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Aggregation, Node
from carhound.plan.nodes import Stats as StatsNode
from carhound.plan.predicates import Field

_REFUSED = {
    "allnum": NUMBERS_ALONE,
    "dedup_splitvals": EACH,
    "delim": "use mvjoin after it: values() and list() give multivalue fields",
    "partitions": UNCHANGED,
    "span": BIN_BEFORE,
}


class Stats(Spanned, frozen=True):
    """The parsed command."""

    aggregates: tuple[Aggregation, ...]
    by: tuple[Field, ...] = ()
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return StatsNode(source, self.aggregates, self.by, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"stats {show_aggregates(self.aggregates)}{show_by(self.by)}"


def parse(cursor: Cursor, start: int) -> Stats:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("stats", _REFUSED)
    aggregates = read_aggregates(cursor, options, "by")
    return Stats(aggregates, read_by(cursor, options), cursor.span(start))
