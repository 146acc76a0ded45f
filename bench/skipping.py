"""What a hunt saves by reading only what can matter: `make bench-skipping`.

Logs are made of simulated chunks, in some of which regsvr32 stands. A full parse is held against it: of EVTX
to JSON by the same parser, every event decoded by orjson; of JSON lines by DuckDB with a schema, one thread.
BENCH_SCALE is a factor of the sizes (0.1 for a quick look), BENCH_ROUNDS how often all is run in turn.
"""

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from carhound.simulate.engine import events
from carhound.simulate.scenario import load
from carhound.simulate.writers import evtx, jsonl

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
LIMIT = 300 << 20
HEADER, CHUNK = 4096, 65536
RATES = (0.0, 0.01, 0.1)
SMALL_FILES = 600

PARSE = """
import sys, orjson
from evtx import PyEvtxParser
for path in sys.argv[1:]:
    for record in PyEvtxParser(path).records_json():
        orjson.loads(record["data"])
"""
DUCKDB = """
import sys, json, duckdb
base = duckdb.connect(config={"threads": 1})
relation = base.read_json(sys.argv[1], columns=json.loads(sys.argv[2]), format="newline_delimited")
relation.filter(sys.argv[3] + " ILIKE '%regsvr32.exe'").fetchall()
"""
FIELDS = ("ProcessGuid", "Image", "CommandLine", "ParentImage", "User")
FLAT = dict.fromkeys(
    ("EventID", "SourceName", "Channel", "Hostname", "TimeCreated", "RecordNumber", *FIELDS), "VARCHAR"
)
NESTED = {
    "winlog": "STRUCT(event_id VARCHAR, provider_name VARCHAR, channel VARCHAR, computer_name VARCHAR, "
    "time_created VARCHAR, record_id VARCHAR, event_data STRUCT("
    + ", ".join(f"{name} VARCHAR" for name in FIELDS)
    + "))"
}


def chunks_of(folder: Path) -> tuple[bytes, list[bytes], list[bytes]]:
    """The header of a simulated log, its chunks without regsvr32, and those with it."""
    path = folder / "made.evtx"
    with path.open("wb") as file:
        evtx.write(events([load("squiblydoo-url")], hosts=4, days=6, security=False), file)
    data = path.read_bytes()
    path.unlink()
    every = [data[at : at + CHUNK] for at in range(HEADER, len(data), CHUNK)]
    literal = "regsvr32".encode("utf-16-le")
    hits = [chunk for chunk in every if literal in chunk.lower()]
    return data[:HEADER], [chunk for chunk in every if literal not in chunk.lower()], hits


def log(header: bytes, without: list[bytes], hits: list[bytes], size: int, rate: float) -> Iterator[bytes]:
    yield header
    wanted, turn = 0.0, cycle(hits)
    for chunk in islice(cycle(without), size // CHUNK):
        wanted += rate
        if wanted >= 1:
            wanted -= 1
            yield next(turn)
        else:
            yield chunk


def write_json(path: Path, size: int) -> None:
    event = {
        "EventID": 1,
        "SourceName": "Microsoft-Windows-Sysmon",
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": "ws1.example.org",
        "TimeCreated": "2024-06-14T12:00:00.123Z",
        "RecordNumber": 0,
        "ProcessGuid": "{00000000-0000-0000-0000-000000000000}",
        "Image": "C:\\Windows\\System32\\svchost.exe",
        "CommandLine": "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s Schedule " + "x" * 300,
        "ParentImage": "C:\\Windows\\System32\\services.exe",
        "User": "NT AUTHORITY\\SYSTEM",
    }
    number = 0
    with path.open("w") as file:
        while file.tell() < size:
            number += 1
            record = event | {"RecordNumber": number}
            if number % 50_000 == 0:
                record["ParentImage"] = "C:\\Windows\\System32\\regsvr32.exe"
            file.write(json.dumps(record) + "\n")


def write_winlogbeat(path: Path, size: int) -> None:
    """A day of four computers over and over, with regsvr32 in the first only."""
    made = io.BytesIO()
    jsonl.write(events([load("squiblydoo-url")], hosts=4, days=1), made)
    day = made.getvalue()
    quiet = b"".join(line for line in day.splitlines(keepends=True) if b"regsvr32" not in line.lower())
    with path.open("wb") as file:
        file.write(day)
        while file.tell() < size:
            file.write(quiet)


def measure(command: list[str]) -> tuple[float, float, int]:
    """Seconds on the wall and of processor time, and the peak of resident memory in bytes."""
    began = time.monotonic()
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1, 4), command
    took = time.monotonic() - began
    scale = 1 if sys.platform == "darwin" else 1024
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale


