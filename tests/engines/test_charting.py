"""A table by time in a zone, and one too long to make."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.operators.charting import chart
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row
from carhound.errors import UsageError
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.plan.nodes import Chart


def charted(spl: str, *times: float) -> list[Row]:
    node = compile_spl(Source(f"* | {spl}", "case")).plan
    assert isinstance(node, Chart)
    moment = Moment(datetime(2024, 6, 15, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    return chart(node, [Row(None, {"_time": time}) for time in times], Context(moment, lambda _: []))


def test_days_are_those_of_the_zone_of_the_run() -> None:
    rows = charted("timechart span=1d count", 1718401500, 1718402500)  # 23:45 and 00:01 in Berlin
    assert [row.columns for row in rows] == [
        {"_time": 1718316000, "count": 1},
        {"_time": 1718402400, "count": 1},
    ]


def test_a_table_of_too_many_rows_is_not_made() -> None:
    with pytest.raises(UsageError, match="span=1s") as caught:
        charted("timechart span=1s count", 0, 1718402400)
    assert caught.value.hint
    assert "cont=false" in caught.value.hint
    assert len(charted("timechart span=1s cont=false count", 0, 1718402400)) == 2


def test_times_beyond_the_calendar_are_left_out() -> None:
    assert len(charted("timechart span=1d count", 1e15, -1e15, float("inf"), 1718402400)) == 1
