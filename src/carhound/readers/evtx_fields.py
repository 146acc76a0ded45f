"""Which value of a payload each field is, as its template says.

Every chunk defines its templates anew, and only the places of their names differ. So a template is read once,
and of others like it only that they are.
"""

import struct
from collections.abc import Callable, Mapping
from itertools import repeat
from operator import itemgetter
from typing import Any

from msgspec import Struct

from carhound.readers.evtx_templates import NAME, Named, definition, fields_of

_MOST = 1000
_LINK = 4
"""Bytes at the beginning of a template, and of a name, that tell where the next one in a list is."""


class _Like(Struct, frozen=True):
    """Templates that differ in places alone."""

    layout: struct.Struct
    """Pieces of the template, and between them where names are said to be."""
    pieces: tuple[bytes, ...]
    every: Callable[[tuple[int, ...]], tuple[int, ...]]
    """From the places of different names to those of all, in the order of the template."""
    first: Callable[[tuple[int, ...]], tuple[int, ...]]
    """And back."""
    names: tuple[tuple[bytes, int | None], ...]
    """What stands at the different places behind a link and a hash; and where that is in the template."""
    fields: Mapping[str, int]

    def fits(self, chunk: bytes, at: int) -> bool:
        """Whether the template that is defined there is one of these."""
        told: tuple[Any, ...] = self.layout.unpack_from(chunk, at)
        places = told[1::2]
        if told[::2] != self.pieces:
            return False
        different = self.first(places)
        return self.every(different) == places and all(
            map(self._stands, repeat(chunk), repeat(at), different, self.names)
        )

    def _stands(self, chunk: bytes, at: int, place: int, name: tuple[bytes, int | None]) -> bool:
        text, inside = name
        if inside is not None:
            return place == at + inside
        return not 0 <= place - at < self.layout.size and chunk.startswith(text, place + NAME.size - 2)


_known: dict[tuple[bytes, int], list[_Like]] = {}


def fields_at(chunk: bytes, at: int) -> Mapping[str, int]:
    """By name of a field, the number of its value. Raises UnfamiliarError."""
    template = definition(chunk, at)
    key = template[_LINK : _LINK + 16], len(template)
    for like in _known.get(key, ()):
        if like.fits(chunk, at):
            return like.fields
    fields, named = fields_of(chunk, at)
    if len(_known) == _MOST:
        _known.clear()
    _known[key] = [_like(template, at, fields, named), *_known.get(key, ())[:3]]
    return fields


def _like(template: bytes, at: int, fields: Mapping[str, int], named: list[Named]) -> _Like:
    layout, pieces, reached = f"<{_LINK}x", [], _LINK
    for one in named:
        layout += f"{one.told - reached}sI"
        pieces.append(template[reached : one.told])
        reached = one.told + 4
        if one.place == at + reached:
            layout += f"{_LINK}x"
            reached += _LINK
    layout += f"{len(template) - reached}s"
    pieces.append(template[reached:])
    places = [one.place for one in named]
    texts = {one.place: one.text for one in named}
    return _Like(
        struct.Struct(layout),
        tuple(pieces),
        picked([list(texts).index(place) for place in places]),
        picked([places.index(place) for place in texts]),
        tuple(
            (text, place - at if at <= place < at + len(template) else None) for place, text in texts.items()
        ),
        fields,
    )


def picked(places: list[int]) -> Callable[[tuple[int, ...]], tuple[int, ...]]:
    """Takes what stands at these places."""
    if len(places) < 2:
        return lambda given: tuple(given[place] for place in places)
    pick: Callable[[tuple[int, ...]], tuple[int, ...]] = itemgetter(*places)
    return pick
