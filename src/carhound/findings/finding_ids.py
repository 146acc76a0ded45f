"""The ids of the findings of one implementation."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property

from carhound.model.event import Event


class FindingIds(Collection[str]):
    """Ids in the order of the result, made when somebody looks at them: most outputs of a search do not."""

    def __init__(self, events: Sequence[Event], id_of: Callable[[Event], str]) -> None:
        self._events = events
        self._id_of = id_of

    @cached_property
    def _made(self) -> tuple[str, ...]:
        return tuple(map(self._id_of, self._events))

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __contains__(self, item: object) -> bool:
        return item in self._made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Collection) and self._made == tuple(other)

    def __hash__(self) -> int:
        return hash(self._made)
