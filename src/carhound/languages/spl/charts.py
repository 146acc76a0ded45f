"""What chart and timechart have in common: how the values of a field become columns."""

import re

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.grouped import EACH
from carhound.languages.spl.options import Options, Readers, text, truth
from carhound.languages.spl.words import quote
from carhound.plan.nodes import Series
from carhound.plan.predicates import Field

_NAMES = "use rename after it"
_LIMIT = re.compile(r"(top|bottom)?(\d{0,9})", re.ASCII | re.IGNORECASE)


def read_series(options: Options, split: Field | None) -> Series | None:
    """How the values of a field become columns, by the options that were given."""
    if split is None:
        return None
    limit, lowest = options.get("limit", (10, False))
    other = options.get("otherstr", "OTHER") if options.get("useother", True) else None
    null = options.get("nullstr", "NULL") if options.get("usenull", True) else None
    return Series(split, limit, lowest, other, null)


def _limit(cursor: Cursor, name: str) -> tuple[int, bool]:
    """How many values, and whether those with the lowest sums."""
    cursor.skip_blank()
    start = cursor.at
    match = _LIMIT.fullmatch(text(cursor, name))
    if match is None or not match[2]:
        hint = "write limit=5, limit=top5 or limit=bottom5"
        cursor.fail("SPL-P1", "limit= is a number", cursor.span(start), hint)
    return int(match[2]), (match[1] or "").lower() == "bottom"


SERIES_READERS: Readers = {
    "agg": "all other values are aggregated as the others are: leave it out",
    "dedup_splitvals": EACH,
    "format": _NAMES,
    "limit": _limit,
    "nullstr": text,
    "otherstr": text,
    "sep": _NAMES,
    "usenull": truth,
    "useother": truth,
}
"""The options that say so."""


def show_series(series: Series | None) -> str:
    """The options as text that parses to the same; they stand before the aggregates."""
    if series is None:
        return ""
    said = [f"limit={'bottom' if series.lowest else 'top'}{series.limit}"]
    for name, value in (("other", series.other), ("null", series.null)):
        said.append(f"use{name}=false" if value is None else f"{name}str={quote(value)}")
    return f"{' '.join(said)} "
