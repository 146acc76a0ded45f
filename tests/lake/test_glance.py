"""A lake is opened for reading without the libraries that write it, and read as of that moment."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from carhound.errors import LakeError
from carhound.lake.glance import open_to_read
from carhound.lake.ingester import Ingester
from carhound.lake.parquet import ROW_GROUP
from carhound.lake.store import Lake
from carhound.model.event import RawEvent
from carhound.model.event_table import EventTable, tag_column
from carhound.model.windows import Window
from carhound.normalize.normalizer import Normalizer

TABLE = EventTable(("Image", "Signed"), ("image_path",), ("regsvr32", "scrobj"))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ingest(folder: Path, images: list[str], time: datetime | None = NOON) -> Lake:
    ingester, normalizer = Ingester(Lake.create_or_open(folder, TABLE)), Normalizer()
    for number, image in enumerate(images):
        provider = "Microsoft-Windows-Sysmon"
        raw = RawEvent(provider, None, "1", "ws1", f"{number}", time, {"Image": image}, {}, f"{number}")
        ingester.add(normalizer.event(raw, "a.evtx", "evtx"), 0)
    ingester.commit()
    return ingester.lake


def written(lake: Lake) -> list[pq.ParquetFile]:
    return [pq.ParquetFile(path) for path in lake.files()]


def test_what_a_glance_says_is_what_the_lake_says(tmp_path: Path) -> None:
    ingest(tmp_path, ["a.exe"])
    lake = ingest(tmp_path, ["b.exe"], NOON + timedelta(3))
    lake.refresh()
    found = open_to_read(tmp_path)
    assert (found.folder, found.table, found.newest_batch()) == (lake.folder, lake.table, 2)
    day = Window(NOON, NOON + timedelta(1))
    assert found.files() == lake.files()
    assert found.files(day) == lake.files(day)
    assert found.files(after_batch=1) == lake.files(after_batch=1)
    assert len(found.files()) == 2
    assert len(found.files(day)) == len(found.files(after_batch=1)) == 1


def test_what_is_added_later_is_not_seen(tmp_path: Path) -> None:
    ingest(tmp_path, ["a.exe"])
    found = open_to_read(tmp_path)
    ingest(tmp_path, ["b.exe"])
    assert found.newest_batch() == 1
    assert len(found.files()) == 1
    assert len(open_to_read(tmp_path).files()) == 2


def test_an_empty_lake_has_no_batch(tmp_path: Path) -> None:
    Lake.create_or_open(tmp_path, TABLE)
    assert open_to_read(tmp_path).newest_batch() == 0
    assert open_to_read(tmp_path).files() == ()


def test_a_folder_without_a_lake_is_told(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="is no lake"):
        open_to_read(tmp_path)


def test_a_lake_that_was_moved_is_told(tmp_path: Path) -> None:
    ingest(tmp_path / "a", ["a.exe"])
    (tmp_path / "a").rename(tmp_path / "b")
    with pytest.raises(LakeError, match="is missing"):
        open_to_read(tmp_path / "b")


def test_a_copied_lake_is_told(tmp_path: Path) -> None:
    ingest(tmp_path / "a", ["a.exe"])
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "catalog.sqlite").write_bytes((tmp_path / "a" / "catalog.sqlite").read_bytes())
    with pytest.raises(LakeError, match="lies in"):
        open_to_read(tmp_path / "b")


def test_a_hunt_with_nothing_new_loads_none_of_the_libraries(tmp_path: Path) -> None:
    ingest(tmp_path, ["a.exe", "C:\\Windows\\System32\\regsvr32.exe"])
    script = (
        "import json, sys\n"
        "from carhound.pipeline.hunt import hunt\n"
        "from carhound.pipeline.request import Request\n"
        f"run = hunt(Request((), (), lake={str(tmp_path)!r}))\n"
        "print(json.dumps([run.evidence.files[0].events, sorted(sys.modules)]))"
    )
    loaded = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
        events, modules = json.loads(done.stdout)
        assert events == 2
        loaded.append({"duckdb", "sqlglot", "pyarrow", "pyiceberg", "sqlalchemy"} & set(modules))
    assert loaded == [{"duckdb", "sqlglot", "pyarrow", "pyiceberg", "sqlalchemy"}, set()]


def test_tagged_rows_have_row_groups_of_their_own(tmp_path: Path) -> None:
    images = ["a.exe", "regsvr32.exe", "b.exe", "scrobj.exe", "regsvr32 scrobj.exe", "c.exe"]
    (file,) = written(ingest(tmp_path, images))
    groups = [file.read_row_group(number)["Image"].to_pylist() for number in range(file.num_row_groups)]
    assert list(map(set, groups)) == [
        {"regsvr32.exe", "scrobj.exe", "regsvr32 scrobj.exe"},
        {"a.exe", "b.exe", "c.exe"},
    ]
    tag = file.schema_arrow.get_field_index(tag_column("regsvr32"))
    assert file.metadata.row_group(1).column(tag).statistics.max is False


@pytest.mark.parametrize("images", [["a.exe"], ["regsvr32.exe"]])
def test_rows_of_one_kind_have_one_row_group(tmp_path: Path, images: list[str]) -> None:
    (file,) = written(ingest(tmp_path, images))
    assert file.num_row_groups == 1
    assert file.metadata.num_rows == 1


def test_large_files_have_row_groups_of_one_size(tmp_path: Path) -> None:
    (file,) = written(ingest(tmp_path, ["a.exe"] * (ROW_GROUP + 5) + ["regsvr32.exe"] * 3))
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert sizes == [3, ROW_GROUP, 5]


def test_fields_without_values_take_no_column(tmp_path: Path) -> None:
    (file,) = written(ingest(tmp_path, ["a.exe"], None))
    assert "Signed" not in file.schema_arrow.names
    assert {"Image", "time", "computer", "key", "odd"} <= set(file.schema_arrow.names)
