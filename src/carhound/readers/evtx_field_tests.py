"""Records that fields of their payloads, told from the bytes of a chunk, show not to match."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache

from carhound.model.event import Value
from carhound.readers.evtx_payload import UNFAMILIAR, Payloads, text_of_value
from carhound.readers.evtx_records import restore_braces
from carhound.readers.evtx_values import NULL
from carhound.readers.interface import Binding, FieldTest

_REMEMBERED = 4096
"""Values of a field: some programs and modules are met over and over."""

_OpenTo = Callable[[int, bytes], int]
"""Takes the type and the bytes of a value."""
_Asked = tuple[int | None, int, _OpenTo]
"""The number of a field's value, if there is one; who asks for it, and which of these it leaves open."""


class Verdict(Enum):
    """What fields say of a record."""

    RULED_OUT = "no search matches it"
    OPEN = "a search may match it"
    UNSURE = "its CAR kinds are not told by its header"


class FieldTests:
    """The tests of a kind of event."""

    def __init__(self, tests: Sequence[FieldTest], binding: Binding | None) -> None:
        self._unsure = 1 << max((one.asked_by.bit_length() for one in tests), default=0)
        """One more beside the searches, which asks for events of other kinds."""
        self._tests = [(one.name, one.asked_by, _of_bytes(one.name, one.open_to)) for one in tests]
        self.bound = binding is not None
        """Whether it takes a field to tell of which CAR kinds such events are."""
        if binding is not None:
            self._tests.insert(0, (binding.name, -1, _of_bytes(binding.name, self._kinds(binding))))

    def verdicts(self, payloads: Payloads, places: Sequence[int]) -> list[Verdict]:
        """Of each record that begins at one of these places."""
        try:
            return list(self._verdicts(payloads, places))
        except UNFAMILIAR:
            return [Verdict.UNSURE if self.bound else Verdict.OPEN] * len(places)

    def _verdicts(self, payloads: Payloads, places: Iterable[int]) -> Iterator[Verdict]:
        chunk = payloads.chunk
        known: Mapping[str, int] | None = None
        asked: Sequence[_Asked] = ()
        for fields, kinds, sizes, values in payloads.values(places):
            if fields is not known:
                known = fields
                asked = [(fields.get(name), asked_by, open_to) for name, asked_by, open_to in self._tests]
            left = -1
            for number, asked_by, open_to in asked:
                if left & asked_by:
                    if number is None:
                        left &= open_to(NULL, b"")
                    else:
                        start = values + sum(sizes[:number])
                        left &= open_to(kinds[number], chunk[start : start + sizes[number]])
                    if not left:
                        break
            yield Verdict.UNSURE if left == self._unsure else Verdict.OPEN if left else Verdict.RULED_OUT

    def _kinds(self, binding: Binding) -> Callable[[Value | None], int]:
        return lambda value: ~self._unsure if value in binding.values else self._unsure


def _of_bytes(name: str, open_to: Callable[[Value | None], int]) -> _OpenTo:
    @lru_cache(_REMEMBERED)
    def of_bytes(kind: int, data: bytes) -> int:
        text = text_of_value(kind, data)
        if text is None:
            return open_to(None)
        field: dict[str, Value] = {name: text}
        restore_braces(field)
        return open_to(field[name])

    return of_bytes
