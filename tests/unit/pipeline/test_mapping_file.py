"""Mapping files: what they say, and what is said about their mistakes."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from carhound.errors import DocumentError
from carhound.pipeline.mapping_file import read_mappings
from carhound.pipeline.sight.native_names import guesses
from carhound.readers.tables.column_mapping import Taken, TimeTaken

FIELDS = "fields:\n  Image: path\n  ParentImage: parent path\n"


def write(folder: Path, text: str) -> tuple[str]:
    path = folder / "m.yaml"
    path.write_text(text)
    return (str(path),)


def test_a_whole_mapping(tmp_path: Path) -> None:
    text = """when: [path]
provider: Microsoft-Windows-Sysmon
channel: {column: log}
event_id: {column: kind, values: {Process: 1, library: 7}}
computer: host
record_id: {constant: "9"}
time: {column: at, format: "%d.%m.%Y %H:%M", zone: Europe/Berlin}
"""
    (mapping,) = read_mappings(write(tmp_path, text + FIELDS))
    assert mapping.when == {"path"}
    assert mapping.fields == (("Image", "path"), ("ParentImage", "parent path"))
    assert mapping.provider == Taken(constant="Microsoft-Windows-Sysmon")
    assert mapping.channel == Taken(column="log")
    assert mapping.event_id == Taken(column="kind", values={"process": "1", "library": "7"})
    assert (mapping.computer, mapping.record_id) == (Taken(column="host"), Taken(constant="9"))
    assert mapping.time == TimeTaken("at", "%d.%m.%Y %H:%M", ZoneInfo("Europe/Berlin"))


def test_what_is_left_out(tmp_path: Path) -> None:
    (mapping,) = read_mappings(write(tmp_path, FIELDS))
    assert mapping.when == {"path", "parent path"}
    assert mapping.time is None
    assert mapping.event_id == Taken()


def test_a_file_may_hold_several(tmp_path: Path) -> None:
    found = read_mappings(write(tmp_path, "- fields: {Image: a}\n- fields: {Image: b}\n"))
    assert [mapping.fields for mapping in found] == [(("Image", "a"),), (("Image", "b"),)]


@pytest.mark.parametrize(
    ("text", "place", "problem", "hint"),
    [
        ("", "1:1", "an empty mapping", "carhound mapping SAMPLE"),
        ("just text", "1:1", "not written as names and values", ""),
        ("when: [a]\n", "1:1", "no fields are mapped", ""),
        ("feilds:\n  Image: a\n", "1:1", "no part called feilds", "did you mean fields?"),
        ("fields:\n  image: a\n", "2:3", "letter case counts", "write Image"),
        ("fields:\n  image_path: a\n", "2:3", "a name of CAR's", "Image"),
        ("fields:\n  Image: a\n  Image: b\n", "3:3", "mapped twice", ""),
        ("fields:\n  Image:\n", "2:", "the column of Image is not a text", ""),
        ("fields: [Image]\n", "1:9", "no list of names", ""),
        ("fields: {}\n", "1:9", "no fields are mapped", ""),
        (FIELDS + "when: path\n", "4:7", "no list of columns", ""),
        (FIELDS + "provider: sysmon\n", "4:11", "no provider is called", "Microsoft-Windows-Sysmon"),
        (FIELDS + "event_id: {column: a, constant: b}\n", "4:11", "neither a column nor a constant", ""),
        (FIELDS + "event_id: {colum: a}\n", "4:12", "no part called colum", "did you mean column?"),
        (FIELDS + "time: {format: iso}\n", "4:7", "time has no column", ""),
        (FIELDS + "time: {column: a, format: rfc}\n", "4:27", "no format of time: rfc", "epoch-ms"),
        (FIELDS + 'time: {column: a, format: "%H:%M"}\n', "4:27", "no format of time", ""),
        (FIELDS + "time: {column: a, zone: Mars/X}\n", "4:25", "no time zone is called Mars/X", ""),
        (FIELDS + "when: [a\n", "5:1", "cannot be read as YAML", ""),
    ],
)
def test_mistakes_are_named_with_their_place(
    tmp_path: Path, text: str, place: str, problem: str, hint: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        read_mappings(write(tmp_path, text))
    assert f"m.yaml:{place}" in caught.value.message
    assert problem in caught.value.message
    assert hint in (caught.value.hint or "")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        read_mappings((str(tmp_path / "gone.yaml"),))


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["proc_path", "ParentPath", "cmd-line"], {}),
        (
            ["process.executable", "process.parent.executable", "process.command_line", "@timestamp"],
            {
                "Image": "process.executable",
                "ParentImage": "process.parent.executable",
                "CommandLine": "process.command_line",
                "time": "@timestamp",
            },
        ),
        (["image", "Image"], {"Image": "image"}),
        (["a", "b"], {}),
    ],
)
def test_guesses_by_name(columns: list[str], found: dict[str, str]) -> None:
    made = guesses(columns)
    assert made.items() >= found.items()
    assert len(set(made.values())) == len(made)
    if columns == ["a", "b"]:
        assert made == {}
