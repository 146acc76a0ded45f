"""JSON in any of the shapes of `shapes`, decided for every record by itself."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Glimpsed
from carhound.readers.interface import ByteSource, Item, Lying, Picks, ReadOptions, Sieve, Sifted, Taken
from carhound.readers.json.glance import LineGlance
from carhound.readers.json.items import JsonItems
from carhound.readers.json.picked import PickedLines
from carhound.readers.json.shapes.envelopes import keep_envelope, open_envelope
from carhound.readers.json.shapes.order import JsonShape, shape_of
from carhound.readers.json.sifted import SiftedLines
from carhound.readers.json.tally import Kind
from carhound.readers.json.text import as_utf8, utf16_name
from carhound.readers.notes import Notes
from carhound.readers.other import Other
from carhound.readers.values import UnreadableError

if TYPE_CHECKING:
    from carhound.readers.tables.column_mapping import ColumnMapping

_Told = Sifted | Taken | Lying
_Wanted = Callable[[Kind], bool]
_HEAD = 4096
_NO_EVENT = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)
"""What the shapes run into where a value is of a kind that nobody writes there, or nested too deeply."""
_BEHIND = "JSON behind a broken record, with no event among it"
_UNKNOWN = "JSON that is no event of a known shape"


class JsonReader:
    """Reads JSON lines, arrays, and objects one after another."""

    name = "json"

    def __init__(self, start: int = 0, told: Callable[[int], None] | None = None) -> None:
        """`start` is where in its file the text begins; `told` how many lines it has, once all is read."""
        self._start = start
        self._told = told

    def read(self, source: ByteSource, options: ReadOptions) -> Iterator[Item]:
        """Every record; those of no supported shape are told at the end, by shape, as skipped."""
        for item in self._records(source, options):
            if not isinstance(item, Glimpsed | Taken | Lying):
                yield item

    def sift(self, source: ByteSource, options: ReadOptions, sieve: Sieve) -> Iterator[Sifted]:
        """Likewise; of lines like those before them, and without a literal of the sieve, the headers."""
        glance = None if options.mappings else LineGlance(SiftedLines(sieve), sieve)

        def wanted(kind: Kind) -> bool:
            return sieve.wants(*kind[:3]) or sieve.can_match(*kind)

        for item in self._records(source, options, glance, None if sieve.counts else wanted):
            if not isinstance(item, Taken | Lying):
                yield item

    def pick(self, source: ByteSource, options: ReadOptions, picks: Picks) -> Iterator[Item | Taken | Lying]:
        """Likewise, but for lines like those before them, of which fields are taken at most."""
        glance = None if options.mappings else LineGlance(PickedLines(picks))

        def wanted(kind: Kind) -> bool:
            return picks.take(*kind) is not None

        for item in self._records(source, options, glance, wanted, placed=True):
            if not isinstance(item, Glimpsed):
                yield item

    def _records(
        self,
        source: ByteSource,
        options: ReadOptions,
        glance: LineGlance | None = None,
        wanted: _Wanted | None = None,
        *,
        placed: bool = False,
    ) -> Iterator[_Told]:
        head = source.read(_HEAD)
        notes = Notes(options.zone)
        read, offsets = as_utf8(head, source), utf16_name(head) is None
        items = JsonItems(read, notes, offsets, options.largest, glance, self._start)
        for item in _sifted(items, notes, options.mappings, glance, wanted):
            if placed and isinstance(item, RawEvent) and items.place is not None:
                yield Lying(item, items.place)
            else:
                yield item
        if self._told is not None:
            self._told(items.lines())
        yield from notes.remarks()


def _sifted(
    items: JsonItems,
    notes: Notes,
    mappings: "tuple[ColumnMapping, ...]",
    glance: LineGlance | None,
    wanted: _Wanted | None,
) -> Iterator[_Told]:
    other, behind = Other("records"), Other("records")
    broken = ""
    remarks = 0
    try:
        for item in items:
            if not isinstance(item, tuple):
                broken = item.where if isinstance(item, Damage) else broken
                yield item
                continue
            asked = wanted if items.line is None else None  # lines are learnt from
            shape, read_item = _event(*item, notes, mappings, asked)
            if isinstance(read_item, str):
                if read_item != _UNKNOWN or not items.recovering:
                    other.add(read_item, item[1])
                elif item[1] != broken:
                    behind.add(_BEHIND, item[1])
                continue
            if items.recovering and not isinstance(read_item, Damage):
                items.recovering = False
                behind = Other("records")  # what came before was pieces of the broken record
            if glance is not None and isinstance(read_item, RawEvent) and shape is not None:
                glance.learn(items.line, read_item, shape.header, remarked=notes.total > remarks)
            remarks = notes.total
            yield read_item
        if glance is not None:
            yield from glance.told(at_end=True)
    except KeyboardInterrupt:
        if glance is not None:
            yield from glance.told(at_end=True)
        raise
    yield from other.skipped()
    yield from behind.skipped()


def _event(
    record: dict[str, Any],
    position: str,
    notes: Notes,
    mappings: "tuple[ColumnMapping, ...]",
    wanted: _Wanted | None,
) -> tuple[JsonShape | None, RawEvent | Taken | Damage | str]:
    """The shape of a record, and its event, why it cannot be read, or what it is instead."""
    try:
        inner = open_envelope(record)
    except ValueError as error:
        return None, Damage(position, f"what is in its body is not valid JSON: {error}", records=1)
    if mappings:
        from carhound.readers.json.shapes.mapped import mapped_event

        if (mapped := mapped_event(inner, mappings, position, notes)) is not None:
            return None, mapped
    shape = shape_of(inner)
    if shape is None or shape.event is None:
        return None, f"{shape.about}: not supported yet" if shape else _UNKNOWN
    try:
        if wanted is not None and shape.kind is not None and not wanted(shape.kind(inner)):
            return shape, Taken()
        event = shape.event(inner, position, notes)
        if inner is not record:
            keep_envelope(record, event)
    except UnreadableError as error:
        return None, Damage(position, str(error), records=1)
    except _NO_EVENT as error:
        reason = f"a record of the shape {shape.name} that is no event ({error})"
        return None, Damage(position, reason, records=1)
    return shape, event


def sample(read: Callable[[int], bytes], count: int) -> tuple[list[dict[str, Any]], bool]:
    """Up to `count` objects from the start of a text, envelopes opened, and whether anything was broken."""
    records: list[dict[str, Any]] = []
    broken = False
    for item in JsonItems(read, Notes()):
        if not isinstance(item, tuple):
            broken = True
        else:
            try:
                records.append(open_envelope(item[0]))
            except ValueError:
                broken = True
            if len(records) == count:
                break
    return records, broken
