"""Events for lakes, and ways to run and to end ingests."""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from carhound.lake.rows import as_row, to_arrow
from carhound.lake.store import Lake
from carhound.model.event import Event, RawEvent
from carhound.model.event_table import EventTable
from carhound.normalize.normalizer import Normalizer

TABLE = EventTable(("Image", "CommandLine"), ("image_path",), ("regsvr32",))
START = datetime(2024, 6, 14, 23, 0, tzinfo=UTC)


def event(
    number: int, *, shape: str = "evtx", time: datetime | None = START, guid: int | None = None, **data: str
) -> Event:
    """A process creation; its number is its record id, and its GUID unless another is given."""
    fields: dict[str, Any] = {
        "UtcTime": "2024-06-14 23:00:00.000",
        "ProcessGuid": f"{{C1A8C5E4-1B2C-65F3-0100-{number if guid is None else guid:012X}}}",
        "CommandLine": "x",
        "Image": "C:\\Windows\\regsvr32.exe" if number % 10 == 0 else f"C:\\{number}.exe",
        **data,
    }
    sysmon = "Microsoft-Windows-Sysmon"
    raw = RawEvent(sysmon, f"{sysmon}/Operational", "1", "ws1", str(number), time, fields, {}, "")
    return Normalizer().event(raw, "a.evtx", shape)


def hourly(numbers: Iterable[int]) -> list[Event]:
    """An event each hour."""
    return [event(number, time=START + timedelta(hours=number)) for number in numbers]


def rows(events: Iterable[Event], table: EventTable = TABLE) -> pa.Table:
    return to_arrow([as_row(one, table, 0) for one in events], table)


def content(lake: Lake, *columns: str) -> list[dict[str, Any]]:
    """All rows of the lake as another engine would see them."""
    found: list[dict[str, Any]] = lake.iceberg.scan(selected_fields=columns or ("*",)).to_arrow().to_pylist()
    return found


def write_lines(path: Path, numbers: Iterable[int], **fields: Any) -> Path:
    """NXLog records as JSON lines, one each minute."""
    with path.open("w", encoding="utf-8") as stream:
        for number in numbers:
            record = {
                "SourceName": "Microsoft-Windows-Sysmon",
                "Channel": "Microsoft-Windows-Sysmon/Operational",
                "EventID": 1,
                "Hostname": "WS1",
                "RecordNumber": number,
                "TimeCreated": (START + timedelta(minutes=number)).isoformat(),
                "Image": f"C:\\Windows\\{number % 7}.exe",
                "CommandLine": f"run {number}",
                **fields,
            }
            stream.write(json.dumps(record) + "\n")
    return path


SMALL_BATCHES = """
import sys
import carhound.lake.ingester as ingester
import carhound.pipeline.lakes.follow as follow
ingester._CHUNK, ingester._BATCH_ROWS, follow._PAUSE = 20, 40, 0.2
{before}
from carhound.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""The program, but it commits every few events."""


def started(
    *words: object, before: str = "", python: Sequence[str] = (sys.executable,), **options: Any
) -> "subprocess.Popen[str]":
    """The program with small batches, in a process of its own; `before` is run in it first."""
    code = SMALL_BATCHES.format(before=before)
    return subprocess.Popen(
        [*python, "-c", code, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **options,
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Its exit status and what it said."""
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err
