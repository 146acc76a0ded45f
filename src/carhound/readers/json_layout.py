"""The layout of a JSON line: its keys in their order, and of each value only the type.

Lines of one layout differ in their values alone. A regular expression proves that a line is of a layout, so
that it is whole, with no key that stands twice, and where in it the header is; nothing has to be decoded.
Lines are **soft** here: two slashes stand for an escaped backslash, so that one before a quote escapes it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

_ENVELOPES = frozenset({"_source", "body"})
_MOST_PIECES = 2000
_MOST_PATTERNS = 200
"""Kept, so that other spans and files with such lines need not make them anew."""
_TOKEN = re.compile(
    rb'(?P<key>"[^"\\.]+")(?P<colon> *:)|(?P<string>"(?:[^"\\]|\\.)*+")(?! *:)|(?P<number>-?\d+)(?![\d.eE])'
    rb"|(?P<boolean>true|false)|(?P<mark>null|[{}\[\],]| +)",
    re.DOTALL,
)
_STRING = rb'"[^"]*+(?:(?<=\\)"[^"]*+)*+"'
_UNDOUBLED = rb'(?!"[^"]*////)'
"""Before a path: doubled backslashes are told of."""
_PATTERNS = {"string": _STRING, "number": rb"(?:0|-?[1-9]\d{0,18}+)", "boolean": rb"(?:true|false)"}
_TIMES = (
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,9})?",
    rb"\d{4}-\d\d-\d\d \d\d:\d\d:[0-5]\d(?:\.\d{1,9})?",
)
"""Times of one way and length are in the order of their bytes."""


class HeaderKeys(Struct, frozen=True):
    """On which values the headers of a shape's records depend; keys below others follow them with a dot."""

    names: frozenset[str]
    """Provider, channel, event id and computer depend on these alone, and on what keys there are."""
    times: tuple[tuple[str, bool], ...]
    """Which gives the time: the first that can be read, and carries a zone where that is asked for."""
    plain: frozenset[str]
    """Objects whose members are fields: what is no plain value there is made a text. "" is the record."""
    payload: str = ""
    """The object whose members are the fields of the payload, where nothing else adds any."""
    never: frozenset[str] = frozenset()
    """Keys by whose values a record may be of another shape."""


class Layout(Struct, frozen=True):
    """What lines of a layout match, with the newline at their end, and the groups of the pattern."""

    pattern: re.Pattern[bytes]
    time: int
    header: tuple[int, ...]


class _Piece(Struct, frozen=True):
    """A part of a line: a value with its key, or what stands between values."""

    kind: str
    text: bytes
    name: str = ""
    listed: bool = False


def layout_of(line: bytes, keys: HeaderKeys) -> Layout | None:
    """The layout of a soft line, None where a header could depend on more than is said of its shape."""
    pieces = list(_pieces(line, keys))
    if pieces[-1].kind == "refused" or len(pieces) > _MOST_PIECES:
        return None
    times = _times(pieces, keys)
    if times is None:
        return None
    parts: list[bytes] = []
    groups = time = 0
    for piece in pieces:
        pattern = _PATTERNS.get(piece.kind)
        if pattern is None:
            parts.append(re.escape(piece.text))
        elif piece.name in times and not piece.listed:
            written, known = times[piece.name]
            groups += known
            time = groups if known else time
            parts.append(b'"' + (b"(" + written + b")" if known else written) + b'"')
        elif piece.name in keys.names:
            groups += 1
            parts.append(b"(" + pattern + b")")
        else:
            parts.append(_UNDOUBLED + pattern if piece.name.endswith("Image") else pattern)
    header = tuple(group for group in range(1, groups + 1) if group != time)
    return Layout(_compiled(b"".join(parts) + b"\n"), time, header) if header else None


@lru_cache(_MOST_PATTERNS)
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


def _pieces(line: bytes, keys: HeaderKeys) -> Iterator[_Piece]:
    """The parts of a line, the last one "refused" where it is none that has a layout."""
    path: list[str] = []
    opened: list[bytes] = []
    members: list[set[str]] = []
    at = 0
    while token := _TOKEN.match(line, at):
        kind, text = token.lastgroup or "", token[0]
        listed = opened[-1:] == [b"["]
        if kind == "colon":
            name = token["key"][1:-1].decode("utf-8", "replace")
            if name in members[-1] or (len(members) == 1 and name in keys.never | _ENVELOPES):
                break
            members[-1].add(name)
            path[len(members) - 1 :] = [name]
        elif text == b"{":
            if listed or (opened and ".".join(path[:-1]) in keys.plain):
                break
            opened.append(text)
            members.append(set())
        elif text == b"[" or (kind in ("number", "boolean") and listed):
            if listed:
                break
            opened.append(text)
        elif text in (b"}", b"]"):
            opened.pop()
            if text == b"}":
                members.pop()
                del path[len(members) :]
        yield _Piece(kind, text, ".".join(path), listed)
        at = token.end()
    if at < len(line) or opened:
        yield _Piece("refused", line[at:])


def _times(pieces: list[_Piece], keys: HeaderKeys) -> dict[str, tuple[bytes, bool]] | None:
    """How the values are written that decide on the time, and which is the time. None where that varies."""
    order = [name for name, _ in keys.times]
    texts: dict[str, bytes] = {}
    for piece in pieces:
        known = piece.name in order
        if (piece.listed and known) or (not known and piece.name.rpartition(".")[2] == "UtcTime"):
            return None
        if piece.kind == "string" and known:
            texts[piece.name] = piece.text[1:-1]
    written: dict[str, tuple[bytes, bool]] = {}
    for name, zoned in keys.times:
        if name not in texts:
            continue
        for pattern in (*(one + b"Z" for one in _TIMES), *_TIMES):
            if re.fullmatch(pattern, texts[name]):
                break
        else:
            return None
        if pattern.endswith(b"Z") or not zoned:
            return written | {name: (pattern, True)}
        written[name] = (pattern, False)
    return None
