"""Options of commands: `name=value`, and the subsearch that some take."""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.syntax import Pipeline
from carhound.languages.spl.words import Word, read_word
from carhound.model.diagnostics import Span
from carhound.model.suggestion import nearest

OPTION = re.compile(r"([A-Za-z_]+)\s*=(?!=)\s*", re.ASCII)
YES = frozenset({"t", "true", "1", "yes"})
NO = frozenset({"f", "false", "0", "no"})


def read_options(
    cursor: Cursor,
    command: str,
    known: Collection[str],
    refused: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Word]:
    """Passes the options that come next, by name; `refused` are those not supported, with the way out."""
    found: dict[str, Word] = {}
    cursor.skip_blank()
    while (match := OPTION.match(cursor.text, cursor.at)) is not None:
        span = cursor.span(cursor.at, match.end(1))
        name = match[1].lower()
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"{command} takes {', '.join(known) or 'no options'}"
            cursor.fail("SPL-U2", f"{command} {name}= is not supported", span, refused.get(name, hint))
        cursor.at = match.end()
        value = read_word(cursor, value=True)
        if value is None:
            cursor.fail("SPL-P1", f"{name}= needs a value {cursor.found()}", cursor.here(), f"drop {name}=")
        found[name] = value
        cursor.skip_blank()
    return found


def read_flag(cursor: Cursor, options: Mapping[str, Word], name: str, default: bool) -> bool:
    """An option that is true or false."""
    given = options.get(name)
    if given is None:
        return default
    if given.text.lower() not in YES | NO:
        cursor.fail(
            "SPL-P1", f"{name}={given.text} is neither yes nor no", _at(cursor, given), f"write {name}=t"
        )
    return given.text.lower() in YES


def read_count(cursor: Cursor, options: Mapping[str, Word], name: str, default: int | None) -> int | None:
    """An option that is a whole number."""
    given = options.get(name)
    if given is None:
        return default
    if not (given.text.isascii() and given.text.isdigit()):
        cursor.fail(
            "SPL-P1", f"{name}={given.text} is no whole number", _at(cursor, given), f"write {name}=10"
        )
    return int(given.text)


def _at(cursor: Cursor, word: Word) -> Span:
    return word.span or cursor.here()


def read_subsearch(cursor: Cursor, command: str) -> Pipeline:
    """Passes a search in brackets."""
    cursor.skip_blank()
    start = cursor.at
    if not cursor.take("["):
        cursor.fail(
            "SPL-P1",
            f"{command} needs a subsearch {cursor.found()}",
            cursor.here(),
            f"write {command} [search EventCode=1 | table Computer]",
        )
    pipeline: Pipeline = cursor.read_subsearch(cursor)
    if not cursor.take("]"):
        cursor.fail(
            "SPL-P1", "this subsearch is never closed", cursor.span(start, start + 1), "close it with ]"
        )
    return pipeline
