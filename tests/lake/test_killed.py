"""Whatever ends an ingest or a compaction, and whenever: nothing is lost, doubled or seen by halves."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from carhound.cli.main import main
from carhound.errors import LakeError
from carhound.lake import upkeep
from carhound.lake.orphans import orphans
from carhound.lake.store import Lake
from carhound.lake.verify import verify
from carhound.pipeline.lakes.ingest import IngestRequest, ingest

from ..forked import forked_python
from .evidence import content, ended, started, write_lines

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes as Unix does")

Say = Callable[..., tuple[int, str, str]]
KILLS = int(os.environ.get("CARHOUND_KILLS", "2"))
"""Random moments to kill a run at; `CARHOUND_KILLS=100` takes some minutes."""
EVENTS = 200
DIES = "import os, signal; die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
MOMENTS = {
    "after the files are written": "from carhound.lake.store import Lake; Lake.commit = die",
    "before the catalogue is asked": (
        "from pyiceberg.catalog.sql import SqlCatalog; SqlCatalog.commit_table = die"
    ),
    "after the catalogue has answered": (
        "from pyiceberg.catalog.sql import SqlCatalog; commit = SqlCatalog.commit_table\n"
        "SqlCatalog.commit_table = lambda *given: (commit(*given), die())"
    ),
    "while the table is made": (
        "from pyiceberg.catalog.sql import SqlCatalog; SqlCatalog.create_table = die"
    ),
    "while a file is written": (
        "import pyarrow.parquet as pq; write = pq.ParquetWriter.write_table\n"
        "pq.ParquetWriter.write_table = lambda *given, **options: (write(*given, **options), die())"
    ),
}


def check(folder: Path, events: int | None = None) -> int:
    """The events in a lake, each once and all of them readable; None is any number of them."""
    lake = Lake.open(folder)
    seen = verify(lake)
    assert seen.problems == ()
    found = content(lake, "identity", "sequence", "record_id")
    for column in ("identity", "sequence", "record_id"):
        assert len({one[column] for one in found}) == len(found) == seen.events
    if events is not None:
        assert len(found) == events
    return len(found)


def forked(*words: object, before: str = "") -> "subprocess.Popen[str]":
    """For a process that nobody sends a signal to from outside."""
    return started(*words, before=before, python=forked_python())


def finish(evidence: Path, folder: Path, events: int = EVENTS) -> None:
    """The same ingest once more, which completes the work."""
    before = check(folder) if is_lake(folder) else 0
    done = ingest(IngestRequest((str(evidence),), folder))
    assert (done.added, done.repeats, done.reasons) == (events - before, before, ())
    check(folder, events)


def is_lake(folder: Path) -> bool:
    try:
        Lake.open(folder)
    except LakeError:
        return False
    return True


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_ingest_killed_at_a_bad_moment_is_completed_by_the_next(tmp_path: Path, moment: str) -> None:
    evidence = write_lines(tmp_path / "a.json", range(EVENTS))
    words = ("ingest", evidence, "--lake", tmp_path / "lake")
    assert ended(forked(*words, before=DIES + MOMENTS[moment]))[0] == -signal.SIGKILL
    finish(evidence, tmp_path / "lake")


def test_an_ingest_killed_at_any_moment_is_completed_by_the_next(tmp_path: Path) -> None:
    evidence = write_lines(tmp_path / "a.json", range(EVENTS))
    chance = random.Random(7)  # noqa: S311
    for number in range(KILLS):
        folder = tmp_path / f"lake{number}"
        process = started("ingest", evidence, "--lake", folder)
        while not folder.exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 1.0))
        process.kill()
        ended(process)
        finish(evidence, folder)


def test_two_ingests_at_once_add_every_event_once(tmp_path: Path) -> None:
    """One of them makes the lake; half of the events are read by both."""
    first = write_lines(tmp_path / "a.json", range(EVENTS))
    second = write_lines(tmp_path / "b.json", range(EVENTS // 2, EVENTS + EVENTS // 2))
    both = [forked("ingest", one, "--lake", tmp_path / "lake", "-f", "json") for one in (first, second)]
    said = [ended(process) for process in both]
    assert [(status, err) for status, _, err in said] == [(0, "")] * 2
    check(tmp_path / "lake", EVENTS + EVENTS // 2)
    added = sum(json.loads(out)["totals"]["added"] for _, out, _ in said)
    assert added == EVENTS + EVENTS // 2


@pytest.fixture
def many_files(tmp_path: Path) -> Path:
    """A lake with a handful of files of one day."""
    for start in (100, 140, 180):
        evidence = write_lines(tmp_path / "a.json", range(start, min(start + 40, EVENTS)))
        ingest(IngestRequest((str(evidence),), tmp_path / "lake"))
    return tmp_path / "lake"


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the program in this process."""

    def run(*words: object) -> tuple[int, str, str]:
        status = main([str(word) for word in words])
        return status, *capsys.readouterr()

    return run


