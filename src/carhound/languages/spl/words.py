"""Words of the search language: quoting, escapes, names.

Escapes follow Splunk's Search Reference, "search", *Quotes and escaping characters*, and the Search Manual,
"Backslashes": `\\\\`, `\\"` and `\\|` stand for their second character; `*` is a wildcard and cannot be
escaped. Of any other escape the backslash is dropped, with a remark (SPL-E1): the documentation and Splunk's
own searches disagree there.
"""

import re

from carhound.languages.spl.cursor import Cursor
from carhound.model.diagnostics import Span
from carhound.model.spanned import Spanned

_KEYWORDS = {"AND", "OR", "NOT", "IN", "BY", "AS", "OVER", "SORTBY", "WHERE"}
_BARE_VALUE = re.compile(r'(?:\\[^ \t\n\r]|[^\s()\[\]|,"])++')
_BARE = re.compile(r'(?:\\[^ \t\n\r]|(?!!=)[^\s()\[\]|,"<>=])++')
"""A word that is no value ends at an operator too. What an escape stands for ends none."""
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_OPERATOR = re.compile("[!<>]=|[=<>]")


class Word(Spanned, frozen=True):
    """A value, a name or a bare term with its escapes expanded; `*` in it is a wildcard."""

    text: str
    quoted: bool = True
    span: Span | None = None
    beside = frozenset({"quoted", "span"})


def read_operator(cursor: Cursor) -> str | None:
    """Passes a comparison operator if one comes next; blanks before it are allowed."""
    cursor.skip_blank()
    operator = _OPERATOR.match(cursor.text, cursor.at)
    if operator is None:
        return None
    cursor.at = operator.end()
    return operator[0]


def read_quoted(cursor: Cursor) -> tuple[str, Span]:
    """Passes a text in double quotes: what stands between them, escapes untouched, and its span."""
    start = cursor.at
    quoted = _QUOTED.match(cursor.text, start)
    if quoted is None:
        cursor.fail("SPL-P1", "this quote is never closed", Span(start, start + 1), 'close it with "')
    cursor.at = quoted.end()
    return quoted[1], cursor.span(start)


def read_word(cursor: Cursor, *, value: bool = False) -> Word | None:
    """Passes a quoted or bare word. A bare word that is no value also ends at a comparison operator."""
    cursor.skip_blank()
    if cursor.text.startswith('"', cursor.at):
        raw, span = read_quoted(cursor)
        return Word(unescape(cursor, raw, span.start + 1), True, span)
    start = cursor.at
    bare = (_BARE_VALUE if value else _BARE).match(cursor.text, start)
    if bare is None:
        return None
    raw, cursor.at = bare[0], bare.end()
    if value and raw.lower() == "now" and cursor.text.startswith("()", cursor.at):
        cursor.at += 2
        raw += "()"
    return Word(unescape(cursor, raw, start), False, cursor.span(start))


def unescape(cursor: Cursor, raw: str, start: int) -> str:
    """Expands the escapes of a search value that begins at offset `start` of the text."""
    if "\\" not in raw:
        return raw
    unknown: list[str] = []

    def meant(escape: re.Match[str]) -> str:
        if escape[1] not in '\\"|':
            unknown.append(escape[0])
        return escape[1]

    text = _ESCAPE.sub(meant, raw)
    if unknown:
        _remark_escapes(cursor, raw, unknown, Span(start, start + len(raw)))
    return text


def unescape_text(raw: str) -> str:
    """Expands the escapes of a text in an expression; unknown ones keep their backslash."""
    return re.sub(r'\\([\\"|])', r"\1", raw)


def _remark_escapes(cursor: Cursor, raw: str, unknown: list[str], span: Span) -> None:
    escapes = ", ".join(dict.fromkeys(unknown))
    reading = "before * is dropped" if set(unknown) == {"\\*"} else "is dropped"
    whole = _ESCAPE.sub(lambda match: match[0] if match[1] in '\\"|' else "\\" + match[0], raw)
    cursor.remark(
        "SPL-E1",
        f"{escapes}: a single backslash {reading}; another reading keeps it",
        span,
        f"write {whole} where backslashes are meant",
    )


def quote(text: str) -> str:
    """The text as a quoted word that reads back as the same."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def show_name(name: str) -> str:
    """A field name as it can be written before an operator or in a list."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.:{}]*", name) is not None and name.upper() not in _KEYWORDS
    return name if plain else quote(name)


def end_of_command(cursor: Cursor, command: str) -> None:
    """Fails where the command goes on with something it does not take."""
    if not cursor.ends():
        cursor.fail(
            "SPL-P1", f"{command} does not take this", cursor.here(), "put a | before the next command"
        )


def peek_keyword(cursor: Cursor, keyword: str) -> bool:
    """Whether the word `keyword` comes next, in any letter case."""
    cursor.skip_blank()
    end = cursor.at + len(keyword)
    if cursor.text[cursor.at : end].lower() != keyword:
        return False
    following = cursor.text[end : end + 1]
    return not (following.isalnum() or following == "_")


def take_keyword(cursor: Cursor, keyword: str) -> bool:
    """Passes `keyword`, in any letter case, if it comes next as a whole word."""
    if not peek_keyword(cursor, keyword):
        return False
    cursor.at += len(keyword)
    return True


def read_integer(cursor: Cursor) -> int | None:
    """Passes a whole number if one comes next as a word of its own."""
    cursor.skip_blank()
    match = re.compile(r"\d+(?=[\s|\],]|$)", re.ASCII).match(cursor.text, cursor.at)
    if match is None:
        return None
    cursor.at = match.end()
    return int(match[0])
