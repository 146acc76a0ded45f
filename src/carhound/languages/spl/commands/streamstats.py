"""`streamstats`: aggregates of the rows up to there added to each row."""

from carhound.languages.spl.aggregates import show_aggregates
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.grouped import BIN_BEFORE, EACH, NUMBERS_ALONE, read_aggregates, read_by, show_by
from carhound.languages.spl.options import Options, Readers, truth, whole
from carhound.languages.spl.syntax import Lowering
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Aggregation, Node
from carhound.plan.nodes import StreamStats as StreamStatsNode
from carhound.plan.predicates import Field

_RESET = "make a field that says where to begin anew, and use reset_on_change with it in by"
_READERS: Readers = {
    "allnum": NUMBERS_ALONE,
    "current": truth,
    "dedup_splitvals": EACH,
    "global": truth,
    "reset_after": _RESET,
    "reset_before": _RESET,
    "reset_on_change": truth,
    "span": BIN_BEFORE,
    "time_window": "use window= with a number of rows, or timechart for spans of time",
    "window": whole,
}


class StreamStats(Spanned, frozen=True):
    """The parsed command."""

    aggregates: tuple[Aggregation, ...]
    by: tuple[Field, ...] = ()
    current: bool = True
    window: int = 0
    shared: bool = True
    reset_on_change: bool = False
    span: Span | None = None

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
    options = Options("streamstats", _READERS)
    aggregates = read_aggregates(cursor, options, "by")
    by = read_by(cursor, options)
    return StreamStats(
        aggregates,
        by,
        options.get("current", True),
        options.get("window", 0),
        options.get("global", True),
        options.get("reset_on_change", False),
        cursor.span(start),
    )
