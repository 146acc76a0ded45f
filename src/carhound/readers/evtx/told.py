"""Fields of an event, kept as Windows stores them until somebody asks for one.

An event that is only counted by a field or two is never taken apart, and costs less to be sent to another
process.
"""

import struct
from codecs import utf_16_le_decode
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any

from msgspec import Struct, field

from carhound.model.event import Value
from carhound.model.sending import SharingFields
from carhound.readers.evtx.guids import braced, names_guid
from carhound.readers.evtx.payload import text_of_string, text_of_value
from carhound.readers.evtx.templates import UnfamiliarError
from carhound.readers.evtx.values import BOOL, GUID, NUMBERS, SID, STRING, fixed_size

_TOLD = frozenset((STRING, GUID, SID, BOOL, *NUMBERS))
_DESCRIPTOR = 4
_REMEMBERED = 500
_LONGEST_NAMES = 4000
"""Characters of the names of fields: longer ones are made up, and each set may be new."""
_EVEN = bytes(range(0, 256, 2))
_TIME = "SystemTime"
_UNIT = 2
"""Bytes of a character."""


class Layout:
    """Payloads with these fields, whose values have these types."""

    def __init__(self, names: tuple[str, ...], kinds: bytes) -> None:
        """The names of the first values, and the types of all. Raises UnfamiliarError where one is rare."""
        if not _TOLD.issuperset(kinds) or sum(map(len, names)) > _LONGEST_NAMES:
            raise UnfamiliarError
        self._made_of = names, kinds
        self.numbers = {name: number for number, name in enumerate(names)}
        """By field, which value it is."""
        self._values_at = _DESCRIPTOR * len(kinds)
        """Where the first value begins, from the first descriptor on."""
        self._sizes = struct.Struct("<" + "H2x" * len(kinds))
        """Takes the sizes of all values from their descriptors."""
        self._sizes_to = [struct.Struct("<" + "H2x" * number) for number in range(1, len(kinds) + 1)]
        """By value, likewise those up to it."""
        fixed = [fixed_size(kind) for kind in kinds]
        self._fixed = struct.Struct("<" + "".join("4x" if size is None else "H2x" for size in fixed))
        self._stated = tuple(size for size in fixed if size is not None)
        self._texts = _runs([number for number, kind in enumerate(kinds) if kind == STRING])
        self._doubtful = [(number, kind) for number, kind in enumerate(kinds) if kind in (SID, BOOL)]
        self._read = [_reader(kind, name) for kind, name in zip(kinds, names, strict=False)]

    def __reduce__(self) -> tuple[Callable[..., "Layout | None"], tuple[Any, ...]]:
        """For another process, which needs one of each as well."""
        return layout_of, self._made_of

    def told(self, chunk: bytes, at: int, end: int, texts: "Texts") -> "Told":
        """The payload whose descriptors begin there, and whose values end there; `texts` takes its texts.

        Raises UnfamiliarError where another value is not as parsing would tell it, or struct.error.
        """
        begin = at + self._values_at
        bounds = list(accumulate(self._sizes.unpack_from(chunk, at), initial=begin))
        if bounds[-1] != end or self._fixed.unpack_from(chunk, at) != self._stated:
            raise UnfamiliarError
        texts.stored += [chunk[bounds[first] : bounds[stop]] for first, stop in self._texts]
        texts.sizes.append(chunk[at:begin:_DESCRIPTOR])
        for number, kind in self._doubtful:
            text_of_value(kind, chunk[bounds[number] : bounds[number + 1]])
        return Told(self, chunk[at:end])

    def value(self, number: int, stored: bytes) -> Value:
        """That with this number, of the descriptors and values of a payload."""
        sizes = self._sizes_to[number].unpack_from(stored)
        end = self._values_at + sum(sizes)
        return self._read[number](stored[end - sizes[-1] : end])

    def values(self, stored: bytes) -> dict[str, Value]:
        """Likewise all fields."""
        bounds = list(accumulate(self._sizes.unpack_from(stored), initial=self._values_at))
        each = zip(self.numbers, self._read, bounds, bounds[1:], strict=False)
        return {name: read(stored[start:end]) for name, read, start, end in each}


class Texts(Struct):
    """Texts of some payloads, which are looked at together: most are plain."""

    stored: list[bytes] = field(default_factory=list)
    """Texts that follow one another."""
    sizes: list[bytes] = field(default_factory=list)
    """The lower bytes of the sizes of all values."""

    def plain(self) -> bool:
        """Whether parsing would tell each of them as it is stored."""
        stored = b"".join(self.stored)
        try:
            text, _ = utf_16_le_decode(stored, "strict", True)  # half the time of bytes.decode()
        except UnicodeDecodeError:
            return False
        # Where sizes are odd, or characters take two units, each text by itself may be none.
        return not b"".join(self.sizes).translate(None, _EVEN) and _UNIT * len(text) == len(stored)


class Told(SharingFields):
    """The fields of one payload: its layout, which it shares with others, its descriptors and values."""

    __slots__ = ()
    _shared: Layout
    _own: bytes

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field."""
        layout = self._shared
        number = layout.numbers.get(name)
        if number is None:
            return default
        return layout.value(number, self._own)

    def __getitem__(self, name: str) -> Value:
        value: Value | None = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._shared.numbers)

    def __len__(self) -> int:
        return len(self._shared.numbers)

    def items(self) -> ItemsView[str, Value]:
        """All fields."""
        return self._shared.values(self._own).items()

    def values(self) -> ValuesView[Value]:
        """What they say."""
        return self._shared.values(self._own).values()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Told) and self._shared is other._shared and self._own == other._own:
            return True
        return super().__eq__(other)  # braces around a GUID, for one, make no difference

    __hash__ = None  # type: ignore[assignment]


class Written(SharingFields):
    """A System part like that of another record, but for the time."""

    __slots__ = ()
    _shared: Mapping[str, Value]
    _own: datetime

    def __getitem__(self, name: str) -> Value:
        if name != _TIME:
            return self._shared[name]
        return self._own.isoformat("T", "microseconds").removesuffix("+00:00") + "Z"

    def __iter__(self) -> Iterator[str]:
        return iter(self._shared)

    def __len__(self) -> int:
        return len(self._shared)


def _reader(kind: int, name: str) -> Callable[[bytes], Value]:
    """Tells values of this type, of a field of this name."""
    if names_guid(name):
        return lambda stored: braced(text_of_value(kind, stored) or "")
    if kind == GUID:
        return lambda stored: (text_of_value(kind, stored) or "").strip("{}")
    return text_of_string if kind == STRING else lambda stored: text_of_value(kind, stored) or ""


@lru_cache(_REMEMBERED)
def layout_of(names: tuple[str, ...], kinds: bytes) -> Layout | None:
    """The layout, None where a type is rare."""
    try:
        return Layout(names, kinds)
    except UnfamiliarError:
        return None


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Numbers in a row, each as the first and the one behind the last."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1] = runs[-1][0], number + 1
        else:
            runs.append((number, number + 1))
    return runs
