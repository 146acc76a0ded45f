"""What a sieve wants of a chunk of an EVTX file; no other record of it is parsed."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from heapq import nsmallest
from typing import Any, NamedTuple

from msgspec import Struct, field

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.event_tree import SYSTEM_FIELDS, plain_payload
from carhound.readers.evtx_chunks import Chunk
from carhound.readers.evtx_field_tests import FieldTests, Verdict
from carhound.readers.evtx_glance import Glance, Kind, glance
from carhound.readers.evtx_glimpses import Glimpses
from carhound.readers.evtx_payload import UNFAMILIAR, Payloads
from carhound.readers.evtx_records import event, position, records, restore_braces, some_records, tree_of
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
    alone: FieldTests | None
    """What of that is told from bytes."""
    bound: bool = False
    """Whether its header does not tell its CAR kinds."""


class _Progress(Struct):
    """How far a chunk was read."""

    met: Glance
    payloads: Payloads
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
    left: dict[Kind, list[int]] = field(default_factory=dict)
    """The records that have to be parsed, of kinds of which that is known."""
    unsure: set[int] = field(default_factory=set)
    """Places of those that are given whatever they hold."""

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
        self._alone_of = lru_cache(_MOST_KINDS)(FieldTests)
        self._in_chunk = _anything if literals is None else utf16_or_ansi(literals, sieve.spellings)
        self._in_record = _anything if literals is None else in_text(literals)

    def __call__(self, chunk: Chunk, notes: Notes, glimpses: Glimpses) -> Iterator[RawEvent | Damage]:
        """The wanted records, in their order; the headers of the others go to `glimpses`."""
        glimpses.chunks += 1
        met = glance(chunk.data)
        if met is None:
            yield from records(chunk, notes)
            return
        progress = _Progress(met, Payloads(chunk.data))
        while todo := self._todo(chunk, progress):
            parsed = some_records(chunk, [place for place, _ in todo])
            if parsed is None:
                given = set(progress.given.values())
                yield from (one for one in records(chunk, notes) if _where(one) not in given)
                return
            for (place, kind), record in zip(todo, parsed, strict=True):
                tree, settled = None, self._settled.get(kind)
                if settled is not None and place not in progress.unsure:
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
            kinds = [kind for kind in kinds if self._settled[kind].bound]
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
        todo = [(at, kind) for kind in unsettled for at in met[kind].places if progress.at <= at <= until]
        for kind in kinds:
            todo += [(at, kind) for at in self._left(progress, kind) if at <= until]
        return sorted(todo)

    def _left(self, progress: _Progress, kind: Kind) -> list[int]:
        """The records of a kind that were not done with and may match."""
        left = progress.left.get(kind)
        if left is None:
            ahead = [at for at in progress.met[kind].places if at >= progress.at]
            left = progress.left[kind] = self._looked_at(progress, kind, ahead)
        return [at for at in left if at >= progress.at]

    def _looked_at(self, progress: _Progress, kind: Kind, places: list[int]) -> list[int]:
        """Those of these records that fields of their payloads do not rule out."""
        settled = self._settled[kind]
        if settled.alone is None:
            return places
        try:
            verdicts = list(settled.alone.verdicts(progress.payloads, places))
        except UNFAMILIAR:
            verdicts = [Verdict.UNSURE if settled.bound else Verdict.OPEN] * len(places)
        unsure = [at for at, one in zip(places, verdicts, strict=True) if one is Verdict.UNSURE]
        progress.unsure.update(unsure)
        if not progress.holds:
            return unsure
        left = [at for at, one in zip(places, verdicts, strict=True) if one is not Verdict.RULED_OUT]
        if len(left) < len(places):
            progress.looked.update(set(places).difference(left))
            progress.touched.add(kind)
        return left

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
        if test is None:
            self._settled[kind] = _Settled(possible, None, None)
            return
        tests = tuple(one for one in test.alone if one.name not in SYSTEM_FIELDS)
        alone = self._alone_of(tests, test.binding) if tests or test.binding else None
        in_payload = test.fields.isdisjoint(SYSTEM_FIELDS)
        self._settled[kind] = _Settled(
            possible, test if in_payload else None, alone, test.binding is not None
        )


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
