"""`makemv`: a field cut into several values."""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.field_names import read_one_field
from carhound.languages.spl.options import Options, Readers, show_options, text, truth
from carhound.languages.spl.regexes import count_groups, read_expression, to_re2
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import Word, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import MakeMv as MakeMvNode
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field


class MakeMv(Spanned, frozen=True):
    """The parsed command."""

    name: Word
    delimiter: str = " "
    tokenizer: str | None = None
    allow_empty: bool = False
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        how = (self.delimiter, self.tokenizer, self.allow_empty)
        return MakeMvNode(source, Field(self.name.text), *how, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        options = {"delim": self.delimiter, "tokenizer": self.tokenizer, "allowempty": self.allow_empty}
        defaults = {"delim": " ", "tokenizer": None, "allowempty": False}
        return f"makemv{show_options(options, defaults)} {show_name(self.name.text)}"


def parse(cursor: Cursor, start: int) -> MakeMv:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("makemv", _READERS)
    name = read_one_field(cursor, options)
    if "delim" in options.given and "tokenizer" in options.given:
        cursor.fail(
            "SPL-P1", "makemv takes delim= or tokenizer=, not both", cursor.span(start), "keep one of them"
        )
    return MakeMv(
        name,
        options.get("delim", " "),
        options.get("tokenizer"),
        options.get("allowempty", False),
        cursor.span(start),
    )


def _delimiter(cursor: Cursor, name: str) -> str:
    cursor.skip_blank()
    start = cursor.at
    delimiter = text(cursor, name)
    if not delimiter:
        cursor.fail("SPL-P1", "an empty delim= cuts nothing", cursor.span(start), 'write delim=","')
    return delimiter


def _tokenizer(cursor: Cursor, _name: str) -> str:
    expression, span = read_expression(cursor, 'makemv tokenizer="([^,]+),?" Image')
    expression = to_re2(cursor, expression, span)
    if not count_groups(expression):
        cursor.fail(
            "SPL-P1", "tokenizer= needs a group, which is the value", span, 'write tokenizer="([^,]+),?"'
        )
    return expression


_READERS: Readers = {
    "allowempty": truth,
    "delim": _delimiter,
    "setsv": "drop it: a field has its values and no other form",
    "tokenizer": _tokenizer,
}
