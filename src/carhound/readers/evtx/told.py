"""Fields of an event, kept as Windows stores them until somebody asks for one.

An event that is only counted by a field or two is never taken apart, takes less memory than a dict of its
fields, and costs less to be sent to another process.
"""

import struct
from codecs import utf_16_le_decode
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any

from carhound.model.event import Value
from carhound.readers.evtx.guids import braced, names_guid
from carhound.readers.evtx.payload import check_type, text_of_value
from carhound.readers.evtx.templates import UnfamiliarError
from carhound.readers.evtx.values import GUID, STRING

_DESCRIPTOR, _SIZE = 4, struct.Struct("<H")
_REMEMBERED = 500
_LONGEST_NAMES = 4000
"""Characters of the names of fields: longer ones are made up, and each set may be new."""
_EVEN = bytes(range(0, 256, 2))
_TIME = "SystemTime"
_UNIT = 2
"""Bytes of a character."""


class Layout:
    """Payloads whose fields have these values, and whose values have these types.

    All texts of such a payload follow one another in one text, all other values in a string of bytes.
    """

    def __init__(self, fields: tuple[tuple[str, int], ...], kinds: bytes) -> None:
        """By name the number of each value. Raises UnfamiliarError where a type is rare."""
        self._made_of = fields, kinds
        for kind in set(kinds):
            check_type(kind)
        if sum(len(name) for name, _ in fields) > _LONGEST_NAMES:
            raise UnfamiliarError
        self._numbers = texts = [number for number, kind in enumerate(kinds) if kind == STRING]
        others = [number for number, kind in enumerate(kinds) if kind != STRING]
        self._runs_of_texts, self._runs_of_others = _runs(texts), _runs(others)
        self.sizes_of_texts, self.sizes_of_others = _sizes(texts, len(kinds)), _sizes(others, len(kinds))
        """Each takes sizes from descriptors, in bytes."""
        self.texts = {name: texts.index(number) for name, number in fields if number in texts}
        """By field, which text it is."""
        self.others = {
            name: (kinds[number], others.index(number)) for name, number in fields if number in others
        }
        """By field, its type, and which of the other values it is."""
        self.guids = frozenset(name for name, _ in fields if names_guid(name))
        self.names = tuple(name for name, _ in fields)

    def __reduce__(self) -> tuple[Callable[..., "Layout | None"], tuple[Any, ...]]:
        """For another process, which needs one of each as well."""
        return layout_of, self._made_of

    def told(self, chunk: bytes, bounds: list[int]) -> "Told":
        """The payload whose values have these bounds in a chunk, behind their descriptors.

        Raises UnfamiliarError where they are not as parsing would tell them.
        """
        descriptors = chunk[bounds[0] - _DESCRIPTOR * (len(bounds) - 1) : bounds[0]]
        stored = b"".join([chunk[bounds[first] : bounds[stop]] for first, stop in self._runs_of_texts])
        try:
            text, _ = utf_16_le_decode(stored, "strict", True)  # half the time of bytes.decode()
        except UnicodeDecodeError:
            raise UnfamiliarError from None
        # Where sizes are odd, or characters take two units, texts are not where they are looked for.
        if descriptors[::_DESCRIPTOR].translate(None, _EVEN) or _UNIT * len(text) != len(stored):
            raise UnfamiliarError
        if "\0" in text:
            text, descriptors = self._ended(text, descriptors)
        rest = b"".join([chunk[bounds[first] : bounds[stop]] for first, stop in self._runs_of_others])
        return Told(self, descriptors, text, rest)

    def _ended(self, text: str, descriptors: bytes) -> tuple[str, bytes]:
        """The texts up to their ends, where these are written, and descriptors that state their sizes."""
        sizes, texts, at = bytearray(descriptors), [], 0
        for number, size in zip(self._numbers, self.sizes_of_texts.unpack(descriptors), strict=True):
            one = text[at : at + size // _UNIT].partition("\0")[0]
            _SIZE.pack_into(sizes, _DESCRIPTOR * number, _UNIT * len(one))
            texts.append(one)
            at += size // _UNIT
        return "".join(texts), bytes(sizes)


class _Kept(Mapping[str, Value]):
    """Fields that are written out when they are asked for."""

    __slots__ = ()

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field."""
        raise NotImplementedError

    def whole(self) -> dict[str, Value]:
        """All of them."""
        raise NotImplementedError

    def __getitem__(self, name: str) -> Value:
        value: Value | None = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.whole())

    def __len__(self) -> int:
        return len(self.whole())

    def __eq__(self, other: object) -> bool:
        return self.whole() == (other.whole() if isinstance(other, _Kept) else other)

    __hash__ = None  # type: ignore[assignment]

    def keys(self) -> KeysView[str]:
        """Their names."""
        return self.whole().keys()

    def values(self) -> ValuesView[Value]:
        """What they say."""
        return self.whole().values()

    def items(self) -> ItemsView[str, Value]:
        """Both."""
        return self.whole().items()


class Told(_Kept):
    """The fields of one payload."""

    __slots__ = ("_descriptors", "_layout", "_rest", "_text")

    def __init__(self, layout: Layout, descriptors: bytes, text: str, rest: bytes) -> None:
        self._layout = layout
        self._descriptors = descriptors
        self._text = text
        self._rest = rest

    def __reduce__(self) -> tuple[type["Told"], tuple[object, ...]]:
        """For another process."""
        return Told, (self._layout, self._descriptors, self._text, self._rest)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field."""
        layout = self._layout
        number = layout.texts.get(name)
        if number is None:
            return self._other(name) if name in layout.others else default
        sizes = layout.sizes_of_texts.unpack(self._descriptors)
        start = sum(sizes[:number]) // _UNIT
        text = self._text[start : start + sizes[number] // _UNIT]
        return braced(text) if name in layout.guids else text

    def __eq__(self, other: object) -> bool:
        if (
            isinstance(other, Told)
            and self._layout is other._layout
            and self._text == other._text
            and self._rest == other._rest
            and self._descriptors == other._descriptors
        ):
            return True
        return super().__eq__(other)  # braces around a GUID, for one, make no difference

    __hash__ = None

    def whole(self) -> dict[str, Value]:
        """All fields."""
        layout, text = self._layout, self._text
        bounds = list(accumulate(layout.sizes_of_texts.unpack(self._descriptors), initial=0))
        data: dict[str, Value] = {}
        for name in layout.names:
            number = layout.texts.get(name)
            if number is None:
                data[name] = self._other(name)
            else:
                data[name] = text[bounds[number] // _UNIT : bounds[number + 1] // _UNIT]
        for name in layout.guids & data.keys():
            data[name] = braced(data[name])
        return data

    def _other(self, name: str) -> str:
        layout = self._layout
        kind, number = layout.others[name]
        sizes = layout.sizes_of_others.unpack(self._descriptors)
        start = sum(sizes[:number])
        text = text_of_value(kind, self._rest[start : start + sizes[number]]) or ""
        return text.strip("{}") if kind == GUID and name not in layout.guids else text


class Timed(_Kept):
    """Fields of which only the time when its record was created is an event's own."""

    __slots__ = ("_others", "_time")

    def __init__(self, others: dict[str, Value], time: datetime) -> None:
        """`others` are the fields of one of the events; the time is in UTC."""
        self._others = others
        self._time = time

    def __reduce__(self) -> tuple[type["Timed"], tuple[object, ...]]:
        """For another process."""
        return Timed, (self._others, self._time)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field."""
        return self._text() if name == _TIME else self._others.get(name, default)

    def whole(self) -> dict[str, Value]:
        """All fields."""
        return {**self._others, _TIME: self._text()}

    def _text(self) -> str:
        return f"{self._time.isoformat(timespec='microseconds').removesuffix('+00:00')}Z"


@lru_cache(_REMEMBERED)
def layout_of(fields: tuple[tuple[str, int], ...], kinds: bytes) -> Layout | None:
    """The layout, None where a type is rare."""
    try:
        return Layout(fields, kinds)
    except UnfamiliarError:
        return None


def _sizes(numbers: list[int], count: int) -> struct.Struct:
    """Takes the sizes of these values from the descriptors of so many."""
    return struct.Struct("<" + "".join("H2x" if number in numbers else "4x" for number in range(count)))


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Numbers in a row, each as the first and the one behind the last."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1] = runs[-1][0], number + 1
        else:
            runs.append((number, number + 1))
    return runs
