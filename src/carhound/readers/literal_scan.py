"""Bytes searched for literals in every way in which a log can hold them, before anything is parsed."""

from collections.abc import Callable, Iterable, Mapping

import re2

from carhound.model.folding import fold

Holds = Callable[[bytes], bool]
"""Whether bytes may hold one of the literals; False is certain."""

_NOTHING = rb"(?:[\x00-\xff][\xd8-\xdf]|\x00\x00)*"
"""What parsers leave out of UTF-16: halves of surrogate pairs, and zeros."""
_MEMORY = 64 << 20


def utf16_or_ansi(literals: Iterable[str], spellings: Mapping[str, str]) -> Holds:
    """A search for texts in UTF-16 (little-endian) and in the code pages of Windows."""
    patterns = []
    for literal in literals:
        patterns.append(_NOTHING.join(_spelt(letter, spellings, "utf-16-le") for letter in literal))
        patterns.append(b"\0*".join(_spelt(letter, spellings, "cp1252") for letter in literal))
    return _search(b"|".join(patterns))


def in_text(literals: Iterable[str]) -> Callable[[str], bool]:
    """Likewise in a text that was decoded."""
    wanted = tuple(literals)

    def holds(text: str) -> bool:
        folded = fold(text)
        return any(literal in folded for literal in wanted)

    return holds


def _spelt(letter: str, spellings: Mapping[str, str], encoding: str) -> bytes:
    """One character as the bytes of any of its spellings that the encoding has."""
    spelt = {one.encode(encoding, "ignore") for one in spellings.get(letter, letter)} - {b""}
    return b"(?:" + b"|".join(b"".join(b"\\x%02x" % byte for byte in one) for one in sorted(spelt)) + b")"


def _search(pattern: bytes) -> Holds:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    compiled = re2.compile(pattern, options)

    def holds(data: bytes) -> bool:
        return compiled.search(data) is not None

    return holds
