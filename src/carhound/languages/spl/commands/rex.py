"""`rex`: fields out of values by the named groups of a regular expression; with `mode=sed`, values edited."""

from typing import NoReturn

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.options import Options, Readers, text, whole
from carhound.languages.spl.regexes import groups, read_expression, to_re2
from carhound.languages.spl.sed import read_edit, show_edit
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command, quote
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Node, Sed, Substitution, Transliteration
from carhound.plan.nodes import Rex as RexNode
from carhound.plan.predicates import Field

_EXAMPLE = 'rex field=CommandLine "/i:(?<url>\\S+)"'


class Rex(Spanned, frozen=True):
    """The parsed command; no name stands for the raw text, and a most of 0 for all matches."""

    name: str | None
    expression: str | Substitution | Transliteration
    most: int = 1
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        if not isinstance(self.expression, str):
            return Sed(source, Field(str(self.name)), self.expression, self.span)
        of = None if self.name in (None, "_raw") else Field(str(self.name))
        return RexNode(source, of, self.expression, groups(self.expression), self.most or None, self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        name = "" if self.name is None else f" field={quote(self.name)}"
        if not isinstance(self.expression, str):
            return f"rex{name} mode=sed {quote(show_edit(self.expression))}"
        most = "" if self.most == 1 else f" max_match={self.most}"
        return f"rex{name}{most} {quote(self.expression)}"


def parse(cursor: Cursor, start: int) -> Rex:
    """Reads what follows the command's name, which begins at `start`."""
    options = Options("rex", _READERS)
    written: tuple[str, Span] | None = None
    while not cursor.ends():
        if options.take(cursor):
            continue
        if written is not None:
            break
        written = read_expression(cursor, _EXAMPLE)
    if written is None:
        cursor.fail("SPL-P1", "rex needs an expression in quotes", cursor.here(), f"write {_EXAMPLE}")
    end_of_command(cursor, "rex")
    name: str | None = options.get("field")
    expression, span = written
    if "mode" in options.given:
        if "max_match" in options.given:
            cursor.fail("SPL-P1", "max_match= has no meaning beside mode=sed", cursor.span(start), "drop it")
        if name is None:
            _no_raw(cursor, cursor.span(start))
        return Rex(name, read_edit(cursor, expression, span), 1, cursor.span(start))
    expression = to_re2(cursor, expression, span)
    if not groups(expression):
        cursor.fail(
            "SPL-P1", "this expression has no named group to make a field of", span, f"write {_EXAMPLE}"
        )
    return Rex(name, expression, options.get("max_match", 1), cursor.span(start))


def _no_raw(cursor: Cursor, span: Span) -> NoReturn:
    hint = 'name the field that is edited: rex field=CommandLine mode=sed "s/a/b/"'
    cursor.fail("SPL-U2", "rex mode=sed without field= edits _raw, which few events have", span, hint)


def _mode(cursor: Cursor, name: str) -> str:
    cursor.skip_blank()
    start = cursor.at
    mode = text(cursor, name)
    if mode.lower() != "sed":
        cursor.fail(
            "SPL-U2", f"mode={mode} is not supported", cursor.span(start), "write mode=sed, or drop it"
        )
    return mode


_READERS: Readers = {
    "field": text,
    "max_match": whole,
    "mode": _mode,
    "offset_field": "drop it: where a match stands is not told",
}
