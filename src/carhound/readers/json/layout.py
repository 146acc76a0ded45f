"""The layout of a JSON line: which keys it has, and of each value only the type.

Lines of one layout differ in their values alone. A decoder made for a layout takes a line only if it is whole
and has these keys, each with a value of its type; as many quotes as they take prove that no key stands twice.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any

import orjson
from msgspec import Meta, Struct, defstruct
from msgspec.json import Decoder

_ENVELOPES = frozenset({"_source", "body"})
_MOST_FIELDS = 500
_DEEPEST = 10
_MOST_DECODERS = 500
"""Kept, so that other spans and files with such lines need not make them anew."""
_INTEGER = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
"""Of a larger one it depends on the program what is read."""
_TYPES: Mapping[type, Any] = {str: str, int: _INTEGER, bool: bool, type(None): None}
"""A decoder of fractions takes whole numbers too, and rounds them: lines with fractions have no layout."""

_Kind = Any
"""Of a value: its type, the length of a list of texts, or the members of an object."""
_Members = tuple[tuple[str, _Kind], ...]


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


class Layout(Struct, frozen=True, eq=False):
    """What lines of a layout have in common."""

    decode: Callable[[bytes], Any]
    """Makes an object of a line.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: the line is of another layout, or no valid JSON.
    """
    quotes: int
    """Around the keys and texts of a line."""
    attributes: Mapping[str, str]
    """By the name of a value, the attribute that it is of the object."""


class _RefusedError(Exception):
    """A line that has no layout."""


def layout_of(line: bytes, keys: HeaderKeys) -> tuple[Layout, dict[str, Any]] | None:
    """The layout of a line and the values in it by name.

    None where a header could depend on more than is said of its shape.
    """
    values: dict[str, Any] = {}
    try:
        record = orjson.loads(line)
        if not keys.never.isdisjoint(record) or not _ENVELOPES.isdisjoint(record):
            return None
        layout = _layout(_members(record, "", keys.plain, values))
    except (_RefusedError, orjson.JSONDecodeError):
        return None
    return (layout, values) if quotes_in(line) == layout.quotes else None


def quotes_in(line: bytes) -> int:
    """The quotes in a valid line that are no part of a text."""
    return line.count(b'"') - line.replace(b"\\\\", b"").count(b'\\"')


def _members(record: dict[str, Any], path: str, plain: frozenset[str], values: dict[str, Any]) -> _Members:
    """The keys of an object with what their values are; adds these to `values`."""
    members: list[tuple[str, _Kind]] = []
    if path.count(".") > _DEEPEST:
        raise _RefusedError
    for name, value in record.items():
        if not name.isprintable() or not {'"', "\\", "."}.isdisjoint(name):
            raise _RefusedError
        kind: _Kind = type(value)
        if kind is dict:
            if path.removesuffix(".") in plain:
                raise _RefusedError
            kind = _members(value, f"{path}{name}.", plain, values)
        else:
            values[path + name] = value
            if kind is list:
                if any(type(one) is not str for one in value):
                    raise _RefusedError
                kind = len(value)
            elif kind not in _TYPES:
                raise _RefusedError
        members.append((name, kind))
    if len(values) > _MOST_FIELDS:
        raise _RefusedError
    return tuple(members)


@lru_cache(_MOST_DECODERS)
def _layout(members: _Members) -> Layout:
    attributes: dict[str, str] = {}
    made, quotes = _class(members, "", "", attributes)
    return Layout(Decoder(made).decode, quotes, attributes)


def _class(members: _Members, path: str, place: str, attributes: dict[str, str]) -> tuple[type[Struct], int]:
    """A class for objects with these members, and how many quotes they take."""
    fields: list[tuple[str, Any]] = []
    quotes = 0
    for number, (name, kind) in enumerate(members):
        attribute = f"f{number}"
        taken = 2
        if isinstance(kind, tuple):
            made, taken = _class(kind, f"{path}{name}.", f"{place}{attribute}.", attributes)
            fields.append((attribute, made))
            quotes += 2 + taken
            continue
        attributes[path + name] = place + attribute
        if isinstance(kind, int):
            fields.append((attribute, Annotated[list[str], Meta(min_length=kind, max_length=kind)]))
            quotes += 2 + 2 * kind
        else:
            fields.append((attribute, _TYPES[kind]))
            quotes += 4 if kind is str else 2
    names = {f"f{number}": name for number, (name, _) in enumerate(members)}
    return defstruct("Line", fields, rename=names, forbid_unknown_fields=True, gc=False), quotes
