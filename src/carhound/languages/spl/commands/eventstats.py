"""`eventstats`: aggregates of its group added to each row."""

from carhound.languages.spl.aggregates import show_aggregates
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.grouped import BIN_BEFORE, EACH, NUMBERS_ALONE, read_aggregates, read_by, show_by
from carhound.languages.spl.options import Options
from carhound.languages.spl.syntax import Lowering
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Aggregation, Node
from carhound.plan.nodes import EventStats as EventStatsNode
from carhound.plan.predicates import Field

_REFUSED = {"allnum": NUMBERS_ALONE, "dedup_splitvals": EACH, "span": BIN_BEFORE}


class EventStats(Spanned, frozen=True):
    """The parsed command."""

    aggregates: tuple[Aggregation, ...]
    by: tuple[Field, ...] = ()
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return EventStatsNode(source, self.aggregates, self.by, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        return f"eventstats {show_aggregates(self.aggregates)}{show_by(self.by)}"


def parse(cursor: Cursor, start: int) -> EventStats:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("eventstats", _REFUSED)
    aggregates = read_aggregates(cursor, options, "by")
    return EventStats(aggregates, read_by(cursor, options), cursor.span(start))
