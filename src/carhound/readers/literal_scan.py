"""Bytes searched for literals in every way in which a log can hold them, before anything is parsed."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import re2

from carhound.model.folding import fold

Holds = Callable[[bytes], bool]
"""Whether bytes may hold one of the literals; False is certain."""

_BETWEEN = rb"(?:\x00|[\x00-\xff][\xd8-\xdf])*"
"""Between two letters: what UTF-16 adds, and what parsers drop, zeros and halves of surrogate pairs."""
_MEMORY = 64 << 20
_APART = 3
"""So many literals are searched for one by one: each has a first letter that the search can jump to."""
_SHORTEST_END = 4


def utf16_or_ansi(literals: Iterable[str], spellings: Mapping[str, str]) -> Holds:
    """A search for texts in UTF-16 (little-endian) and in the code pages of Windows."""
    return _any_of(tuple(literals), tuple(spellings.items()))


@lru_cache
def _any_of(literals: tuple[str, ...], spellings: tuple[tuple[str, str], ...]) -> Holds:
    spelt = dict(spellings)
    if len(literals) > _APART:
        return _found([b"|".join(_pattern(literal, spelt) for literal in literals)])
    searches = [_found([_pattern(part, spelt) for part in _parts(literal)]) for literal in literals]

    def holds(data: bytes) -> bool:
        return any(search(data) for search in searches)

    return holds


def _parts(literal: str) -> tuple[str, ...]:
    """What is searched for in turn: an end of the literal, then all of it.

    The end begins with a character without letter case, to which a search jumps several times as fast.
    """
    at = next((at for at, one in enumerate(literal) if not one.isalpha()), 0)
    return (literal[at:], literal) if 0 < at <= len(literal) - _SHORTEST_END else (literal,)


def _found(patterns: list[bytes]) -> Holds:
    """Whether all of them are found."""
    searches = [_search(pattern) for pattern in patterns]

    def found(data: bytes) -> bool:
        return all(search(data) is not None for search in searches)

    return found


def _pattern(literal: str, spellings: Mapping[str, str]) -> bytes:
    return _BETWEEN.join(_spelt(letter, spellings) for letter in literal)


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


def _spelt(letter: str, spellings: Mapping[str, str]) -> bytes:
    """The bytes of any spelling of a letter; of ASCII ones without the zero that UTF-16 adds."""
    spelt = spellings.get(letter, letter)
    ascii_ones = b"".join(_escaped(one.encode()) for one in spelt if one.isascii())
    others = [_escaped(one.encode("utf-16-le")) for one in spelt if not one.isascii()]
    return b"(?:" + b"|".join((b"[" + ascii_ones + b"]", *others)) + b")"


def _escaped(data: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in data)


def _search(pattern: bytes) -> Callable[[bytes], object]:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    search: Callable[[bytes], object] = re2.compile(pattern, options).search
    return search
