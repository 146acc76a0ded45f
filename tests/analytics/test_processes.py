"""A run says the same however many processes read the evidence, and in however many spans."""

import gzip
import json
import multiprocessing
import os
import signal
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from carhound import pipeline
from carhound.findings.run import Run
from carhound.model.diagnostics import Source
from carhound.pipeline.files import over_files, pieces, pool
from carhound.pipeline.files.part_reading import Batch, PartRead, PartReader
from carhound.pipeline.files.parts import EvidencePart
from carhound.pipeline.request import Request
from carhound.readers import spans
from carhound.simulate.engine import events
from carhound.simulate.event import Simulated
from carhound.simulate.scenario import load
from carhound.simulate.writers import evtx

HEADER, CHUNK = 4096, 65536

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, so that workers see what is patched")


@pytest.fixture(autouse=True)
def forking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own threads are no reason to start anew here."""
    monkeypatch.setattr(pool, "context", lambda: multiprocessing.get_context("fork"))


@pytest.fixture(scope="module")
def records() -> list[Simulated]:
    """Half a day of three computers, thinned out but for what has to do with registering."""
    every = events([load("squiblydoo-url"), load("unsigned-dll-user-folder")], hosts=3, days=1)
    return [
        one
        for number, one in enumerate(every)
        if number % 30 == 0 or any("regsvr32" in value.lower() for value in one.data.values())
    ]


def write(path: Path, given: list[Simulated]) -> Path:
    with path.open("wb") as file:
        evtx.write(given, file)
    return path


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory, records: list[Simulated]) -> Path:
    """Files that overlap, one in an archive, damage, a file of another shape, and what is no evidence."""
    folder = tmp_path_factory.mktemp("evidence")
    third = len(records) // 3
    write(folder / "a.evtx", records[: 2 * third])
    write(folder / "b.evtx", records[third:])
    damaged = bytearray((folder / "b.evtx").read_bytes())
    damaged[HEADER + CHUNK : HEADER + CHUNK + 8] = b"overwrit"
    (folder / "c.evtx").write_bytes(damaged[:-3000])
    (folder / "d.txt").write_text("nothing")
    with zipfile.ZipFile(folder / "e.zip", "w") as archive:
        archive.write(folder / "a.evtx", "deep/a.evtx")
        archive.writestr("readme.txt", "nothing")
        archive.writestr("g.json", lines(["regsvr32.exe", "explorer.exe"]))
    (folder / "f.json.gz").write_bytes(gzip.compress(lines(["explorer.exe", "regsvr32.exe"] * 3).encode()))
    return folder


def lines(parents: list[str]) -> str:
    """Starts without a provider and without a time zone, of which readers have something to remark."""
    return "".join(
        json.dumps(
            {
                "EventID": 1,
                "SourceName": "Microsoft-Windows-Sysmon",
                "Hostname": f"json{number % 2}",
                "UtcTime": f"2024-06-14 12:00:{number:02}.000",
                "ProcessGuid": f"{{{number}}}",
                "Image": "C:\\Windows\\notepad.exe",
                "ParentImage": f"C:\\Windows\\System32\\{parent}",
            }
        )
        + "\n"
        for number, parent in enumerate(parents)
    )


def read_by(processes: int, *paths: Path, **asked: object) -> Run:
    request = Request(tuple(map(str, paths)), (), processes=processes, **asked)  # type: ignore[arg-type]
    return pipeline.hunt(request)


@pytest.fixture
def short_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two chunks are a span already."""
    monkeypatch.setattr(spans, "_LENGTH", 2 * CHUNK)
    monkeypatch.setattr(spans, "_SMALLEST", 0)


@pytest.mark.usefixtures("short_spans")
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"keep_duplicates": True},
        {"count_all": True, "hash": True},
        {"backfill": True, "novel_over": "1d"},
        {"analytics": ("companions",)},
    ],
    ids=["plain", "duplicates", "all counted", "novel", "companions"],
)
def test_as_many_processes_as_one_likes(evidence: Path, asked: dict[str, object]) -> None:
    alone = read_by(1, evidence, **asked)
    assert alone.findings
    assert any(file.duplicates for file in alone.evidence.files)
    assert any(file.damaged for file in alone.evidence.files)
    assert alone.evidence.not_evidence
    for processes in (3,) if asked else (2, 4):
        assert read_by(processes, evidence, **asked) == alone


