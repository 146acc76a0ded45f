"""`regex`: keeps the rows whose field holds a match; with `!=` those without one, or without the field.

Expressions are those of RE2 on every engine.
"""

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.regexes import read_expression, to_re2
from carhound.languages.spl.syntax import Lowering
from carhound.languages.spl.words import end_of_command, quote, read_operator, read_word, show_name
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned
from carhound.plan.nodes import Filter, Node
from carhound.plan.predicates import Field, MatchesRegex


class Regex(Spanned, frozen=True):
    """The parsed command; no name stands for the raw text."""

    name: str | None
    expression: str
    negated: bool = False
    span: Span | None = None

    def lower(self, source: Node, _lowering: Lowering) -> Node:
        """The plan over `source`."""
        of = None if self.name in (None, "_raw") else Field(str(self.name))
        return Filter(source, MatchesRegex(of, self.expression, self.negated, span=self.span), self.span)

    def show(self) -> str:
        """Text that parses to the same tree."""
        subject = "" if self.name is None else f"{show_name(self.name)}{'!=' if self.negated else '='}"
        return f"regex {subject}{quote(self.expression)}"


def parse(cursor: Cursor, start: int) -> Regex:
    """Reads what follows the command's name, which begins at `start`."""
    name, operator = None, "="
    if cursor.peek() != '"':
        word = read_word(cursor)
        operator = read_operator(cursor) or ""
        if word is None or operator not in ("=", "!="):
            cursor.fail(
                "SPL-P1", 'regex needs FIELD="expression"', cursor.here(), 'write regex CommandLine="…"'
            )
        name = word.text
    expression, span = read_expression(cursor, 'regex CommandLine="…"')
    end_of_command(cursor, "regex")
    return Regex(name, to_re2(cursor, expression, span), operator == "!=", cursor.span(start, span.end))
