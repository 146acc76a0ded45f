"""Templates that were met: what one of them says is told of all like it.

Every chunk defines its templates anew, and only the places of their names differ. So a template is read once,
and of others like it only that they are.
"""

import struct
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Generic, TypeVar

from msgspec import Struct

from carhound.readers.evtx.templates import NAME_TEXT_AT, Named

_MOST = 200
"""Sorts of templates that are remembered."""
_LONGEST, _MOST_NAMES = 8192, 256
"""Bytes of a template and of the names in it, and names, with which it is remembered."""
_LINK = 4
"""Bytes at the beginning of a template, and of a name, that tell where the next one in a list is."""
_PLACE = 4
"""Bytes that tell where a name stands."""

Told = TypeVar("Told")
_Pick = Callable[[tuple[int, ...]], object]


class _Like(Struct, Generic[Told], frozen=True):
    """Templates that differ in places alone."""

    template: bytes
    """One of them."""
    at: int
    """Where that was defined."""
    layout: struct.Struct
    """All between their names, and before each where it says that this name stands; links are left out."""
    between: tuple[bytes, ...]
    again: _Pick
    """Takes the places of names that were told before, and of the first one."""
    before: _Pick
    """Those of the same names where they were told first."""
    inside: list[tuple[int, int]]
    """Such numbers, and where in the template these names stand."""
    outside: list[tuple[int, bytes]]
    """Likewise of names elsewhere in the chunk, and what stands there."""
    told: Told

    def fits(self, chunk: bytes, at: int, template: bytes) -> bool:
        """Whether this template, which is defined there, is one of these."""
        if at == self.at and template == self.template and not self.outside:
            return True
        parts = self.layout.unpack(template)
        if parts[::2] != self.between:
            return False
        places = parts[1::2]
        for number, place in self.inside:
            if places[number] != at + place:
                return False
        for number, text in self.outside:
            place = places[number]
            if 0 <= place - at < len(template) or not chunk.startswith(text, place + NAME_TEXT_AT):
                return False
        return self.again(places) == self.before(places)


class Alike(Generic[Told]):
    """What templates tell that are defined in chunks."""

    def __init__(self, read: Callable[[bytes, int], tuple[Told, Sequence[Named]]]) -> None:
        """`read` takes a chunk and where in it a template is defined; it tells also of all names in that."""
        self._read = read
        self._known: dict[tuple[bytes, int], list[_Like[Told]]] = {}

    def __call__(self, chunk: bytes, at: int, template: bytes) -> Told:
        """What this template tells that is defined there. Raises what `read` does."""
        key = template[_LINK : _LINK + 16], len(template)
        for like in self._known.get(key, ()):
            if like.fits(chunk, at, template):
                return like.told
        told, named = self._read(chunk, at)
        if len(named) <= _MOST_NAMES and len(template) + sum(len(one.text) for one in named) <= _LONGEST:
            if len(self._known) == _MOST:
                self._known.clear()
            self._known[key] = [_like(template, at, told, named), *self._known.get(key, ())[:3]]
        return told


def _like(template: bytes, at: int, told: Told, named: Sequence[Named]) -> _Like[Told]:
    layout, reached = f"<{_LINK}x", _LINK
    firsts: dict[int, int] = {}
    again, before = [0], [0]
    inside, outside = [], []
    for number, one in enumerate(named):
        layout += f"{one.told - reached}sI"
        reached = one.told + _PLACE
        if one.place == at + reached:
            layout += f"{_LINK}x"
            reached += _LINK
        if one.place in firsts:
            again.append(number)
            before.append(firsts[one.place])
            continue
        firsts[one.place] = number
        if at <= one.place < at + len(template):
            inside.append((number, one.place - at))
        else:
            outside.append((number, one.text))
    parts = struct.Struct(f"{layout}{len(template) - reached}s")
    between = parts.unpack(template)[::2]
    picks = itemgetter(*again), itemgetter(*before)
    return _Like(template, at, parts, between, *picks, inside, outside, told)
