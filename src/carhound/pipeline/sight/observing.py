"""Events noted host by host while they are read: kinds, record ids, fields, what plans can do with them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from carhound.engines.interpreter.carrying import meets
from carhound.engines.interpreter.collect import NotJudged, can_match
from carhound.engines.interpreter.conditions import Condition, condition
from carhound.engines.interpreter.rows import Row, SharedRow
from carhound.findings.record_ids import RecordTracker
from carhound.findings.sysmon_versions import LOOKED_AT, SINCE
from carhound.findings.visibility import Notice
from carhound.model.datasets import SECURITY, SYSMON
from carhound.model.event import Event
from carhound.model.folding import fold
from carhound.model.presence import Presence
from carhound.pipeline.sight.notices import notice_of
from carhound.plan.needs import CARRIERS, Need, needs
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field, Predicate, Where, tests
from carhound.plan.stems import Stem, stems

SIGNATURE = frozenset({"Signed", "Signature", "SignatureStatus", "signed", *CARRIERS})
"""Fields of either view that tell of signatures."""

_WATCHED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("Sysmon", "1"): ("CommandLine", "ParentImage", "ParentCommandLine", "OriginalFileName", "Hashes"),
    ("Sysmon", "7"): ("ImageLoaded", "Signed", "Signature", "SignatureStatus", "OriginalFileName", "Hashes"),
    ("Security", "4688"): ("CommandLine", "ParentProcessName"),
}
_VALUED = frozenset({"Signed", "SignatureStatus", "Hashes"})
_MOST_VALUES = 20
_MOST_LOADERS = 10
_MOST_NOTICES = 50
_MOST_KINDS = 10_000
_LONGEST_ID = 19
"""Digits of a record id: Windows counts in 64 bits."""


class LogTally(Struct):
    """One log of one host."""

    by_id: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    records: RecordTracker = field(default_factory=RecordTracker)


class FieldTally(Struct):
    """One field of one kind of event."""

    events: int = 0
    present: int = 0
    values: Counter[str] = field(default_factory=Counter)


class SourceTally(Struct):
    """What one source on one host sent that a plan could match."""

    eligible: int = 0
    blind: Counter[Need] = field(default_factory=Counter)
    """Events in files on which none of the host's events met a need; each under the first one unmet."""
    in_file: int = 0
    unmet: list[Need] = field(default_factory=list)
    """Of the file being read."""


class PlanTally(Struct):
    """What a plan could do with the events of one host."""

    eligible: int = 0
    sources: dict[str | None, SourceTally] = field(default_factory=dict)
    unseen: list[Predicate] = field(default_factory=list)
    """Conditions on signatures that have not held for any event yet."""


class HostTally(Struct):
    """One host."""

    events: int = 0
    first: datetime | None = None
    last: datetime | None = None
    logs: dict[str | None, LogTally] = field(default_factory=dict)
    plans: dict[int, PlanTally] = field(default_factory=dict)
    fields: dict[tuple[str, str, str], FieldTally] = field(default_factory=dict)
    """By sensor, event id and field."""
    loaders: set[str] = field(default_factory=set)
    sysmon: set[tuple[str, str | None]] = field(default_factory=set)
    """Of the events and fields by which versions of Sysmon are told."""
    stated: dict[str, None] = field(default_factory=dict)
    schema: str | None = None
    notices: list[Notice] = field(default_factory=list)
    noticed: Counter[str] = field(default_factory=Counter)


class _Watch(Struct, frozen=True):
    number: int
    stem: Stem
    needs: tuple[Need, ...]
    signature: tuple[tuple[Predicate, Condition], ...]


_Sensor = Literal["Sysmon", "Security"]


