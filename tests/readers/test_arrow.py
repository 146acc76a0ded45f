"""Parquet and Arrow files, whole and damaged, as files and in archives, with and without pyarrow."""

import gzip
import io
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Remark, Skipped
from carhound.pipeline import Request, hunt
from carhound.readers.evidence import open_evidence
from carhound.readers.part import Part

CMD, REGSVR32 = r"C:\Windows\System32\cmd.exe", r"C:\Windows\System32\regsvr32.exe"
NOON = datetime(2024, 6, 14, 12, 0, 0, 123456, UTC)
SYSMON = {
    "EventID": pa.array([1, 1, None], pa.int32()),
    "UtcTime": ["2024-06-14 12:00:00.123"] * 3,
    "Computer": pa.array(["ws1"] * 3).dictionary_encode(),
    "Image": [CMD, "b", "c"],
    "ParentImage": [REGSVR32, None, "x"],
    "CommandLine": ["cmd /c regsvr32.exe", "", "-"],
}
CREATIONS = {
    "EventID": [4688.0],
    "TimeGenerated": pa.array([NOON], pa.timestamp("us", "UTC")),
    "Computer": ["ws1"],
    "NewProcessId": ["0x1610"],
    "NewProcessName": [CMD],
    "ParentProcessName": [REGSVR32],
}
CAR = {
    "time": pa.array([NOON], pa.timestamp("ns", "Europe/Berlin")),
    "image_path": [CMD],
    "parent_image_path": [REGSVR32],
    "command_line": ["cmd /c regsvr32.exe"],
    "pid": [5648],
}


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), file, **options)
    return file.getvalue()


def feather(columns: dict[str, Any], **options: Any) -> bytes:
    file = io.BytesIO()
    pyarrow.feather.write_feather(pa.table(columns), file, **options)
    return file.getvalue()


WRITERS: dict[str, Callable[..., bytes]] = {"parquet": parquet, "arrow": feather}


def read(folder: Path, data: bytes, name: str = "table.bin") -> tuple[Part, list[Any]]:
    path = folder / name
    path.write_bytes(data)
    (part,) = open_evidence([str(path)])
    return part, list(part.items())


def events(items: list[Any]) -> list[RawEvent]:
    return [item for item in items if isinstance(item, RawEvent)]


@pytest.mark.parametrize("name", WRITERS)
def test_native_columns(tmp_path: Path, name: str) -> None:
    part, items = read(tmp_path, WRITERS[name](SYSMON))
    assert (part.kind, part.format) == ("evidence", name)
    found = events(items)
    assert [(event.event_id, event.computer, event.position) for event in found] == [
        ("1", "ws1", "row 1"),
        ("1", "ws1", "row 2"),
        ("1", "ws1", "row 3"),
    ]
    assert found[0].data["ParentImage"] == REGSVR32
    assert "ParentImage" not in found[1].data
    assert "CommandLine" not in found[1].data
    codes = [item.code for item in items if isinstance(item, Remark)]
    assert codes == ["EV-B1", "EV-B4"]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("columns", [SYSMON, CREATIONS, CAR], ids=["sysmon", "4688", "car"])
def test_every_kind_of_table_is_hunted(tmp_path: Path, name: str, columns: dict[str, Any]) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(WRITERS[name](columns))
    (finding,) = hunt(Request((str(path),), ())).findings
    assert finding.car["parent_image_path"] == REGSVR32
    assert finding.time is not None
    assert finding.time.replace(microsecond=0) == NOON.replace(microsecond=0)


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("wrap", ["gzip", "zip"])
def test_in_archives(tmp_path: Path, name: str, wrap: str) -> None:
    data = WRITERS[name](SYSMON)
    if wrap == "gzip":
        packed, file = gzip.compress(data), "a.gz"
    else:
        packed, file = _zipped(data), "a.zip"
    part, items = read(tmp_path, packed, file)
    assert part.format == name
    assert len(events(items)) == 3
    assert not [item for item in items if isinstance(item, Damage)]


def _zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("t.parquet", data)
    return file.getvalue()


