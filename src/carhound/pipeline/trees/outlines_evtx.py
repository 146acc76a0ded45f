"""Starts and ends of processes in outline, straight from the bytes of the chunks of EVTX."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter

from carhound.findings.lineage.events import OUTLINE_FIELDS, Header, Outline, host_key, outline_in
from carhound.findings.lineage.keys import guid_of_key, key_of_guid, key_of_pid
from carhound.findings.lineage.outlines import END_ROW, EndRow, Rows, StartRow
from carhound.findings.lineage.places import Named, packed
from carhound.findings.lineage.rows import image_key, outline_of
from carhound.findings.lineage.true_names import TrueNames
from carhound.model.datasets import SYSMON
from carhound.model.event import Value
from carhound.readers.evtx.chunks import Chunk
from carhound.readers.evtx.glance import Glance, Glances, Met, Place, microseconds_of
from carhound.readers.evtx.payload import UNFAMILIAR, Payloads, guid_of_value, text_of_value
from carhound.readers.evtx.records import records
from carhound.readers.evtx.shapes import Kind
from carhound.readers.evtx.values import GUID, UINT32
from carhound.readers.interface import Sieve, Sifted
from carhound.readers.notes import Notes
from carhound.readers.part import Part

_OWN = ("ProcessGuid", "ProcessId")
_PARENT = ("ParentProcessGuid", "ParentProcessId")
_FIELDS = {
    "1": (*_OWN, *_PARENT, "Image", "Hashes", "OriginalFileName", "Description"),
    "5": _OWN,
}
"""What is looked at of Sysmon's events."""
_NOTHING = (b"",)
_PROGRAM = 4
"""Fields before those that say what a program is."""
_UNTOLD = (None, "", "-")
_MOST_MET = 500
"""Programs; few are started all the time."""
_REMEMBERED = 4096


class EvtxOutlines:
    """The starts and ends in EVTX."""

    def __init__(self, sieve: Sieve, later: Sieve, names: TrueNames) -> None:
        """`later` is what will be asked for in full; `names` learns from the starts."""
        self._sieve = sieve
        self._later = later
        self._glance = Glances(lambda kind: sieve.can_match(*kind) or later.can_match(*kind))
        self._names = names
        self._met: set[tuple[bytes, ...]] = {_NOTHING}
        """What was said of programs of which the names have learnt, and nothing."""
        self.by_guid = True
        """Whether all that will be asked for in full, of what was read, names its process by a GUID."""

    def read(self, part: Part) -> Iterator[Rows | Sifted | Named]:
        """What a part tells; what cannot be told from its bytes comes as events."""
        notes = Notes(part.options.zone)
        for chunk in part.chunks():
            if not isinstance(chunk, Chunk):
                yield chunk
                continue
            met, payloads = self._glance(chunk.data), Payloads(chunk.data)
            told = None if met is None else self._told(payloads, met)
            if self.by_guid:
                named = None
                if met is not None and told is not None and chunk.cut is None:
                    named = self._named(payloads, met, told)
                self.by_guid = named is not None
                if named:
                    yield Named(chunk.offset, packed(named))
            if told is None:
                yield from records(chunk, notes)
            elif told:
                yield [row for _, row in told]

    def _told(self, payloads: Payloads, met: Glance) -> list[tuple[Place, StartRow | EndRow]] | None:
        """Those of a chunk, in their order; None where one is unfamiliar."""
        found: list[tuple[Place, StartRow | EndRow | None]] = []
        try:
            for kind, some in met.items():
                if self._sieve.can_match(*kind):
                    found += zip(some.places, self._of_kind(payloads, kind, some), strict=True)
        except UNFAMILIAR:
            return None
        found.sort(key=itemgetter(0))
        return [(place, row) for place, row in found if row is not None]

    def _of_kind(self, payloads: Payloads, kind: Kind, met: Met) -> Iterator[StartRow | EndRow | None]:
        header, host = Header(*kind), host_key(kind.computer)
        names = _FIELDS.get(kind.event_id or "", ()) if SYSMON.holds(kind.provider, kind.channel) else ()
        picked = payloads.picked(met.places, names)
        for ticks, place, (kinds, values) in zip(met.times, met.places, picked, strict=True):
            time, program = microseconds_of(ticks), (kinds[_PROGRAM:], *values[_PROGRAM:])
            row = _row(host, time, kinds, values) if names and program in self._met else None
            if row is None:
                (data,) = payloads.of((place,), OUTLINE_FIELDS)
                row = self._row_of_texts(header, time, data)
                if row is not None:
                    if len(self._met) > _MOST_MET:
                        self._met = {_NOTHING}
                    self._met.add(program)
            yield row

    def _row_of_texts(self, header: Header, time: int, data: Mapping[str, Value]) -> StartRow | EndRow | None:
        one = outline_in(header, time, data)
        if isinstance(one, Outline):
            self._names.learn(one)
        return None if one is None else outline_of(one)

    def _named(
        self, payloads: Payloads, met: Glance, told: Sequence[tuple[Place, StartRow | EndRow]]
    ) -> list[tuple[bytes, int]] | None:
        """By GUID the processes of all that will be asked for, with its places; None where one has none."""
        named: list[tuple[bytes, int]] = []
        for (place, _, _), row in told:
            if len(row) != END_ROW:
                guid = None if row[0] is None else guid_of_key(row[0])
                if guid is None:
                    return None
                named.append((guid, place))
        places = [place for kind, some in met.items() if self._is_deed(kind) for place in some.places]
        try:
            guids = payloads.guids(places, "ProcessGuid")
        except UNFAMILIAR:
            return None
        if guids is None:
            return None
        named += zip(guids, map(itemgetter(0), places), strict=True)
        return named

    def _is_deed(self, kind: Kind) -> bool:
        return self._later.can_match(*kind) and not self._sieve.can_match(*kind)


def _row(host: str, time: int, kinds: bytes, values: tuple[bytes, ...]) -> StartRow | EndRow | None:
    """None where something is not as Sysmon writes it."""
    own = guid_of_value(kinds[0], values[0])
    if own is None or kinds[1] != UINT32:
        return None
    key, number = key_of_guid(host, own), _key_of_pid(host, values[1])
    if len(values) == len(_OWN):
        return key, number, time
    parent = guid_of_value(kinds[2], values[2])
    if (parent is None and kinds[2] != GUID) or kinds[3] != UINT32:
        return None
    parent_key = None if parent is None else key_of_guid(host, parent)
    image = _image_key(kinds[_PROGRAM], values[_PROGRAM])
    return key, number, image, time, parent_key, _key_of_pid(host, values[3])


@lru_cache(_REMEMBERED)
def _key_of_pid(host: str, stored: bytes) -> bytes:
    return key_of_pid(host, str(int.from_bytes(stored, "little")))


@lru_cache(_REMEMBERED)
def _image_key(kind: int, data: bytes) -> bytes | None:
    text = text_of_value(kind, data)
    return None if text in _UNTOLD else image_key(text)
