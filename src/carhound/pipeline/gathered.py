"""What evidence holds for the plans of a run, be it in files or in a lake."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol

from msgspec import Struct

from carhound.engines.interpreter.moment import Moment
from carhound.findings.prevalence import Sighting
from carhound.findings.run import HostCoverage
from carhound.model.event import Event
from carhound.pipeline.files.reading import Reading
from carhound.pipeline.trees.recall import Recall

INTERPRETER = "interpreter"
"""The name of the engine that runs plans over files."""


class Hits(Protocol):
    """By number of a plan, the events that its searches let through."""

    def hits(self, plan: int) -> Mapping[int, list[Event]]:
        """By id() of each stem's top node, the events it let through."""

    def main_hits(self, plan: int) -> list[Event]:
        """Those of the main search; such as its window leaves out may be lacking."""

    def matched(self, plan: int) -> int:
        """How many the main search let through in all."""

    def timeless(self, plan: int) -> int:
        """How many of all these have no time."""

    def presence(self, plan: int) -> Mapping[int, Mapping[str | None, AbstractSet[int]]]:
        """By id() of each baseline scan that states a time: by computer, when it sent eligible events."""


Sightings = Callable[[int, Callable[[Event], Sighting | None], Iterable[Event]], Iterable[Sighting]]
"""Told a plan, how to read a key, and some events: at least all matches with the key of one of these.

None where no match has a key.
"""


class Gathered(Struct, frozen=True):
    """What evidence gave for a run: the implementations have their judgements."""

    reading: Reading
    eligible: Mapping[int, int]
    """By number of a plan, the events that its main search could have matched."""
    matched: Mapping[int, int]
    """Likewise those that it let through, whatever their time."""
    hosts: Callable[[dict[int, tuple[str, str]]], tuple[HostCoverage, ...]]
    """Told the names of the plans that count, by number, gives the hosts."""
    sightings: Sightings
    moment: Moment
    now_from: str
    engine: str
    missing: tuple[str, ...] = ()
    """Paths asked for that do not exist."""
    recall: Recall | None = None
    """Asks the evidence again, for the processes around findings; None where there are none to find."""
    close: Callable[[], None] = lambda: None
    """Lets go of the evidence; `sightings` need it."""
