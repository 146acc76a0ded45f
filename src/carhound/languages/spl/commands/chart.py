"""`chart`: aggregates as a table with a row for each value of one field, and columns for those of another."""

from carhound.languages.spl.aggregates import show_aggregates
from carhound.languages.spl.charts import SERIES_READERS, read_series, show_series
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.grouped import read_aggregates, read_by, read_groups
from carhound.languages.spl.options import Options, Readers
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Aggregation, Node, Series
from carhound.plan.nodes import Chart as ChartNode
from carhound.plan.predicates import Field

_CUT = "use timechart for times, or bin before chart"
_OF_TIME = ("aligntime", "bins", "cont", "end", "minspan", "span", "start")
_READERS: Readers = {**SERIES_READERS, **dict.fromkeys(_OF_TIME, _CUT)}


class Chart(Spanned, frozen=True):
    """The parsed command."""

    aggregates: tuple[Aggregation, ...]
    over: Field
    series: Series | None = None
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        return ChartNode(source, self.aggregates, self.over, series=self.series, span=self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        by = "" if self.series is None else f" BY {show_name(self.series.field.name)}"
        made = f"{show_series(self.series)}{show_aggregates(self.aggregates)}"
        return f"chart {made} OVER {show_name(self.over.name)}{by}"


def parse(cursor: Cursor, start: int) -> Chart:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("chart", _READERS)
    aggregates = read_aggregates(cursor, options, "over", "by")
    fields: tuple[Field, ...] = ()
    if take_keyword(cursor, "over"):
        fields = read_groups(cursor, options, "by")
        if len(fields) > 1:
            cursor.fail(
                "SPL-P1", "chart is over one field", cursor.span(start), "write over Image by Computer"
            )
    fields += read_by(cursor, options)
    if not 1 <= len(fields) <= 2:
        hint = "write chart count over Image by Computer"
        cursor.fail("SPL-P1", "chart takes one or two fields", cursor.span(start), hint)
    over, *split = fields
    series = read_series(options, split[0] if split else None)
    return Chart(aggregates, over, series, cursor.span(start))
