"""The aggregates of `plan/aggregates.py` over rows, one row at a time.

Numbers are added exactly, as whole numbers and fractions, and rounded once at the end: no order of the rows
gives another sum. What is too large for a float is null.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from math import floor, isfinite, sqrt
from typing import TYPE_CHECKING, Protocol, TypeAlias

from msgspec import Struct

from carhound.engines.interpreter.expressions import evaluator
from carhound.engines.interpreter.functions.building import number, tidy
from carhound.engines.interpreter.operators.context import Context
from carhound.engines.interpreter.operators.shaping import as_cell
from carhound.engines.interpreter.rows import Row, as_number, as_text, getter
from carhound.model.event import Cell
from carhound.plan.aggregates import AGGREGATES
from carhound.plan.nodes import Aggregation

if TYPE_CHECKING:
    from fractions import Fraction

Single = str | int | float
Read = Callable[[Row], tuple[Single, ...]]


class Accumulator(Protocol):
    """An aggregate on its way."""

    def add(self, values: tuple[Single, ...], row: Row) -> None:
        """Takes the values of one more row."""

    def result(self) -> Cell:
        """What it is of the rows so far."""


class Measure(Struct, frozen=True):
    """One aggregation, ready to run."""

    column: str
    read: Read
    begin: Callable[[], Accumulator]


def measures(aggregations: tuple[Aggregation, ...], context: Context) -> list[Measure]:
    """The aggregations of a command."""
    return [
        Measure(one.column, _reader(one, context), partial(BEGIN[one.function], one)) for one in aggregations
    ]


class Group:
    """All aggregates of a command over one group of rows."""

    __slots__ = ("_measures", "_running")

    def __init__(self, of: list[Measure], rows: Iterable[Row] = ()) -> None:
        self._measures = of
        self._running = [one.begin() for one in of]
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Takes one more row."""
        for measure, running in zip(self._measures, self._running, strict=True):
            running.add(measure.read(row), row)

    def columns(self) -> dict[str, Cell]:
        """What the aggregates are of the rows so far, by column."""
        return {
            measure.column: running.result()
            for measure, running in zip(self._measures, self._running, strict=True)
        }


def _reader(one: Aggregation, context: Context) -> Read:
    """The values of a row that count."""
    if one.expression is not None:
        evaluate = evaluator(one.expression, context.environment)
        if one.function == "count":
            return lambda row: () if (value := evaluate(row)) is None or value is False else ("",)
        return _counting(one, lambda row: as_cell(evaluate(row)))
    if one.field is None:
        return lambda _row: ("",)
    return _counting(one, getter(one.field))


def _counting(one: Aggregation, get: Callable[[Row], Cell]) -> Read:
    if AGGREGATES[one.function].numbers:
        return lambda row: tuple(filter(_is_number, _singles(get(row))))
    return lambda row: _singles(get(row))


def _is_number(value: Single) -> bool:
    known = as_number(value)
    return known is not None and isfinite(known)


Exact: TypeAlias = "int | Fraction"


def _exact(value: Single) -> Exact:
    """A finite number as it is, without rounding."""
    real = float(value)
    return int(real) if real.is_integer() else _fraction(real)


def _fraction(number: "float | Exact") -> "Fraction":
    from fractions import Fraction  # costs a start 3 ms, and most aggregates count

    return Fraction(number)


