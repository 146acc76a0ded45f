"""What a sieve wants of a chunk of an EVTX file; no other record of it is parsed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Glimpsed
from carhound.readers.event_tree import SYSTEM_FIELDS, plain_payload
from carhound.readers.evtx_chunks import Chunk
from carhound.readers.evtx_field_tests import FieldTests
from carhound.readers.evtx_glance import Kind, Walked, Walker, glimpsed
from carhound.readers.evtx_payload import Payloads
from carhound.readers.evtx_records import event, position, records, some_records, tree_of
from carhound.readers.guids import restore_braces
from carhound.readers.interface import PayloadTest, Sieve
from carhound.readers.literal_scan import in_text, utf16_or_ansi
from carhound.readers.notes import Notes

_MOST_KINDS = 10_000
_MOST_AT_ONCE = 4096
"""More records than a chunk can hold."""


class _Seen(Struct, eq=False):
    """A kind of records, and when those were created that were not given."""

    kind: Kind
    settled: bool
    """Whether it is no longer wanted for its own sake."""
    possible: bool
    """Whether it can match at all."""
    test: PayloadTest | None = None
    """What the payload says of it."""
    passed: list[int] = field(default_factory=list)
    """Ticks of 100 ns since 1601."""
    looked: list[int] = field(default_factory=list)
    """Likewise, of those whose payload was looked at."""

    @property
    def bound(self) -> bool:
        """Whether some are wanted whatever they hold, for what a field of their payload says."""
        return self.test is not None and self.test.binding is not None

    def told(self) -> Iterator[Glimpsed]:
        """What was gathered, once, also by one who asks again after an interrupt."""
        passed, self.passed = self.passed, []
        if passed:
            yield glimpsed(self.kind, passed)
        looked, self.looked = self.looked, []
        if looked:
            yield glimpsed(self.kind, looked, looked=True)


class _Progress(Struct):
    """How far a chunk was read."""

    reached: int = 0
    """So many of its records are done with."""
    unsettled: int = 0
    """Kinds that were wanted for their own sake when that was last asked."""


class ChunkSieve:
    """Reads of a chunk what a sieve wants. Chunks do not depend on each other."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        self._seen: dict[Kind, _Seen] = {}
        self._unsettled: set[_Seen] = set()
        self._walker = Walker(self._see)
        self._at_once = 1
        """Records of unsettled kinds that are read before it is asked again whether they are settled."""
        self._alone_of = lru_cache(_MOST_KINDS)(_alone_of)
        literals = sieve.literals
        self._in_chunk = _anything if literals is None else utf16_or_ansi(literals, sieve.spellings)
        self._in_record = _anything if literals is None else in_text(literals)

    def told(self) -> Iterator[Glimpsed]:
        """The records that were not given, kind by kind, once; see `_Seen.told`."""
        for seen in self._seen.values():
            yield from seen.told()
        if len(self._seen) > _MOST_KINDS:
            self._seen, self._unsettled, self._walker = {}, set(), Walker(self._see)

    def __call__(self, chunk: Chunk, notes: Notes) -> Iterator[RawEvent | Damage]:
        """The wanted records, in their order; the others are told of later."""
        walked = self._walker(chunk.data)
        if walked is None:
            yield from records(chunk, notes)
            return
        kinds = set(walked.seen)
        holds = any(seen.possible for seen in kinds) and self._in_chunk(chunk.data)
        if holds or self._unsettled or any(seen.bound for seen in kinds):
            yield from self._given(chunk, notes, walked, holds)
            return
        for seen, time in zip(walked.seen, walked.times, strict=True):
            seen.passed.append(time)

    def _see(self, kind: Kind) -> _Seen:
        seen = self._seen.get(kind)
        if seen is None:
            possible = self._sieve.can_match(*kind)
            seen = self._seen[kind] = _Seen(kind, not possible, possible)
            if possible:
                self._unsettled.add(seen)
        return seen

    def _given(
        self, chunk: Chunk, notes: Notes, walked: Walked[_Seen], holds: bool
    ) -> Iterator[RawEvent | Damage]:
        """The wanted records of a chunk that may have some."""
        given: set[str] = set()
        rest = [seen.passed for seen in walked.seen]
        """Where each record's time belongs."""
        progress, payloads = _Progress(), Payloads(chunk.data)
        parsed: dict[int, Any] = {}
        soon = _first_of_each(walked.seen, self._unsettled)
        while todo := self._todo(walked, holds, progress):
            left = self._left(payloads, walked, todo, rest, holds)
            if not parsed.keys() >= left.keys():
                numbers = sorted({*left, *soon})
                found = some_records(chunk, [walked.places[number][0] for number in numbers])
                if found is None:
                    yield from (one for one in records(chunk, notes) if _where(one) not in given)
                    return
                parsed, soon = dict(zip(numbers, found, strict=True)), []
            for number in sorted(left):
                record, tree, seen = parsed[number], None, walked.seen[number]
                if not left[number]:
                    if not self._in_record(record["data"]):
                        continue
                    if seen.test is not None and seen.test.fields.isdisjoint(SYSTEM_FIELDS):
                        tree = tree_of(record)
                        if not _passes(tree, seen.test):
                            rest[number] = seen.looked
                            continue
                rest[number] = []
                given.add(position(record))
                yield event(record, chunk, notes, tree=tree)
        for times, time in zip(rest, walked.times, strict=True):
            times.append(time)

    def _todo(self, walked: Walked[_Seen], holds: bool, progress: _Progress) -> list[int]:
        """Which records to read next: some of kinds that are not settled, else all that may match."""
        unsettled = self._settle(set(walked.seen[progress.reached :])) if self._unsettled else set()
        if len(unsettled) < progress.unsettled or not unsettled:
            self._at_once = 1  # what was read has settled some
        progress.unsettled = len(unsettled)
        todo, wanted = [], 0
        for number in range(progress.reached, len(walked.seen)):
            seen = walked.seen[number]
            progress.reached = number + 1
            if seen in unsettled:
                todo.append(number)
                wanted += 1
                if wanted == self._at_once:
                    self._at_once = min(2 * self._at_once, _MOST_AT_ONCE)
                    break
            elif seen.possible and (holds or seen.bound):
                todo.append(number)
        return todo

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
            for place, unsure in alone.left(payloads, [walked.places[number] for number in numbers]):
                if holds or unsure:
                    left[numbers[place]] = unsure
        return left

    def _settle(self, kinds: Iterable[_Seen]) -> set[_Seen]:
        """Asks of kinds whether they are wanted for their own sake; those that are."""
        found = set()
        wanted: dict[tuple[str | None, ...], bool] = {}
        for seen in kinds:
            if seen.settled:
                continue
            like = seen.kind[:3]
            if like not in wanted:
                wanted[like] = self._sieve.wants(*like)
            if wanted[like]:
                found.add(seen)
                continue
            self._unsettled.discard(seen)
            seen.settled = True
            seen.test = self._sieve.payload_test(*seen.kind)
        return found


def _first_of_each(kinds: Sequence[_Seen], unsettled: AbstractSet[_Seen]) -> list[int]:
    """Which records of unsettled kinds will soon be asked for; to start the parser takes longer than they."""
    first: dict[tuple[str | None, ...], int] = {}
    for number, seen in enumerate(kinds):
        if seen in unsettled:
            first.setdefault(seen.kind[:3], number)
    return list(first.values())


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
    if payload is None:
        return True
    restore_braces(payload)
    return test.holds(payload)


def _where(item: RawEvent | Damage) -> str:
    return item.position if isinstance(item, RawEvent) else item.where