@pytest.mark.usefixtures("short_spans")
@pytest.mark.parametrize(
    "search",
    [
        "regsvr32 | table _time, Image, ComputerName",
        "EventCode=1 | stats count first(Image) by Computer",
        "EventCode=1 | head 7",
    ],
    ids=["alias", "first", "head"],
)
def test_the_rows_of_a_search_keep_their_order(evidence: Path, search: str) -> None:
    """Also where nothing but the order of reading tells which comes first."""
    code = Source(search, "search")
    request = Request((str(evidence),), (), processes=1)
    alone = pipeline.search(code, request)
    assert alone.results is not None
    assert alone.results.rows
    assert pipeline.search(code, replace(request, processes=3)) == alone


def shifted(data: bytes) -> bytes:
    """Bytes are lost in the third chunk: what follows stands where nobody expects it."""
    at = HEADER + 2 * CHUNK + 30_000
    return data[:at] + data[at + 5000 :]


def zeroed(data: bytes) -> bytes:
    """The fourth chunk was never used, the header promises more chunks than there are."""
    at = HEADER + 3 * CHUNK
    return data[:42] + b"\xff\x0f" + data[44:at] + bytes(CHUNK) + data[at + CHUNK :]


def embedded(data: bytes) -> bytes:
    """Within a chunk stands what looks like the header of another one."""
    at = HEADER + CHUNK + 20_000
    return data[:at] + data[HEADER : HEADER + 128] + data[at + 128 :]


