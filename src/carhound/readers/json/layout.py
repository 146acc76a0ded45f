"""The layout of a JSON line: which keys it has in which order, and of each value only the type.

Lines of one layout differ in their values alone, and in some of these only as far as is allowed.
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson
from msgspec import Struct

_ENVELOPES = frozenset({"_source", "body"})
_MOST_FIELDS = 500
_DEEPEST = 10
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[-+.\w]++|[ \t]++|[{}\[\]:,]')


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


class Slot(Struct, frozen=True):
    """Where lines of a layout have values of their own."""

    name: str
    written: bytes
    """The value as the line has it, or one of those of a list."""


class Layout(Struct, frozen=True, eq=False):
    """What a line is made of."""

    pieces: list[bytes | Slot]
    values: dict[str, Any]
    """By name: texts, whole numbers, truth values, None, and lists of texts."""


class _RefusedError(Exception):
    """A line that has no layout."""


def layout_of(line: bytes, keys: HeaderKeys) -> Layout | None:
    """The layout of a line.

    None where a header could depend on more than is said of its shape, and where a key stands twice.
    """
    try:
        record = orjson.loads(line)
        if not keys.never.isdisjoint(record) or not _ENVELOPES.isdisjoint(record):
            return None
        reading = _Reading(line, keys.plain)
        reading.object("")
    except (_RefusedError, orjson.JSONDecodeError):
        return None
    return Layout(reading.pieces, reading.values)


class _Reading:
    """Takes a valid line apart."""

    def __init__(self, line: bytes, plain: frozenset[str]) -> None:
        self.pieces: list[bytes | Slot] = []
        self.values: dict[str, Any] = {}
        self._tokens: Iterator[bytes] = iter(_TOKEN.findall(line))
        self._plain = plain
        self._fixed()

    def object(self, path: str) -> None:
        """Reads an object up to its end, of which the bracket was read."""
        names: set[str] = set()
        if path.count(".") > _DEEPEST:
            raise _RefusedError
        while (token := self._fixed()) != b"}":
            if token == b",":
                continue
            name = orjson.loads(token)
            if name in names or not _is_plain(name):
                raise _RefusedError
            names.add(name)
            self._fixed()
            self._value(path + name, path.removesuffix(".") in self._plain)
        if len(self.values) > _MOST_FIELDS:
            raise _RefusedError

    def _value(self, name: str, plain: bool) -> None:
        token = self._next()
        if token == b"{":
            if plain:
                raise _RefusedError
            self.pieces.append(token)
            self.object(f"{name}.")
        elif token == b"[":
            self.pieces.append(token)
            self.values[name] = self._list(name)
        else:
            value = self.values[name] = orjson.loads(token)
            if type(value) is float:  # how exactly it is read depends on the program
                raise _RefusedError
            self.pieces.append(Slot(name, token))

    def _list(self, name: str) -> list[str]:
        texts: list[str] = []
        while (token := self._next()) != b"]":
            if token == b",":
                self.pieces.append(token)
            elif token.startswith(b'"'):
                texts.append(orjson.loads(token))
                self.pieces.append(Slot(name, token))
            else:
                raise _RefusedError
        self.pieces.append(token)
        return texts

    def _fixed(self) -> bytes:
        """The next token, which all lines of the layout have."""
        token = self._next()
        self.pieces.append(token)
        return token

    def _next(self) -> bytes:
        """The next token; blanks before it belong to the layout."""
        while (token := next(self._tokens)).isspace():
            self.pieces.append(token)
        return token


def _is_plain(name: str) -> bool:
    """Whether a key is written as it is, and cannot be taken for a path."""
    return name.isprintable() and {'"', "\\", "."}.isdisjoint(name)
