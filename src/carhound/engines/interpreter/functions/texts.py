"""Splunk's Search Reference, "Text functions" and "Cryptographic functions"."""

import hashlib
import re
from functools import lru_cache
from typing import Any

from carhound.engines.interpreter.functions.building import Builder, Value, of_texts
from carhound.engines.interpreter.functions.json_paths import spath
from carhound.engines.interpreter.regexes import compiled, encodable
from carhound.engines.interpreter.rows import as_number
from carhound.model.folding import fold

_BLANKS = " \t"
_REFERENCE = re.compile(r"\\([0-9\\])")


def substr(text: str, start: str, length: str | None = None) -> str | None:
    """As SQLite has it: counted from 1, below zero from the end; a length below zero goes to the left."""
    first, wanted = as_number(start), None if length is None else as_number(length)
    if first is None or (length is not None and wanted is None):
        return None
    begin = _place(first)
    # A start before the text uses up some of the length, so the clipping comes last.
    begin = begin - 1 if begin > 0 else len(text) + begin if begin < 0 else -1
    end = len(text) if wanted is None else begin + _place(wanted)
    begin, end = min(begin, end), max(begin, end)
    return text[max(begin, 0) : max(end, 0)]


def _place(value: float) -> int:
    return int(max(min(value, 1e9), -1e9))


def replace(text: str, expression: str, replacement: str) -> str | None:
    """Every match replaced; `\\1` is the first group, `\\0` the whole match. Null for no expression."""
    found = compiled(expression)
    if found is None:
        return None
    pieces = _pieces(replacement)
    made: str = found.sub(lambda match: _filled(pieces, match), encodable(text))
    return made


@lru_cache(maxsize=32)
def _pieces(replacement: str) -> tuple[str, ...]:
    """Text and, at every second place, what stood behind a backslash."""
    return tuple(_REFERENCE.split(replacement))


def _filled(pieces: tuple[str, ...], match: Any) -> str:
    groups = (match.group(), *match.groups())
    made = list(pieces)
    for place in range(1, len(pieces), 2):
        if pieces[place] != "\\":
            number = int(pieces[place])
            made[place] = (groups[number] or "") if number < len(groups) else ""
    return "".join(made)


def urldecode(text: str) -> str:
    """`%41` as A; bytes that are no UTF-8 become U+FFFD."""
    from urllib.parse import unquote  # for the few searches that use it

    return unquote(text)


def _digest(algorithm: str) -> Builder:
    """The hash of the text's UTF-8 bytes in hex."""

    def digest(text: str) -> Value:
        content = text.encode("utf-8", "surrogatepass")
        return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()

    return of_texts(digest)


BUILDERS: dict[str, Builder] = {
    "len": of_texts(len),
    "lower": of_texts(fold),
    "ltrim": of_texts(lambda text, of=_BLANKS: text.lstrip(of) if of else text),
    "md5": _digest("md5"),
    "replace": of_texts(replace),
    "rtrim": of_texts(lambda text, of=_BLANKS: text.rstrip(of) if of else text),
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "sha512": _digest("sha512"),
    "spath": of_texts(spath),
    "substr": of_texts(substr),
    "trim": of_texts(lambda text, of=_BLANKS: text.strip(of) if of else text),
    "upper": of_texts(str.upper),
    "urldecode": of_texts(urldecode),
}