@pytest.mark.parametrize("change", [bytes, shifted, zeroed, embedded])
def test_spans_say_what_the_whole_file_says(
    records: list[Simulated],
    tmp_path: Path,
    change: "type[bytes]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write(tmp_path / "a.evtx", records)
    path.write_bytes(change(path.read_bytes()))
    whole = read_by(1, path, count_all=True)
    assert len(pieces.pieces([str(path)])) == 1
    monkeypatch.setattr(spans, "_LENGTH", CHUNK)
    monkeypatch.setattr(spans, "_SMALLEST", 0)
    assert len(pieces.pieces([str(path)])) > 1
    assert read_by(2, path, count_all=True) == whole


def log_lines(count: int) -> list[str]:
    """Starts of processes, some without a time zone, one in 200 by regsvr32; none has a record id."""
    parents = ["regsvr32.exe" if number % 200 == 150 else "explorer.exe" for number in range(count)]
    return [
        line.replace(f"12:00:{number:02}.", f"{number // 60:02}:{number % 60:02}:00.")
        for number, line in enumerate(lines(parents).splitlines())
    ]


def windows(made: list[str]) -> list[str]:
    return [line + "\r" for line in made]


def blank(made: list[str]) -> list[str]:
    return [line + "\n" * (number % 7 == 0) for number, line in enumerate(made)]


def broken(made: list[str]) -> list[str]:
    """Damage far from each other, and records of no known shape."""
    at = range(40, len(made), 90)
    return [line[:-9] if number in at else line for number, line in enumerate(made)]


def unknown(made: list[str]) -> list[str]:
    return ['{"nothing": 1}' if number % 40 == 5 else line for number, line in enumerate(made)]


def spread(made: list[str]) -> list[str]:
    """Some objects take several lines."""
    return [line.replace(", ", ",\n ") if number % 8 < 3 else line for number, line in enumerate(made)]


@pytest.mark.parametrize("change", [windows, blank, broken, unknown, spread])
@pytest.mark.parametrize("asked", [{}, {"count_all": True, "hash": True}], ids=["plain", "all counted"])
def test_spans_of_lines_say_what_the_whole_file_says(
    tmp_path: Path,
    change: Callable[[list[str]], list[str]],
    asked: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes("\n".join(change(log_lines(800))).encode())
    whole = read_by(1, path, **asked)
    assert whole.findings
    assert any(place.startswith("line 1") for place in found_at(whole))
    monkeypatch.setattr(spans, "_LENGTH", 40_000)
    monkeypatch.setattr(spans, "_SMALLEST", 0)
    assert len(pieces.pieces([str(path)])) > 3
    assert without_unread(read_by(2, path, **asked)) == without_unread(whole)


def found_at(run: Run) -> set[str]:
    return {place.record for finding in run.findings for place in finding.places}


def without_unread(run: Run) -> Run:
    """How many records were only glimpsed depends on where spans begin, nothing else."""
    files = tuple(replace(file, unread=0) for file in run.evidence.files)
    return replace(run, evidence=replace(run.evidence, files=files))


@pytest.mark.parametrize(
    "change",
    [
        lambda made: ["[", ",\n".join(made), "]"],
        lambda made: ['{"results": [', ",\n".join(made), "]}"],
        lambda made: [json.dumps(json.loads(line), indent=1) for line in made],
        lambda made: ['{"nothing": 1}'] * (2 * len(made)) + made[:10],
    ],
    ids=["list", "results", "indented", "other records"],
)
def test_other_json_is_not_cut(
    tmp_path: Path, change: Callable[[list[str]], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_text("\n".join(change(log_lines(500))))
    monkeypatch.setattr(spans, "_LENGTH", 20_000)
    monkeypatch.setattr(spans, "_SMALLEST", 0)
    assert len(pieces.pieces([str(path)])) == 1


def test_lines_behind_a_lost_span_keep_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text("\n".join(log_lines(1000)))
    alone = read_by(1, path)
    monkeypatch.setattr(spans, "_LENGTH", CHUNK)
    monkeypatch.setattr(spans, "_SMALLEST", 0)
    lost = pieces.pieces([str(path)])[1]
    read = pieces.PieceReader.read

    def killed(self: pieces.PieceReader, load: pieces.Load) -> Iterator[Batch]:
        if lost in load:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(self, load)

    monkeypatch.setattr(pieces.PieceReader, "read", killed)
    run = read_by(2, path)
    (damage,) = run.evidence.files[0].damaged
    assert damage.where == f"bytes {lost.span.first} to {(lost.span.stop or 0) - 1}"
    places = found_at(run)
    assert places < found_at(alone)
    assert "line 951" in places


@pytest.mark.usefixtures("short_spans")
def test_fields_that_stand_in_one_span_alone_are_enough(records: list[Simulated], tmp_path: Path) -> None:
    """Whether a file could be judged is told from all of its spans."""
    starts = [one for one in records if one.event_id == 1]
    poor = [replace(one, data={k: v for k, v in one.data.items() if "Parent" not in k}) for one in starts]
    assert read_by(2, write(tmp_path / "poor.evtx", poor)).analytics[0].implementations[0].not_judged
    rich = write(tmp_path / "rich.evtx", [*poor, *starts[-3:]])
    assert len(pieces.pieces([str(rich)])) > 2
    assert not read_by(2, rich).analytics[0].implementations[0].not_judged


def in_one_load(given: Sequence[pieces.Piece], _: int) -> Sequence[pieces.Load]:
    return [given]


def one_by_one(given: Sequence[pieces.Piece], _: int) -> Sequence[pieces.Load]:
    return [(piece,) for piece in given]


@pytest.mark.parametrize("asked", [{}, {"count_all": True, "hash": True}], ids=["plain", "all counted"])
@pytest.mark.parametrize("processes", [1, 2])
def test_small_files_are_read_together_or_apart(
    evidence: Path, monkeypatch: pytest.MonkeyPatch, processes: int, asked: dict[str, object]
) -> None:
    monkeypatch.setattr(over_files, "loads", in_one_load)
    together = read_by(processes, evidence, **asked)
    monkeypatch.setattr(over_files, "loads", one_by_one)
    assert read_by(processes, evidence, **asked) == together
    monkeypatch.setattr(pieces, "_EVENTS", 1)
    assert read_by(processes, evidence, **asked) == together


def test_loads_keep_the_order_and_leave_large_files_and_streams_alone(tmp_path: Path) -> None:
    sizes = [0, 10, 10, 500, 0, 10, 10, 10]
    for number, size in enumerate(sizes):
        (tmp_path / str(number)).write_bytes(bytes(size))
    given = pieces.pieces([str(tmp_path), "-", str(tmp_path / "0")])
    made = pieces.loads(given, 2)
    assert [piece for load in made for piece in load] == given
    together = [[piece.found.size for piece in load] for load in made]
    assert together == [[0, 10, 10], [500], [0, 10, 10, 10], [0], [0]]
    assert [load[0].found.stream for load in made] == [False, False, False, True, False]


@pytest.mark.parametrize("loads", [in_one_load, one_by_one])
def test_a_worker_that_is_killed_is_told_of(
    evidence: Path,
    monkeypatch: pytest.MonkeyPatch,
    loads: Callable[[Sequence[pieces.Piece], int], Sequence[pieces.Load]],
) -> None:
    """Its file was not read; others are, by a new worker."""
    read = pieces.PieceReader.read

    def killed(self: pieces.PieceReader, load: pieces.Load) -> Iterator[Batch]:
        if any(piece.found.shown.endswith("b.evtx") for piece in load):
            os.kill(os.getpid(), signal.SIGKILL)
        return read(self, load)

    monkeypatch.setattr(over_files, "loads", loads)
    alone = read_by(1, evidence)
    monkeypatch.setattr(pieces.PieceReader, "read", killed)
    run = read_by(2, evidence)
    lost = run.evidence.files[1]
    assert lost.path.endswith("b.evtx")
    assert [(one.where, one.reason) for one in lost.damaged] == [
        ("file", "the process that read it was ended by signal 9")
    ]
    assert lost.events == 0
    assert run.status == "partial"
    assert [file.path for file in run.evidence.files] == [file.path for file in alone.evidence.files]
    assert [file.events for file in run.evidence.files[2:]] == [
        file.events for file in alone.evidence.files[2:]
    ]


def test_an_interrupt_leaves_what_comes_before(evidence: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file being read counts as far as it was; what others had read of later files does not count."""
    listen, items = pool.Pool._listen, PartReader._items

    def interrupted(self: pool.Pool[Batch], seconds: float | None = None) -> None:
        if seconds is None and self._jobs[0].load[0].found.shown.endswith("b.evtx"):
            raise KeyboardInterrupt
        listen(self, seconds)

    def endless(self: PartReader, part: EvidencePart, read: PartRead) -> None:
        items(self, part, read)
        while part.path.endswith("b.evtx"):
            assert self.progress is not None
            self.progress.events(read.tally.events)

    alone = read_by(1, evidence)
    monkeypatch.setattr(pool.Pool, "_listen", interrupted)
    monkeypatch.setattr(PartReader, "_items", endless)
    run = read_by(2, evidence)
    assert run.status == "partial"
    assert run.reasons[0] == f"interrupted: what comes after {evidence}/b.evtx was not read"
    first, second = run.evidence.files
    assert first == alone.evidence.files[0]
    assert [(one.where, one.reason) for one in second.skipped] == [("the rest of the file", "interrupted")]
    assert replace(second, skipped=()) == alone.evidence.files[1]
    assert not multiprocessing.active_children()


@pytest.mark.skipif(os.environ.get("CARHOUND_SKIPPING") == "off", reason="they do not know of it")
def test_processes_that_are_started_anew(
    records: list[Simulated], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows and macOS: all that a worker needs is sent to it."""
    monkeypatch.setattr(pool, "context", lambda: multiprocessing.get_context("spawn"))
    for number in range(2):
        write(tmp_path / f"{number}.evtx", records[number::2][:200])
    assert read_by(2, tmp_path) == read_by(1, tmp_path)


def test_little_evidence_is_read_by_one_process(evidence: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = pieces.pieces([str(evidence)])
    monkeypatch.setattr(pieces, "_usable", lambda: 3)
    assert pieces.processes_for(None, given) == 1
    assert pieces.processes_for(2, given) == 2
    assert pieces.processes_for(100, given) == len(given)
    monkeypatch.setattr(pieces, "_SMALL", 1000)
    assert pieces.processes_for(None, given) == 3
    assert pieces.processes_for(None, pieces.pieces(["-"])) == 1


def test_public_data(shared: Path) -> None:
    """`CARHOUND_PROCESSES` reads all of it by so many; without it a folder of damaged logs is enough."""
    processes = int(os.environ.get("CARHOUND_PROCESSES", "0"))
    data = shared / "data"
    path = data if processes else data / "omerbenamram--evtx"
    assert read_by(processes or 2, path) == read_by(1, path)
