"""Rendered event XML: an `<Event>` on each line, as `wevtutil qe` and forwarders give it.

Format: Microsoft, "Event Schema"; single quotes, order and empty elements as Windows renders them. Line ends
within a value are character references, so that a line is always a whole event.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import BinaryIO

from carhound.simulate.event import Simulated
from carhound.simulate.text import xml_text
from carhound.simulate.writers.event_templates import NAMESPACE

_SPECIAL = re.compile("[&<>'\t\n\r]")
_ESCAPED = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "'": "&apos;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}


def write(records: Iterable[Simulated], stream: BinaryIO) -> None:
    """Writes UTF-8, a line for each record."""
    for record in records:
        stream.write(event_xml(record).encode() + b"\n")


def event_xml(record: Simulated) -> str:
    """The event on one line. What XML cannot hold is U+FFFD in it."""
    user = f" UserID='{_escaped(record.user_sid)}'" if record.user_sid is not None else ""
    time = record.time.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    fields = "".join(f"{_opening(name)}{_escaped(text)}</Data>" for name, text in record.data.items())
    return (
        f"<Event xmlns='{NAMESPACE}'><System>{_provider(record.provider, record.provider_guid)}"
        f"<EventID>{record.event_id}</EventID><Version>{record.version}</Version><Level>{record.level}</Level>"
        f"<Task>{record.task}</Task><Opcode>{record.opcode}</Opcode><Keywords>0x{record.keywords:x}</Keywords>"
        f"<TimeCreated SystemTime='{time}'/><EventRecordID>{record.record_id}</EventRecordID><Correlation/>"
        f"<Execution ProcessID='{record.process_id}' ThreadID='{record.thread_id}'/>"
        f"<Channel>{_escaped(record.channel)}</Channel><Computer>{_escaped(record.computer)}</Computer>"
        f"<Security{user}/></System><EventData>{fields}</EventData></Event>"
    )


@lru_cache(256)
def _provider(name: str, guid: str) -> str:
    return f"<Provider Name='{_escaped(name)}' Guid='{_escaped(guid.upper())}'/>"


@lru_cache(1024)
def _opening(name: str) -> str:
    return f"<Data Name='{_escaped(name)}'>"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPED[found[0]], xml_text(text))
