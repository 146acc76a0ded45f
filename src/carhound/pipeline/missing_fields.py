"""Fields that a search names and that none of the events it found has: a slip in a name is told from this."""

from collections.abc import Iterator, Sequence
from itertools import islice

from carhound.engines.interpreter.rows import Row, getter
from carhound.model.diagnostics import Diagnostic
from carhound.model.event import Event
from carhound.model.suggestion import nearest
from carhound.plan.nodes import Node, chain, subsearch_of
from carhound.plan.reads import fields_read

_LOOKED_AT = 1_000
"""Events whose names are compared with one that is missing."""
_SPLUNK = frozenset(
    {"eventtype", "index", "linecount", "punct", "source", "sourcetype", "splunk_server", "tag"}
)


def missing_fields(plan: Node, events: Sequence[Event]) -> Iterator[Diagnostic]:
    """A remark for every name; a warning where the spelling alone is wrong."""
    elsewhere = {
        read.field.name
        for node in chain(plan)
        if (inner := subsearch_of(node)) is not None
        for read in fields_read(inner)
    }
    rows = [Row(event) for event in events]
    names: dict[str, None] | None = None
    for read in fields_read(plan):
        name = read.field.name
        get = getter(read.field)
        if name in elsewhere or name.startswith("_") or any(get(row) is not None for row in rows):
            continue
        if names is None:
            names = dict.fromkeys(name for event in islice(events, _LOOKED_AT) for name in event.native)
        yield _missing(name, names, len(rows))


def _missing(name: str, names: dict[str, None], events: int) -> Diagnostic:
    whose = (
        "the event found does not have it" if events == 1 else f"none of the {events:,} events found has it"
    )
    message = f"{name}: {whose}"
    if name in _SPLUNK:
        hint = "it is Splunk's own; SourceName and Channel say which log an event is from"
        return Diagnostic("RUN-F1", message, "note", hint=hint)
    near = next((one for one in names if _plain(one) == _plain(name)), None)
    if near is not None:
        hint = f"did you mean {near}? Letter case counts in names"
        return Diagnostic("RUN-F1", message, "warning", hint=hint)
    near = nearest(name, names)
    return Diagnostic("RUN-F1", message, "note", hint=None if near is None else f"did you mean {near}?")


def _plain(name: str) -> str:
    """A name in one spelling: Splunk's inputs write New_Process_Name for NewProcessName."""
    return name.replace("_", "").lower()
