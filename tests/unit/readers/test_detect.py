"""What a file is, from its first bytes."""

import json

import pytest

from carhound.readers.detect import CSV_FORMATS, detect
from carhound.readers.tables.row_shapes import MAPPED_CSV, ROW_SHAPES


@pytest.mark.parametrize(
    ("head", "kind", "name"),
    [
        (b"ElfFile\0" + bytes(100), "evidence", "evtx"),
        (b"PK\x03\x04", None, "zip"),
        (b"\x1f\x8b\x08", None, "gzip"),
        (bytes(257) + b"ustar\x0000", None, "tar"),
        (b"\x28\xb5\x2f\xfd..", "unsupported", "zstd"),
        (b"7z\xbc\xaf\x27\x1c", "unsupported", "7z"),
        (b"Rar!\x1a\x07\x01\x00", "unsupported", "rar"),
        (b"PAR1....", "evidence", "parquet"),
        (b"PARE....", "unsupported", "parquet-encrypted"),
        (b"ARROW1\0\0", "evidence", "arrow"),
        (b"FEA1....", "unsupported", "feather1"),
        (b"version https://git-lfs.github.com/spec/v1\n", "unsupported", "git-lfs"),
        (b'<?xml version="1.0"?>\n<Events><Event xmlns="x"><System>', "evidence", "xml"),
        ("<Event xmlns='x'><System>".encode("utf-16"), "evidence", "xml"),
        (b"_time,host,_raw\n", "evidence", "splunk-csv"),
        (b'"Computer","NewProcessName","ParentProcessName"\r\n', "evidence", "csv-4688"),
        (b"EventCode;Image;ParentImage\n", "evidence", "csv-sysmon"),
        ("Image\tCommandLine\n".encode("utf-16"), "evidence", "csv-sysmon"),
        (b"image_path,command_line\n", "evidence", "csv-car"),
        (b"EventRecordId,PayloadData1\n", "evidence", "evtxecmd-csv"),
        (b'{"event_type":"process","process_path":"a"}', "evidence", "eql-normalised"),
        (b'[\n  {"event_type":"process",\n   "pid": 1}\n]', "evidence", "eql-normalised"),
        (b'{"index":{}}\n{"EventID":1,"Hostname":"ws1"}\n', "evidence", "nxlog"),
        (b'\xef\xbb\xbf \n[ {"EventID":1,"Hostname":"ws1"}', "evidence", "nxlog"),
        (b'{"EventID":1,"Hostname":"ws1","Message":"' + b"x" * 100, "evidence", "nxlog"),
        (b'{"EventID":1,"Hostname":"ws1"}\n' + bytes(40), "evidence", "nxlog"),
        (b"", "not evidence", None),
        (b" \r\n\t\n", "not evidence", None),
        (b"\xef\xbb\xbf", "not evidence", None),
        (b"MIT License\n\nCopyright", "not evidence", None),
        (b"title: x\nlogsource:\n  - a\n", "not evidence", None),
        (b"\x89PNG\r\n\x1a\n", "not evidence", None),
        (b"<!DOCTYPE html><html>", "not evidence", None),
        (b"\x01\x02\x00\x00", "not evidence", None),
        (b'{"name": "carhound"}', "not evidence", None),
        (b"[1, 2, 3]", "not evidence", None),
        (b"[section]\nkey = value\n", "not evidence", None),
        (b"{% template %}", "not evidence", None),
        (json.dumps({"about": "x", "events": [{"event": {"EventCode": 1}}]}).encode(), "not evidence", None),
    ],
)
def test_detect(head: bytes, kind: str | None, name: str | None) -> None:
    found = detect(head, True)
    assert (found.kind, found.format) == (kind, name)
    assert bool(found.reason) == (kind in ("unsupported", "not evidence"))


def test_every_table_that_is_read_is_named_among_the_formats() -> None:
    assert {shape.name for shape in ROW_SHAPES if shape.event is not None} | {MAPPED_CSV} == CSV_FORMATS


def test_a_name_is_never_asked() -> None:
    """The same bytes are the same thing however the file is called: `detect` is given no name at all."""
    assert detect.__code__.co_varnames[: detect.__code__.co_argcount] == (
        "head",
        "whole",
        "mappings",
    )


def test_events_behind_many_other_objects_are_found() -> None:
    head = b'{"foo":1}\n' * 500 + b'{"EventID":1,"Hostname":"ws1"}\n'
    assert detect(head, True).format == "nxlog"