def test_unknown_columns_are_told_with_the_way_out(tmp_path: Path) -> None:
    _, items = read(tmp_path, parquet({"a": [1, 2], "b": ["x", "y"]}))
    (skipped,) = items
    assert isinstance(skipped, Skipped)
    assert skipped.partial
    assert "--mapping" in skipped.reason
    assert skipped.where == "2 rows from row 1"


def test_a_table_of_no_rows(tmp_path: Path) -> None:
    empty = pa.table(SYSMON).slice(0, 0)
    file = io.BytesIO()
    pyarrow.parquet.write_table(empty, file)
    assert read(tmp_path, file.getvalue())[1] == []


def test_odd_values(tmp_path: Path) -> None:
    broken = pa.array([b"\xff\xfe", b"x"])
    _, items = read(
        tmp_path,
        parquet(
            {
                "Image": ["a", "b"],
                "CommandLine": pa.Array.from_buffers(pa.string(), 2, broken.buffers()),
                "TimeCreated": pa.array([2**60, 0], pa.timestamp("ms")),
                "Flag": [True, None],
                "List": [["x", "y"], []],
                "Struct": [{"a": 1}, None],
                "Number": [float("nan"), 2.5],
                "__index_level_0__": [0, 1],
            }
        ),
    )
    one, two = events(items)
    assert one.data["CommandLine"] == "\ufffd\ufffd"
    assert one.time is None
    assert two.time == datetime(1970, 1, 1, tzinfo=UTC)
    assert (one.data["Flag"], one.data["List"], one.data["Struct"]) == ("true", ("x", "y"), '{"a":1}')
    assert "Number" not in one.data
    assert set(two.data) == {"Image", "CommandLine", "Number"}
    assert {item.code for item in items if isinstance(item, Remark)} >= {"EV-T1", "EV-T2", "EV-U1"}


def test_positions_go_on_over_row_groups_and_batches(tmp_path: Path) -> None:
    many = {"Image": [str(n) for n in range(5000)], "CommandLine": ["x"] * 5000}
    for data in (parquet(many, row_group_size=1500), feather(many, chunksize=1500)):
        _, items = read(tmp_path, data)
        assert [event.position for event in events(items)] == [f"row {n}" for n in range(1, 5001)]
        assert [event.data["Image"] for event in events(items)] == many["Image"]


def test_a_damaged_row_group_costs_only_itself(tmp_path: Path) -> None:
    many = {"Image": [f"image{n:08}" for n in range(3000)], "CommandLine": ["x"] * 3000}
    data = bytearray(parquet(many, row_group_size=1000, compression="gzip", use_dictionary=False))
    metadata = pyarrow.parquet.read_metadata(io.BytesIO(bytes(data)))
    start = metadata.row_group(1).column(0).data_page_offset
    data[start + 60 : start + 200] = bytes(140)
    _, items = read(tmp_path, bytes(data))
    (damage,) = [item for item in items if isinstance(item, Damage)]
    assert damage.where == "rows 1001 to 2000"
    assert len(events(items)) == 2000


@pytest.mark.parametrize("name", WRITERS)
def test_cut_and_flipped_bytes_never_raise(tmp_path: Path, name: str) -> None:
    whole = WRITERS[name](SYSMON)
    random_ = random.Random(7)  # noqa: S311  # repeatable trials, no secret
    said = 0
    for trial in range(300):
        data = bytearray(whole)
        if trial % 3 == 0:
            del data[random_.randrange(8, len(data)) :]
        for _ in range(random_.randrange(1, 4)):
            data[random_.randrange(8, len(data))] = random_.randrange(256)
        _, items = read(tmp_path, bytes(data))
        said += any(isinstance(item, Damage | Skipped) for item in items)
    assert said > 100


def test_without_pyarrow_the_file_is_named_with_how_to_get_it(tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        (tmp_path / f"a.{name}").write_bytes(write(SYSMON))
    code = (
        "import sys; sys.modules['pyarrow'] = None; from carhound.cli.main import main; "
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "hunt", "-f", "json", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stdout.count("pip install 'carhound[parquet]'") >= 2
    assert "internal error" not in done.stderr


def test_pyarrow_is_loaded_only_where_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"Image,CommandLine\nx,y\n")
    code = (
        "import sys; from carhound.pipeline import Request, hunt; hunt(Request((sys.argv[1],), ())); "
        "print('pyarrow' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.csv")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"
