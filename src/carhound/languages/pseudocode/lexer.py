"""Text to tokens. Any text gives tokens or a LanguageError, nothing else.

Three things depend on what stands before: a value may be a bare word (`svchost.exe`, `10.0.0.0/8`), what
follows `match` may be an unquoted regular expression, and `\\"` in a string closes it only where a program
could go on. The backslash itself is no escape.
"""

import re
from typing import Literal, cast

from msgspec import Struct

from carhound.languages.pseudocode.remarks import failure
from carhound.model.diagnostics import LanguageError, Source, Span

TokenKind = Literal["name", "number", "text", "word", "regex", "symbol", "end"]

RELATIONS = ("==", "=", "!=", "<", "<=", ">", ">=")
SMART_QUOTES = "“”„‟‘’‚‛"

_PLAIN = re.compile(
    r"(?P<word>[Cc][Aa][Rr]-[0-9]{4}-[0-9]{2}-[0-9]{3}(?![A-Za-z0-9_]))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<symbol>==|!=|<=|>=|[()\[\],:.*+/<>=-])"
)
"""A token that is no value; each kind is a group, named so. A word is the id of an analytic."""
_RUN = re.compile(rf"(?:[^\s()\[\],\"'<>=!{SMART_QUOTES}]|!(?!=))+")
_RUN_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_RUN_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_RUN_DURATION = r"([0-9]+(?:\.[0-9]+)?)([A-Za-z]+)"
_CONTINUES = r"(?i)[ \t]*(?:[),\]\r\n]|\Z)|[ \t]+(?:and|or|in)(?![A-Za-z0-9_])"
_AFTER_STRING = re.compile(r"[\s),\]=!<>]|\Z|(?:and|or|in|not)(?![A-Za-z0-9_])", re.IGNORECASE)
_QUOTED_CALL = r"\(\s*[\"']"
_NO_OPERAND = frozenset(
    {"and", "by", "filter", "from", "group", "in", "input", "join", "not", "or", "output", "return"}
    | {"search", "select", "where"}
)
"""Words after which `match` is a name."""


class Token(Struct, frozen=True):
    """A piece of the text; of a string, `text` is the value."""

    kind: TokenKind
    text: str
    span: Span
    first: bool
    """Whether nothing stands before it on its line."""

    def is_symbol(self, *symbols: str) -> bool:
        """Whether it is one of these symbols."""
        return self.kind == "symbol" and self.text in symbols

    @property
    def lower(self) -> str:
        """The name in lower case, "" for what is no name."""
        return self.text.lower() if self.kind == "name" else ""


def tokenize(source: Source) -> tuple[Token, ...]:
    """The tokens of the text, the last of kind "end". Raises LanguageError."""
    lexer = _Lexer(source)
    while lexer.step():
        pass
    return tuple(lexer.tokens)


def string_end(text: str, start: int) -> tuple[str, int] | None:
    """The value of the string whose quote stands at `start`, and where it ends; None if it never does."""
    quote = text[start]
    value: list[str] = []
    at = start + 1
    while at < len(text) and text[at] not in "\r\n":
        if text[at] == quote:
            return "".join(value), at + 1
        if text[at] == "\\" and text.startswith(quote, at + 1):
            if re.compile(_CONTINUES).match(text, at + 2):
                return "".join(value) + "\\", at + 2
            at += 1
        value.append(text[at])
        at += 1
    return None


