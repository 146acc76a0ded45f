"""What stats and its kin have in common: options, aggregates, and what they are grouped by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from carhound.languages.spl.aggregates import read_aggregate
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.words import Word, peek_keyword, read_word, show_name, take_keyword
from carhound.model.diagnostics import Span
from carhound.model.suggestion import nearest
from carhound.plan.nodes import Aggregation
from carhound.plan.predicates import Field

_OPTION = re.compile(r"([A-Za-z_]+)\s*=(?!=)", re.ASCII)
_TRUE = frozenset({"t", "true", "1", "yes"})
_FALSE = frozenset({"f", "false", "0", "no"})

Hints = Mapping[str, str]
"""Options of Splunk's that are not supported, and what to do."""


@dataclass(slots=True)
class Options:
    """The options given to a command, as `name=value`."""

    command: str
    taken: frozenset[str]
    refused: Hints
    given: dict[str, tuple[Word, Span]] = field(default_factory=dict)

    def read(self, cursor: Cursor) -> bool:
        """Passes an option if one comes next."""
        cursor.skip_blank()
        match = _OPTION.match(cursor.text, cursor.at)
        if match is None:
            return False
        start, name = cursor.at, match[1].lower()
        span = cursor.span(start, match.end(1))
        if name not in self.taken:
            near = nearest(name, self.taken)
            hint = self.refused.get(name) or (f"did you mean {near}?" if near else "leave it out")
            cursor.fail("SPL-U2", f"{self.command} {match[1]}= is not supported", span, hint)
        if name in self.given:
            cursor.fail("SPL-P1", f"{self.command} {name}= is given twice", span, "keep one of them")
        cursor.at = match.end()
        value = read_word(cursor)
        if value is None:
            cursor.fail("SPL-P1", f"{name}= needs a value {cursor.found()}", cursor.here(), "give it one")
        self.given[name] = (value, value.span or span)
        return True

    def text(self, name: str, default: str) -> str:
        """A value as it is."""
        return self.given[name][0].text if name in self.given else default

    def truth(self, cursor: Cursor, name: str, default: bool) -> bool:
        """A value that is true or false."""
        if name not in self.given:
            return default
        value, span = self.given[name]
        text = value.text.lower()
        if text not in _TRUE | _FALSE:
            cursor.fail("SPL-P1", f"{name}= is true or false", span, f"write {name}=false")
        return text in _TRUE

    def count(self, cursor: Cursor, name: str, default: int) -> int:
        """A value that is a whole number."""
        if name not in self.given:
            return default
        value, span = self.given[name]
        if not (value.text.isascii() and value.text.isdigit() and len(value.text) < 10):
            cursor.fail("SPL-P1", f"{name}= is a whole number", span, f"write {name}=10")
        return int(value.text)


def read_aggregates(cursor: Cursor, options: Options, *ends: str) -> tuple[Aggregation, ...]:
    """Passes aggregates, with options before and between them, up to one of the words that end them."""
    found: list[Aggregation] = []
    while not cursor.ends() and not (found and any(peek_keyword(cursor, word) for word in ends)):
        if not options.read(cursor):
            found.append(read_aggregate(cursor))
        cursor.take(",")
    if not found:
        name = options.command
        cursor.fail("SPL-P1", f"{name} needs an aggregate", cursor.here(), f"write {name} count")
    return tuple(found)


def read_by(cursor: Cursor, options: Options, *ends: str) -> tuple[Field, ...]:
    """Passes the fields after `by`, with options between them, where `by` comes next."""
    if not take_keyword(cursor, "by"):
        return ()
    return read_fields(cursor, options, *ends)


def read_fields(cursor: Cursor, options: Options, *ends: str) -> tuple[Field, ...]:
    """Passes one or more fields, with options between them."""
    found: list[Field] = []
    while not cursor.ends() and not (found and any(peek_keyword(cursor, word) for word in ends)):
        if not options.read(cursor):
            found.append(_field(cursor, options.command))
        cursor.take(",")
    if not found:
        hint = f"write {options.command} count by Image"
        cursor.fail("SPL-P1", f"{options.command} needs a field name", cursor.here(), hint)
    return tuple(found)


def _field(cursor: Cursor, command: str) -> Field:
    word = read_word(cursor)
    if word is None:
        cursor.fail(
            "SPL-P1", f"{command} does not take this", cursor.here(), "put a | before the next command"
        )
    span = word.span or cursor.here()
    if not word.quoted and (word.text.lower() in ("as", "by", "over", "where") or word.text[0] in "+-"):
        hint = "quote it if it is a field's name"
        cursor.fail("SPL-U2", f"{command} does not take {word.text} here", span, hint)
    if "*" in word.text:
        hint = "name the fields one by one"
        cursor.fail("SPL-U2", f"{command} by fields like {word.text} is not supported", span, hint)
    if cursor.text.startswith("(", cursor.at):
        hint = "make a field of it with eval before"
        cursor.fail("SPL-U2", f"{command} by {word.text}(…) is not supported", span, hint)
    return Field(word.text)


def show_by(by: tuple[Field, ...]) -> str:
    """The fields after `by`, as text that parses to the same."""
    return f" BY {', '.join(show_name(one.name) for one in by)}" if by else ""


UNCHANGED = "leave it out: it changes nothing here"
EACH = "use makemv or mvexpand before, or leave it out: a field with several values counts once for each"
NUMBERS_ALONE = "leave it out: values that are no numbers are left out of sums one by one"
