"""What pieces of evidence tell of the processes of some computers: of all in outline, or of some in full."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

from msgspec import Struct, field

from carhound.findings.lineage.events import (
    DEEDS,
    KEY_FIELDS,
    End,
    Header,
    Outline,
    host_key,
    outline_of_event,
    process_in,
    process_of,
    told,
)
from carhound.findings.lineage.keys import Shown
from carhound.findings.lineage.line_places import PackedLines
from carhound.findings.lineage.outlines import Packed, Rows, packed
from carhound.findings.lineage.places import Named
from carhound.findings.lineage.rows import Row, outline_of, row_of
from carhound.findings.lineage.true_names import TrueNames
from carhound.model.datasets import SECURITY, SYSMON
from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage, Skipped
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.files.line_numbers import with_lines_before
from carhound.pipeline.files.pieces import Load, Piece
from carhound.pipeline.request import Progress
from carhound.plan.rewrites.required_literals import SPELLINGS
from carhound.readers.interface import PayloadTest, ReadOptions, Sifted
from carhound.readers.notes import Notes
from carhound.readers.opening import Opener
from carhound.readers.part import Part

_ROWS = 1000
"""So many are sent at once."""
_MOST_LINES = 100
"""Batches of them."""
_MOST_KINDS = 10_000
_OF_SYSMON = {"outline": frozenset(("1", "5")), "full": frozenset(("1", *DEEDS))}
_OF_SECURITY = {"outline": frozenset(("4688", "4689")), "full": frozenset(("4688",))}


class Ended(Struct, frozen=True):
    """What was seen of a piece that was read for outlines."""

    piece: Piece
    by_guid: bool = False
    """Whether it is known by GUIDs which records tell of which processes."""
    lines: int = 0
    """How many lines ended in it, where it is a span of text."""
    by_line: bool = False
    """Whether it is known which of its lines tell of which processes."""


class Retold(Struct):
    """What a part of a piece told."""

    rows: list[Row] = field(default_factory=list)
    """Of what was told in full."""
    outlines: list[Packed] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """See `TrueNames`."""
    unread: str | None = None
    """What of it could not be read."""
    named: list[tuple[str, int, int, bytes]] = field(default_factory=list)
    """Of chunks: path, first chunk of the span, place, and of which processes they tell, as `Named`."""
    lines: list[tuple[str, int, bytes, bytes]] = field(default_factory=list)
    """Likewise of lines, as `PackedLines`."""
    ended: Ended | None = None
    """What is known of a part by its end."""


class Retelling(Struct, frozen=True):
    """What is asked of pieces; can be sent to another process."""

    options: ReadOptions
    hosts: AbstractSet[str]
    computers: Mapping[str, AbstractSet[str | None]] | None
    """By file, those met in it; None where that is not known."""
    shown: Shown | None = None
    """The processes of which all is wanted in full; None for all starts and ends in outline."""
    places: Mapping[Piece, Mapping[int, Sequence[int]]] = field(default_factory=dict)
    """Of pieces of which it is known, where the records begin that tell of these processes: by place of a
    chunk in its file, in that chunk."""
    lines: Mapping[Piece, Sequence[int]] = field(default_factory=dict)
    """Likewise of lines: of each where it begins and its number in the span."""
    lines_before: Mapping[Piece, int] = field(default_factory=dict)
    """Of spans of text."""


class Reteller:
    """Reads pieces for what their events tell of processes."""

    def __init__(self, task: Retelling) -> None:
        self._task = task
        self._known = lru_cache(_MOST_KINDS)(lambda computer: host_key(computer) in task.hosts)
        self._normalizer = Normalizer()

    def tell(self, _: Progress) -> None:
        """Of no progress."""

    def read(self, load: Load) -> Iterator[Retold]:
        """What the parts of pieces tell, in their order, a batch at a time."""
        for piece in load:
            yield from self._piece(piece)

    def lost(self, piece: Piece, why: str) -> Retold:
        """Of a piece with which a process died, that it was not read."""
        unread = f"the process that read {piece.found.shown} again {why}"
        return Retold(unread=unread, ended=Ended(piece, lines=piece.lines()))

    def _piece(self, piece: Piece) -> Iterator[Retold]:
        computers = self._task.computers
        if not self._task.places.get(piece, True) or not self._task.lines.get(piece, True):
            return
        for part in Opener(piece.found, self._task.options, piece.span).parts():
            if computers is None or any(map(self._known, computers.get(part.path, ()))):
                yield from self._part(part, piece)

    def _part(self, part: Part, piece: Piece) -> Iterator[Retold]:
        shown = self._task.shown
        return self._in_outline(part, piece) if shown is None else self._in_full(part, piece, shown)

    def _in_outline(self, part: Part, piece: Piece) -> Iterator[Retold]:
        gathered, retold = _Gathered(), Retold()
        sieve = Telling(self._known, None)
        for item in self._outlines(part, piece, sieve, gathered.names):
            if isinstance(item, list):
                gathered.take(item)
            elif isinstance(item, RawEvent) and sieve.tells(item):
                gathered.add(outline_of_event(item))
            elif isinstance(item, Ended):
                retold.ended = item
            elif isinstance(item, Named):
                retold.named.append((piece.found.shown, piece.span.first, *item))
            elif isinstance(item, PackedLines):
                retold.lines.append((piece.found.shown, piece.span.first, *item))
            elif isinstance(item, Damage | Skipped):
                self._not_read(part, retold)
            if gathered.batches or len(retold.lines) > _MOST_LINES:
                retold.outlines = gathered.batches
                yield retold
                gathered.batches, retold = [], Retold()
        retold.outlines = gathered.all()
        retold.names = gathered.names.known
        yield retold

    def _outlines(
        self, part: Part, piece: Piece, sieve: "Telling", names: TrueNames
    ) -> Iterator[Rows | Sifted | Named | PackedLines | Ended]:
        if part.format == "evtx":
            from carhound.pipeline.trees.outlines_evtx import EvtxOutlines
            from carhound.readers.evtx.chunks import is_evtx

            outlines = EvtxOutlines(sieve, Telling(self._known, Shown()), names)
            yield from outlines.read(part)
            if outlines.by_guid and part.path == piece.found.shown and is_evtx(piece.found.path):
                yield Ended(piece, by_guid=True)
        else:
            from carhound.pipeline.trees.outlines_json import JsonOutlines

            of_lines = JsonOutlines(sieve, Telling(self._known, Shown()), names)
            yield from of_lines.read(part)
            if part.lines or of_lines.placed:
                yield Ended(piece, lines=part.lines, by_line=of_lines.placed)

    def _in_full(self, part: Part, piece: Piece, shown: Shown) -> Iterator[Retold]:
        lines = self._task.lines_before.get(piece, 0)
        sieve, retold = Telling(self._known, shown), Retold()
        for item in self._events(part, piece, shown, sieve):
            if isinstance(item, Damage | Skipped):
                self._not_read(part, retold)
            elif isinstance(item, RawEvent) and sieve.tells(item) and _is_about(item, shown):
                if lines:
                    item.position = with_lines_before(item.position, lines)
                one = told(self._normalizer.event(item, part.path, part.format or ""))
                if one is not None:
                    retold.rows.append(row_of(one))
            if len(retold.rows) >= _ROWS:
                yield retold
                retold = Retold()
        yield retold

    def _events(self, part: Part, piece: Piece, shown: Shown, sieve: "Telling") -> Iterator[Sifted]:
        if part.format != "evtx":
            if (lines := self._task.lines.get(piece)) is None:
                return part.sifted(sieve)
            from carhound.readers.json.some_lines import events_at as events_in

            return events_in(piece.found.path, lines, part.options)
        from carhound.pipeline.trees.retelling_evtx import events_at, events_of

        if (places := self._task.places.get(piece)) is not None:
            return events_at(piece.found.path, places, Notes(part.options.zone))
        return events_of(part, sieve, shown)

    def _not_read(self, part: Part, retold: Retold) -> None:
        if self._task.computers is None:  # else the first reading has told of it
            retold.unread = f"{part.path} could not be read as a whole"


def _is_about(event: RawEvent, shown: Shown) -> bool:
    who = process_of(event)
    return who is not None and shown.holds(who)


class _Gathered:
    """Starts and ends in outline."""

    def __init__(self) -> None:
        self.names = TrueNames()
        self.batches: list[Packed] = []
        self._rows: Rows = []

    def add(self, one: Outline | End | None) -> None:
        """Adds one, if it is one."""
        if isinstance(one, Outline):
            self.names.learn(one)
        if one is not None:
            self.take([outline_of(one)])

    def take(self, rows: Rows) -> None:
        """Adds some of which the names have learnt."""
        self._rows += rows
        while len(self._rows) >= _ROWS:
            more = self._rows[_ROWS:]
            del self._rows[_ROWS:]
            self.batches, self._rows = self.all(), more

    def all(self) -> list[Packed]:
        """These and those in batches, which are not told again."""
        batch, self._rows = packed(self._rows), []
        return self.batches if batch is None else [*self.batches, batch]


class Telling:
    """A sieve of what tells of the processes of some computers."""

    literals = None
    counts = False
    spellings: Mapping[str, str] = SPELLINGS

    def __init__(
        self,
        known: Callable[[str | None], bool],
        shown: Shown | None,
    ) -> None:
        self._known = known
        self._shown = shown
        turn = "outline" if shown is None else "full"
        self._of_sysmon, self._of_security = _OF_SYSMON[turn], _OF_SECURITY[turn]
        self.can_match = lru_cache(_MOST_KINDS)(self._can_match)

    def wants(self, _provider: str | None, _channel: str | None, _event_id: str | None) -> bool:
        """None for its own sake."""
        return False

    def showing(self, *_: str | None) -> None:
        """Nothing: none is wanted."""

    def _can_match(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> bool:
        if SYSMON.holds(provider, channel):
            return event_id in self._of_sysmon and self._known(computer)
        return SECURITY.holds(provider, channel) and event_id in self._of_security and self._known(computer)

    def tells(self, event: RawEvent) -> bool:
        """Whether an event can match."""
        return self.can_match(event.provider, event.channel, event.event_id, event.computer)

    def payload_test(
        self, provider: str | None, channel: str | None, event_id: str | None, computer: str | None
    ) -> PayloadTest | None:
        """Asks which processes an event is about."""
        header = Header(provider, channel, event_id, computer)
        if (shown := self._shown) is None:
            return None

        def holds(payload: Mapping[str, Value]) -> bool:
            who = process_in(header, None, payload)
            return who is not None and shown.holds(who)

        return PayloadTest(frozenset(KEY_FIELDS), whole=False, holds=holds)
