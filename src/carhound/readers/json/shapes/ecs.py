"""Documents in the Elastic Common Schema without `winlog`: only ECS names, nested or dotted.

Three kinds: events of Sysmon or the Security log that name their writer (`event.provider`, `event.module`)
and code; and events of another sensor, Elastic Defend above all, which say what happened in
`event.category`, `event.type` and `event.action`. Those are put under the Sysmon event that says the same
(EV-B2). Names: ECS field reference; which is which of Sysmon's: `ecs_names`. A document in dotted names
that has `winlog` is Winlogbeat's.
"""

from typing import Any

from carhound.model.event import RawEvent, Value
from carhound.readers.ecs_names import kind_of, module_utc_time, read_back, read_back_security
from carhound.readers.json.shapes.winlogbeat6 import flatten
from carhound.readers.json.shapes.winlogbeat7 import is_winlogbeat7, winlogbeat7_event
from carhound.readers.notes import Notes
from carhound.readers.sysmon_names import SECURITY, SYSMON
from carhound.readers.times import event_time

_MARKS = frozenset({"event.code", "event.category", "event.action", "process.executable", "winlog.event_id"})


def is_ecs(record: dict[str, Any]) -> bool:
    """Whether the record is about an event in ECS's names."""
    about = record.get("event")
    if isinstance(about, dict):
        return "ecs" in record or "code" in about or "category" in about or "process" in record
    return not _MARKS.isdisjoint(record)


def ecs_event(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one document."""
    if any(name.startswith("winlog.") for name in record) and is_winlogbeat7(nested := _nested(record)):
        return winlogbeat7_event(nested, position, notes)
    leaves: dict[str, Value] = {}
    flatten(record, leaves, frozenset(), {})
    provider = _text(leaves, "event.provider")
    event_id = _text(leaves, "event.code")
    module = _text(leaves, "event.module")
    data: dict[str, Value] = {}
    if provider == SYSMON or module == "sysmon":
        provider = SYSMON
        if read_back(event_id, leaves, data):
            notes.add("EV-E1")
            if utc_time := module_utc_time(record.get("@timestamp")):
                data["UtcTime"] = utc_time
    elif provider == SECURITY or module == "security":
        provider = SECURITY
        if read_back_security(event_id, leaves, data):
            notes.add("EV-E1")
    elif provider is None or module == "endpoint":
        if (kind := kind_of(leaves)) is not None:
            provider, event_id = SYSMON, kind
            read_back(event_id, leaves, data)
            notes.add("EV-B2")
        else:
            notes.add("EV-K1")
    return RawEvent(
        provider=provider,
        channel=None,
        event_id=event_id,
        computer=_text(leaves, "host.name") or _text(leaves, "host.hostname"),
        record_id=None,
        time=event_time(notes, record.get("@timestamp"), data.get("UtcTime"), None),
        data=data,
        meta=leaves,
        position=position,
    )


def _text(leaves: dict[str, Value], name: str) -> str | None:
    value = leaves.get(name)
    return value if isinstance(value, str) and value else None


def _nested(record: dict[str, Any]) -> dict[str, Any]:
    """The document with objects in place of dotted names; a name that is a value elsewhere stays dotted."""
    nested: dict[str, Any] = {}
    for name, value in record.items():
        at = nested
        *way, last = name.split(".")
        for step in way:
            below = at.setdefault(step, {})
            if not isinstance(below, dict):
                at, last = nested, name
                break
            at = below
        if isinstance(value, dict) and isinstance(there := at.get(last), dict):
            there.update(value)
        else:
            at[last] = value
    return nested
