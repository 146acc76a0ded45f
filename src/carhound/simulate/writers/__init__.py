"""Stand-in for the writers until they are merged: JSON lines as Winlogbeat 7 writes them."""

from collections.abc import Callable, Iterable
from typing import BinaryIO

import orjson

from carhound.simulate.event import Simulated


def write_jsonl(records: Iterable[Simulated], stream: BinaryIO) -> None:
    """One record a line."""
    for one in records:
        time = one.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {
            "@timestamp": time,
            "event": {"code": str(one.event_id), "kind": "event", "provider": one.provider},
            "host": {"name": one.computer},
            "winlog": {
                "api": "wineventlog",
                "channel": one.channel,
                "computer_name": one.computer,
                "event_data": one.data,
                "event_id": str(one.event_id),
                "process": {"pid": one.process_id, "thread": {"id": one.thread_id}},
                "provider_guid": one.provider_guid,
                "provider_name": one.provider,
                "record_id": one.record_id,
                "version": one.version,
            },
        }
        stream.write(orjson.dumps(line) + b"\n")


FORMATS: dict[str, tuple[Callable[[Iterable[Simulated], BinaryIO], None], str]] = {
    "jsonl": (write_jsonl, "jsonl"),
}