class _Lexer:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.at = 0
        self.first = True
        self.tokens: list[Token] = []
        self.open: list[str] = []

    def step(self) -> bool:
        """Adds the next token or tokens; False after the end."""
        self.skip_blank()
        if self.at >= len(self.text):
            self.add("end", "", self.at)
            return False
        here = self.text[self.at]
        if here in "\"'":
            self.string()
        elif here in SMART_QUOTES:
            raise self.fail("PS-P4", "typographic quotes delimit no string", 1, 'write "straight quotes"')
        elif not ((self.wants_regex() and self.regex()) or (self.wants_value() and self.run())):
            self.plain()
        return True

    def skip_blank(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.first = self.first or self.text[self.at] in "\r\n"
            self.at += 1

    def add(self, kind: TokenKind, text: str, end: int) -> None:
        self.tokens.append(Token(kind, text, Span(self.at, end), self.first))
        self.at, self.first = end, False

    def fail(self, code: str, message: str, length: int, hint: str) -> LanguageError:
        return failure(self.source, code, message, Span(self.at, self.at + length), hint)

    def string(self) -> None:
        found = string_end(self.text, self.at)
        if found is None:
            rest = re.split("[\r\n]", self.text[self.at :], maxsplit=1)[0]
            smart = any(quote in rest for quote in SMART_QUOTES)
            raise self.fail(
                "PS-P4" if smart else "PS-P3",
                "this string is closed by a typographic quote" if smart else "this string is never closed",
                len(rest),
                'write "straight quotes"' if smart else "close the string on the line on which it opens",
            )
        value, end = found
        self.add("text", value, end)
        if not _AFTER_STRING.match(self.text, end):
            here = self.text[end]
            if here in "\"'" and self.text[end - 1] == here:
                raise self.fail("PS-P3", "a doubled quote", 1, "remove one of the two quotes")
            raise self.fail(
                "PS-P3",
                "a string ends just before this",
                1,
                "a quote is missing or one too many: look at the strings before this place",
            )

    def wants_value(self) -> bool:
        if not self.tokens:
            return False
        last = self.tokens[-1]
        if last.is_symbol("("):
            return len(self.tokens) > 1 and self.tokens[-2].lower == "contains"
        if last.is_symbol(","):
            return self.open[-1:] == ["["]
        return last.is_symbol(*RELATIONS, "[") or last.lower in ("contains", "in")

    def wants_regex(self) -> bool:
        if len(self.tokens) < 2 or self.text[self.at] in "=!<>)]":
            return False
        last, before = self.tokens[-1], self.tokens[-2]
        if last.is_symbol("(") and before.lower == "matches":
            return self.tokens[-3:-2] != [] and self.tokens[-3].is_symbol(".")
        if last.lower != "match" or re.compile(_QUOTED_CALL).match(self.text, self.at):
            return False
        operand = before.kind in ("name", "text") or before.is_symbol("]")
        return operand and before.lower not in _NO_OPERAND

    def regex(self) -> bool:
        """An unquoted expression: to the closing parenthesis of the filter, or the end of the line."""
        depth, end = 0, self.at
        while end < len(self.text) and self.text[end] not in "\r\n":
            if self.text[end] == "\\" and self.text[end + 1 : end + 2] not in ("", "\r", "\n"):
                end += 1
            elif self.text[end] == "(":
                depth += 1
            elif self.text[end] == ")":
                depth -= 1
                if depth < 0:
                    break
            end += 1
        raw = self.text[self.at : end].rstrip()
        if '"' in raw and "'" in raw:
            hint = "put the expression in quotes"
            raise self.fail("PS-P3", "an unquoted regular expression with both quotes", len(raw), hint)
        self.add("regex", raw, self.at + len(raw))
        return True

    def run(self) -> bool:
        """A bare value, in the shape of a name or of a number where it has one."""
        match = _RUN.match(self.text, self.at)
        if match is None:
            return False
        raw, end = match[0], match.end()
        if self.text[end : end + 1] in ('"', "'"):
            hint = f"write {self.text[end]} before {raw!r} too"
            raise self.fail("PS-P3", "this string is never opened", len(raw) + 1, hint)
        if raw.strip(".…") == "":
            hint = "list the values it stands for"
            raise self.fail("PS-P7", f"the placeholder {raw} stands for values unsaid", len(raw), hint)
        if _RUN_PATH.fullmatch(raw):
            for part in re.split(r"(\.)", raw):
                self.add("symbol" if part == "." else "name", part, self.at + len(part))
        elif re.fullmatch(_RUN_NUMBER, raw):
            self.add("number", raw, end)
        elif (duration := re.fullmatch(_RUN_DURATION, raw)) and duration[2].lower() in UNITS:
            self.add("number", duration[1], self.at + len(duration[1]))
            self.add("name", duration[2], end)
        else:
            self.add("word", raw, end)
        return True

    def plain(self) -> None:
        match = _PLAIN.match(self.text, self.at)
        if match is None:
            character = self.text[self.at]
            raise self.fail(
                "PS-P8", f"no statement holds the character {character!r}", 1, "remove or quote it"
            )
        if match[0] in "([":
            self.open.append(match[0])
        elif match[0] in ")]" and self.open:
            self.open.pop()
        self.add(cast(TokenKind, match.lastgroup), match[0], match.end())


UNITS = {
    spelling: unit
    for unit, spellings in (
        ("second", "s sec secs second seconds"),
        ("minute", "m min mins minute minutes"),
        ("hour", "h hr hrs hour hours"),
        ("day", "d day days"),
    )
    for spelling in spellings.split()
}
"""Spelling -> unit of a duration."""
