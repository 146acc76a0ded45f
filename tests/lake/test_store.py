"""A lake takes every event once, plans files, and says clearly what it cannot do."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from carhound.errors import LakeError
from carhound.lake import layout
from carhound.lake.store import Lake
from carhound.model.event import Event
from carhound.model.event_table import BATCH_BITS, EventTable
from carhound.model.windows import Window

from .evidence import START, TABLE, content, event, hourly, rows


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.create_or_open(tmp_path / "lake", TABLE)


def test_a_new_lake_is_empty(lake: Lake) -> None:
    assert (lake.newest_batch(), lake.files(), lake.table) == (0, (), TABLE)


def test_what_was_added_is_there_with_a_sequence_in_the_order_of_commits(lake: Lake) -> None:
    first = lake.append(rows(hourly(range(5))))
    second = lake.append(rows(hourly(range(5, 8))))
    assert (first.batch, second.batch, lake.newest_batch()) == (1, 2, 2)
    assert sorted(one["sequence"] for one in content(lake)) == [
        *((1 << BATCH_BITS) + n for n in range(5)),
        *((2 << BATCH_BITS) + n for n in range(3)),
    ]


def test_a_lake_opened_again_is_the_same(lake: Lake) -> None:
    lake.append(rows(hourly(range(3))))
    again = Lake.open(lake.folder)
    assert (again.newest_batch(), again.files(), again.table) == (1, lake.files(), TABLE)


@pytest.mark.parametrize(
    ("repeat", "is_new"),
    [
        (event(1), False),
        (event(1, shape="winlogbeat7"), False),
        (event(1, shape="winlogbeat7", Description="what evtx leaves out"), False),
        (event(1, Description="a machine that was set back"), True),
        (event(1, guid=2), True),
        (event(1, shape="winlogbeat7", guid=2, CommandLine="y"), True),
        (event(1, shape="splunk", time=START + timedelta(hours=2)), False),
    ],
    ids=["same", "other shape", "less said", "set back", "other key", "other both", "day after"],
)
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
def test_an_event_is_added_once(lake: Lake, repeat: Event, is_new: bool, together: bool) -> None:
    """Also where its times lie on two days, as shapes round them: the key tells."""
    batches = [[event(1), repeat]] if together else [[event(1)], [repeat]]
    added = [lake.append(rows(batch)) for batch in batches]
    assert sum(len(one.rows) for one in added) == 1 + is_new
    assert len(content(lake)) == 1 + is_new


def test_events_without_a_time_are_added_once(lake: Lake) -> None:
    timeless = [event(n, time=None, UtcTime="-") for n in range(3)]
    assert lake.append(rows(timeless)).days == {None}
    assert lake.append(rows([*timeless, *hourly([9])])).rows == (3,)


def test_files_are_those_of_the_window_and_of_later_batches(lake: Lake) -> None:
    lake.append(rows(hourly(range(48))))  # three days: 23:00 to 22:00
    lake.append(rows([event(100, time=None, UtcTime="-"), event(101, time=START + timedelta(hours=1))]))
    assert len(lake.files()) == 5
    second_day = START + timedelta(hours=1)
    inside = lake.files(Window(second_day, second_day + timedelta(hours=1)))
    assert {Path(one).parent.name for one in inside} == {"time_day=2024-06-15"}
    assert len(inside) == 2
    assert lake.files(Window(None, START)) == ()
    assert len(lake.files(after_batch=1)) == 2
    assert len(lake.files(Window(second_day, None), after_batch=1)) == 1
    assert lake.files(after_batch=2) == ()
    assert all(Path(one).is_file() for one in lake.files())


def test_rows_with_a_tag_stand_together(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carhound.lake.parquet.ROW_GROUP", 10)
    lake.append(rows([event(n) for n in range(100)]))
    (path,) = lake.files()
    footer = pq.read_metadata(path)
    names = [footer.schema.column(n).name for n in range(footer.num_columns)]
    tag = names.index("has_regsvr32")
    greatest = [footer.row_group(n).column(tag).statistics.max for n in range(footer.num_row_groups)]
    assert greatest == [True] + [False] * 9


def test_a_literal_wanted_later_becomes_a_tag_and_is_unknown_before(lake: Lake) -> None:
    lake.append(rows([event(1)]))
    other = Lake.create_or_open(lake.folder, EventTable(("Nothing",), (), ("regsvr32", "c:\\2")))
    assert other.table == EventTable(TABLE.native, TABLE.car, ("regsvr32", "c:\\2"))
    other.append(rows([event(2)], other.table))
    lake.append(rows([event(3)]))  # whoever opened it before goes on as before
    tag = next(name for name in other.table.columns if name.startswith("has_c"))
    assert {one["record_id"]: one[tag] for one in content(Lake.open(lake.folder))} == {
        "1": None,
        "2": True,
        "3": None,
    }


def test_a_batch_that_lost_a_race_is_checked_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another commit lands between the check for duplicates and the commit that relies on it."""
    other = Lake.open(lake.folder)
    attempts = []
    commit = lake.commit

    def late(*given: object) -> None:
        if not attempts:
            other.append(rows([event(1), event(3)]))
        attempts.append(given)
        commit(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(lake, "commit", late)
    done = lake.append(rows([event(1), event(2)]))
    assert (done.rows, done.batch, len(attempts)) == ((1,), 2, 2)
    assert sorted(one["record_id"] for one in content(lake)) == ["1", "2", "3"]
    on_disk = {str(path) for path in lake.folder.rglob("*.parquet")}
    assert on_disk == set(lake.files()), "what the lost race had written is gone"


def _newer(folder: Path) -> None:
    with Lake.open(folder).iceberg.transaction() as change:
        change.set_properties({layout.FORMAT: "2", layout.WRITTEN_BY: "9.9.0"})


def _retrying(folder: Path) -> None:
    with Lake.open(folder).iceberg.transaction() as change:
        change.set_properties({"commit.retry.num-retries": "4"})


def _no_metadata(folder: Path) -> None:
    shutil.rmtree(folder / "events" / "metadata")


def _no_catalogue(folder: Path) -> None:
    (folder / "catalog.sqlite").unlink()


def _broken_catalogue(folder: Path) -> None:
    (folder / "catalog.sqlite").write_bytes(b"no database" * 100)


@pytest.mark.parametrize(
    ("harm", "message", "hint"),
    [
        (_newer, "has format 2; this carhound knows up to 1", "carhound 9.9.0"),
        (_retrying, "lets commits be repeated unseen", "commit.retry.num-retries"),
        (_no_metadata, "missing", "moved"),
        (_no_catalogue, "is no lake", "--catalog"),
        (_broken_catalogue, "cannot be opened|is no catalogue", ""),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_lake_that_cannot_be_opened_is_left_alone(
    lake: Lake, harm: Callable[[Path], None], message: str, hint: str
) -> None:
    lake.append(rows([event(1)]))
    harm(lake.folder)
    before = {path: path.read_bytes() for path in lake.folder.rglob("*") if path.is_file()}
    with pytest.raises(LakeError, match=message) as said:
        Lake.open(lake.folder)
    if hint:
        assert hint in str(said.value.hint)
    assert {path: path.read_bytes() for path in lake.folder.rglob("*") if path.is_file()} == before


def test_a_copy_of_a_lake_does_not_write_into_the_original(lake: Lake, tmp_path: Path) -> None:
    lake.append(rows([event(1)]))
    shutil.copytree(lake.folder, tmp_path / "copy")
    with pytest.raises(LakeError, match="lies in"):
        Lake.create_or_open(tmp_path / "copy", TABLE)


def test_a_folder_that_holds_something_else_is_no_place_for_a_lake(tmp_path: Path) -> None:
    (tmp_path / "report.docx").touch()
    with pytest.raises(LakeError, match="not empty: report"):
        Lake.create_or_open(tmp_path, TABLE)
    with pytest.raises(LakeError, match="is no lake"):
        Lake.open(tmp_path)
    with pytest.raises(LakeError, match="is no folder"):
        Lake.create_or_open(tmp_path / "report.docx", TABLE)
    with pytest.raises(LakeError, match="must not hold"):
        Lake.create_or_open(tmp_path / "what?", TABLE)
    assert [one.name for one in tmp_path.iterdir()] == ["report.docx"]


def test_a_missing_file_is_named(lake: Lake) -> None:
    lake.append(rows([event(1)]))
    Path(lake.files()[0]).unlink()
    with pytest.raises(LakeError, match="is missing"):
        lake.append(rows([event(1)]))


def test_the_columns_stand_in_the_properties(lake: Lake) -> None:
    """Engines that read the table without carhound find them there."""
    said = json.loads(lake.iceberg.properties["carhound.columns"])
    assert said == {
        "native": ["Image", "CommandLine"],
        "car": ["image_path"],
        "literals": ["regsvr32"],
    }
