"""Winlogbeat 7: JSON lines with everything of the event log under `winlog`.

Format: Winlogbeat reference, "Exported fields" (`winlog`, `event`, `host`, `log`).
"""

from collections.abc import Iterable
from typing import Any, BinaryIO

import orjson

from carhound.simulate.event import Simulated
from carhound.simulate.text import storable

_LEVELS = {1: "critical", 2: "error", 3: "warning", 5: "verbose"}


def write(records: Iterable[Simulated], stream: BinaryIO) -> None:
    """Writes UTF-8, a line for each record. Times are UTC; `@timestamp` has milliseconds."""
    for record in records:
        stream.write(orjson.dumps(_document(record), option=orjson.OPT_APPEND_NEWLINE))


def _document(record: Simulated) -> dict[str, Any]:
    provider, computer = storable(record.provider), storable(record.computer)
    winlog: dict[str, Any] = {
        "api": "wineventlog",
        "channel": storable(record.channel),
        "computer_name": computer,
        "event_data": {storable(name): storable(text) for name, text in record.data.items()},
        "event_id": str(record.event_id),
        "opcode": str(record.opcode),
        "process": {"pid": record.process_id, "thread": {"id": record.thread_id}},
        "provider_guid": storable(record.provider_guid.upper()),
        "provider_name": provider,
        "record_id": record.record_id,
        "task": str(record.task),
        "time_created": record.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "version": record.version,
    }
    if record.user_sid is not None:
        winlog["user"] = {"identifier": storable(record.user_sid)}
    return {
        "@timestamp": record.time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{record.time.microsecond // 1000:03d}Z",
        "agent": {"type": "winlogbeat", "version": "7.17.0"},
        "ecs": {"version": "1.12.0"},
        "event": {"code": str(record.event_id), "kind": "event", "provider": provider},
        "host": {"name": computer},
        "log": {"level": _LEVELS.get(record.level, "information")},
        "winlog": winlog,
    }
