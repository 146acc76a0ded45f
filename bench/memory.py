"""Peak memory of `carhound hunt` on evidence far larger than memory should be: `make bench-memory`.

2 GB of JSON lines, and an EVTX file of 1 GB made of the chunks of a public log, both removed afterwards.
CARHOUND_SHARED is the folder of the public data, BENCH_SCALE a factor (0.1 for a quick look).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

LIMIT = 300 << 20
SCALE = float(os.environ.get("BENCH_SCALE", "1"))
SHARED = Path(os.environ.get("CARHOUND_SHARED", Path(__file__).parents[2] / "shared"))
EVTX = SHARED / "data" / "williballenthin--python-evtx" / "issue_43.evtx"
HEADER, CHUNK = 4096, 65536

EVENT = {
    "EventID": 1,
    "SourceName": "Microsoft-Windows-Sysmon",
    "Channel": "Microsoft-Windows-Sysmon/Operational",
    "Hostname": "ws1.example.org",
    "TimeCreated": "2024-06-14T12:00:00.123Z",
    "RecordNumber": 0,
    "ProcessGuid": "{00000000-0000-0000-0000-000000000000}",
    "Image": "C:\\Windows\\System32\\svchost.exe",
    "CommandLine": "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule " + "x" * 900,
    "ParentImage": "C:\\Windows\\System32\\services.exe",
    "User": "NT AUTHORITY\\SYSTEM",
}


def write_json(file: BinaryIO) -> None:
    size = number = 0
    while size < (2 << 30) * SCALE:
        lines = []
        for _ in range(1000):
            number += 1
            EVENT["RecordNumber"] = number
            if number % 500_000 == 0:  # a few matches
                lines.append(json.dumps(EVENT | {"ParentImage": "C:\\Windows\\System32\\regsvr32.exe"}))
            else:
                lines.append(json.dumps(EVENT))
        size += file.write(("\n".join(lines) + "\n").encode())


def write_evtx(file: BinaryIO) -> None:
    data = EVTX.read_bytes()
    size = file.write(data[:HEADER])
    chunks = [data[at : at + CHUNK] for at in range(HEADER, len(data) - CHUNK + 1, CHUNK)]
    used = [chunk for chunk in chunks if chunk.startswith(b"ElfChnk\0")]
    while size < (1 << 30) * SCALE:
        for chunk in used:
            size += file.write(chunk)


def measure(path: Path) -> tuple[float, int, str]:
    """Seconds, peak of resident memory in bytes, and what was said of the reading."""
    began = time.monotonic()
    command = [sys.executable, "-m", "carhound", "hunt", "-f", "json", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        run = json.loads(process.stdout.read())
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    totals = run["evidence"]["totals"]
    said = f"{totals['events']:,} events, {len(run['findings'])} findings, {totals['damaged']} damaged"
    return time.monotonic() - began, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), said


def main() -> int:
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        made: dict[str, Callable[[BinaryIO], None]] = {"big.jsonl": write_json}
        if EVTX.exists():
            made["big.evtx"] = write_evtx
        for name, write in made.items():
            path = Path(folder) / name
            with path.open("wb") as file:
                write(file)
            size = path.stat().st_size
            took, peak, said = measure(path)
            path.unlink()
            worst = max(worst, peak)
            print(  # noqa: T201
                f"{name}: {size / 2**20:,.0f} MB in {took:.0f} s ({size / 2**20 / took:.0f} MB/s), "
                f"peak {peak / 2**20:.0f} MB; {said}"
            )
    return 0 if worst < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
