"""Evidence of any size, made of simulated events, in some of which regsvr32 stands."""

import io
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from carhound.simulate.engine import events
from carhound.simulate.scenario import load
from carhound.simulate.writers import evtx, jsonl

HEADER, CHUNK = 4096, 65536
START = datetime(2024, 6, 14)
SYSTEM32 = "C:\\Windows\\System32"
STARTED = {
    "EventID": 1,
    "SourceName": "Microsoft-Windows-Sysmon",
    "Channel": "Microsoft-Windows-Sysmon/Operational",
    "Hostname": "ws1.example.org",
    "Image": f"{SYSTEM32}\\svchost.exe",
    "CommandLine": f"{SYSTEM32}\\svchost.exe -k netsvcs -p -s Schedule " + "x" * 300,
    "ParentImage": f"{SYSTEM32}\\services.exe",
    "User": "NT AUTHORITY\\SYSTEM",
}


@dataclass(frozen=True, slots=True)
class Log:
    """An EVTX log: its header, its chunks without regsvr32, and those with it."""

    header: bytes
    without: list[bytes]
    hits: list[bytes]

    def write(self, path: Path, size: int, rate: float) -> None:
        """Writes a log of so many bytes, with regsvr32 in this share of its chunks, evenly."""
        wanted, turn = 0.0, cycle(self.hits)
        with path.open("wb") as file:
            file.write(self.header)
            for chunk in islice(cycle(self.without), size // CHUNK):
                wanted += rate
                file.write(next(turn) if wanted >= 1 else chunk)
                wanted %= 1


def simulated() -> Log:
    """Six days of four computers, about 200 MB; the same events every time."""
    file = io.BytesIO()
    evtx.write(events([load("squiblydoo-url")], hosts=4, days=6, security=False), file)
    data = file.getvalue()
    chunks = [data[at : at + CHUNK] for at in range(HEADER, len(data), CHUNK)]
    literal = "regsvr32".encode("utf-16-le")
    hits = [chunk for chunk in chunks if literal in chunk.lower()]
    return Log(data[:HEADER], [chunk for chunk in chunks if literal not in chunk.lower()], hits)


def write_nxlog(path: Path, size: int, every: int) -> None:
    """Writes process starts as NXLog does; one of so many is a child of regsvr32."""
    number = 0
    with path.open("w") as file:
        while file.tell() < size:
            number += 1
            record = STARTED | {
                "TimeCreated": (START + timedelta(milliseconds=100 * number)).isoformat(
                    timespec="milliseconds"
                )
                + "Z",
                "RecordNumber": number,
                "ProcessGuid": f"{{00000000-0000-0000-0000-{number:012}}}",
            }
            if number % every == 0:
                record["ParentImage"] = f"{SYSTEM32}\\regsvr32.exe"
            file.write(json.dumps(record) + "\n")


def write_winlogbeat(path: Path, size: int) -> None:
    """Writes a day of four computers over and over, with regsvr32 in the first only."""
    made = io.BytesIO()
    jsonl.write(events([load("squiblydoo-url")], hosts=4, days=1), made)
    day = made.getvalue()
    quiet = b"".join(line for line in day.splitlines(keepends=True) if b"regsvr32" not in line.lower())
    with path.open("wb") as file:
        file.write(day)
        while file.tell() < size:
            file.write(quiet)
