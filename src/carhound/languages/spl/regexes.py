"""Regular expressions in a search: those that RE2 cannot run are errors where they stand."""

import re

from carhound.languages.re2_syntax import WAY_OUT, why_not
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.words import read_quoted, unescape_text
from carhound.model.diagnostics import Span

_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P?<(?P<name>[A-Za-z_]\w*)>", re.DOTALL)
"""What may hold a parenthesis that opens no group, and the beginnings of named groups."""


def check_regex(cursor: Cursor, expression: str, span: Span) -> None:
    """Fails where RE2 cannot compile the expression."""
    if message := why_not(expression):
        cursor.fail("SPL-R1", message, span, WAY_OUT)


def read_expression(cursor: Cursor, example: str) -> tuple[str, Span]:
    """Passes a quoted expression, unescaped as texts of eval are; `example` shows how it is written."""
    if cursor.peek() != '"':
        cursor.fail(
            "SPL-P1", f"the expression must be quoted {cursor.found()}", cursor.here(), f"write {example}"
        )
    raw, span = read_quoted(cursor)
    return unescape_text(raw), span


def to_re2(cursor: Cursor, expression: str, span: Span) -> str:
    """The expression in RE2's spelling of named groups. Fails for what RE2 cannot run."""
    names = [part["name"] for part in _PARTS.finditer(expression) if part["name"]]
    if len(set(names)) < len(names):
        cursor.fail("SPL-R1", "two groups have one name", span, "give each group a name of its own")
    spelled = _PARTS.sub(lambda part: f"(?P<{part['name']}>" if part["name"] else part[0], expression)
    check_regex(cursor, spelled, span)
    return spelled


def groups(expression: str) -> tuple[str, ...]:
    """The names of the groups of an expression that RE2 can run, in the order of the text."""
    import re2

    places: dict[str, int] = re2.compile(expression).groupindex
    return tuple(sorted(places, key=places.__getitem__))


def count_groups(expression: str) -> int:
    """How many groups an expression has that RE2 can run."""
    import re2

    return int(re2.compile(expression).groups)
