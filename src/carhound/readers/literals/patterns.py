"""Patterns for literals, made so that a search for them jumps over most bytes.

A search for patterns that begin with one and the same byte is many times as fast as any other, the more the
fewer bytes of that kind there are. So it begins inside the literals, at a letter that is rare in event logs.
"""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Any

import re2
from msgspec import Struct

_MEMORY = 16 << 20
"""Bytes at most for each pattern; hostile logs made them use 20 MB in all."""
_BY_RARITY = "()~jqzv9ubg 3xhyk2.54786f_pwl-mdn1rctasoe0i"
"""From the characters that a search jumps to fastest, for logs hold few, to those that stand everywhere."""
_ANOTHER = 4
"""What one more search over the same bytes costs, in places of that order."""
_SHORTEST_END = 7
"""Characters; a shorter end stands nearly everywhere, above all that of a program's name."""
_MOST_WHOLES = 3
"""With more scans, ends of literals are found too often to search for the literals of each by themselves."""


class Scan(Struct, frozen=True):
    """Patterns for some of the literals, which have a character in common."""

    starts: tuple[Any, ...]
    """Wherever one of the literals is, one of these is found, at that character."""
    whole: Any
    """The pattern of the whole literals, where those are of ends of literals; else None."""


@lru_cache
def scans(
    literals: tuple[str, ...],
    spellings: tuple[tuple[str, str], ...],
    most: int,
    encoding: str,
    between: bytes,
) -> tuple[Scan, ...]:
    """Patterns for texts that may have `between`, a pattern, between two letters.

    More literals than `most` are searched for together: searches for some of them each would take longer.
    """
    spelt = dict(spellings)

    def pattern(texts: Iterable[str]) -> bytes:
        return b"|".join(
            between.join(any_of(spelt.get(one, one), encoding) for one in text) for text in texts
        )

    def scan(first: str, chosen: list[str]) -> Scan:
        ends = [literal[literal.index(first) :] for literal in chosen]
        behind = between + b"(?:" + pattern(end[1:] for end in ends) + b")"
        starts = tuple(compiled(any_of(one, encoding) + behind) for one in spelt.get(first, first))
        return Scan(starts, None if ends == chosen else compiled(pattern(chosen)))

    if len(literals) > most:
        return (Scan((compiled(pattern(literals)),), None),)
    cost = {
        one: _ANOTHER * len(spelt.get(one, one)) + max(_BY_RARITY.find(one), 0) for one in "".join(literals)
    }
    left, made = list(literals), []
    while left:
        met = Counter(one for literal in left for one in set(_firsts(literal)))
        first = min(sorted(met), key=lambda one: cost[one] / met[one])
        made.append(scan(first, [literal for literal in left if first in _firsts(literal)]))
        left = [literal for literal in left if first not in _firsts(literal)]
    if len(made) > _MOST_WHOLES:
        return (Scan(tuple(chain.from_iterable(one.starts for one in made)), compiled(pattern(literals))),)
    return tuple(made)


def _firsts(literal: str) -> str:
    """The characters at which ends of it begin that are long enough."""
    return literal[: max(len(literal) - _SHORTEST_END, 0) + 1]


def any_of(spelt: str, encoding: str) -> bytes:
    """The bytes of any of these characters; of ASCII ones without the zero that UTF-16 adds."""
    ascii_ones = b"".join(_escaped(one.encode()) for one in spelt if one.isascii())
    others = [_escaped(one.encode(encoding)) for one in spelt if not one.isascii()]
    return b"(?:" + b"|".join(([b"[" + ascii_ones + b"]"] if ascii_ones else []) + others) + b")"


def compiled(pattern: bytes) -> Any:
    """A pattern of bytes."""
    return re2.compile(pattern, options())


def options() -> re2.Options:
    """Those of all patterns here."""
    made = re2.Options()
    made.encoding = re2.Options.Encoding.LATIN1
    made.max_mem = _MEMORY
    made.log_errors = False
    return made


def _escaped(data: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in data)
