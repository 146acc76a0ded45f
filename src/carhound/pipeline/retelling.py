"""What pieces of evidence tell of the processes of some computers: of all in outline, or of some in full."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache

from carhound.findings.process_events import DEEDS, STARTS_AND_ENDS, End, Start, host_key, told
from carhound.findings.process_keys import Asked
from carhound.findings.process_log import Row, outline, row_of
from carhound.findings.true_names import TrueNames
from carhound.model.datasets import SECURITY, SYSMON
from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Skipped
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.pieces import Piece
from carhound.pipeline.request import Progress
from carhound.plan.rewrites.required_literals import SPELLINGS
from carhound.readers.interface import ReadOptions
from carhound.readers.opening import Opener
from carhound.readers.part import Part

_BATCH = 2000
_MOST_KINDS = 10_000
_IN_OUTLINE = frozenset(STARTS_AND_ENDS)
_IN_FULL = frozenset((*STARTS_AND_ENDS, *DEEDS))


@dataclass(slots=True)
class Retold:
    """What a part of a piece told."""

    rows: list[Row] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """See `TrueNames`."""
    unread: str | None = None
    """What of it could not be read."""


@dataclass(frozen=True, slots=True)
class Retelling:
    """What is asked of pieces; can be sent to another process."""

    options: ReadOptions
    hosts: AbstractSet[str]
    computers: Mapping[str, AbstractSet[str | None]] | None
    """By file, those met in it; None where that is not known."""
    asked: Asked | None = None
    """What of it is wanted in full; None for all starts and ends in outline."""

    def reader(self, _progress: Progress | None) -> "Reteller":
        """Says nothing of its progress."""
        return Reteller(self)

    def lost(self, piece: Piece, why: str) -> Retold:
        """Nothing."""
        return Retold(unread=f"the process that read {piece.found.shown} {why}")


class Reteller:
    """Reads pieces for what their events tell of processes."""

    def __init__(self, task: Retelling) -> None:
        self._task = task
        self._known = lru_cache(_MOST_KINDS)(lambda computer: host_key(computer) in task.hosts)
        self._sieve = _Telling(_IN_OUTLINE if task.asked is None else _IN_FULL, self._known)
        self._normalizer = Normalizer()

    def read(self, piece: Piece) -> Iterator[Retold]:
        """What the parts of a piece tell, in their order, a batch at a time."""
        computers = self._task.computers
        for part in Opener(piece.found, self._task.options, piece.span).parts():
            if computers is None or any(map(self._known, computers.get(part.path, ()))):
                yield from self._part(part)

    def _part(self, part: Part) -> Iterator[Retold]:
        asked, names = self._task.asked, TrueNames()
        retold = Retold()
        for item in part.sifted(self._sieve):
            if not isinstance(item, RawEvent):
                if self._task.computers is None and isinstance(item, Damage | Skipped):
                    retold.unread = f"{part.path} could not be read as a whole"
                continue
            if not self._sieve.can_match(item.provider, item.channel, item.event_id, item.computer):
                continue
            one = told(self._normalizer.event(item, part.path, part.format or ""))
            if one is None:
                continue
            if asked is not None:
                if asked.concerns(one):
                    retold.rows.append(row_of(one))
            elif isinstance(one, Start):
                names.learn(one)
                retold.rows.append(outline(one))
            elif isinstance(one, End):
                retold.rows.append(row_of(one))
            if len(retold.rows) >= _BATCH:
                yield retold
                retold = Retold()
        retold.names = names.known
        yield retold


class _Telling:
    """A sieve of what may tell of the processes of some computers."""

    literals = None
    spellings: Mapping[str, str] = SPELLINGS

    def __init__(self, event_ids: AbstractSet[str], known: Callable[[str | None], bool]) -> None:
        self._event_ids = event_ids
        self._known = known
        self.can_match = lru_cache(_MOST_KINDS)(self._can_match)

    def wants(self, _provider: str | None, _channel: str | None, _event_id: str | None) -> bool:
        """None for its own sake."""
        return False

    def _can_match(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> bool:
        """Whether it can tell of them."""
        if event_id not in self._event_ids or not self._known(computer):
            return False
        return SYSMON.holds(provider, channel) or SECURITY.holds(provider, channel)
