"""What a collector of a part of the evidence hands on to the collector of all of it; can be sent as it is."""

from array import array
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from carhound.model.event import Event
from carhound.model.presence import Presence
from carhound.model.sending import Events
from carhound.plan.needs import Need


class CollectedSource(Struct):
    """What is known of a source of the file being read."""

    unmet: list[Need]
    eligible: int
    pending: Sequence[int]
    """Its hits, by their numbers among the events admitted."""
    sample: Event | None


class Collected(Struct):
    """What the stems let through of a file or a part of it, and what is known of its sources."""

    admitted: Events
    """What some stem let through, in the order of reading."""
    eligible: list[int]
    """By stem, events of files that ended."""
    hits: list[Sequence[int]]
    """Likewise the numbers of those admitted."""
    sources: list[dict[str | None, CollectedSource]]
    """Likewise, of the file that did not."""
    presence: list[Presence | None]
    """Likewise."""


def numbers_of(hits: Iterable[int], numbers: Mapping[int, int]) -> Sequence[int]:
    """The numbers of hits, of which their id() is given."""
    return array("I", map(numbers.__getitem__, hits))


def take_over(hits: dict[int, Event], numbers: Iterable[int], standing: Sequence[Event]) -> None:
    """Adds those with these numbers to some hits, each as the event that stands for it, by its id()."""
    for number in numbers:
        event = standing[number]
        hits[id(event)] = event
