"""Bytes searched for literals in every way in which a log can hold them, before anything is parsed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
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
_APART = 10
"""So many literals are searched for one by one: a search can jump to a letter that all matches begin with."""
_RARE = "()~_jqzv9ubg 3xhyk2.54786fpwl-mdn1rctasoe0i"
"""Characters, from those that a search can jump to fastest in event logs to those that stand everywhere."""
_SHORTEST_END = 5
"""Characters; a shorter end stands nearly everywhere, above all that of a program's name."""


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


@dataclass(frozen=True, slots=True)
class _Scan:
    """Of one literal or more."""

    starts: list[Any]
    """Patterns of which one is found wherever a literal is."""
    whole: Any
    """The pattern of the whole literals, where those are patterns of ends; else None."""

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
    spelt = dict(spellings)

    def pattern(literal: str) -> list[bytes]:
        return [_any_of(spelt.get(letter, letter), "utf-16-le") for letter in literal]

    def scan(literal: str) -> _Scan:
        places = range(max(len(literal) - _SHORTEST_END, 0) + 1)
        at = min(places, key=lambda place: _RARE.find(literal[place]) % len(_RARE))
        behind = pattern(literal[at + 1 :])
        starts = [_any_of(first, "utf-16-le") for first in spelt.get(literal[at], literal[at])]
        return _Scan(
            [_compiled(_BETWEEN.join([start, *behind])) for start in starts],
            _compiled(_BETWEEN.join(pattern(literal))) if at else None,
        )

    if len(literals) > _APART:
        return [_Scan([_compiled(b"|".join(_BETWEEN.join(pattern(one)) for one in literals))], None)]
    return list(map(scan, literals))


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
