"""Bytes searched for literals in every way in which a log can hold them, before anything is parsed."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import re2

from carhound.model.folding import fold

Holds = Callable[[bytes], bool]
"""Whether bytes may hold one of the literals; False is certain."""

Finds = Callable[[bytes], list[tuple[int, int]]]
"""The spans, in order, in which literals may stand: the first byte of every literal there is lies in one.

So bytes that no span touches hold no whole literal.
"""

Find = Callable[[bytes, int], int]
"""Where one of the literals may stand next in bytes, at or after a place; -1 is certain."""

_BETWEEN = rb"(?:\x00|[\x00-\xff][\xd8-\xdf])*"
"""Between two letters: what UTF-16 adds, and what parsers drop, zeros and halves of surrogate pairs."""
_MEMORY = 64 << 20
_APART = 3
"""So many literals are searched for one by one: each has a first letter that the search can jump to."""
_SHORTEST_END = 4


def utf16_or_ansi(literals: Iterable[str], spellings: Mapping[str, str]) -> Holds:
    """A search for texts in UTF-16 (little-endian) and in the code pages of Windows."""
    in_turn = _in_turn(tuple(literals), tuple(spellings.items()))

    def holds(data: bytes) -> bool:
        return any(all(one.search(data) is not None for one in patterns) for patterns in in_turn)

    return holds


def finds(literals: Iterable[str], spellings: Mapping[str, str]) -> Finds:
    """Likewise a search for all of them.

    A search goes on behind the span before, and finds the first place from there on at which the pattern of
    a literal begins. So it jumps over the first byte of no literal but such as the span before holds.
    """
    in_turn = _in_turn(tuple(literals), tuple(spellings.items()))

    def found(data: bytes) -> list[tuple[int, int]]:
        spans = [
            match.span()
            for *parts, whole in in_turn
            if all(part.search(data) is not None for part in parts)
            for match in whole.finditer(data)
        ]
        return sorted(spans)

    return found


@lru_cache
def _in_turn(literals: tuple[str, ...], spellings: tuple[tuple[str, str], ...]) -> list[list[Any]]:
    """Patterns of which all of one list are found where a literal is; the last of the list finds it whole."""
    spelt = {letter: _any_of(every, "utf-16-le") for letter, every in spellings}

    def pattern(literal: str) -> bytes:
        return _BETWEEN.join(spelt.get(letter) or _any_of(letter, "utf-16-le") for letter in literal)

    if len(literals) > _APART:
        return [[_compiled(b"|".join(map(pattern, literals)))]]
    return [[_compiled(pattern(part)) for part in _parts(literal)] for literal in literals]


def _parts(literal: str) -> tuple[str, ...]:
    """What is searched for in turn: an end of the literal, then all of it.

    The end begins with a character without letter case, to which a search jumps several times as fast.
    """
    at = next((at for at, one in enumerate(literal) if not one.isalpha()), 0)
    return (literal[at:], literal) if 0 < at <= len(literal) - _SHORTEST_END else (literal,)


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
    if len(wanted) > _APART:
        search = _search(b"|".join(_escaped(literal.encode()) for literal in wanted))
        return lambda text: search(fold(text).encode("utf-8", "surrogatepass")) is not None

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
    search: Callable[..., Any] = _compiled(pattern).search
    return search


def _compiled(pattern: bytes) -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    return re2.compile(pattern, options)
