"""Every JSON shape, whole, in every layout of text; read through the front door."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Remark, Skipped
from carhound.readers.evidence import open_evidence
from carhound.readers.part import Part

FIELDS = {
    "Image": "C:\\Windows\\System32\\cmd.exe",
    "ParentImage": "C:\\Windows\\System32\\regsvr32.exe",
    "CommandLine": 'cmd /c "echo {[," & type\tü',
}
Shape = tuple[str, Callable[..., dict[str, Any]]]


def _read(path: Path) -> tuple[Part, list[Any]]:
    (part,) = open_evidence([str(path)])
    return part, list(part.items())


def _events(items: list[Any]) -> list[RawEvent]:
    return [item for item in items if isinstance(item, RawEvent)]


def _lines(records: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode() + b"\n"


LAYOUTS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "lines": _lines,
    "lines ending in CRLF": lambda records: _lines(records).replace(b"\n", b"\r\n"),
    "lines, blank ones between": lambda records: b"\n\n" + _lines(records).replace(b"\n", b"\n \n"),
    "lines without the last end": lambda records: _lines(records).rstrip(),
    "lines behind a BOM": lambda records: b"\xef\xbb\xbf" + _lines(records),
    "lines with commas": lambda records: b"[\n" + _lines(records).replace(b"}\n", b"},\n") + b"]",
    "array": lambda records: json.dumps(records).encode(),
    "array after blank lines": lambda records: b"\r\n\n  " + json.dumps(records).encode(),
    "array, pretty": lambda records: json.dumps(records, indent=4).encode(),
    "array, pretty, tabs": lambda records: json.dumps(records, indent="\t").encode(),
    "array, pretty, brackets side by side": lambda records: (
        b"[ " + ", ".join(json.dumps(one, indent=2) for one in records).encode() + b" ]"
    ),
    "objects, pretty": lambda records: "\n".join(json.dumps(one, indent=2) for one in records).encode(),
    "objects, side by side": lambda records: "".join(json.dumps(one) for one in records).encode(),
    "UTF-16LE": lambda records: _lines(records).decode().encode("utf-16"),
    "UTF-16BE": lambda records: b"\xfe\xff" + _lines(records).decode().encode("utf-16-be"),
    "UTF-16LE without a BOM": lambda records: _lines(records).decode().encode("utf-16-le"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_shape_reads_the_same_in_every_layout(shape: Shape, layout: str, tmp_path: Path) -> None:
    """Three records: all are read, nothing is damaged, and fields arrive as written."""
    name, write = shape
    records = [write(number, 1, {**FIELDS, "ProcessId": str(number)}) for number in (7, 8, 9)]
    path = tmp_path / "log.txt"
    path.write_bytes(LAYOUTS[layout](records))
    part, items = _read(path)
    assert (part.kind, part.format, part.reason) == ("evidence", name, "")
    assert [item for item in items if not isinstance(item, RawEvent | Remark)] == []
    events = _events(items)
    assert [event.data["ProcessId"] for event in events] == ["7", "8", "9"]
    for event in events:
        assert {field: event.data[field] for field in FIELDS} == FIELDS
        assert event.provider == "Microsoft-Windows-Sysmon"
        assert event.event_id == "1"


def test_header_and_system_fields_are_told_apart_from_the_payload(shape: Shape, tmp_path: Path) -> None:
    """Header fields are not repeated in the payload, and the collector is not the computer."""
    name, write = shape
    path = tmp_path / "one.json"
    path.write_text(
        json.dumps(write(4711, 1, {**FIELDS, "ProcessId": "99", "UtcTime": "2024-06-14 12:00:00.123"}))
    )
    _, items = _read(path)
    (event,) = _events(items)
    assert event.time is not None
    assert event.time.replace(microsecond=123000) == datetime(2024, 6, 14, 12, 0, 0, 123000, UTC)
    assert set(event.data) == {*FIELDS, "ProcessId", "UtcTime"}
    if name == "eql-raw":
        assert (event.channel, event.computer, event.record_id, event.meta) == (None, None, None, {})
        return
    assert event.channel == "Microsoft-Windows-Sysmon/Operational"
    assert event.computer == "ws1.example.org"
    assert event.record_id == "4711"
    assert event.meta["System_ProcessID"] == "2740"
    assert event.meta["System_ThreadID"] == "3440"


def test_a_broken_record_costs_only_itself(shape: Shape, tmp_path: Path) -> None:
    """Whatever is wrong with the second of three records, the other two are read."""
    _, write = shape
    good = [json.dumps(write(number, 1, {"ProcessId": str(number)})) for number in (1, 3)]
    whole = json.dumps(write(2, 1, FIELDS))
    broken = {
        "cut": whole[: len(whole) // 2],
        "a quote gone": whole.replace('"', "", 1),
        "a bracket gone": whole[:-1],
        "a bracket too many": whole + "}",
        "a comma gone": whole.replace('",', '" ', 1).replace("1,", "1 ", 1),
        "not JSON": "== log rotated ==",
        "NULs": "\0" * 30,
    }
    for about, text in broken.items():
        path = tmp_path / "broken.json"
        for layout in ("{}\n{}\n{}\n", "[\n{},\n{},\n{}\n]", "{}\r\n{}\r\n{}"):
            path.write_text(layout.format(good[0], text, good[1]), newline="")
            _, items = _read(path)
            read = [event.data["ProcessId"] for event in _events(items) if "Image" not in event.data]
            assert read == ["1", "3"], (about, layout)
            damaged = [item for item in items if isinstance(item, Damage)]
            assert len(damaged) == 1, (about, layout, damaged)
            assert damaged[0].where in ("line 2", "item 2"), (about, layout)
            assert damaged[0].offset is not None or "body" in damaged[0].reason


def test_a_pretty_array_goes_on_after_a_broken_item(shape: Shape, tmp_path: Path) -> None:
    """Also where the broken item left brackets open, and where its quotes do not match."""
    _, write = shape
    for harm in ('"oops": [{', '"oops: "', "", "}}"):
        texts = [json.dumps(write(number, 1, {"ProcessId": str(number)}), indent=2) for number in range(5)]
        texts[2] = texts[2].replace("{", "{" + harm + " oops", 1)
        path = tmp_path / "pretty.json"
        path.write_text("[\n" + ",\n".join(texts) + "\n]\n")
        _, items = _read(path)
        read = [event.data["ProcessId"] for event in _events(items)]
        assert [number for number in read if number != "2"] == ["0", "1", "3", "4"], harm
        assert sum(isinstance(item, Damage) for item in items) == 1, harm


def test_a_one_line_array_goes_on_after_a_broken_item(shape: Shape, tmp_path: Path) -> None:
    _, write = shape
    for old, new in (("{", "{oops "), ('"', ""), ("}", "")):
        texts = [json.dumps(write(number, 1, {"ProcessId": str(number)})) for number in range(5)]
        texts[2] = texts[2].replace(old, new, 1)
        path = tmp_path / "line.json"
        path.write_text("[" + ", ".join(texts) + "]")
        _, items = _read(path)
        read = [event.data["ProcessId"] for event in _events(items)]
        assert [number for number in read if number != "2"] == ["0", "1", "3", "4"], (old, new)
        assert any(isinstance(item, Damage) for item in items), (old, new)


def test_a_cut_file_gives_what_is_before_the_cut(shape: Shape, tmp_path: Path) -> None:
    _, write = shape
    text = _lines([write(number, 1, {"ProcessId": str(number)}) for number in range(3)])
    path = tmp_path / "cut.json"
    path.write_bytes(text[:-20])
    part, items = _read(path)
    assert part.kind == "evidence"
    assert [event.data["ProcessId"] for event in _events(items)] == ["0", "1"]
    assert [item.where for item in items if isinstance(item, Damage)] == ["line 3"]


def test_a_file_of_one_broken_event_is_damaged_evidence(shape: Shape, tmp_path: Path) -> None:
    """Its keys still tell what it was: it must not pass for a file that never held events."""
    name, write = shape
    path = tmp_path / "cut.json"
    path.write_text(json.dumps(write(1, 1, FIELDS))[:-9])
    part, items = _read(path)
    assert (part.kind, part.format) == ("evidence", name)
    assert [type(item) for item in items] == [Damage]


def test_records_of_several_shapes_in_one_file(tmp_path: Path, nxlog: Callable[..., dict[str, Any]]) -> None:
    """The shape is decided record by record; what is of none is counted, with its place."""
    records = [nxlog(1, 1, {}), {"a": 1}, {"EventId": 5, "UtcTime": "2024-06-14 12:00:00.123"}, {"b": 1}]
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(_lines(records))
    _, items = _read(path)
    assert [event.event_id for event in _events(items)] == ["1", "5"]
    skipped = [(item.where, item.reason) for item in items if not isinstance(item, RawEvent | Remark)]
    assert skipped == [
        ("2 records from line 2", "JSON that is no event of a known shape"),
    ]


def test_faulty_text_is_kept_valid_and_remarked(tmp_path: Path) -> None:
    """A lone surrogate, a raw control character and a byte that is no UTF-8 do not cost the record."""
    path = tmp_path / "text.jsonl"
    start = b'{"EventId": 1, "UtcTime": "2024-06-14 12:00:00.123", "Image": "'
    path.write_bytes(
        b"\n".join(start + text + b'"}' for text in (b"a\\ud800b", b"a\tb", b"a\xffb", b"\\ud83d\\ude00"))
    )
    _, items = _read(path)
    assert [event.data["Image"] for event in _events(items)] == ["a\ufffdb", "a\tb", "a\ufffdb", "\U0001f600"]
    (remark,) = (item for item in items if isinstance(item, Remark) and item.code == "EV-U1")
    assert remark.message.endswith("3 records")


def test_deep_nesting_is_damage(tmp_path: Path) -> None:
    deep = b'{"EventId":1,"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    good = b'{"EventId":2,"UtcTime":"2024-06-14 12:00:00.123"}'
    path = tmp_path / "deep.jsonl"
    path.write_bytes(good + b"\n" + deep + b"\n" + good + b"\n")
    _, items = _read(path)
    assert len(_events(items)) == 2
    assert [item.where for item in items if isinstance(item, Damage)] == ["line 2"]


def test_a_large_file_is_read_across_buffers(tmp_path: Path, nxlog: Callable[..., dict[str, Any]]) -> None:
    """Records that lie across the borders of what is read at once lose nothing, in any layout."""
    records = [nxlog(number, 1, {"CommandLine": "x" * 7_000}) for number in range(500)]
    for layout in ("lines", "array", "array, pretty", "UTF-16LE"):
        path = tmp_path / "large.json"
        path.write_bytes(LAYOUTS[layout](records))
        _, items = _read(path)
        assert [event.record_id for event in items if isinstance(event, RawEvent)] == [
            str(n) for n in range(500)
        ]
        assert len(items) == 500, layout


def test_hostile_brackets_take_no_longer_than_honest_ones(
    tmp_path: Path, nxlog: Callable[..., dict[str, Any]]
) -> None:
    """Objects that never end are not tried again from every bracket; what stands in other lines is read."""
    good = json.dumps(nxlog(1, 1, {})).encode()
    for piece in (b"{,", b'{"a":[', b'{"', b"{}}", b"}{", b"[{,"):
        path = tmp_path / "hostile.json"
        path.write_bytes(good + b"\n" + piece * 100_000 + b"\n" + good + b"\n")
        began = perf_counter()
        _, items = _read(path)
        assert perf_counter() - began < 20, piece
        assert len(_events(items)) == 2, piece


def test_what_follows_damage_and_is_no_event_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    path.write_text('{"EventID":1,"Hostname":"x"}\n{"EventID":1,"Host\n' + '{"foo":1}\n' * 10)
    _, items = _read(path)
    assert [type(item) for item in items][:2] == [RawEvent, Damage]
    assert [item.records for item in items if isinstance(item, Skipped)] == [10]
