"""Columns with names of their own, from the sample to the finding."""

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
import yaml

from ..forked import forked_program

ROOT = Path(__file__).parents[2]
HOW_TO = (ROOT / "docs" / "how-to" / "map-your-own-columns.md").read_text(encoding="utf-8")
RECORDS = [
    {
        "proc": {"path": r"C:\Windows\System32\cmd.exe", "cmd": "cmd /c regsvr32.exe"},
        "parent path": r"C:\Windows\System32\regsvr32.exe",
        "kind": "Process",
        "when": 1718366400,
        "host": "ws1",
    },
    {
        "proc": {"path": "x", "cmd": "y"},
        "parent path": "z",
        "kind": "other",
        "when": 1718366401,
        "host": "ws1",
    },
]
MAPPING = """
event_id: {column: kind, values: {process: 1}}
computer: host
time: {column: when, format: epoch}
fields:
  Image: proc.path
  CommandLine: proc.cmd
  ParentImage: parent path
"""


def flat(record: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: value for name, value in record.items() if name != "proc"},
        **{f"proc.{name}": value for name, value in record["proc"].items()},
    }


def as_json(records: list[dict[str, Any]]) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


def as_csv(records: list[dict[str, Any]]) -> bytes:
    rows = [flat(record) for record in records]
    lines = [";".join(rows[0]), *(";".join(map(str, row.values())) for row in rows)]
    return "\n".join(lines).encode()


def as_parquet(records: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_pylist([flat(record) for record in records]), file)
    return file.getvalue()


def carhound(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*forked_program(), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


WRITERS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "json-mapped": as_json,
    "csv-mapped": as_csv,
    "parquet": as_parquet,
}


@pytest.mark.parametrize("form", WRITERS)
def test_a_mapping_makes_findings_in_every_kind_of_file(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.bin").write_bytes(WRITERS[form](RECORDS))
    (tmp_path / "m.yaml").write_text(MAPPING)
    assert json.loads(carhound(tmp_path, "hunt", "-f", "json", "a.bin").stdout)["findings"] == []
    done = carhound(tmp_path, "hunt", "-f", "json", "--mapping", "m.yaml", "a.bin")
    run = json.loads(done.stdout)
    assert (done.returncode, run["status"]) == (1, "complete")
    (file,) = run["evidence"]["files"]
    assert (file["format"], file["events"], file["eligible"]) == (form, 2, 1)
    assert "EV-C2" in [one["code"] for one in file["remarks"]]
    (finding,) = run["findings"]
    assert (finding["time"], finding["computer"]) == ("2024-06-14T12:00:00Z", "ws1")
    assert finding["car"]["parent_image_path"] == r"C:\Windows\System32\regsvr32.exe"
    assert finding["native"]["kind"] == "Process"
    assert len(finding["implementations"]) == 5


def test_a_mapping_comes_before_every_shape_and_only_where_it_applies(tmp_path: Path) -> None:
    nxlog = {"EventID": 1, "SourceName": "Microsoft-Windows-Sysmon", "Hostname": "h", "Image": "x"}
    (tmp_path / "a.json").write_bytes(as_json([nxlog, {**nxlog, "mine": "y"}]))
    (tmp_path / "m.yaml").write_text("event_id: 1\nfields: {Image: mine}\n")
    done = carhound(tmp_path, "search", "-f", "json", "--mapping", "m.yaml", "* | table Image", "a.json")
    assert sorted(json.loads(done.stdout)["results"]["rows"]) == [["x"], ["y"]]


def test_a_wrong_mapping_is_told_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("fields:\n  image: a\n")
    done = carhound(tmp_path, "hunt", "--mapping", "m.yaml", str(tmp_path))
    assert done.returncode == 2
    assert "m.yaml:2:3" in done.stderr
    assert "hint: write Image" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("form", WRITERS)
def test_the_starter_of_a_sample_serves_as_it_is_where_names_are_clear(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.bin").write_bytes(WRITERS[form](RECORDS))
    done = carhound(tmp_path, "mapping", "a.bin")
    assert done.returncode == 0, done.stderr
    starter = yaml.safe_load(done.stdout)
    assert starter["computer"] == "host"
    assert starter["fields"] == {
        "CommandLine": "proc.cmd",
        "ParentImage": "parent path",
        "Image": "proc.path",
    }
    assert '#   "parent path"  C:\\Windows\\System32\\regsvr32.exe' in done.stdout
    (tmp_path / "m.yaml").write_text(done.stdout)
    run = carhound(tmp_path, "hunt", "--mapping", "m.yaml", "a.bin")
    assert run.returncode == 1, run.stderr


def test_hostile_columns_and_values_make_a_starter_that_can_be_read(tmp_path: Path) -> None:
    name = '\u202eevil\x1b[31m": {a\n- b #\\\U0001f600'
    (tmp_path / "a.json").write_bytes(as_json([{name: "x\x1b[2J\n\nfields: 1", "Image": "\u202e"}]))
    done = carhound(tmp_path, "mapping", "a.json")
    assert done.returncode == 0, done.stderr
    assert not {"\x1b", "\u202e"} & set(done.stdout)
    (tmp_path / "m.yaml").write_text(done.stdout.replace("  Image: Image", f"  Image: {json.dumps('Image')}"))
    assert yaml.safe_load(done.stdout)["fields"] == {"Image": "Image"}
    assert carhound(tmp_path, "hunt", "--mapping", "m.yaml", "a.json").returncode != 2


@pytest.mark.parametrize("text", [b"", b"one word", b"\x00\x01"])
def test_a_sample_without_columns(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a.bin").write_bytes(text)
    done = carhound(tmp_path, "mapping", "a.bin")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no columns" in done.stderr
    assert carhound(tmp_path, "mapping", "gone.csv").returncode == 2


def test_the_how_to_works_as_written(tmp_path: Path) -> None:
    (tmp_path / "edr.csv").write_text(HOW_TO.split("```csv\n", 1)[1].split("```", 1)[0], encoding="utf-8")
    (tmp_path / "edr.yaml").write_text(HOW_TO.split("```yaml\n", 1)[1].split("```", 1)[0], encoding="utf-8")
    done = carhound(tmp_path, "hunt", "-f", "json", "--mapping", "edr.yaml", "edr.csv")
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["time"] == "2024-06-14T10:00:00Z"
    starter = yaml.safe_load(carhound(tmp_path, "mapping", "edr.csv").stdout)
    written = yaml.safe_load((tmp_path / "edr.yaml").read_text(encoding="utf-8"))
    assert {name: starter[name] for name in starter if name != "time"} == {
        name: written[name] for name in written if name != "time"
    }
