"""`carhound watch` and lakes that cannot be used, as people see it."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from carhound.lake.layout import FORMAT
from carhound.lake.store import Lake

from ..alerts.conftest import carhound as carhound
from ..alerts.evidence import Run, hits

COMMANDS = (["watch"], ["hunt"], ["search", "EventCode=1"])


@pytest.fixture
def lake(tmp_path: Path, carhound: Run) -> Path:
    assert carhound("ingest", hits(tmp_path / "a.jsonl", 2), "--lake", "lake", "-q").returncode == 0
    return tmp_path / "lake"


def test_watch(carhound: Run, lake: Path, tmp_path: Path) -> None:
    first = carhound("watch", "--lake", "lake", "-o", "alerts.jsonl")
    assert (first.returncode, first.stdout) == (0, "")
    assert "2 alerts, 0 reported before, 0 suppressed" in first.stderr
    assert len((tmp_path / "alerts.jsonl").read_text().splitlines()) == 2
    again = carhound("watch", "--lake", "lake", "-o", "alerts.jsonl")
    assert again.returncode == 0
    assert "nothing arrived since the last run" in again.stderr
    down = carhound("watch", "--lake", "lake", "-o", "nowhere/alerts.jsonl")
    assert down.returncode == 0, "nothing waits"
    page = carhound("hunt", "--lake", "lake")
    assert page.returncode == 1
    assert "0 bytes" not in page.stdout
    assert str(lake) in page.stdout


def test_libraries_end_without_a_word(lake: Path) -> None:
    words = "search", "EventCode=1 | stats count by Image", "--lake", str(lake)
    said = subprocess.run([sys.executable, "-m", "carhound", *words], capture_output=True, check=False)
    assert (said.returncode, said.stderr) == (1, b"")


def test_a_folder_that_is_no_lake(carhound: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words in COMMANDS:
        said = carhound(*words, "--lake", "empty")
        assert said.returncode == 2
        assert "is no lake" in said.stderr
        assert "carhound ingest" in said.stderr
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_lake_of_a_newer_version(carhound: Run, lake: Path) -> None:
    with Lake.open(lake).iceberg.transaction() as transaction:
        transaction.set_properties({FORMAT: "99"})
    for words in COMMANDS:
        said = carhound(*words, "--lake", "lake")
        assert said.returncode == 2
        assert "has format 99" in said.stderr
        assert "update" in said.stderr
    assert not (lake / "ledger.sqlite").exists()


def test_a_missing_file_of_the_lake(carhound: Run, lake: Path) -> None:
    kept = lake.parent / "kept"
    for path in lake.rglob("*.parquet"):
        kept = path.rename(lake.parent / path.name)
    said = carhound("watch", "--lake", "lake", "-o", "alerts.jsonl")
    assert said.returncode == 2
    assert "cannot be read" in said.stderr
    folder = next((lake / "events" / "data").iterdir())
    shutil.move(kept, folder)
    assert "2 alerts" in carhound("watch", "--lake", "lake", "-o", "alerts.jsonl").stderr, "nothing is lost"


def test_a_ledger_that_cannot_be_written(carhound: Run, lake: Path) -> None:
    (lake / "ledger.sqlite").mkdir()
    said = carhound("watch", "--lake", "lake")
    assert said.returncode == 2
    assert "ledger.sqlite" in said.stderr
    (lake / "ledger.sqlite").rmdir()
    sqlite3.connect(lake / "ledger.sqlite").executescript("CREATE TABLE other (x); PRAGMA user_version = 3")
    said = carhound("watch", "--lake", "lake")
    assert said.returncode == 2
    assert "is no ledger of carhound" in said.stderr


def test_nothing_to_hunt_in(carhound: Run) -> None:
    said = carhound("hunt")
    assert said.returncode == 2
    assert "no evidence was named" in said.stderr
    assert "--lake" in said.stderr
