"""What a sieve wants of a chunk of an EVTX file; no other record of it is parsed."""

from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import Any, NamedTuple

from msgspec import Struct, field

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.event_tree import SYSTEM_FIELDS, plain_payload
from carhound.readers.evtx_chunks import Chunk
from carhound.readers.evtx_glance import Glance, Kind, glance
from carhound.readers.evtx_glimpses import Glimpses
from carhound.readers.evtx_records import event, position, records, some_records, tree_of
from carhound.readers.guids import restore_braces
from carhound.readers.interface import PayloadTest, Sieve
from carhound.readers.literal_scan import in_text, utf16_or_ansi
from carhound.readers.notes import Notes

_MOST_KINDS = 10_000
_MOST_AT_ONCE = 4096
"""More records than a chunk can hold."""


class _Settled(NamedTuple):
    """What is known of a kind that is not wanted for its own sake."""

    possible: bool
    """Whether it can match."""
    test: PayloadTest | None


class _Progress(Struct):
    """How far a chunk was read."""

    met: Glance
    at: int = 0
    """The records before this place are done with."""
    unsettled: int = 0
    """Kinds that were wanted for their own sake when that was last asked."""
    holds: bool | None = None
    """Whether the chunk may hold a literal, once that was asked."""
    given: dict[int, str] = field(default_factory=dict)
    """The records that were given, by their place."""
    looked: set[int] = field(default_factory=set)
    """Places of those that were not, for what their payload says."""
    touched: set[Kind] = field(default_factory=set)
    """Kinds of both."""

    def tell(self, glimpses: Glimpses) -> None:
        """Tells of all that were not given."""
        for kind, (times, places) in self.met.items():
            if kind not in self.touched:
                glimpses.add(kind, times)
                continue
            looked = [time for time, place in zip(times, places, strict=True) if place in self.looked]
            glimpses.add(kind, looked, looked=True)
            if len(looked) < len(times):
                others = self.looked | self.given.keys()
                rest = [time for time, place in zip(times, places, strict=True) if place not in others]
                glimpses.add(kind, rest)


class ChunkSieve:
    """Reads of a chunk what a sieve wants. Chunks do not depend on each other."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        self._settled: dict[Kind, _Settled] = {}
        self._at_once = 1
        """Records of unsettled kinds that are read before it is asked again whether they are settled."""
        literals = sieve.literals
        self._in_chunk = _anything if literals is None else utf16_or_ansi(literals, sieve.spellings)
        self._in_record = _anything if literals is None else in_text(literals)

    def __call__(self, chunk: Chunk, notes: Notes, glimpses: Glimpses) -> Iterator[RawEvent | Damage]:
        """The wanted records, in their order; the headers of the others go to `glimpses`."""
        glimpses.chunks += 1
        met = glance(chunk.data)
        if met is None:
            yield from records(chunk, notes)
            return
        progress = _Progress(met)
        while todo := self._todo(chunk, progress):
            parsed = some_records(chunk, [place for place, _ in todo])
            if parsed is None:
                given = set(progress.given.values())
                yield from (one for one in records(chunk, notes) if _where(one) not in given)
                return
            for (place, kind), record in zip(todo, parsed, strict=True):
                tree, settled = None, self._settled.get(kind)
                if settled is not None:
                    if not self._in_record(record["data"]):
                        continue
                    if settled.test is not None:
                        tree = tree_of(record)
                        if not _passes(tree, settled.test):
                            progress.looked.add(place)
                            progress.touched.add(kind)
                            continue
                progress.given[place] = position(record)
                progress.touched.add(kind)
                yield event(record, chunk, notes, tree=tree)
            progress.at = todo[-1][0] + 1
        progress.tell(glimpses)

    def _todo(self, chunk: Chunk, progress: _Progress) -> list[tuple[int, Kind]]:
        """What to read next: some records of kinds that are not settled, else all that may match."""
        met = progress.met
        unsettled = self._unsettled(met)
        kinds = [kind for kind in met if kind not in unsettled and self._settled[kind].possible]
        if kinds and progress.holds is None:
            progress.holds = self._in_chunk(chunk.data)
        if not progress.holds:
            kinds = []
        until = len(chunk.data)
        if unsettled:
            if len(unsettled) < progress.unsettled:
                self._at_once = 1  # what was read has settled some
            progress.unsettled = len(unsettled)
            ahead = (at for kind in unsettled for at in met[kind].places if at >= progress.at)
            if len(asked := nsmallest(self._at_once, ahead)) == self._at_once:
                until = asked[-1]
            self._at_once = min(2 * self._at_once, _MOST_AT_ONCE)
        else:
            self._at_once = 1
        return sorted(
            (at, kind)
            for kind in (*kinds, *unsettled)
            for at in met[kind].places
            if progress.at <= at <= until
        )

    def _unsettled(self, kinds: Iterable[Kind]) -> set[Kind]:
        """Those of these kinds that are wanted for their own sake."""
        if len(self._settled) > _MOST_KINDS:
            self._settled.clear()
        found = set()
        wanted: dict[tuple[str | None, ...], bool] = {}
        for kind in kinds:
            if kind in self._settled:
                continue
            like = kind[:3]
            if like not in wanted:
                wanted[like] = self._sieve.wants(*like)
            if wanted[like]:
                found.add(kind)
            else:
                self._settle(kind)
        return found

    def _settle(self, kind: Kind) -> None:
        """Notes what is known of a kind that is not wanted for its own sake."""
        possible = self._sieve.can_match(*kind)
        test = self._sieve.payload_test(*kind) if possible else None
        self._settled[kind] = _Settled(possible, None if test and test.fields & SYSTEM_FIELDS else test)


def _anything(_: object) -> bool:
    return True


def _passes(tree: Any, test: PayloadTest) -> bool:
    """Whether an event may match; one whose payload is not plain may."""
    payload = plain_payload(tree, None if test.whole else test.fields)
    if payload is None:
        return True
    restore_braces(payload)
    return test.holds(payload)


def _where(item: RawEvent | Damage) -> str:
    return item.position if isinstance(item, RawEvent) else item.where