class Observer:
    """Takes every event that is read; see `pipeline.reading`."""

    def __init__(self, plans: Iterable[Node]) -> None:
        self.hosts: dict[str | None, HostTally] = {}
        self.presence = Presence()
        """Of the hosts, whatever they sent."""
        self._watches = [_watch(number, plan) for number, plan in enumerate(plans)]
        self.eligible = {watch.number: Presence() for watch in self._watches}
        """By plan: when hosts sent what it could match."""
        self._fields = _fields(self._watches)
        self._by_kind: dict[object, tuple[_Sensor | None, list[_Watch]]] = {}
        self._touched: dict[int, SourceTally] = {}

    def stem(self, number: int) -> Stem:
        """The main stem of a plan."""
        return self._watches[number].stem

    def begin_file(self) -> None:
        """A file begins."""

    def offer(self, event: Event) -> tuple[int, ...]:
        """Notes an event; the plans whose main search it is eligible for."""
        host = self.hosts.get(event.computer)
        if host is None:
            host = self.hosts[event.computer] = HostTally()
        host.events += 1
        host.first, host.last = _span(host.first, host.last, event.time)
        self.presence.add(event.computer, event.time)
        _note_log(host, event)
        if (notice := notice_of(event)) is not None:
            _note(host, notice)
        sensor, watches = self._of(event)
        if sensor is not None:
            self._note_sensor(host, sensor, event)
        if watches:
            row = SharedRow(event)
            for watch in watches:
                self._eligible(host, watch, event, row)
        return tuple(watch.number for watch in watches)

    def end_file(self) -> list[NotJudged]:
        """The file ends. What hosts lacked in it is noted with them, so nothing is told here."""
        for source in self._touched.values():
            if source.unmet:
                source.blind[source.unmet[0]] += source.in_file
            source.in_file = 0
        self._touched.clear()
        return []

    def _of(self, event: Event) -> tuple[_Sensor | None, list[_Watch]]:
        kind = (event.provider, event.channel, event.event_id, event.kinds)
        found = self._by_kind.get(kind)
        if found is None:
            if len(self._by_kind) > _MOST_KINDS:
                self._by_kind.clear()
            sensor: _Sensor | None = None
            if SYSMON.holds(event.provider, event.channel):
                sensor = "Sysmon"
            elif SECURITY.holds(event.provider, event.channel):
                sensor = "Security"
            watches = [watch for watch in self._watches if can_match(watch.stem, event)]
            found = self._by_kind[kind] = (sensor, watches)
        return found

    def _eligible(self, host: HostTally, watch: _Watch, event: Event, row: Row) -> None:
        tally = host.plans.get(watch.number)
        if tally is None:
            tally = host.plans[watch.number] = PlanTally(unseen=[one for one, _ in watch.signature])
        tally.eligible += 1
        self.eligible[watch.number].add(event.computer, event.time)
        name = None if watch.stem.scan.kinds is None else event.provider or event.channel
        source = tally.sources.get(name)
        if source is None:
            source = tally.sources[name] = SourceTally()
        if not source.in_file:
            source.unmet = list(watch.needs)
            self._touched[id(source)] = source
        source.eligible += 1
        source.in_file += 1
        if source.unmet:
            source.unmet = [need for need in source.unmet if not meets(need, row)]
        if tally.unseen:
            held = [predicate for predicate, holds in watch.signature if holds(row)]
            tally.unseen = [one for one in tally.unseen if one not in held]

    def _note_sensor(self, host: HostTally, sensor: _Sensor, event: Event) -> None:
        event_id = event.event_id or ""
        for name in self._fields.get((sensor, event_id), ()):
            tally = host.fields.get((sensor, event_id, name))
            if tally is None:
                tally = host.fields[sensor, event_id, name] = FieldTally()
            tally.events += 1
            value = event.lookup(name)
            if value:
                tally.present += 1
                if name in _VALUED and isinstance(value, str):
                    _count(tally.values, name, value)
        if sensor == "Sysmon":
            _note_sysmon(host, event, event_id)


def _watch(number: int, plan: Node) -> _Watch:
    stem = stems(plan)[0]
    signature = [one for one in stem.conditions if _is_of_signatures(one)]
    compiled = tuple((one, condition(one)) for one in signature)
    return _Watch(number, stem, needs(stem), compiled)


def _is_of_signatures(predicate: Predicate) -> bool:
    fields = [getattr(test, "field", None) for test in tests([predicate]) if not isinstance(test, Where)]
    return bool(fields) and all(isinstance(one, Field) and one.name in SIGNATURE for one in fields)


def _fields(watches: Iterable[_Watch]) -> dict[tuple[str, str], tuple[str, ...]]:
    """By sensor and event id, the fields that are counted: those always of interest, and those needed."""
    found = {kind: dict.fromkeys(names) for kind, names in _WATCHED.items()}
    for watch in watches:
        for sensor, dataset in (("Sysmon", SYSMON), ("Security", SECURITY)):
            if watch.stem.scan.dataset != dataset:
                continue
            for event_id in watch.stem.event_ids() or ():
                names = [one.name for need in watch.needs for one in need.fields if one.view == "native"]
                found.setdefault((sensor, event_id), {}).update(dict.fromkeys(names))
    return {kind: tuple(names) for kind, names in found.items()}


def _note_log(host: HostTally, event: Event) -> None:
    name = event.channel or event.provider
    log = host.logs.get(name)
    if log is None:
        log = host.logs[name] = LogTally()
    log.by_id[event.event_id or ""] += 1
    log.first, log.last = _span(log.first, log.last, event.time)
    number = event.record_id
    if number is not None and len(number) <= _LONGEST_ID and number.isascii() and number.isdigit():
        log.records.add(int(number), event.time)


def _note(host: HostTally, notice: Notice) -> None:
    host.noticed[notice.kind] += 1
    if host.noticed[notice.kind] <= _MOST_NOTICES:
        host.notices.append(notice)


def _note_sysmon(host: HostTally, event: Event, event_id: str) -> None:
    if event_id in LOOKED_AT:
        for since, name, _ in SINCE:
            if since == event_id and (name is None or name in event.data):
                host.sysmon.add((since, name))
    if event_id == "4":
        version, schema = event.data.get("Version"), event.data.get("SchemaVersion")
        if isinstance(version, str) and version and len(host.stated) < _MOST_VALUES:
            host.stated[version] = None
        if isinstance(schema, str) and schema:
            host.schema = schema
    elif event_id == "7" and len(host.loaders) <= _MOST_LOADERS:
        image = event.data.get("Image")
        if isinstance(image, str) and image:
            host.loaders.add(fold(image.rpartition("\\")[2]))


def _count(values: Counter[str], name: str, value: str) -> None:
    if name == "Hashes":
        parts = [part.partition("=")[0].strip().upper() for part in value.split(",") if "=" in part]
    else:
        parts = [fold(value)]
    for part in parts:
        if part in values or len(values) < _MOST_VALUES:
            values[part] += 1


def few_loaders(host: HostTally) -> tuple[str, ...] | None:
    """The programs of which a host tells module loads, where there are few."""
    if not host.loaders or len(host.loaders) > _MOST_LOADERS:
        return None
    return tuple(sorted(host.loaders))


def _span(
    first: datetime | None, last: datetime | None, time: datetime | None
) -> tuple[datetime | None, datetime | None]:
    if time is None:
        return first, last
    return (time if first is None else min(first, time)), (time if last is None else max(last, time))
