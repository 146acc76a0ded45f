"""JSON renderings of the event's XML tree: `{"Event": {"System": …, "EventData": …}}` or its inside alone."""

from typing import Any

from carhound.model.event import RawEvent
from carhound.readers.event_tree import tree_event
from carhound.readers.notes import Notes


def is_event_tree(record: dict[str, Any]) -> bool:
    """Whether the record has System, under Event or at the top."""
    return isinstance(_tree(record).get("System"), dict)


def event_tree_event(record: dict[str, Any], position: str, notes: Notes) -> RawEvent:
    """The raw event of one tree."""
    return tree_event(_tree(record), position, notes)


def _tree(record: dict[str, Any]) -> dict[str, Any]:
    event = record.get("Event")
    return event if isinstance(event, dict) else record