def _singles(value: Cell) -> tuple[Single, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


class _Count:
    def __init__(self) -> None:
        self.count = 0

    def add(self, values: tuple[Single, ...], _row: Row) -> None:
        self.count += len(values)

    def result(self) -> Cell:
        return self.count


class _Distinct:
    def __init__(self) -> None:
        self.found: set[str] = set()

    def add(self, values: tuple[Single, ...], _row: Row) -> None:
        self.found.update(map(as_text, values))

    def result(self) -> Cell:
        return len(self.found)


class _Values(_Distinct):
    """In the order of their code points."""

    def result(self) -> Cell:
        return tuple(sorted(self.found)) or None


class _List:
    """All of them, in the order of the rows; Splunk keeps the first 100."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, values: tuple[Single, ...], _row: Row) -> None:
        self.found += map(as_text, values)

    def result(self) -> Cell:
        return tuple(self.found) or None


class _Mode:
    """The commonest value; of several the first by code point."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()

    def add(self, values: tuple[Single, ...], _row: Row) -> None:
        self.found.update(map(as_text, values))

    def result(self) -> Cell:
        return min(self.found, key=lambda text: (-self.found[text], text), default=None)


class _Extreme:
    """By size where all values are numbers, ties by code point; else by code point."""

    def __init__(self, best: Callable[..., Single]) -> None:
        self.best = best
        self.by_size: Single | None = None
        self.by_text: Single | None = None
        self.numeric = True

    def add(self, values: tuple[Single, ...], _row: Row) -> None:
        for value in values:
            self.numeric = self.numeric and as_number(value) is not None
            if self.numeric:
                known = value if self.by_size is None else self.by_size
                self.by_size = self.best(known, value, key=lambda one: (as_number(one), as_text(one)))
            known = value if self.by_text is None else self.by_text
            self.by_text = self.best(known, value, key=as_text)

    def result(self) -> Cell:
        return self.by_size if self.numeric else self.by_text


class _Range:
    def __init__(self) -> None:
        self.ends: tuple[Exact, Exact] | None = None

    def add(self, values: tuple[Single, ...], _row: Row) -> None:
        for one in map(_exact, values):
            least, greatest = self.ends or (one, one)
            self.ends = min(least, one), max(greatest, one)

    def result(self) -> Cell:
        return _rounded(self.ends[1] - self.ends[0]) if self.ends else None


class _Sums:
    """How many, and their sum, exact."""

    def __init__(self, made: "Callable[[_Sums], Cell]") -> None:
        self.made = made
        self.count = 0
        self.sum: Exact = 0

    def add(self, values: tuple[Single, ...], _row: Row) -> None:
        self.count += len(values)
        self.sum += sum(_exact(value) for value in values)

    def result(self) -> Cell:
        return self.made(self) if self.count else None


class _Squares(_Sums):
    """The same with the sum of their squares."""

    def __init__(self, made: "Callable[[_Squares], Cell]") -> None:
        super().__init__(lambda _: made(self))
        self.squares: Exact = 0

    def add(self, values: tuple[Single, ...], row: Row) -> None:
        super().add(values, row)
        self.squares += sum(_exact(value) ** 2 for value in values)

    def variance(self, fewer: int) -> Exact:
        """That of a sample (`fewer` is 1) or of all there is; of a single value 0, as Splunk has it."""
        return (self.squares - _fraction(self.sum * self.sum) / self.count) / max(1, self.count - fewer)


def _rounded(number: Exact) -> Cell:
    """The nearest float, as a whole number where it is one."""
    try:
        return tidy(float(number))
    except OverflowError:
        return None


def _root(number: Exact) -> Cell:
    rounded = _rounded(number)
    return tidy(sqrt(rounded)) if isinstance(rounded, int | float) else None


class _Percentile:
    """The value at a rank: of `count` values in order that at `rank` / 100 * `count`, rounded down, from 0.

    This is Splunk's nearest rank, by which the median of two values is the greater one. It is exact where
    Splunk estimates (above 1,000 different values), so perc, exactperc and upperperc are one.
    """

    def __init__(self, rank: float) -> None:
        self.share = _fraction(rank).limit_denominator(10**9) / 100
        self.numbers: list[Single] = []

    def add(self, values: tuple[Single, ...], _row: Row) -> None:
        self.numbers += values

    def result(self) -> Cell:
        if not self.numbers:
            return None
        self.numbers.sort(key=float)
        return _rounded(
            _exact(self.numbers[min(floor(self.share * len(self.numbers)), len(self.numbers) - 1)])
        )


class _First:
    def __init__(self) -> None:
        self.found: Cell = None

    def add(self, values: tuple[Single, ...], _row: Row) -> None:
        if self.found is None and values:
            self.found = values[0]

    def result(self) -> Cell:
        return self.found


class _Last(_First):
    def add(self, values: tuple[Single, ...], _row: Row) -> None:
        if values:
            self.found = values[-1]


class _Seen(Struct, frozen=True):
    """A value and its time, in seconds since 1970."""

    time: float
    value: Single


class _Timed:
    """The values with the least and the greatest time; of several at one time that of the first row."""

    def __init__(self, made: Callable[[_Seen, _Seen], Cell]) -> None:
        self.made = made
        self.earliest: _Seen | None = None
        self.latest: _Seen | None = None

    def add(self, values: tuple[Single, ...], row: Row) -> None:
        time = number(row.get("_time"))
        if not values or time is None:
            return
        seen = _Seen(time, values[0])
        if self.earliest is None or time < self.earliest.time:
            self.earliest = seen
        if self.latest is None or time > self.latest.time:
            self.latest = seen

    def result(self) -> Cell:
        if self.earliest is None or self.latest is None:
            return None
        return self.made(self.earliest, self.latest)


def _rate(earliest: _Seen, latest: _Seen) -> Cell:
    """Change by second."""
    first, last = as_number(earliest.value), as_number(latest.value)
    if first is None or last is None or not (isfinite(first) and isfinite(last)):
        return None
    seconds = _exact(latest.time) - _exact(earliest.time)
    return _rounded(_fraction(_exact(last) - _exact(first)) / seconds) if seconds else None


BEGIN: dict[str, Callable[[Aggregation], Accumulator]] = {
    "avg": lambda _: _Sums(lambda of: _rounded(_fraction(of.sum) / of.count)),
    "count": lambda _: _Count(),
    "dc": lambda _: _Distinct(),
    "earliest": lambda _: _Timed(lambda earliest, _: earliest.value),
    "earliest_time": lambda _: _Timed(lambda earliest, _: tidy(earliest.time)),
    "first": lambda _: _First(),
    "last": lambda _: _Last(),
    "latest": lambda _: _Timed(lambda _, latest: latest.value),
    "latest_time": lambda _: _Timed(lambda _, latest: tidy(latest.time)),
    "list": lambda _: _List(),
    "max": lambda _: _Extreme(max),
    "median": lambda _: _Percentile(50),
    "min": lambda _: _Extreme(min),
    "mode": lambda _: _Mode(),
    "perc": lambda one: _Percentile(one.rank or 0),
    "range": lambda _: _Range(),
    "rate": lambda _: _Timed(_rate),
    "stdev": lambda _: _Squares(lambda of: _root(of.variance(1))),
    "stdevp": lambda _: _Squares(lambda of: _root(of.variance(0))),
    "sum": lambda _: _Sums(lambda of: _rounded(of.sum)),
    "sumsq": lambda _: _Squares(lambda of: _rounded(of.squares)),
    "values": lambda _: _Values(),
    "var": lambda _: _Squares(lambda of: _rounded(of.variance(1))),
    "varp": lambda _: _Squares(lambda of: _rounded(of.variance(0))),
}
"""How each aggregate begins."""
