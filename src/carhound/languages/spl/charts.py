"""What chart and timechart have in common: how the values of a field become columns."""

import re

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.grouped import EACH, Options
from carhound.languages.spl.words import Word, quote
from carhound.plan.nodes import Series
from carhound.plan.predicates import Field

SERIES_OPTIONS = frozenset({"limit", "nullstr", "otherstr", "usenull", "useother"})
NAMES = "use rename after it"
REFUSED = {
    "agg": "all other values are aggregated as the others are: leave it out",
    "dedup_splitvals": EACH,
    "format": NAMES,
    "sep": NAMES,
}

_LIMIT = re.compile(r"(top|bottom)?(\d{0,9})", re.ASCII | re.IGNORECASE)


def read_series(cursor: Cursor, options: Options, split: Field | None) -> Series | None:
    """How the values of a field become columns, by the options that were given."""
    if split is None:
        return None
    limit, lowest = _limit(cursor, options)
    other = options.text("otherstr", "OTHER") if options.truth(cursor, "useother", True) else None
    null = options.text("nullstr", "NULL") if options.truth(cursor, "usenull", True) else None
    return Series(split, limit, lowest, other, null)


def _limit(cursor: Cursor, options: Options) -> tuple[int, bool]:
    value, span = options.given.get("limit", (Word("10"), cursor.here()))
    match = _LIMIT.fullmatch(value.text)
    if match is None or not match[2]:
        cursor.fail("SPL-P1", "limit= is a number", span, "write limit=5, limit=top5 or limit=bottom5")
    return int(match[2]), (match[1] or "").lower() == "bottom"


def show_series(series: Series | None) -> str:
    """The options as text that parses to the same; they stand before the aggregates."""
    if series is None:
        return ""
    said = [f"limit={'bottom' if series.lowest else 'top'}{series.limit}"]
    for name, value in (("other", series.other), ("null", series.null)):
        said.append(f"use{name}=false" if value is None else f"{name}str={quote(value)}")
    return f"{' '.join(said)} "