def test_compaction_keeps_every_row_and_its_sequence(many_files: Path) -> None:
    lake = Lake.open(many_files)
    before = {one["record_id"]: one for one in content(lake)}
    done = upkeep.compact(lake)
    assert (done.files_before, done.files_after, done.events) == (3, 1, 100)
    again = Lake.open(many_files)
    assert {one["record_id"]: one for one in content(again)} == before
    assert (len(again.files()), again.newest_batch()) == (1, 3)
    assert upkeep.compact(again).days == ()
    check(many_files, 100)


@pytest.mark.parametrize("moment", [one for one in MOMENTS if "table" not in one])
def test_a_killed_compaction_changes_nothing_or_all(many_files: Path, moment: str) -> None:
    process = forked("lake", "compact", many_files, before=DIES + MOMENTS[moment])
    assert ended(process)[0] == -signal.SIGKILL
    check(many_files, 100)
    upkeep.compact(Lake.open(many_files))
    check(many_files, 100)
    assert len(Lake.open(many_files).files()) == 1


def test_compaction_beside_an_ingest(many_files: Path, tmp_path: Path) -> None:
    more = forked("ingest", write_lines(tmp_path / "b.json", range(100)), "--lake", many_files)
    while more.poll() is None:
        upkeep.compact(Lake.open(many_files))
    assert ended(more)[0] == 0
    check(many_files, EVENTS)


def test_left_over_files_are_named_and_in_time_deleted(many_files: Path, tmp_path: Path, say: Say) -> None:
    evidence = write_lines(tmp_path / "b.json", range(40))
    process = forked(
        "ingest", evidence, "--lake", many_files, before=DIES + MOMENTS["after the files are written"]
    )
    assert ended(process)[0] == -signal.SIGKILL
    lake = Lake.open(many_files)
    (left,) = [path for path in orphans(lake) if path.suffix == ".parquet"]
    status, out, _ = say("lake", "verify", many_files)
    assert status == 0
    assert "harmless" in out
    assert str(left) in out
    upkeep.compact(lake)
    assert left.exists(), "a run that is at work may still commit it"
    old = time.time() - 25 * 3600
    os.utime(left, (old, old))
    upkeep.compact(lake)
    assert not left.exists()
    check(many_files, 100)


LIMIT = 60_000
"""Bytes that a file may have: enough for the metadata of a lake, too little for its events."""


def test_a_full_disk_leaves_the_lake_as_it_was(many_files: Path, tmp_path: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))

    evidence = tmp_path / "b.json"
    noise = random.Random(3).randbytes(60_000).hex()  # noqa: S311
    write_lines(evidence, range(2), Noise=noise)
    before = set(many_files.rglob("*.parquet"))
    status, _, err = ended(started("ingest", evidence, "--lake", many_files, preexec_fn=limited))
    assert (status, "no room to write to the lake" in err) == (2, True)
    assert set(many_files.rglob("*.parquet")) == before
    check(many_files, 100)
    assert ingest(IngestRequest((str(evidence),), many_files)).added == 2
    check(many_files, 102)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("needs root, who can mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    """Wherever the room ends, in a file of events, in the metadata or in the catalogue itself."""
    evidence = write_lines(tmp_path / "a.json", range(4 * EVENTS))
    status, _, err = ended(forked("ingest", evidence, "--lake", small_disk / "lake"))
    assert (status, "no room" in err) == (2, True)
    kept = check(small_disk / "lake")
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    assert kept < 4 * EVENTS
    finish(evidence, small_disk / "lake", 4 * EVENTS)


def test_days_are_removed_by_the_time_of_their_events(many_files: Path, say: Say) -> None:
    lake = Lake.open(many_files)
    (day,) = {one["time"].date() for one in content(lake, "time")}
    status, out, _ = say("lake", "expire", many_files, "--older-than", "100y")
    assert (status, "nothing to remove" in out) == (0, True)
    status, out, _ = say("lake", "expire", many_files, "--older-than", "30d")
    assert (status, f"100 events removed: 1 day, {day} to {day}" in out) == (0, True)
    check(many_files, 0)
    assert Lake.open(many_files).newest_batch() == 3
    status, _, err = say("lake", "expire", many_files, "--older-than", "soon")
    assert (status, "is no age" in err) == (2, True)


def test_verify_names_what_is_missing_and_what_is_damaged(many_files: Path, say: Say) -> None:
    gone, hurt, _ = map(Path, Lake.open(many_files).files())
    gone.unlink()
    text = bytearray(hurt.read_bytes())
    text[len(text) // 3] ^= 0xFF
    hurt.write_bytes(text)
    status, out, _ = say("lake", "verify", many_files)
    assert status == 1
    assert f"{gone} is missing" in out
    assert f"{hurt} cannot be read" in out
    assert "BROKEN: 2 files missing or damaged" in out


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to(many_files: Path, tmp_path: Path) -> None:
    (many_files / "events" / "data").chmod(0o500)
    status, _, err = ended(forked("ingest", write_lines(tmp_path / "b.json", range(3)), "--lake", many_files))
    assert (status, "cannot be written to" in err) == (2, True)
