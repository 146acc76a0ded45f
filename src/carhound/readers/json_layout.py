"""The layout of a JSON line: its keys in their order, and of each value only the type.

Lines of one layout differ in their values alone. A regular expression proves of a line that is valid JSON
that it is of a layout, so that no key stands twice. It takes quotes for the ends of texts by the look of what
stands before them; where that is wrong, what follows is no JSON.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any

import orjson
from msgspec import Struct, defstruct, field
from msgspec.json import Decoder

_ENVELOPES = frozenset({"_source", "body"})
_MOST_PIECES = 2000
_MOST_PATTERNS = 200
"""Kept, so that other spans and files with such lines need not make them anew."""
_TOKEN = re.compile(
    rb'(?P<key>"[A-Za-z0-9_@#$%-][^"\\.]*")(?P<colon> *:)|(?P<string>"(?:[^"\\]|\\.)*+")(?! *:)'
    rb"|(?P<number>-?\d+)(?![\d.eE])|(?P<boolean>true|false)|(?P<mark>null|[{}\[\],]| +)",
    re.DOTALL,
)
"""A key begins with what can follow no text, or a text could seem to end before it does."""
_SIMPLE = rb'"[^"]*+"'
_QUOTED = rb'"[^"]*+(?:(?:(?<=[^\\]\\)|(?<=[^\\]\\\\\\))"[^"]*+)*+"'
"""A text with quotes in it, each behind one backslash or three."""
_LISTED = rb'"[^"\\]*+"'
_PATTERNS = {"number": rb"(?:0|-?[1-9]\d{0,18}+)", "boolean": rb"(?:true|false)"}


_PLAIN = str | int | float | bool | None


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

    @property
    def image(self) -> str:
        """The field of which it is told where its backslashes are doubled."""
        return f"{self.payload}.Image" if self.payload else "Image"


class Outline:
    """Makes objects of lines that have nothing but what the header depends on; the rest is looked over."""

    def __init__(self, keys: HeaderKeys) -> None:
        self._attributes: dict[str, str] = {}
        names = sorted({*keys.names, *(name for name, _ in keys.times), keys.image})
        made = self._class(names, "", "")
        decoder = Decoder(made)
        self.blank = made()
        self.decode: Callable[[bytes], Any] = decoder.decode
        self.decode_lines: Callable[[bytes], list[Any]] = decoder.decode_lines
        self.header = self.getter(*sorted(keys.names))
        self.image = self.getter(keys.image)

    def getter(self, *names: str) -> Callable[[Any], Any]:
        """Gives these values of an object."""
        return attrgetter(*(self._attributes[name] for name in names))

    def _class(self, names: list[str], path: str, place: str) -> type[Struct]:
        fields: list[tuple[str, Any, Any]] = []
        keys: dict[str, str] = {}
        for key in dict.fromkeys(name.partition(".")[0] for name in names):
            attribute = f"f{len(fields)}"
            keys[attribute] = key
            below = [name.partition(".")[2] for name in names if name.startswith(f"{key}.")]
            if below:
                inner = self._class(below, f"{path}{key}.", f"{place}{attribute}.")
                fields.append((attribute, inner, field(default_factory=inner)))
            else:
                self._attributes[path + key] = place + attribute
                fields.append((attribute, _PLAIN, ""))
        return defstruct("Line", fields, rename=keys, eq=False, gc=False)


@lru_cache
def outline(keys: HeaderKeys) -> Outline:
    """The outline of a shape's lines."""
    return Outline(keys)


class Layout:
    """What valid lines of a layout match, with the newline at their end."""

    def __init__(self, simple: bytes, quoted: bytes) -> None:
        self.match = re.compile(simple, re.DOTALL).match
        """Whether a line is of the layout, and has no quotes in its texts."""
        self._quoted = quoted

    @cached_property
    def match_quoted(self) -> Callable[[bytes, int], re.Match[bytes] | None]:
        """Likewise with quotes."""
        return re.compile(self._quoted, re.DOTALL).match


def layout_of(line: bytes, keys: HeaderKeys) -> tuple[Layout, Mapping[str, Any]] | None:
    """The layout of a line without its end, and the values in it by name.

    None where a header could depend on more than is said of its shape.
    """
    line = line.rstrip(b"\r")
    simple: list[bytes] = []
    quoted: list[bytes] = []
    for kind, text, listed in _pieces(line, keys):
        if kind == "refused" or len(simple) > _MOST_PIECES:
            return None
        pattern = _LISTED if listed and kind == "string" else _PATTERNS.get(kind, re.escape(text))
        simple.append(_SIMPLE if kind == "string" and not listed else pattern)
        quoted.append(_QUOTED if kind == "string" and not listed else pattern)
    try:
        values = dict(_values(orjson.loads(line), ""))
    except orjson.JSONDecodeError:  # a comma behind it, for one
        return None
    return _layout(b"".join(simple), b"".join(quoted)), values


@lru_cache(_MOST_PATTERNS)
def _layout(simple: bytes, quoted: bytes) -> Layout:
    return Layout(simple + rb"\r?\n", quoted + rb"\r?\n")


def _values(record: dict[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if type(value) is dict:
            yield from _values(value, f"{path}{name}.")
        else:
            yield path + name, value


def _pieces(line: bytes, keys: HeaderKeys) -> Iterator[tuple[str, bytes, bool]]:
    """The parts of a line: of what kind, as written, and whether in a list.

    The last one is "refused" where it is none that has a layout.
    """
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
        yield kind, text, listed
        at = token.end()
    if at < len(line) or opened:
        yield "refused", line[at:], False
