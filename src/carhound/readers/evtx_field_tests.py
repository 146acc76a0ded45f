"""Records that fields of their payloads, told from the bytes of a chunk, show not to match."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from carhound.model.event import Value
from carhound.readers.evtx_payload import Payloads, text_of_value
from carhound.readers.evtx_records import restore_braces
from carhound.readers.evtx_values import NULL
from carhound.readers.interface import FieldTest

_REMEMBERED = 4096
"""Values of a field: some programs and modules are met over and over."""

_Asked = tuple[str, int, Callable[[int, bytes], int]]
"""A field, the searches that ask for it, and which of them a value of a type leaves open."""


class FieldTests:
    """The tests of a kind of event."""

    def __init__(self, tests: Iterable[FieldTest]) -> None:
        self._tests: Sequence[_Asked] = [
            (one.name, one.asked_by, lru_cache(_REMEMBERED)(_of_bytes(one))) for one in tests
        ]

    def may_match(self, payloads: Payloads, places: Iterable[int]) -> Iterator[bool]:
        """Of each record that begins at one of these places. Raises as `Payloads.values` does."""
        tests, chunk = self._tests, payloads.chunk
        for fields, kinds, sizes, values in payloads.values(places):
            left = -1
            for name, asked_by, open_to in tests:
                if left & asked_by:
                    number = fields.get(name)
                    if number is None:
                        left &= open_to(NULL, b"")
                    else:
                        start = values + sum(sizes[:number])
                        left &= open_to(kinds[number], chunk[start : start + sizes[number]])
                    if not left:
                        break
            yield left != 0


def _of_bytes(test: FieldTest) -> Callable[[int, bytes], int]:
    def open_to(kind: int, data: bytes) -> int:
        text = text_of_value(kind, data)
        if text is None:
            return test.open_to(None)
        field: dict[str, Value] = {test.name: text}
        restore_braces(field)
        return test.open_to(field[test.name])

    return open_to
