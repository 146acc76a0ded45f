"""The aggregates of stats and its kin: their names, what they look at, and what they are of nothing.

Names are those of Splunk's Search Reference, "Statistical and charting functions". Sums are exact: numbers
are added as they are and rounded once, so the order of the rows makes no difference.
"""

import re

from msgspec import Struct


class Aggregate(Struct, frozen=True):
    """One aggregate of the language, whichever engine runs it."""

    family: str
    """The page of Splunk's Search Reference that describes it."""
    aliases: tuple[str, ...] = ()
    numbers: bool = False
    """Whether it leaves out values that are no numbers."""
    timed: bool = False
    """Whether it looks at `_time`, and leaves out rows without one."""
    ranked: bool = False
    """Whether a number in its name says which rank it gives, as in `perc95`."""
    zero: bool = False
    """Whether it is 0 where there are no values; else it is null."""


AGGREGATE = "Aggregate functions"
ORDER = "Event order functions"
MULTIVALUE = "Multivalue stats and chart functions"
TIME = "Time functions"

AGGREGATES: dict[str, Aggregate] = {
    "avg": Aggregate(AGGREGATE, ("mean",), numbers=True),
    "count": Aggregate(AGGREGATE, ("c",), zero=True),
    "dc": Aggregate(AGGREGATE, ("distinct_count", "estdc"), zero=True),
    "earliest": Aggregate(TIME, timed=True),
    "earliest_time": Aggregate(TIME, timed=True),
    "first": Aggregate(ORDER),
    "last": Aggregate(ORDER),
    "latest": Aggregate(TIME, timed=True),
    "latest_time": Aggregate(TIME, timed=True),
    "list": Aggregate(MULTIVALUE),
    "max": Aggregate(AGGREGATE),
    "median": Aggregate(AGGREGATE, numbers=True),
    "min": Aggregate(AGGREGATE),
    "mode": Aggregate(AGGREGATE),
    "perc": Aggregate(AGGREGATE, ("p", "exactperc", "upperperc"), numbers=True, ranked=True),
    "range": Aggregate(AGGREGATE, numbers=True),
    "rate": Aggregate(TIME, timed=True),
    "stdev": Aggregate(AGGREGATE, numbers=True),
    "stdevp": Aggregate(AGGREGATE, numbers=True),
    "sum": Aggregate(AGGREGATE, numbers=True),
    "sumsq": Aggregate(AGGREGATE, numbers=True),
    "values": Aggregate(MULTIVALUE),
    "var": Aggregate(AGGREGATE, numbers=True),
    "varp": Aggregate(AGGREGATE, numbers=True),
}

_NAMES = {alias: name for name, one in AGGREGATES.items() for alias in (name, *one.aliases)}
_DECIMALS = 9


def find(written: str) -> tuple[str, float | None] | None:
    """The name in `AGGREGATES` of an aggregate as people write it, and its rank; None where there is none."""
    name = _NAMES.get(written.lower())
    if name is not None:
        return None if AGGREGATES[name].ranked else (name, None)
    match = re.fullmatch(r"([a-z]+)(\d+(?:\.\d+)?)", written.lower(), re.ASCII)
    if match is None:
        return None
    name, rank = _NAMES.get(match[1]), float(match[2])
    if name is None or not AGGREGATES[name].ranked or rank > 100:
        return None
    return name, round(rank, _DECIMALS)


def spelt(function: str, rank: float | None) -> str:
    """The aggregate as it can be written, for example `perc99.5`."""
    if rank is None:
        return function
    return function + f"{rank:.{_DECIMALS}f}".rstrip("0").rstrip(".")


def spellings() -> list[str]:
    """Every name there is, aliases too; of those that take a rank an example."""
    return sorted(f"{name}95" if AGGREGATES[of].ranked else name for name, of in _NAMES.items())
