"""Simulated records to logs: one module per format, each with `write(records, stream)`."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import BinaryIO

from carhound.simulate.event import Simulated
from carhound.simulate.writers import evtx, jsonl, splunk, xml

Write = Callable[[Iterable[Simulated], BinaryIO], None]
"""Writes a whole log to a stream, one record at a time."""

FORMATS: Mapping[str, tuple[Write, str]] = MappingProxyType(
    {
        "evtx": (evtx.write, ".evtx"),
        "jsonl": (jsonl.write, ".jsonl"),
        "xml": (xml.write, ".xml"),
        "splunk": (splunk.write, ".json"),
    }
)
"""Name of a format -> its writer, and how the names of its files end."""
