"""`chart` and `timechart`: aggregates as a table with a row for each value or bucket of time.

Splunk's Search Reference, "chart" and "timechart", *limit*: a single aggregate ranks the values of the
split-by field by the sum of what it gives, several by how many rows there are.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from msgspec import Struct

from carhound.engines.interpreter.functions.building import number
from carhound.engines.interpreter.operators.aggregates import Group, Single, measures
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.operators.grouping import keys_of, order
from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.errors import UsageError
from carhound.model.event import Cell
from carhound.model.instants import instant
from carhound.model.time_buckets import fitting, starts
from carhound.model.windows import NO_BOUNDS, Window
from carhound.plan.aggregates import AGGREGATES
from carhound.plan.nodes import Buckets, Chart, Scan, Series, chain

_MOST_BUCKETS = 50_000
"""Splunk's limits.conf, [discretize] maxbins."""


class _Counted(Struct, frozen=True):
    """A row in one place of the table."""

    at: Single
    """Of the row of the table: a value, or the beginning of a bucket in seconds since 1970."""
    value: str | None
    """Of the field that makes the columns."""
    row: Row


def chart(node: Chart, rows: Iterable[Row], context: Context) -> list[Row]:
    """The table, its rows in order and each with all columns."""
    rows = list(rows)
    if node.buckets is None:
        read = keys_of((node.over,))
        placed = [(key[0], row) for row in rows for key in read(row)]
        places = sorted({at for at, _ in placed}, key=lambda at: order((at,)))
    else:
        placed, places = _bucketed(node, node.buckets, rows, context)
    counted = list(_counted(node, placed))
    names = _names(node, counted, context)
    of = measures(node.aggregations, context)
    groups: dict[tuple[Single, str], Group] = {}
    for one in counted:
        if (name := names(one.value)) is not None:
            groups.setdefault((one.at, name), Group(of)).add(one.row)
    present = _in_order({name for _, name in groups}, node.series)
    return [Row(None, _row(node, at, present, groups)) for at in places]


def _row(
    node: Chart, at: Single, names: list[str], groups: dict[tuple[Single, str], Group]
) -> dict[str, Cell]:
    made = {name: groups[at, name].columns() if (at, name) in groups else None for name in names}
    columns: dict[str, Cell] = {node.over.name: at}
    for one in node.aggregations:
        for name, found in made.items():
            nothing = 0 if AGGREGATES[one.function].zero else None
            columns[_column(node, one.column, name)] = nothing if found is None else found[one.column]
    return columns


def _column(node: Chart, column: str, name: str) -> str:
    if node.series is None:
        return column
    if len(node.aggregations) > 1:
        return f"{column}: {name}"
    # As Splunk does, so that no value of a log takes the place of a field that has a meaning.
    return f"VALUE{name}" if name.startswith("_") or name == node.over.name else name


def _in_order(names: set[str], series: Series | None) -> list[str]:
    last = () if series is None else (series.null, series.other)
    return sorted(names, key=lambda name: (last.index(name) + 1 if name in last else 0, name))


def _counted(node: Chart, placed: Iterable[tuple[Single, Row]]) -> Iterator[_Counted]:
    """Each row once for every value of the field that makes the columns."""
    if node.series is None:
        yield from (_Counted(at, None, row) for at, row in placed)
        return
    read = getter(node.series.field)
    for at, row in placed:
        for value in texts(read(row)) or (None,):
            yield _Counted(at, value, row)


def _names(node: Chart, counted: list[_Counted], context: Context) -> Callable[[str | None], str | None]:
    """The column for a value; None where it has none."""
    series = node.series
    if series is None:
        return lambda _value: ""
    scores = _scores(node, counted, context)
    sign = 1 if series.lowest else -1
    ranked = sorted(scores, key=lambda value: (sign * scores[value], value))
    kept = set(ranked[: series.limit or None])
    return lambda value: series.null if value is None else value if value in kept else series.other


def _scores(node: Chart, counted: list[_Counted], context: Context) -> dict[str, float]:
    if len(node.aggregations) > 1:
        return dict(Counter(one.value for one in counted if one.value is not None))
    of = measures(node.aggregations, context)
    groups: dict[tuple[Single, str], Group] = {}
    for one in counted:
        if one.value is not None:
            groups.setdefault((one.at, one.value), Group(of)).add(one.row)
    scores: dict[str, float] = {}
    for (_, value), group in groups.items():
        (found,) = group.columns().values()
        scores[value] = scores.get(value, 0.0) + (number(found) or 0.0)
    return scores


def _bucketed(
    node: Chart, buckets: Buckets, rows: list[Row], context: Context
) -> tuple[list[tuple[Single, Row]], list[Single]]:
    """Each row with the beginning of its bucket, and the beginnings of all buckets."""
    timed = [(time, row) for row in rows if (time := _time(row)) is not None]
    if not timed:
        return [], []
    zone = context.moment.zone
    first, last = min(time for time, _ in timed), max(time for time, _ in timed)
    window = _window(node, context) if buckets.whole_window else NO_BOUNDS
    if window.earliest is not None:
        first = min(first, window.earliest.timestamp())
    if window.latest is not None:
        last = max(last, window.latest.timestamp() - 1e-6)
    span = buckets.span or fitting(first, last, zone, buckets.most)
    placed: list[tuple[Single, Row]] = [(_whole(span.start(time, zone)), row) for time, row in timed]
    if not buckets.gaps:
        return placed, sorted({at for at, _ in placed})
    begin = list(islice(starts(span, first, last, zone), _MOST_BUCKETS + 1))
    if len(begin) > _MOST_BUCKETS:
        raise UsageError(
            f"timechart with span={span} would make more than {_MOST_BUCKETS:,} rows",
            hint="use a longer span, a shorter window, or cont=false for rows that have events alone",
        )
    return placed, list(map(_whole, begin))


def _window(node: Chart, context: Context) -> Window:
    scan = chain(node)[0]
    return context.moment.window(scan) if isinstance(scan, Scan) else NO_BOUNDS


def _time(row: Row) -> float | None:
    """Seconds since 1970; None where no calendar has such a day."""
    seconds = number(row.get("_time"))
    try:
        return None if seconds is None else instant(seconds).timestamp()
    except (OverflowError, ValueError):
        return None


def _whole(seconds: float) -> int | float:
    return int(seconds) if seconds.is_integer() else seconds
