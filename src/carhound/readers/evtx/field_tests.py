"""Records that fields of their payloads, told from the bytes of a chunk, show not to match."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, reduce
from operator import or_

from carhound.model.event import Value
from carhound.readers.event_tree import SYSTEM_FIELDS
from carhound.readers.evtx.glance import Place
from carhound.readers.evtx.guids import braced, names_guid
from carhound.readers.evtx.payload import UNFAMILIAR, Payloads, text_of_value
from carhound.readers.interface import Binding, FieldTest

_REMEMBERED = 1 << 14
"""What was said of so many values: some programs and modules are met over and over."""
_SHORT = 512
"""Bytes of values of which that is remembered."""


class FieldTests:
    """The tests of a kind of event."""

    def __init__(self, tests: Sequence[FieldTest], binding: Binding | None) -> None:
        self._searches = reduce(or_, (one.asked_by for one in tests), 0) or 1
        """One that nothing rules out where there are no tests."""
        self._unsure = 1 << self._searches.bit_length()
        """One more, which asks for events of other kinds."""
        self._tests = [one for one in tests if one.name not in SYSTEM_FIELDS]
        self.bound = binding is not None
        """Whether it takes a field to tell of which CAR kinds such events are."""
        if binding is not None:
            self._tests.insert(0, FieldTest(binding.name, self._searches, self._kinds(binding)))

    def left(self, payloads: Payloads, places: Sequence[Place]) -> list[tuple[int, bool]]:
        """Which of the records that begin at these places may match, by their number there.

        And of each whether its CAR kinds are not those that its header allows.
        """
        try:
            return list(self._left(payloads, places))
        except UNFAMILIAR:
            return [(number, self.bound) for number in range(len(places))]

    def _left(self, payloads: Payloads, places: Sequence[Place]) -> Iterator[tuple[int, bool]]:
        searches, tests, value = self._searches, self._tests, payloads.value
        for number, payload in enumerate(payloads.found(places)):
            left = searches
            for test in tests:
                if asking := left & test.asked_by:
                    kind, data = value(payload, test.name)
                    open_to = _open_to if len(data) <= _SHORT else _read
                    left += open_to(test, kind, data, asking) - asking
                    if not left:
                        break
            if left:
                yield number, left == self._unsure

    def _kinds(self, binding: Binding) -> Callable[[Value | None, int], int]:
        return lambda value, searches: searches if value in binding.values else self._unsure


def _read(test: FieldTest, kind: int, data: bytes, searches: int) -> int:
    """Which of these searches a value of this type leaves open."""
    text = text_of_value(kind, data)
    if text is None:
        return test.open_to(None, searches)
    return test.open_to(braced(text) if names_guid(test.name) else text, searches)


_open_to = lru_cache(_REMEMBERED)(_read)
