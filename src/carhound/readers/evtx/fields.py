"""Which value of a payload each field is, as its template says.

Every chunk defines its templates anew, and only the places of their names differ. So a template is read once,
and of others like it only that they are.
"""

from collections.abc import Mapping

from msgspec import Struct

from carhound.readers.evtx.templates import NAME, Named, UnfamiliarError, fields_of
from carhound.readers.evtx.values import MOST_VALUES

_MOST = 200
_LONGEST = 8192
"""Bytes of templates that are remembered: what is kept of one is many times as long."""
_LINK = 4
"""Bytes at the beginning of a template, and of a name, that tell where the next one in a list is."""
_PLACE = 4
"""Bytes that tell where a name stands."""
_NOWHERE = (1 << 8 * _PLACE) - 1


class _Outside(Struct, frozen=True):
    """A name that stands elsewhere in the chunk."""

    told: int
    """Where in the template that is said first."""
    factor: int
    """A one at each place where it is said."""
    text: bytes
    """What stands there behind a link and a hash."""


class _Like(Struct, frozen=True):
    """Templates that differ in places alone. As a number, each is the sum of a constant and of its places."""

    told: int
    """Ones at all bytes but those of links."""
    constant: int
    """A template at 0, without the names that stand elsewhere."""
    inside: int
    """A one at each place where it is said where a name in the template stands."""
    outside: tuple[_Outside, ...]
    fields: Mapping[str, int]

    def fits(self, chunk: bytes, at: int, template: bytes) -> bool:
        """Whether this template, which is defined there, is one of these."""
        expected = self.constant + at * self.inside
        for name in self.outside:
            place = int.from_bytes(template[name.told : name.told + _PLACE], "little")
            if 0 <= place - at < len(template) or not chunk.startswith(name.text, place + NAME.size - 2):
                return False
            expected += place * name.factor
        return int.from_bytes(template, "little") & self.told == expected


_known: dict[tuple[bytes, int], list[_Like]] = {}


def fields_at(chunk: bytes, at: int, template: bytes) -> Mapping[str, int]:
    """By name of a field, the number of its value, as this template says that is defined there.

    Raises UnfamiliarError.
    """
    key = template[_LINK : _LINK + 16], len(template)
    for like in _known.get(key, ()):
        if like.fits(chunk, at, template):
            return like.fields
    fields, named = fields_of(chunk, at)
    if len(fields) > MOST_VALUES:
        raise UnfamiliarError
    if len(template) > _LONGEST:
        return fields
    if len(_known) == _MOST:
        _known.clear()
    _known[key] = [_like(template, at, fields, named), *_known.get(key, ())[:3]]
    return fields


def _like(template: bytes, at: int, fields: Mapping[str, int], named: list[Named]) -> _Like:
    links = sum(_NOWHERE << 8 * link for link in _links(at, named))
    told = (1 << 8 * len(template)) - 1 - links
    inside, outside = 0, dict[int, _Outside]()
    constant = int.from_bytes(template, "little") & told
    for one in named:
        once = 1 << 8 * one.told
        if at <= one.place < at + len(template):
            inside += once
            constant -= at * once
        else:
            first = outside.get(one.place, _Outside(one.told, 0, one.text))
            outside[one.place] = _Outside(first.told, first.factor + once, first.text)
            constant -= one.place * once
    return _Like(told, constant, inside, tuple(outside.values()), fields)


def _links(at: int, named: list[Named]) -> list[int]:
    """Where in a template links stand: at its beginning, and before the names that it defines."""
    return [0, *(behind for one in named if one.place == at + (behind := one.told + _PLACE))]
