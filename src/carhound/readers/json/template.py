"""The pattern of a layout: valid lines that it matches differ in values alone from the one it was made of.

A text is taken to end at a quote. Were that one escaped, then from there on what is taken for texts would be
between them, and the other way round; at its end the line would be in a text, so it is no valid JSON.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from msgspec import Struct

from carhound.readers.json.layout import Layout, Slot

_TEXT = rb'"[^"]*+"'
_ESCAPED = rb'(?:(?<=[^\\]\\")|(?<=[^\\]\\\\\\"))'
"""Behind a quote with one backslash before it, or three."""
_QUOTING = rb'"[^"]*+"(?:' + _ESCAPED + rb'[^"]*+")*+'
"""With escaped quotes in it, few backslashes before each."""
_PLAIN = rb"[\x00-!#-\[\]-\xff]*+"
"""Up to a quote or a backslash: said by what it holds, it is looked up in a table."""
_IMAGE = rb'"(?:\\\\){0,2}+' + _PLAIN + rb'(?:\\(?:\\(?!\\)|[^\\"])' + _PLAIN + rb')*+"'
"""Without two backslashes behind its beginning, of which it is told."""
_WITHOUT_ZONE = rb'"[^"\\\x80-\xff]*+(?<!Z)(?<!UTC)(?<![+-].{4})(?<![+-].{5})"'
"""What is no time with a zone. ASCII, since a zone is told by how many characters it has."""
_NUMBER = rb"-?+\d{1,18}+"
"""As whole numbers all programs read alike."""
_TRUTH = rb"(?:true|false)"
_DAY = (
    rb"(?:1[7-9]|[2-8]\d)\d\d-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    rb"|(?:0[13578]|1[02])-31|(?<=0[48]-|[2468][048]-|[13579][26]-)02-29)"
)
"""One that there is."""
_CLOCK = rb"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9}+)?+"
_TIME = re.compile(b'"%b([T ])%b(Z?)"' % (_DAY, _CLOCK))
_ABSENT = rb"(?P<absent>(?!))?+"


class Roles(Struct, frozen=True):
    """What the values of a layout are needed for, by name."""

    fixed: Collection[str]
    """In all lines the same."""
    computer: Collection[str]
    time: str
    without: Collection[str]
    """They would be the time, if they carried a zone."""
    image: str | None
    quoting: Collection[str]
    """The keys of texts that hold quotes in some lines."""
    wanted: Collection[str] = ()
    """Told apart where nothing else is said of them."""


class Template(Struct, frozen=True, eq=False):
    """Finds lines of a layout."""

    match: Callable[[bytes, int], re.Match[bytes] | None]
    """Matches the line that begins at a place in valid lines, with its end."""
    host: int
    """The group of the computer's name as it is written."""
    time: int
    """That of the time, without quotes."""
    usual: bool
    """Whether all times are such as there are, in ISO 8601 with seconds and, but for fractions, alike."""
    groups: Mapping[str, int]
    """Those of the values that are wanted, as they are written, by name."""
    absent: int
    """One that is never there."""


def template_of(layout: Layout, roles: Roles) -> Template:
    """The template of lines like the one of which a layout is told."""
    writing = _Writing(roles)
    pattern = re.compile(b"".join((*writing.parts(layout), rb"[ \t\r]*+\n", _ABSENT)))
    groups = pattern.groupindex
    wanted = {name: groups[group] for name, group in writing.groups.items()}
    return Template(pattern.match, groups["host"], groups["time"], writing.usual, wanted, groups["absent"])


class _Writing:
    def __init__(self, roles: Roles) -> None:
        self._roles = roles
        self._has_host = False
        self.usual = False
        self.groups: dict[str, str] = {}

    def parts(self, layout: Layout) -> Iterator[bytes]:
        for piece in layout.pieces:
            if isinstance(piece, Slot):
                yield self._value(piece)
            else:
                yield re.escape(piece)
        if not self._has_host:
            yield b"(?P<host>)"

    def _value(self, slot: Slot) -> bytes:
        roles, name = self._roles, slot.name
        if name in roles.computer:
            before, self._has_host = self._has_host, True
            return b"(?P=host)" if before else b"(?P<host>" + self._any(slot) + b")"
        if name in roles.fixed:
            return re.escape(slot.written)
        if name == roles.time:
            return self._time(slot.written)
        if name in roles.without:
            return _WITHOUT_ZONE
        if name not in roles.wanted:
            return self._any(slot)
        group = self.groups[name] = f"wanted{len(self.groups)}"
        return b"(?P<%b>%b)" % (group.encode(), self._any(slot))

    def _time(self, written: bytes) -> bytes:
        usual = _TIME.fullmatch(written)
        self.usual = usual is not None
        if usual is None:
            return b'"(?P<time>[^"]*+)"'
        return b'"(?P<time>%b%b%b%b)"' % (_DAY, usual[1], _CLOCK, usual[2])

    def _any(self, slot: Slot) -> bytes:
        written, roles = slot.written, self._roles
        if written.startswith(b'"'):
            if slot.name == roles.image:
                return _IMAGE
            return _QUOTING if slot.key in roles.quoting else _TEXT
        if written in (b"true", b"false"):
            return _TRUTH
        number = re.fullmatch(_NUMBER, written)
        return re.escape(written) if number is None else _NUMBER
