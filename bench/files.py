"""Hunts over files, each against what reading the same evidence takes at least: `make bench-files`.

EVTX is held against a parse to JSON by the same parser, JSON lines against DuckDB with a schema and grep; a
ratio is one of seconds, in the same round. BENCH_SCALE is a factor of the sizes (0.2 for a quick look),
BENCH_ROUNDS how often all is run in turn. A run of the full size is kept in `bench/runs/`. The exit status is
1 where memory went beyond its bar; what else misses its bar is said.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring import CARHOUND, CORES, MEMORY, SCALE, Report, Way, compare, describe, fresh

HERE = Path(__file__).parent
RATES = (0.0, 0.01, 0.1)
FEW = 0.01
"""Up to this share of chunks the bar of few hits holds."""
SMALL_FILES = 600

PARSE = """
import sys
from evtx import PyEvtxParser
for path in sys.argv[1:]:
    for record in PyEvtxParser(path).records_json():
        pass
"""
DECODE = PARSE.replace("import sys", "import sys, orjson").replace("pass", 'orjson.loads(record["data"])')
DUCKDB = """
import sys, json, duckdb
base = duckdb.connect(config={"threads": int(sys.argv[1])})
relation = base.read_json(sys.argv[2], columns=json.loads(sys.argv[3]), format="newline_delimited")
relation.filter(sys.argv[4] + " ILIKE '%regsvr32.exe'").fetchall()
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


def make(folder: Path) -> None:
    """Writes all evidence."""
    from evidence import CHUNK, simulated, write_nxlog, write_winlogbeat

    log = simulated()
    for rate in RATES:
        log.write(path_of(folder, rate), int((256 << 20) * SCALE), rate)
    small = folder / "small"
    small.mkdir()
    for number in range(SMALL_FILES):
        log.write(small / f"{number}.evtx", 2 * CHUNK, 0.5 if number % 100 == 0 else 0)
    size = int((400 << 20) * SCALE)
    write_nxlog(folder / "NXLog without a match.jsonl", size, every=size)
    write_nxlog(folder / "NXLog, nothing but starts, with findings.jsonl", size, every=50_000)
    write_winlogbeat(folder / "Winlogbeat with findings.jsonl", size)


def path_of(folder: Path, rate: float) -> Path:
    return folder / f"{rate:.0%} of the chunks.evtx"


def program(*arguments: str) -> list[str]:
    return [CARHOUND, *arguments]


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def by_all_and_by_one(name: str, words: list[str], bar: float | None, alone: float | None) -> list[Way]:
    """A command with all processes and with one, each at most so many times the first way."""
    return [
        Way(f"{name}, all processes", program(*words), bar),
        Way(f"{name}, one process", program(*words, "--processes", "1"), alone),
    ]


def cases(folder: Path) -> Iterator[tuple[str, list[Way]]]:
    """What is measured, each case with its reference first."""
    for rate in RATES:
        yield of_bundled(path_of(folder, rate), 1 / 8 if rate <= FEW else None)
    log = str(path_of(folder, FEW))
    every = Way("count all events, all processes", program("hunt", "-q", "--count-all", log))
    yield (
        "twenty analytics without a common literal, the same file; bar: 1.3 per process",
        [
            Way("bare parse to JSON", python(PARSE, log)),
            *per_process("hunt", ["hunt", "-q", "-a", str(HERE / "analytics"), log]),
        ],
    )
    yield (
        "analytics without a usable literal, the same file; bar: 1.3 per process",
        [
            Way("parse to JSON, decode", python(DECODE, log)),
            *per_process("count by Image", ["search", "-q", "EventCode=1 | stats count by Image", log]),
            *per_process("CAR fields", ["hunt", "-q", "-a", str(HERE / "parent-without-exe.yaml"), log]),
            every,
        ],
    )
    files = sorted(map(str, (folder / "small").iterdir()))
    parse = Way("parse to JSON, decode", python(DECODE, *files))
    hunt = ["hunt", "-q", str(folder / "small")]
    yield f"{len(files)} small files of EVTX", [parse, *by_all_and_by_one("hunt", hunt, 1 / 2, None)]
    for path in sorted(folder.glob("*.jsonl")):
        nested = path.name.startswith("Winlogbeat")
        yield of_json(path, *((NESTED, "winlog.event_data.ParentImage") if nested else (FLAT, "ParentImage")))
    yield (
        "start-up",
        [
            Way("python", python("pass")),
            Way("carhound --help", program("--help"), seconds=0.1),
            Way("hunt over one small file", program("hunt", "-q", files[0]), seconds=0.5),
        ],
    )


def per_process(name: str, words: list[str]) -> list[Way]:
    """With two processes half the time is asked for."""
    return by_all_and_by_one(name, words, 1.3 / CORES, 1.3)


def of_bundled(path: Path, bar: float | None) -> tuple[str, list[Way]]:
    return (
        f"{size_of(path)} of EVTX, regsvr32 in {path.stem}",
        [
            Way("parse to JSON, decode", python(DECODE, str(path))),
            *by_all_and_by_one("hunt", ["hunt", "-q", str(path)], bar, None),
        ],
    )


def of_json(path: Path, columns: dict[str, str], field: str) -> tuple[str, list[Way]]:
    duckdb = [str(path), json.dumps(columns), field]
    return (
        f"{size_of(path)} of JSON lines from {path.stem}",
        [
            Way("DuckDB, one thread", python(DUCKDB, "1", *duckdb)),
            Way(f"DuckDB, {CORES} threads", python(DUCKDB, str(CORES), *duckdb)),
            Way("grep", ["grep", "-c", "-i", "-F", "regsvr32", str(path)]),
            *by_all_and_by_one("hunt", ["hunt", "-q", str(path)], 1 / 3, 1 / 3),
        ],
    )


def size_of(path: Path) -> str:
    return f"{path.stat().st_size / 2**20:.0f} MB"


def main() -> int:
    report = Report()
    describe(report, "carhound", "evtx", "orjson", "google-re2", "duckdb")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fresh(make, folder)
        worst = max(compare(report, title, ways) for title, ways in cases(folder))
    report.say(f"\npeak of all hunts, workers included: {worst >> 20} MB, at most {MEMORY >> 20} MB")
    report.keep("files")
    return 0 if worst <= MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
