"""Tables whose columns have the names that Windows gives the fields: Sysmon's, or those of a 4688.

Who wrote an event is told by its provider or channel. Tables often name neither; then the fields that a row
fills bind it, and the result says so (EV-B1, EV-B3).
"""

from carhound.model.event import Fields, RawEvent, Value
from carhound.readers.notes import Notes
from carhound.readers.tables.row_header import COLLECTED, HEADER, read_header

SYSMON = "Microsoft-Windows-Sysmon"
SECURITY = "Microsoft-Windows-Security-Auditing"
_SYSMONS = ("Image", "ImageLoaded", "ProcessGuid", "TargetFilename", "TargetObject", "SourceImage")
"""Of these a Sysmon event carries at least one (those it carries always, by kind of event)."""


def is_creations(columns: frozenset[str]) -> bool:
    """Whether a table has the fields of a 4688."""
    return "NewProcessName" in columns


def is_sysmon(columns: frozenset[str]) -> bool:
    """Whether a table has fields of Sysmon's."""
    return "Image" in columns and not columns.isdisjoint(
        {"CommandLine", "ImageLoaded", "ParentImage", "ProcessGuid"}
    )


def native_event(row: dict[str, Value], position: str, notes: Notes) -> RawEvent | str:
    """The raw event of one row."""
    header = read_header(row, notes)
    data: dict[str, Value] = {}
    meta: dict[str, Value] = {}
    for name, value in row.items():
        if name in COLLECTED:
            meta[name] = value
        elif name not in HEADER:
            data[name] = value
        elif value not in (header.provider, header.channel, header.event_id, header.computer):
            meta[name] = value
    event = RawEvent(
        header.provider,
        header.channel,
        header.event_id,
        header.computer,
        header.record_id,
        header.time,
        data,
        meta,
        position,
    )
    bind(event, notes)
    return event


def bind(event: RawEvent, notes: Notes, told: bool = False) -> None:
    """Fills in who wrote an event and which it is, where it does not say so itself.

    With `told` a column tells which it is, and an event without an id there is none of those known.
    """
    if event.provider is None and event.channel is None:
        event.provider = _bound(event.data, event.event_id, notes)
    if event.event_id is None and not told and (found := _id(event.provider, event.data)) is not None:
        notes.add("EV-B4")
        event.event_id = found


def _bound(data: Fields, event_id: str | None, notes: Notes) -> str | None:
    if "NewProcessName" in data or (event_id == "4688" and "Image" not in data):
        notes.add("EV-B3")
        return SECURITY
    if any(name in data for name in _SYSMONS):
        notes.add("EV-B1")
        return SYSMON
    return None


def _id(provider: str | None, data: Fields) -> str | None:
    if provider == SECURITY:
        return "4688" if "NewProcessName" in data else None
    if provider != SYSMON:
        return None
    if "ImageLoaded" in data:
        return "7" if "Image" in data else None
    return "1" if "Image" in data and ("ParentImage" in data or "CommandLine" in data) else None
