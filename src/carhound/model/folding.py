"""The one letter-case folding of carhound.

Case-insensitive means: both sides folded code point by code point with Unicode simple lower-casing, as
DuckDB's `lower()` does it. Python's own `str.lower` differs in two places, both undone here: it makes two
code points of U+0130 and gives a final sigma its own form.
"""

from collections.abc import Mapping
from types import MappingProxyType

FOLD_INTO_ASCII: Mapping[str, str] = MappingProxyType({"i": "\u0130", "k": "\u212a"})
"""The only characters beyond ASCII that fold into ASCII ones, by those."""


def fold(text: str) -> str:
    """`text` lower-cased code point by code point; the result has the same number of code points."""
    if text.isascii():
        return text.lower()
    return text.replace("\u0130", "i").replace("\u03a3", "\u03c3").lower()
