"""`bin`: numbers and times put into bins. Splunk's Search Reference, "bin"."""

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo

from carhound.engines.interpreter.functions.building import number, tidy
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.rows import Row, as_text, getter
from carhound.model.event import Cell
from carhound.model.time_spans import TimeSpan
from carhound.plan.nodes import Bin


def binned(node: Bin, rows: Iterable[Row], context: Context) -> Iterator[Row]:
    """The rows with the bin of the field; they stream where the width is known."""
    read = getter(node.field)
    width: float | TimeSpan | None = node.width
    if width is None:
        rows = list(rows)
        known = [size for row in rows if (size := number(read(row))) is not None and math.isfinite(size)]
        width = _power_of_ten(known, node.bins)
    put = _putter(width, node.field.name == "_time", context.moment.zone)
    for row in rows:
        value = read(row)
        if value is None:
            yield row
            continue
        size = number(value)
        made: Cell = value if size is None or not math.isfinite(size) else put(size)
        yield Row(row.event, row.materialized() | {node.target: made}, raw=row.raw)


def _power_of_ten(values: list[float], bins: int) -> float:
    """The least power of ten that cuts the values' range into no more bins than that."""
    reach = max(values) - min(values) if values else 0.0
    if not reach or not math.isfinite(reach):
        return 1.0
    exponent = math.ceil(math.log10(reach / bins))
    # The logarithm of a power of ten may come out a hair beside it.
    below = float(f"1e{exponent - 1}")
    return below if below and reach / below <= bins else float(f"1e{exponent}")


def _putter(width: float | TimeSpan, time: bool, zone: tzinfo) -> Callable[[float], Cell]:
    """What a number becomes: the time at which its bin begins, or the text of a range."""
    if isinstance(width, TimeSpan):
        return lambda value: _begins(width, value, zone)
    if time:
        return lambda value: tidy(_floor(value, width) * width)
    return lambda value: _range(_floor(value, width), width)


def _begins(width: TimeSpan, value: float, zone: tzinfo) -> Cell:
    try:
        return tidy(width.start(value, zone))
    except OverflowError:
        return tidy(value)


def _floor(value: float, width: float) -> int:
    """Which bin a value falls into; a quotient that is whole but for its last digits counts as whole."""
    quotient = value / width
    near = round(quotient) if math.isfinite(quotient) else 0
    return near if math.isclose(quotient, near, rel_tol=1e-12) else math.floor(quotient)


def _range(place: int, width: float) -> str:
    return f"{_edge(place, width)}-{_edge(place + 1, width)}"


def _edge(place: int, width: float) -> str:
    return as_text(round(place * width, 12))
