"""What a sieve wants of a chunk of an EVTX file; no other record of it is parsed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from carhound.model.event import Fields, RawEvent, Value
from carhound.model.evidence import Damage, Glimpsed
from carhound.readers.event_tree import SYSTEM_FIELDS, plain_payload
from carhound.readers.evtx.chunks import Chunk
from carhound.readers.evtx.field_tests import FieldTests
from carhound.readers.evtx.glance import Place, Walked, Walker, glimpsed
from carhound.readers.evtx.guids import with_braces
from carhound.readers.evtx.payload import UNFAMILIAR, Payloads
from carhound.readers.evtx.records import event, records, some_records, tree_of
from carhound.readers.evtx.shapes import Kind
from carhound.readers.evtx.telling import Known, Telling
from carhound.readers.interface import PayloadTest, Sieve
from carhound.readers.literals.scan import in_text, utf16_or_ansi
from carhound.readers.notes import Notes

_MOST_KINDS = 10_000
_MOST_AT_ONCE = 4096
"""More records than a chunk can hold."""


class _Like(Struct, eq=False):
    """Kinds of records that differ by their computers alone."""

    header: tuple[str | None, str | None, str | None]
    """Provider, channel, event id."""
    settled: bool = False
    """Whether those of the file are no longer wanted for their own sake."""


class _Seen(Struct, eq=False):
    """A kind of records, and when those of a file were created that were not given."""

    kind: Kind
    like: _Like
    possible: bool
    """Whether it can match at all."""
    test: PayloadTest | None
    """What the payload says of it."""
    met: bool = False
    """Whether the file has some."""
    passed: list[int] = field(default_factory=list)
    """Ticks of 100 ns since 1601."""
    looked: list[int] = field(default_factory=list)
    """Likewise, of those whose payload was looked at."""

    @property
    def settled(self) -> bool:
        """Whether it is not wanted for its own sake."""
        return self.like.settled or not self.possible

    @property
    def bound(self) -> bool:
        """Whether some are wanted whatever they hold, for what a field of their payload says."""
        return self.test is not None and self.test.binding is not None


class _Progress(Struct):
    """How far a chunk was read."""

    reached: int = 0
    """So many of its records are done with."""
    unsettled: int = 0
    """Kinds that were wanted for their own sake when that was last asked."""


class ChunkSieve:
    """Reads of a chunk what a sieve wants. Chunks do not depend on each other.

    One serves for many files, one after the other: most have the same kinds of records.
    """

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        self._seen: dict[Kind, _Seen] = {}
        self._likes: dict[tuple[str | None, str | None, str | None], _Like] = {}
        self._met: list[_Seen] = []
        """The kinds met in the file."""
        self._unsettled: set[_Like] = set()
        self._walker = Walker(self._see)
        self._known: Known = {}
        self._tells = sieve.literals is None
        """Whether events are told unparsed: else their texts are searched first."""
        self._at_once = 1
        """Records of unsettled kinds that are read before it is asked again whether they are settled."""
        self._alone_of = lru_cache(_MOST_KINDS)(_alone_of)
        literals = sieve.literals
        self._in_chunk = _anything if literals is None else utf16_or_ansi(literals, sieve.spellings)
        self._in_record = _anything if literals is None else in_text(literals)

    def begin_file(self) -> None:
        """A file begins: nothing is known of what its events carry."""
        for seen in self._met:
            seen.met = seen.like.settled = False
            seen.passed, seen.looked = [], []
        self._met, self._unsettled, self._at_once = [], set(), 1

    def told(self) -> Iterator[Glimpsed]:
        """The records that were not given, kind by kind, once, also to who asks again after an interrupt."""
        for seen in self._met:
            if passed := seen.passed:
                seen.passed = []
                yield glimpsed(seen.kind, passed)
            if looked := seen.looked:
                seen.looked = []
                yield glimpsed(seen.kind, looked, looked=True)
        if len(self._seen) > _MOST_KINDS:
            self._seen, self._likes, self._walker = {}, {}, Walker(self._see)
            self._met, self._unsettled = [], set()

    def __call__(self, chunk: Chunk, notes: Notes) -> Iterator[RawEvent | Damage]:
        """The wanted records, in their order; the others are told of later."""
        walked = self._walker(chunk.data)
        if walked is None:
            yield from records(chunk, notes)
            return
        kinds = dict.fromkeys(walked.seen)
        for seen in kinds:
            if not seen.met:
                self._meet(seen)
        payloads, rest = Payloads(chunk.data), [seen.passed for seen in walked.seen]
        if self._unsettled:
            self._show(kinds, payloads, walked, rest)
        possible = [seen for seen in kinds if seen.possible]
        holds = bool(possible) and self._in_chunk(chunk.data)
        if holds or any(not seen.settled or seen.bound for seen in possible):
            yield from self._given(chunk, notes, payloads, walked, rest, holds)
            return
        for times, time in zip(rest, walked.times, strict=True):
            times.append(time)

    def _see(self, kind: Kind) -> _Seen:
        seen = self._seen.get(kind)
        if seen is None:
            header = kind.provider, kind.channel, kind.event_id
            like = self._likes.get(header)
            if like is None:
                like = self._likes[header] = _Like(header)
            possible = self._sieve.can_match(*kind)
            test = self._sieve.payload_test(*kind) if possible else None
            seen = self._seen[kind] = _Seen(kind, like, possible, test)
        return seen

    def _meet(self, seen: _Seen) -> None:
        seen.met = True
        self._met.append(seen)
        if not seen.settled:
            self._unsettled.add(seen.like)

    def _given(
        self,
        chunk: Chunk,
        notes: Notes,
        payloads: Payloads,
        walked: Walked[_Seen],
        rest: list[list[int]],
        holds: bool,
    ) -> Iterator[RawEvent | Damage]:
        """The wanted records of a chunk that may have some; `rest` is told where the time of each belongs."""
        given: set[str] = set()
        progress = _Progress()
        parsed: dict[int, Any] = {}
        telling = Telling(payloads, walked, self._known)
        while todo := self._todo(walked, holds, progress):
            left = self._left(payloads, walked, todo, rest, holds)
            told = telling.told(left) if self._tells else {}
            lacking = left.keys() - told.keys()
            if not parsed.keys() >= lacking:
                soon = () if parsed else _first_of_each(walked.seen, self._unsettled)
                numbers = sorted({*lacking, *soon})
                found = some_records(chunk, [walked.starts[number] for number in numbers])
                if found is None:
                    yield from (one for one in records(chunk, notes) if _where(one) not in given)
                    return
                parsed = dict(zip(numbers, found, strict=True))
            for number in sorted(left):
                test = None if left[number] else _asked(walked.seen[number].test)
                item: RawEvent | Damage | None = told.get(number)
                if isinstance(item, RawEvent):
                    may_match = test is None or test.holds(_picked(item.data, test))
                else:
                    record, tree = parsed[number], None
                    if not left[number] and not self._in_record(record["data"]):
                        continue
                    may_match = test is None or _passes(tree := tree_of(record), test)
                if not may_match:
                    rest[number] = walked.seen[number].looked
                    continue
                if item is None:
                    item = event(record, chunk, notes, tree=tree)
                    if self._tells and isinstance(item, RawEvent):
                        telling.learn(number, item)
                rest[number] = []
                given.add(_where(item))
                yield item
        for times, time in zip(rest, walked.times, strict=True):
            times.append(time)

    def _todo(self, walked: Walked[_Seen], holds: bool, progress: _Progress) -> list[int]:
        """Which records to read next: some of kinds that are not settled, else all that may match."""
        ahead = set(walked.seen[progress.reached :]) if self._unsettled else ()
        unsettled = self._settle({seen.like for seen in ahead if seen.possible})
        if len(unsettled) < progress.unsettled or not unsettled:
            self._at_once = 1  # what was read has settled some
        progress.unsettled = len(unsettled)
        todo, wanted = [], 0
        for number in range(progress.reached, len(walked.seen)):
            seen = walked.seen[number]
            progress.reached = number + 1
            if seen.possible and seen.like in unsettled:
                todo.append(number)
                wanted += 1
                if wanted == self._at_once:
                    self._at_once = min(2 * self._at_once, _MOST_AT_ONCE)
                    break
            elif seen.possible and (holds or seen.bound):
                todo.append(number)
        return todo

    def _show(
        self, kinds: Iterable[_Seen], payloads: Payloads, walked: Walked[_Seen], rest: list[list[int]]
    ) -> None:
        """Settles of these kinds what the first records of a chunk show, without reading them."""
        unsettled = self._settle(dict.fromkeys(seen.like for seen in kinds if seen.possible))
        for number in _first_of_each(walked.seen, unsettled):
            seen = walked.seen[number]
            if seen.like in unsettled and self._shows(payloads, walked.place(number), seen):
                rest[number] = seen.looked
                unsettled = self._settle(unsettled)

    def _shows(self, payloads: Payloads, place: Place, seen: _Seen) -> bool:
        """Whether the fields of a record that is wanted show all that it is wanted for."""
        showing = self._sieve.showing(*seen.kind)
        if showing is None or not SYSTEM_FIELDS.isdisjoint(showing.fields):
            return False
        try:
            (payload,) = payloads.of([place], tuple(showing.fields))
        except UNFAMILIAR:
            return False
        return showing.settles(with_braces(payload))

    def _left(
        self,
        payloads: Payloads,
        walked: Walked[_Seen],
        todo: Iterable[int],
        rest: list[list[int]],
        holds: bool,
    ) -> dict[int, bool]:
        """The records that fields of their payloads leave, and whether each is wanted whatever else it holds.

        Where the times of the others belong is told in `rest`.
        """
        left: dict[int, bool] = {}
        by_tests: dict[FieldTests, list[int]] = defaultdict(list)
        for number in todo:
            seen = walked.seen[number]
            if seen.settled and seen.test is not None and (alone := self._alone_of(seen.test)) is not None:
                by_tests[alone].append(number)
                if holds:
                    rest[number] = seen.looked
            elif holds or not seen.settled:
                left[number] = not seen.settled
        for alone, numbers in by_tests.items():
            for place, unsure in alone.left(payloads, [walked.place(number) for number in numbers]):
                if holds or unsure:
                    left[numbers[place]] = unsure
        return left

    def _settle(self, likes: Iterable[_Like]) -> set[_Like]:
        """Asks of kinds whether they are wanted for their own sake; those that are."""
        wanted = set()
        for like in likes:
            if like.settled:
                continue
            if self._sieve.wants(*like.header):
                wanted.add(like)
            else:
                like.settled = True
                self._unsettled.discard(like)
        return wanted


def _first_of_each(records: Sequence[_Seen], unsettled: AbstractSet[_Like]) -> list[int]:
    """Which records of unsettled kinds will soon be asked for; to start the parser takes longer than they."""
    first: dict[_Like, _Seen] = {}
    for seen in dict.fromkeys(records):
        if seen.possible and seen.like in unsettled:
            first.setdefault(seen.like, seen)
    return [records.index(seen) for seen in first.values()]


def _alone_of(test: PayloadTest) -> FieldTests | None:
    """What fields of the payload, told from bytes, say; made once for all files and computers."""
    alone = test.alone()
    return _field_tests(alone, test.binding) if alone or test.binding else None


_field_tests = lru_cache(_MOST_KINDS)(FieldTests)


def _anything(_: object) -> bool:
    return True


def _passes(tree: Any, test: PayloadTest) -> bool:
    """Whether an event may match; one whose payload is not plain may."""
    payload = plain_payload(tree, None if test.whole else test.fields)
    return payload is None or test.holds(with_braces(payload))


def _picked(data: Fields, test: PayloadTest) -> dict[str, Value]:
    """What a test reads of these fields."""
    if test.whole:
        return dict(data.items())
    return {name: value for name in test.fields if (value := data.get(name)) is not None}


def _asked(test: PayloadTest | None) -> PayloadTest | None:
    """The test, if it can be put to payloads alone."""
    return test if test is not None and test.fields.isdisjoint(SYSTEM_FIELDS) else None


def _where(item: RawEvent | Damage) -> str:
    return item.position if isinstance(item, RawEvent) else item.where
