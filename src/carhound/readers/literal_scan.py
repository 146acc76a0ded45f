"""Bytes searched for literals in every way in which a log can hold them, before anything is parsed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

import re2
from msgspec import Struct

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
"""So many literals are searched for one by one in UTF-8, where the search can jump to their first letter."""
_RARE = "()~_jqzv9ubg 3xhyk2.54786fpwl-mdn1rctasoe0i"
"""From the characters that a search jumps to fastest, for logs hold few, to those that stand everywhere."""
_ANOTHER = 4
"""What one more search over the same bytes costs, in places of that order."""
_SHORTEST_END = 6
"""Characters; a shorter end stands nearly everywhere, above all that of a program's name."""
_MOST_APART = 40
"""With more literals, searches for some of them each take as long as one for all."""


def utf16_or_ansi(literals: Iterable[str], spellings: Mapping[str, str]) -> Holds:
    """A search for texts in UTF-16 (little-endian) and in the code pages of Windows."""
    scans = _scans(tuple(literals), tuple(spellings.items()))

    def holds(data: bytes) -> bool:
        return any(scan.holds(data) for scan in scans)

    return holds


def finds(literals: Iterable[str], spellings: Mapping[str, str]) -> Finds:
    """Likewise a search for all of them.

    A search goes on behind the span before, and finds the first place from there on at which the pattern of
    a literal begins. So it jumps over the first byte of no literal but such as the span before holds.
    """
    scans = _scans(tuple(literals), tuple(spellings.items()))

    def found(data: bytes) -> list[tuple[int, int]]:
        return sorted(match.span() for scan in scans for match in scan.matches(data))

    return found


class _Scan(Struct, frozen=True):
    """Of some of the literals, which have a letter in common."""

    starts: list[Any]
    """Wherever one of the literals is, one of these patterns is found."""
    whole: Any
    """The pattern of the whole literals, where those are of ends of literals; else None."""

    def holds(self, data: bytes) -> bool:
        return any(start.search(data) is not None for start in self.starts) and (
            self.whole is None or self.whole.search(data) is not None
        )

    def matches(self, data: bytes) -> Iterator[Any]:
        if self.whole is None:
            return chain.from_iterable(start.finditer(data) for start in self.starts)
        return self.whole.finditer(data) if self.holds(data) else iter(())


@lru_cache
def _scans(literals: tuple[str, ...], spellings: tuple[tuple[str, str], ...]) -> list[_Scan]:
    """A search for a byte that stands in few places is many times as fast as one for any of several."""
    spelt = dict(spellings)
    if len(literals) > _MOST_APART:
        return [_Scan([_compiled(_pattern(literals, spelt))], None)]
    cost = {one: _ANOTHER * len(spelt.get(one, one)) + max(_RARE.find(one), 0) for one in "".join(literals)}
    left = list(literals)
    scans = []
    while left:
        met = Counter(one for literal in left for one in set(_firsts(literal)))
        first = min(sorted(met), key=lambda one: cost[one] / met[one])
        chosen = [literal for literal in left if first in _firsts(literal)]
        left = [literal for literal in left if first not in _firsts(literal)]
        scans.append(_scan(first, chosen, spelt))
    return scans


def _firsts(literal: str) -> str:
    """The characters at which an end of it that is long enough begins."""
    return literal[: max(len(literal) - _SHORTEST_END, 0) + 1]


def _scan(first: str, literals: list[str], spelt: Mapping[str, str]) -> _Scan:
    ends = [literal[literal.index(first) :] for literal in literals]
    behind = _BETWEEN + b"(?:" + _pattern((end[1:] for end in ends), spelt) + b")"
    starts = [_compiled(_any_of(one, "utf-16-le") + behind) for one in spelt.get(first, first)]
    return _Scan(starts, None if ends == literals else _compiled(_pattern(literals, spelt)))


def _pattern(texts: Iterable[str], spelt: Mapping[str, str]) -> bytes:
    return b"|".join(
        _BETWEEN.join(_any_of(spelt.get(one, one), "utf-16-le") for one in text) for text in texts
    )


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
    return b"(?:" + b"|".join(([b"[" + ascii_ones + b"]"] if ascii_ones else []) + others) + b")"


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