def compare(name: str, paths: list[str], whole: list[str]) -> int:
    """Prints how long a hunt takes against the whole; the peak of its memory."""
    ways = {
        "hunt": ["-m", "carhound", "hunt", "-q", *paths],
        "hunt --count-all": ["-m", "carhound", "hunt", "-q", "--count-all", *paths],
        "whole": whole,
    }
    runs: dict[str, list[tuple[float, float, int]]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, command in ways.items():
            runs[way].append(measure(command))
    against = [run[0] for run in runs["whole"]]
    print(name)  # noqa: T201
    for way, measured in runs.items():
        ratios = [run[0] / one for run, one in zip(measured, against, strict=True)]
        wall, cpu = (
            statistics.median(run[0] for run in measured),
            statistics.median(run[1] for run in measured),
        )
        peak = max(run[2] for run in measured)
        print(  # noqa: T201
            f"  {way:18}{wall:7.2f} s{cpu:7.2f} s of processor   ratio {statistics.median(ratios):.3f} "
            f"({min(ratios):.3f} to {max(ratios):.3f})   peak {peak / 2**20:.0f} MB"
        )
    return max(run[2] for run in runs["hunt"])


def compare_json(folder: Path) -> Iterator[int]:
    for name, columns, field in (
        ("NXLog", FLAT, "ParentImage"),
        ("Winlogbeat", NESTED, "winlog.event_data.ParentImage"),
    ):
        path = folder / f"{name}.jsonl"
        title = f"{path.stat().st_size / 2**20:.0f} MB of JSON lines from {name}"
        yield compare(title, [str(path)], ["-c", DUCKDB, str(path), json.dumps(columns), field])


def make(folder: Path) -> None:
    """Writes all evidence: in a process of its own, whose memory would count as that of those it starts."""
    made = chunks_of(folder)
    for rate in RATES:
        with (folder / f"{rate:.0%} of the chunks.evtx").open("wb") as file:
            file.writelines(log(*made, int((256 << 20) * SCALE), rate))
    small = folder / "small"
    small.mkdir()
    for number in range(SMALL_FILES):
        with (small / f"{number}.evtx").open("wb") as file:
            file.writelines(log(*made, 2 * CHUNK, 0.5 if number % 100 == 0 else 0))
    write_json(folder / "NXLog.jsonl", int((400 << 20) * SCALE))
    write_winlogbeat(folder / "Winlogbeat.jsonl", int((400 << 20) * SCALE))


def main() -> int:
    worst = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, __file__, name], check=True)
        for path in sorted(folder.glob("*.evtx")):
            size = path.stat().st_size / 2**20
            title = f"{size:.0f} MB of EVTX, regsvr32 in {path.stem}"
            worst = max(worst, compare(title, [str(path)], ["-c", PARSE, str(path)]))
        files = list(map(str, (folder / "small").iterdir()))
        title = f"{len(files)} small files"
        worst = max(worst, compare(title, [str(folder / "small")], ["-c", PARSE, *files]))
        worst = max(worst, *compare_json(folder))
    return 0 if worst < LIMIT else 1


if __name__ == "__main__":
    sys.exit(make(Path(sys.argv[1])) if sys.argv[1:] else main())
