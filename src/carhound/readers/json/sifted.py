"""Lines passed over through a sieve: how many there were of which header, and when."""

from collections.abc import Iterator

from msgspec import Struct

from carhound.model.event import RawEvent
from carhound.model.evidence import Glimpsed
from carhound.readers.interface import PayloadTest, Sieve
from carhound.readers.json.known import Found, Known, KnownLines, LinesAhead, kind_of
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.json.payload import LineTest, line_test
from carhound.readers.json.tally import Kind, Tally

_TOLD_EVERY = 16
"""Buffers."""


class _Settled(Struct, frozen=True, eq=False):
    """Lines with one header, and what becomes of those that may match."""

    unread: Tally
    looked: Tally
    possible: bool
    """Whether they can match at all."""
    test: LineTest | None
    """Tells of a line whether it may; None where it has to be read for that."""


class SiftedLines(KnownLines[_Settled]):
    """Passes over lines that cannot match, and counts them."""

    tells_of_images = True

    def __init__(self, sieve: Sieve) -> None:
        super().__init__(sieve.literals or ())
        self._sieve = sieve

    def _passes(self, settled: _Settled, found: Found, time: bytes, lines: LinesAhead, _number: int) -> bool:
        if not (settled.possible and found.start() in lines.hits):
            settled.unread.times.append(time)
            return True
        if settled.test is None or settled.test(found[0]):
            return False
        settled.looked.times.append(time)
        return True

    def told(self, *, at_end: bool = False) -> Iterator[Glimpsed]:
        """The headers of the lines passed over since they were last told, now and then and at the end."""
        if self.buffers < _TOLD_EVERY and not at_end:
            return
        self.buffers = 0
        for settled in self._all_settled():
            for tally in (settled.unread, settled.looked):
                if (told := tally.take()) is not None:
                    yield told

    def _test(self, kind: Kind) -> PayloadTest | None:
        return self._sieve.payload_test(*kind) if self._sieve.can_match(*kind) else None

    def _is_open(self, kind: Kind) -> bool:
        if self._sieve.wants(*kind[:3]):
            return False
        test = self._test(kind)
        if test is not None:
            return test.binding is None
        return self._sieve.literals is not None or not self._sieve.can_match(*kind)

    def _settle(self, event: RawEvent, keys: HeaderKeys, known: Known[_Settled], found: Found) -> _Settled:
        kind = kind_of(event)
        test = self._test(kind)
        asked = None if test is None else line_test(test, keys, event, known.layout.values, found[0])
        return _Settled(Tally(kind), Tally(kind, looked=True), self._sieve.can_match(*kind), asked)
