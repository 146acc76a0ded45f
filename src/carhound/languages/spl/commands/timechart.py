"""`timechart`: aggregates as a table with a row for each span of time, and columns for values of a field."""

from carhound.languages.spl.aggregates import show_aggregates
from carhound.languages.spl.charts import SERIES_READERS, read_series, show_series
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.grouped import UNCHANGED, read_aggregates, read_by, show_by
from carhound.languages.spl.options import Options, positive, time_span, truth
from carhound.languages.spl.syntax import Lowering
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Aggregation, Buckets, Node, Series
from carhound.plan.nodes import Chart as ChartNode
from carhound.plan.predicates import Field

_RANGE = "use earliest= and latest= in the search"


class Timechart(Spanned, frozen=True):
    """The parsed command."""

    aggregates: tuple[Aggregation, ...]
    buckets: Buckets
    series: Series | None = None
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return ChartNode(source, self.aggregates, Field("_time"), self.buckets, self.series, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        cut = self.buckets
        options = f"bins={cut.most} cont={cut.gaps} fixedrange={cut.whole_window} "
        if cut.span is not None:
            options += f"span={cut.span} "
        made = f"{options}{show_series(self.series)}{show_aggregates(self.aggregates)}"
        return f"timechart {made}{show_by((self.series.field,) if self.series else ())}"


def parse(cursor: Cursor, start: int) -> Timechart:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("timechart", _READERS)
    aggregates = read_aggregates(cursor, options, "by")
    split = read_by(cursor, options)
    if len(split) > 1:
        hint = "join them with eval before, or use bin and stats"
        cursor.fail("SPL-P1", "timechart is by one field", cursor.span(start), hint)
    buckets = Buckets(
        options.get("span"),
        options.get("bins", 100),
        options.get("cont", True),
        options.get("fixedrange", True),
    )
    series = read_series(options, split[0] if split else None)
    return Timechart(aggregates, buckets, series, cursor.span(start))


_READERS = {
    **SERIES_READERS,
    "aligntime": "spans begin at whole hours and days",
    "bins": positive,
    "cont": truth,
    "end": _RANGE,
    "fixedrange": truth,
    "minspan": "use span=",
    "partial": UNCHANGED,
    "span": time_span,
    "start": _RANGE,
}
