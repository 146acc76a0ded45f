"""`streamstats`: aggregates of the rows up to there added to each row."""

from dataclasses import dataclass, field

from carhound.languages.spl.aggregates import show_aggregates
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.grouped import EACH, NUMBERS_ALONE, Options, read_aggregates, read_by, show_by
from carhound.languages.spl.syntax import Lowering
from carhound.model.diagnostics import Span
from carhound.plan.nodes import Aggregation, Node
from carhound.plan.nodes import StreamStats as StreamStatsNode
from carhound.plan.predicates import Field

_TAKEN = frozenset({"current", "global", "reset_on_change", "window"})
_RESET = "make a field that says where to begin anew, and use reset_on_change with it in by"
_REFUSED = {
    "allnum": NUMBERS_ALONE,
    "dedup_splitvals": EACH,
    "reset_after": _RESET,
    "reset_before": _RESET,
    "time_window": "use window= with a number of rows, or timechart for spans of time",
}


@dataclass(frozen=True, slots=True)
class StreamStats:
    """The parsed command."""

    aggregates: tuple[Aggregation, ...]
    by: tuple[Field, ...] = ()
    current: bool = True
    window: int = 0
    shared: bool = True
    reset_on_change: bool = False
    span: Span | None = field(default=None, compare=False)

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return StreamStatsNode(
            source,
            self.aggregates,
            self.by,
            self.current,
            self.window,
            self.shared,
            self.reset_on_change,
            self.span,
        )

    def show(self) -> str:
        """Text that parses to the same tree."""
        options = f"current={self.current} window={self.window} global={self.shared}"
        options += f" reset_on_change={self.reset_on_change}"
        return f"streamstats {options} {show_aggregates(self.aggregates)}{show_by(self.by)}"


def parse(cursor: Cursor, start: int) -> StreamStats:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("streamstats", _TAKEN, _REFUSED)
    aggregates = read_aggregates(cursor, options, "by")
    by = read_by(cursor, options)
    return StreamStats(
        aggregates,
        by,
        options.truth(cursor, "current", True),
        options.count(cursor, "window", 0),
        options.truth(cursor, "global", True),
        options.truth(cursor, "reset_on_change", False),
        cursor.span(start),
    )
