"""docs/reference/evidence.md: every format its table names is read, and every format there is, is in it."""

import re
from pathlib import Path

import pytest

from carhound.model.event import RawEvent
from carhound.pipeline.mapping_file import read_mappings
from carhound.readers.detect import CSV_FORMATS, MAGICS, TABULAR, detect
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions
from carhound.readers.json.shapes.mapped import MAPPED_JSON
from carhound.readers.json.shapes.order import JSON_SHAPES
from carhound.readers.notes import REMARKS
from carhound.readers.tables.row_shapes import MAPPED_CSV, ROW_SHAPES
from carhound.simulate.event import Simulated

from ..analytics import thirty_events
from ..analytics.shapes_files import FILES, MAPPING

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "evidence.md").read_text(encoding="utf-8")
NAME = re.compile(r"`([a-z0-9-]+)`")

CREATIONS = (
    "EventID,Computer,TimeCreated,NewProcessId,NewProcessName,ParentProcessName,CommandLine\r\n"
    "4688,ws1,2024-06-14T12:00:00.123Z,0x1610,C:\\Windows\\System32\\cmd.exe,"
    "C:\\Windows\\System32\\regsvr32.exe,cmd /c dir\r\n"
)
RECORDS: list[Simulated] = list(thirty_events.events().values())[-12:-10]
"""A process creation and a load."""
SAMPLES = {
    **{name: make(RECORDS) for name, (_, make) in FILES.items()},
    "csv-4688": CREATIONS.encode(),
}
"""Name, up to the comma the format, and a file of it."""


def section(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its header."""
    text = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1:]]


def names(heading: str) -> list[str]:
    return [name for row in section(heading) for name in NAME.findall(row[0])]


def known() -> set[str]:
    """The formats that the code can name of evidence it reads."""
    magic = {one.detection.format for one in MAGICS if one.detection.kind == "evidence"}
    texts = set(re.findall(r'Detection\("evidence", "([\w-]+)"\)', source("detect")))
    json = {shape.name for shape in JSON_SHAPES if shape.event is not None}
    rows = {shape.name for shape in ROW_SHAPES if shape.event is not None}
    return {name for name in magic if name} | texts | json | rows | {MAPPED_CSV, MAPPED_JSON}


def source(module: str) -> str:
    return (ROOT / "src" / "carhound" / "readers" / f"{module}.py").read_text(encoding="utf-8")


def test_the_table_the_samples_and_the_code_name_the_same_formats() -> None:
    documented = names("Formats that are read")
    assert len(documented) == len(set(documented))
    assert set(documented) == {name.partition(",")[0] for name in SAMPLES} == known()


def test_every_row_says_how_it_is_known_what_is_mapped_and_what_cannot_be_judged() -> None:
    for row in section("Formats that are read"):
        assert len(row) == 4, row[0]
        assert all(row), row[0]


def test_the_readers_are_chosen_by_the_same_names() -> None:
    """`part` gives JSON to whatever is in none of its tables."""
    assert {shape.name for shape in ROW_SHAPES} | {MAPPED_CSV} == CSV_FORMATS
    assert set(re.findall(r'name == "([\w-]+)"', source("part"))) == {"evtx", "xml"}
    json = {shape.name for shape in JSON_SHAPES} | {MAPPED_JSON}
    assert known() == {"evtx", "xml"} | set(TABULAR) | CSV_FORMATS | json


def test_what_is_named_and_not_read_or_read_through() -> None:
    unread = {one.detection.format for one in MAGICS if one.detection.kind == "unsupported"}
    assert set(names("Named, but not read")) == unread
    containers = {one.detection.format for one in MAGICS if one.detection.kind is None}
    assert set(names("Read through")) == containers


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_of_every_format_is_read(sample: str, tmp_path: Path) -> None:
    """By its content alone: the name of the file says nothing."""
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)
    mappings = read_mappings((str(mapping),))
    data = SAMPLES[sample]
    path = tmp_path / "file"
    path.write_bytes(data)
    found = detect(data, True, mappings)
    assert (found.kind, found.format) == ("evidence", sample.partition(",")[0])
    (part,) = open_evidence([str(path)], ReadOptions(mappings=mappings))
    items = list(part.items())
    assert (part.kind, part.format) == (found.kind, found.format)
    events = [item for item in items if isinstance(item, RawEvent)]
    assert len(events) == (1 if sample == "csv-4688" else len(RECORDS))
    assert {event.event_id for event in events} == ({"4688"} if sample == "csv-4688" else {"1", "7"})


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_row_names_the_remarks_that_reading_makes(sample: str, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)
    path = tmp_path / "file"
    path.write_bytes(SAMPLES[sample])
    (part,) = open_evidence([str(path)], ReadOptions(mappings=read_mappings((str(mapping),))))
    made = {item.code for item in part.items() if not isinstance(item, RawEvent) and hasattr(item, "code")}
    if part.format in TABULAR:
        return  # those of the table with these columns
    (row,) = [row for row in section("Formats that are read") if row[0] == f"`{part.format}`"]
    assert made <= set(re.findall(r"EV-[A-Z]\d", " ".join(row)))


def test_the_page_names_no_remark_that_there_is_not() -> None:
    elsewhere = {"EV-N1", "EV-N2"}
    assert set(re.findall(r"EV-[A-Z]\d", PAGE)) <= set(REMARKS) | elsewhere
