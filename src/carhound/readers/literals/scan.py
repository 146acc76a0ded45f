"""Bytes searched for literals in every way in which a log can hold them, before anything is parsed."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import re2

from carhound.model.folding import FOLD_INTO_ASCII
from carhound.readers.literals.patterns import Scan, any_of, compiled, options, scans

Holds = Callable[[bytes], bool]
"""Whether bytes may hold one of the literals; False is certain."""

Find = Callable[[bytes, int], int]
"""A place in the next literal that may stand in bytes at or after a place; -1 is certain."""

_BETWEEN = rb"(?:\x00|[\x00-\xff][\xd8-\xdf])*"
"""Between two letters: what UTF-16 adds, and what parsers drop, zeros and halves of surrogate pairs."""
_MOST_IN_UTF16, _MOST_IN_UTF8 = 40, 10
"""Literals searched for apart: every other byte of texts in UTF-16 is a zero, which is soon passed."""
_LONGEST = 4
"""Bytes of a character in UTF-8."""
_PATIENCE = 16
"""Ends of literals found in vain, one after the other, before literals are searched for as a whole."""
_ONE_BY_ONE = 5
"""So many literals are looked for in turn."""


def utf16_or_ansi(literals: Iterable[str], spellings: Mapping[str, str]) -> Holds:
    """A search for texts in UTF-16 (little-endian) and in the code pages of Windows."""
    searches = scans(tuple(literals), tuple(spellings.items()), _MOST_IN_UTF16, "utf-16-le", _BETWEEN)

    def holds(data: bytes) -> bool:
        return any(_holds(scan, data) for scan in searches)

    return holds


def _holds(scan: Scan, data: bytes) -> bool:
    return _may_hold(scan, data) and (scan.whole is None or scan.whole.search(data) is not None)


def _may_hold(scan: Scan, data: bytes) -> bool:
    return any(start.search(data) is not None for start in scan.starts)


def utf8(literals: Iterable[str], spellings: Mapping[str, str]) -> tuple[Find, ...]:
    """Searches for texts in UTF-8, each for some of the literals."""
    wanted = tuple(literals)
    reach = _LONGEST * max(map(len, wanted), default=0)
    searches = scans(wanted, tuple(spellings.items()), _MOST_IN_UTF8, "utf-8", b"")
    return tuple(_finder(start, scan.whole, reach) for scan in searches for start in scan.starts)


def _finder(start: Any, whole: Any, reach: int) -> Find:
    def find(data: bytes, at: int) -> int:
        tried = at
        for _ in range(_PATIENCE):
            found = start.search(data, tried)
            if found is None:
                return -1
            place: int = found.start()
            if whole is None or whole.search(data, max(place - reach, at), place + reach) is not None:
                return place
            tried = place + 1
        found = whole.search(data, tried)  # no literal has the character of its end before that
        return -1 if found is None else int(found.start())

    return find


def escaped_letters(literals: Iterable[str], spellings: Mapping[str, str]) -> Find:
    """A search for JSON's escapes by number that stand for letters of the literals, or for a backslash."""
    letters = {one for letter in set("".join(literals)) for one in spellings.get(letter, letter)}
    search = _escapes(frozenset(letters | {"\\"})).search

    def find(data: bytes, at: int) -> int:
        found = search(data, at)
        return -1 if found is None else int(found.start())

    return find


@lru_cache
def _escapes(letters: frozenset[str]) -> Any:
    return compiled(rb"\\u(?i:" + b"|".join(b"%04x" % ord(one) for one in sorted(letters)) + b")")


def in_text(literals: Iterable[str]) -> Callable[[str], bool]:
    """A search in a text that was decoded."""
    return _in_text(tuple(literals))


@lru_cache
def _in_text(wanted: tuple[str, ...]) -> Callable[[str], bool]:
    if not wanted:
        return lambda _: False
    spelt = {one: one + one.upper() + FOLD_INTO_ASCII.get(one, "") for one in "".join(wanted)}
    every = re2.Set.SearchSet(options())  # a set, even of one pattern, has less to do for each text
    every.Add(b"|".join(b"".join(any_of(spelt[one], "utf-8") for one in literal) for literal in wanted))
    every.Compile()

    def among_many(text: str) -> bool:
        return every.Match(text.encode("utf-8", "surrogatepass")) is not None

    def among_few(text: str) -> bool:
        return any(map(text.lower().__contains__, wanted)) if text.isascii() else among_many(text)

    return among_few if len(wanted) <= _ONE_BY_ONE else among_many
