"""Bytes searched for literals in every way in which a log can hold them, before anything is parsed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import re2

from carhound.model.folding import fold

Holds = Callable[[bytes], bool]
"""Whether bytes may hold one of the literals; False is certain."""

Find = Callable[[bytes, int], int]
"""Where one of the literals may stand next in bytes, at or after a place; -1 is certain."""

_BETWEEN = rb"(?:\x00|[\x00-\xff][\xd8-\xdf])*"
"""Between two letters: what UTF-16 adds, and what parsers drop, zeros and halves of surrogate pairs."""
_MEMORY = 64 << 20
_APART = 3
"""So many literals are searched for one by one: each has a first letter that the search can jump to."""


def utf16_or_ansi(literals: Iterable[str], spellings: Mapping[str, str]) -> Holds:
    """A search for texts in UTF-16 (little-endian) and in the code pages of Windows."""
    patterns = [
        _BETWEEN.join(_any_of(spellings.get(letter, letter), "utf-16-le") for letter in literal)
        for literal in literals
    ]
    searches = _searches(patterns)

    def holds(data: bytes) -> bool:
        return any(search(data) is not None for search in searches)

    return holds


def utf8(literals: Iterable[str], spellings: Mapping[str, str]) -> tuple[Find, ...]:
    """Searches for texts in UTF-8."""
    patterns = [
        b"".join(_any_of(spellings.get(letter, letter), "utf-8") for letter in literal)
        for literal in literals
    ]
    return tuple(_finder(search) for search in _searches(patterns))


def in_text(literals: Iterable[str]) -> Callable[[str], bool]:
    """Likewise in a text that was decoded."""
    wanted = tuple(literals)

    def holds(text: str) -> bool:
        folded = fold(text)
        return any(literal in folded for literal in wanted)

    return holds


def _searches(patterns: list[bytes]) -> list[Callable[..., Any]]:
    return list(map(_search, patterns if len(patterns) <= _APART else [b"|".join(patterns)]))


def _finder(search: Callable[..., Any]) -> Find:
    def find(data: bytes, at: int) -> int:
        found = search(data, at)
        return -1 if found is None else int(found.start())

    return find


def _any_of(spelt: str, encoding: str) -> bytes:
    """The bytes of any of these characters; of ASCII ones without the zero that UTF-16 adds."""
    ascii_ones = b"".join(_escaped(one.encode()) for one in spelt if one.isascii())
    others = [_escaped(one.encode(encoding)) for one in spelt if not one.isascii()]
    return b"(?:" + b"|".join((b"[" + ascii_ones + b"]", *others)) + b")"


def _escaped(data: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in data)


def _search(pattern: bytes) -> Callable[..., Any]:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    search: Callable[..., Any] = re2.compile(pattern, options).search
    return search
