"""Sysmon's payload alone, as in the data of endgameinc/eqllib: `EventId` and Sysmon's fields, no header.

Nothing in such a record says who wrote it. The field names do: they are Sysmon's, so the shape binds the
events to it, and the result says so (EV-B1).
"""

from typing import Any

from carhound.model.event import RawEvent, Value
from carhound.readers.json.tally import Kind
from carhound.readers.notes import Notes
from carhound.readers.times import event_time
from carhound.readers.values import header_text, text_of

_SYSMON = "Microsoft-Windows-Sysmon"
_ELSEWHERE = frozenset({"Provider", "ProviderName", "Channel", "SourceName"})
"""Names of a header: a record that has one is another shape."""


def is_eql_raw(record: dict[str, Any]) -> bool:
    """Whether a record has an `EventId`, Sysmon's `UtcTime`, and no header."""
    return "EventId" in record and "UtcTime" in record and _ELSEWHERE.isdisjoint(record)


def eql_raw_kind(record: dict[str, Any]) -> Kind:
    """What the header of its event says."""
    return _SYSMON, None, header_text(record["EventId"]), None


def eql_raw_event(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one record."""
    notes.add("EV-B1")
    data: dict[str, Value] = {}
    for name, value in record.items():
        if name != "EventId" and (text := value if type(value) is str else text_of(value)) is not None:
            data[name] = text
    return RawEvent(
        *eql_raw_kind(record),
        record_id=None,
        time=event_time(notes, None, data.get("UtcTime"), None),
        data=data,
        meta={},
        position=position,
    )
