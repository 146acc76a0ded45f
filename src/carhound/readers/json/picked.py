"""Lines of which some fields are all that is asked for."""

from collections.abc import Iterator, Sequence

import orjson
from msgspec import Struct

from carhound.model.event import RawEvent
from carhound.readers.interface import Picks, Take, Taken
from carhound.readers.json.known import Found, Known, KnownLines, LinesAhead, kind_of
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.json.payload import path_of
from carhound.readers.json.tally import Kind
from carhound.readers.values import text_of


class _Settled(Struct, frozen=True, eq=False):
    """Lines with one header, and what is taken of them."""

    take: Take | None
    """None where that is nothing."""
    groups: Sequence[int] = ()
    """The groups of the time and of the fields."""


class PickedLines(KnownLines[_Settled]):
    """Takes fields of lines, and passes over all of which none is wanted."""

    tells_of_images = False

    def __init__(self, picks: Picks) -> None:
        super().__init__()
        self._picks = picks
        self._taken = Taken()

    def _passes(self, settled: _Settled, found: Found, time: bytes, lines: LinesAhead, number: int) -> bool:
        if settled.take is not None:
            place = None if lines.start is None else lines.start + found.start()
            settled.take(found.group(*settled.groups), time, place, number)
        return True

    def told(self, *, at_end: bool = False) -> Iterator[Taken]:
        """That some were taken."""
        if self.buffers or at_end:
            self.buffers = 0
            yield self._taken

    def _is_open(self, _: Kind) -> bool:
        return True

    def _wanted(self, kind: Kind, keys: HeaderKeys) -> Sequence[str]:
        path = path_of(keys)
        return [path + name for name in self._picks.fields(*kind[:3])]

    def _settle(
        self, event: RawEvent, keys: HeaderKeys, known: Known[_Settled], found: Found
    ) -> _Settled | None:
        kind = kind_of(event)
        if (take := self._picks.take(*kind)) is None:
            return _Settled(None)
        names, template = self._picks.fields(*kind[:3]), known.template
        written = [template.groups.get(name) for name in self._wanted(kind, keys)]
        groups = [template.absent if group is None else group for group in written]
        values = (None if group is None else text_of(orjson.loads(found[group])) for group in written)
        picked = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        if picked != {name: event.data[name] for name in names if name in event.data}:
            return None
        return _Settled(take, (template.time, *groups)) if event.meta.keys().isdisjoint(names) else None
