"""Options of commands, `name=value`: how each is read, and those that were given."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from msgspec import Struct, field

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.words import Word, quote, read_quoted, read_word, unescape_text
from carhound.model.suggestion import nearest
from carhound.model.time_spans import TimeSpan, parse_time_span

_OPTION = re.compile(r"([A-Za-z_]+)\s*=(?!=)\s*", re.ASCII)
_YES = frozenset({"t", "true", "1", "yes"})
_NO = frozenset({"f", "false", "0", "no"})
_DIGITS = 18
"""Of a number; Python refuses to read very long ones."""

Reader = Callable[[Cursor, str], Any]
"""Reads the value of the option of this name."""

Readers = Mapping[str, Reader | str]
"""By the name of an option; a text is the way out for one of Splunk's that is not supported."""


class Options(Struct):
    """Those of one command, while it is read."""

    command: str
    readers: Readers = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)

    def take(self, cursor: Cursor) -> bool:
        """Passes one option if one comes next; fails where the command has none of that name."""
        cursor.skip_blank()
        match = _OPTION.match(cursor.text, cursor.at)
        if match is None:
            return False
        name = match[1].lower()
        reader = self.readers.get(name)
        span = cursor.span(cursor.at, match.end(1))
        if reader is None or isinstance(reader, str):
            hint = reader or self._hint(name)
            cursor.fail("SPL-U2", f"{self.command} {match[1]}= is not supported", span, hint)
        if name in self.given:
            cursor.fail("SPL-P1", f"{self.command} {name}= is given twice", span, "keep one of them")
        cursor.at = match.end()
        self.given[name] = reader(cursor, name)
        return True

    def take_all(self, cursor: Cursor) -> "Options":
        """Passes the options that come next."""
        while self.take(cursor):
            pass
        return self

    def get(self, name: str, default: Any = None) -> Any:
        """The value that was given."""
        return self.given.get(name, default)

    def _hint(self, name: str) -> str:
        known = sorted(name for name, reader in self.readers.items() if not isinstance(reader, str))
        near = nearest(name, known)
        return f"did you mean {near}=?" if near else f"it takes {', '.join(known) or 'no options'}"


def truth(cursor: Cursor, name: str) -> bool:
    """Reads true or false, as Splunk writes them."""
    word = read_word(cursor, value=True)
    if word is None or word.text.lower() not in _YES | _NO:
        _wrong(cursor, word, f"{name}= takes true or false", f"write {name}=true")
    return word.text.lower() in _YES


def whole(cursor: Cursor, name: str) -> int:
    """Reads a whole number from 0 on."""
    word = read_word(cursor, value=True)
    if word is None or not (word.text.isascii() and word.text.isdecimal()):
        _wrong(cursor, word, f"{name}= takes a whole number", f"write {name}=10")
    return int(word.text[:_DIGITS])


def positive(cursor: Cursor, name: str) -> int:
    """Reads a whole number from 1 on."""
    cursor.skip_blank()
    start = cursor.at
    number = whole(cursor, name)
    if number == 0:
        cursor.fail("SPL-P1", f"{name}= is at least 1", cursor.span(start), f"write {name}=10")
    return number


def text(cursor: Cursor, name: str) -> str:
    """Reads a text, quoted or bare. In quotes it may be empty, and unknown escapes keep their backslash."""
    if cursor.peek() == '"':
        return unescape_text(read_quoted(cursor)[0])
    word = read_word(cursor, value=True)
    if word is None:
        _wrong(cursor, word, f"{name}= needs a value {cursor.found()}", f'write {name}="…"')
    return word.text


def time_span(cursor: Cursor, name: str) -> TimeSpan:
    """Reads a length of time: 10m, 1h, 1d, …"""
    cursor.skip_blank()
    start = cursor.at
    written = text(cursor, name)
    span = parse_time_span(written)
    if span is None:
        what = f"the span {written} is not supported"
        cursor.fail("SPL-U2", what, cursor.span(start), "write span=10m, 1h, 1d, 1w or 1mon")
    return span


def show_options(options: Mapping[str, object], defaults: Mapping[str, object]) -> str:
    """The options that are not at their default, each with a blank before it."""
    return "".join(
        f" {name}={_show(value)}" for name, value in options.items() if value != defaults.get(name)
    )


def _show(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else quote(str(value))


def _wrong(cursor: Cursor, word: Word | None, message: str, hint: str) -> NoReturn:
    place = word.span if word is not None and word.span is not None else cursor.here()
    cursor.fail("SPL-P1", message, place, hint)
