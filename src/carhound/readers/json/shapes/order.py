"""The shapes a JSON record can have, in the order in which they are tried."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from carhound.model.event import RawEvent
from carhound.readers.json.layout import HeaderKeys
from carhound.readers.json.shapes.azure import azure_event, is_azure
from carhound.readers.json.shapes.ecs import ecs_event, is_ecs
from carhound.readers.json.shapes.eql_normalised import (
    eql_normalised_event,
    eql_normalised_kind,
    is_eql_normalised,
)
from carhound.readers.json.shapes.eql_raw import eql_raw_event, eql_raw_kind, is_eql_raw
from carhound.readers.json.shapes.event_tree import event_tree_event, is_event_tree
from carhound.readers.json.shapes.evtxecmd import evtxecmd_event, is_evtxecmd
from carhound.readers.json.shapes.nxlog import HEADER_KEYS as NXLOG
from carhound.readers.json.shapes.nxlog import is_nxlog, nxlog_event
from carhound.readers.json.shapes.wazuh import is_wazuh, wazuh_event
from carhound.readers.json.shapes.winlogbeat6 import HEADER_KEYS as WINLOGBEAT6
from carhound.readers.json.shapes.winlogbeat6 import is_winlogbeat6, winlogbeat6_event
from carhound.readers.json.shapes.winlogbeat7 import HEADER_KEYS as WINLOGBEAT7
from carhound.readers.json.shapes.winlogbeat7 import is_winlogbeat7, winlogbeat7_event
from carhound.readers.json.tally import Kind
from carhound.readers.notes import Notes
from carhound.readers.tables.splunk_rows import is_splunk, splunk_event


class JsonShape(Struct, frozen=True):
    """One shape of record."""

    name: str
    """As results show it."""
    about: str
    """For people, in messages."""
    matches: Callable[[dict[str, Any]], bool]
    event: Callable[[dict[str, Any], str, Notes], RawEvent] | None = None
    """Makes the event; None for a shape that is known by sight only."""
    marks: tuple[bytes, ...] = ()
    """Keys that betray the shape in a text whose objects are all broken."""
    header: HeaderKeys | None = None
    """What the headers of its records depend on, where that is simple enough to pass over lines by it."""
    kind: Callable[[dict[str, Any]], Kind] | None = None
    """What the header of a record's event says, where that takes less than to make the event."""


def splunk_record(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of a row of Splunk's, whatever wrote what is in its `_raw`.

    Raises:
        ValueError: it cannot be read.
    """
    return splunk_event(record, position, notes, _not_splunk)


def _not_splunk(record: dict[str, Any], position: str, notes: Notes) -> RawEvent | None:
    shape = shape_of(record)
    if shape is None or shape.event is None or shape.event is splunk_record:
        return None
    return shape.event(record, position, notes)


JSON_SHAPES: tuple[JsonShape, ...] = (
    JsonShape("winlogbeat7", "Winlogbeat 7", is_winlogbeat7, winlogbeat7_event, (b'"winlog"',), WINLOGBEAT7),
    JsonShape(
        "winlogbeat6", "Winlogbeat 6", is_winlogbeat6, winlogbeat6_event, (b'"event_data"',), WINLOGBEAT6
    ),
    JsonShape("event-tree", "an event tree", is_event_tree, event_tree_event, (b'"System"', b'"Event')),
    JsonShape("splunk-json", "a Splunk export in JSON", is_splunk, splunk_record, (b'"_raw"',)),
    JsonShape("evtxecmd", "EvtxECmd JSON", is_evtxecmd, evtxecmd_event, (b'"Payload', b'"EventId"')),
    JsonShape(
        "azure-sentinel", "an Azure Sentinel export", is_azure, azure_event, (b'"TenantId"', b'"EventID"')
    ),
    JsonShape("nxlog", "NXLog", is_nxlog, nxlog_event, (b'"EventID"', b'"Hostname"'), NXLOG),
    JsonShape(
        "eql-raw",
        "raw EQL data",
        is_eql_raw,
        eql_raw_event,
        (b'"EventId"', b'"UtcTime"'),
        kind=eql_raw_kind,
    ),
    JsonShape(
        "eql-normalised",
        "normalised EQL data",
        is_eql_normalised,
        eql_normalised_event,
        (b'"event_type"', b'"process_path"'),
        kind=eql_normalised_kind,
    ),
    JsonShape("wazuh", "Wazuh alerts", is_wazuh, wazuh_event, (b'"win"', b'"eventdata"')),
    JsonShape("ecs", "ECS events without winlog", is_ecs, ecs_event, (b'"event', b'"process')),
)
"""The first that matches is a record's shape: those with a mark of their own come first, then flat ones."""


def shape_of(record: dict[str, Any]) -> JsonShape | None:
    """The shape of a record, else None."""
    for shape in JSON_SHAPES:
        if shape.matches(record):
            return shape
    return None


def broken_shape(text: bytes) -> JsonShape | None:
    """The shape a text would seem to have, none of whose objects can be read."""
    text = text.replace(b'\\"', b'"')  # in an envelope the record is text
    for shape in JSON_SHAPES:
        if shape.marks and all(mark in text for mark in shape.marks):
            return shape
    return None
