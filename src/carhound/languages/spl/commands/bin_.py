"""`bin`, `bucket` and `discretize`: numbers and times put into bins."""

import re

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_field, read_fields
from carhound.languages.spl.options import Options, Readers, whole
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, end_of_command, read_word, show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.model.time_spans import TimeSpan, parse_time_span
from carhound.plan.nodes import Bin as BinNode
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,15})?", re.ASCII)
_BINS = 100


class Bin(Spanned, frozen=True):
    """The parsed command."""

    name: Word
    width: float | TimeSpan | None = None
    bins: int = _BINS
    target: str | None = None
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        target = self.name.text if self.target is None else self.target
        return BinNode(source, Field(self.name.text), self.width, self.bins, target, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        how = f"bins={self.bins}" if self.width is None else f"span={self.width}"
        target = "" if self.target is None else f" AS {show_name(self.target)}"
        return f"bin {how} {show_name(self.name.text)}{target}"


def parse(cursor: Cursor, start: int) -> Bin:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("bin", _READERS)
    names = read_fields(cursor, options, "as")
    if len(names) != 1 or "*" in names[0].text:
        place = (names[-1].span if names else None) or cursor.here()
        cursor.fail("SPL-P1", "bin takes one field", place, "write bin span=1h _time")
    target = None
    if take_keyword(cursor, "as"):
        target = read_field(cursor, "bin").text
        options.take_all(cursor)
    end_of_command(cursor, "bin")
    if names[0].text == "_time" and "span" not in options.given:
        cursor.fail(
            "SPL-U2", "bin of _time needs a span", names[0].span or cursor.here(), "write bin span=1h _time"
        )
    width = options.get("span")
    bins = options.get("bins", _BINS) if width is None else _BINS
    return Bin(names[0], width, bins, target, cursor.span(start))


def _width(cursor: Cursor, _name: str) -> float | TimeSpan:
    cursor.skip_blank()
    start = cursor.at
    word = read_word(cursor, value=True)
    written = "" if word is None else word.text
    if _NUMBER.fullmatch(written) and float(written):
        return float(written)
    span = parse_time_span(written)
    if span is None:
        hint = "write span=10, or span=5m, 1h, 1d, 1w@w1, 1mon, …"
        cursor.fail("SPL-P1", f"span={written} is no width of bins", cursor.span(start), hint)
    return span


def _most(cursor: Cursor, name: str) -> int:
    cursor.skip_blank()
    start = cursor.at
    bins = whole(cursor, name)
    if bins < 2:
        cursor.fail("SPL-P1", "bins= takes 2 or more", cursor.span(start), f"write bins={_BINS}")
    return bins


_SPAN = "name the width of a bin with span="
_READERS: Readers = {
    "span": _width,
    "bins": _most,
    "aligntime": "days and longer bins begin at the midnight of --tz",
    "end": _SPAN,
    "minspan": _SPAN,
    "start": _SPAN,
}
