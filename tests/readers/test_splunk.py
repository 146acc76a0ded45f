"""Splunk's exports: every envelope, every kind of `_raw`, extracted fields, damage."""

import csv
import io
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.engines.interpreter.rows import Row
from carhound.engines.interpreter.terms import raw_texts
from carhound.model.event import Event, RawEvent
from carhound.model.evidence import Damage, Remark
from carhound.normalize.normalizer import Normalizer
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions
from carhound.readers.json.reader import JsonReader
from carhound.readers.part import Part
from carhound.readers.tables.csv_reader import CsvReader

from .windows_xml import (
    CHANNEL,
    CLASSIC_4688,
    FIELDS,
    FIELDS_4688,
    SYSMON,
    classic_text,
    event_tree,
    event_xml,
)

SPLUNK = {
    "_time": "2024-06-14T12:00:00.000+00:00",
    "host": "collector",
    "index": "win",
    "source": f"XmlWinEventLog:{CHANNEL}",
    "sourcetype": "XmlWinEventLog",
    "process_name": "cmd.exe",
}
EXTRACTED = {
    **SPLUNK,
    **FIELDS,
    "EventCode": "1",
    "Computer": "ws1.example.org",
    "EventRecordID": "7",
    "SystemTime": "2024-06-14T12:00:00.1234567Z",
    "ProcessID": "2740",
    "MD5": "0123",
}


def _file(tmp_path: Path, content: str | bytes) -> tuple[Part, list[Any]]:
    path = tmp_path / "export.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (part,) = open_evidence([str(path)])
    return part, list(part.items())


def _event(item: Any) -> Event:
    assert isinstance(item, RawEvent), item
    return Normalizer().event(item, "f", "splunk")


def _tree_event() -> Event:
    (item,) = JsonReader().read(io.BytesIO(json.dumps(event_tree()).encode()), ReadOptions())
    return _event(item)


def _rest(rows: list[dict[str, Any]], **around: Any) -> dict[str, Any]:
    return {
        "preview": False,
        "init_offset": 0,
        "messages": [],
        "fields": [{"name": "_raw"}],
        "results": rows,
        **around,
    }


RAWS = {"xml": event_xml(), "classic": classic_text(), "json": json.dumps(event_tree())}
ENVELOPES: dict[str, Any] = {
    "result": lambda raw: json.dumps({"preview": False, "offset": 0, "result": {**SPLUNK, "_raw": raw}}),
    "bare row": lambda raw: json.dumps({**SPLUNK, "_raw": raw}),
    "only _raw": lambda raw: json.dumps({"_raw": raw}),
    "REST": lambda raw: json.dumps(_rest([{**SPLUNK, "_raw": raw}], highlighted={})),
    "REST, pretty": lambda raw: json.dumps(_rest([{**SPLUNK, "_raw": raw}]), indent=2),
    "REST of export rows": lambda raw: json.dumps({"results": [{"preview": False, "result": {"_raw": raw}}]}),
    "HEC": lambda raw: json.dumps({"time": 1718366400.5, "sourcetype": "x", "event": raw}),
    "HEC without sourcetype": lambda raw: json.dumps({"time": 1718366400.5, "host": "h", "event": raw}),
    "multivalue": lambda raw: json.dumps({"result": {**SPLUNK, "_raw": [raw], "tag": ["a", "b"]}}),
}


@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize("raw", RAWS)
def test_what_is_in_raw_is_the_event(envelope: str, raw: str, tmp_path: Path) -> None:
    """The same payload and CAR view as from an event tree, whatever is around it; `_raw` stays searchable."""
    part, items = _file(tmp_path, ENVELOPES[envelope](RAWS[raw]))
    assert (part.kind, part.format) == ("evidence", "splunk-json")
    event, other = _event(items[0]), _tree_event()
    assert [item for item in items[1:] if item.code != "EV-T1"] == []
    assert event.data == other.data
    assert event.car == other.car
    assert (event.provider, event.channel, event.event_id) == (SYSMON, CHANNEL, "1")
    assert (event.computer, event.record_id) == ("ws1.example.org", "7")
    assert event.time is not None
    assert event.time.replace(microsecond=0) == datetime(2024, 6, 14, 12, tzinfo=UTC)
    assert event.meta["_raw"] == RAWS[raw]
    assert list(raw_texts(Row(event))) == [RAWS[raw]]
    if raw != "classic":
        assert event.identity() == other.identity()


def test_hec_takes_objects_of_other_shapes_and_of_extracted_fields(tmp_path: Path) -> None:
    for inner in (event_tree(), {name: text for name, text in EXTRACTED.items() if name not in SPLUNK}):
        _, (item,) = _file(
            tmp_path, json.dumps({"sourcetype": "x", "source": SPLUNK["source"], "event": inner})
        )
        event = _event(item)
        assert event.data == FIELDS
        assert event.identity() == _tree_event().identity()


@pytest.mark.parametrize("computer", ["Computer", "ComputerName"])
def test_extracted_fields_are_the_event_where_there_is_no_raw(computer: str, tmp_path: Path) -> None:
    row = {**EXTRACTED, computer: "ws1.example.org"}
    if computer != "Computer":
        del row["Computer"]
    _, (item,) = _file(tmp_path, json.dumps({"result": row}))
    event = _event(item)
    other = _tree_event()
    assert event.data == FIELDS
    assert event.car == other.car
    assert event.identity() == other.identity()
    assert event.meta["process_name"] == "cmd.exe"
    assert event.meta["System_ProcessID"] == "2740"
    assert "EventCode" not in event.meta
    assert event.native["MD5"] == "0123"


def test_fields_with_several_values_keep_them(tmp_path: Path) -> None:
    row = {**EXTRACTED, "EventCode": ["1", "1"], "User": ["NOT_TRANSLATED", "EX\\bob"]}
    _, (item,) = _file(tmp_path, json.dumps({"result": row}))
    assert item.event_id == "1"
    assert item.data["User"] == ("NOT_TRANSLATED", "EX\\bob")


def test_the_fields_splunk_extracted_stay_beside_what_is_in_raw(tmp_path: Path) -> None:
    """For searches by the Common Information Model; they are no part of the event's identity."""
    row = {**EXTRACTED, "_raw": event_xml(), "eventtype": ["a", "b"], "linecount": 1}
    _, (item,) = _file(tmp_path, json.dumps({"result": row}))
    event = _event(item)
    assert event.data == FIELDS
    assert event.identity() == _tree_event().identity()
    assert event.meta["eventtype"] == ("a", "b")
    assert event.meta["linecount"] == "1"
    assert event.native["process_name"] == "cmd.exe"


def test_a_cut_raw(tmp_path: Path) -> None:
    """The extracted fields serve, with a remark; without them it is damage."""
    cut = {"_raw": event_xml()[:600]}
    _, items = _file(tmp_path, json.dumps({"result": {**EXTRACTED, **cut}}))
    assert items[0].data == FIELDS
    assert [item.code for item in items[1:]] == ["EV-S1"]
    good = json.dumps({"_raw": event_xml(8)})
    for broken in (
        event_xml()[:600],
        "<Event>",
        '{"Event":',
        "<!DOCTYPE x [<!ENTITY a 'b'>]><Event>&a;</Event>",
    ):
        _, items = _file(tmp_path, f"{good}\n{json.dumps({'_raw': broken})}\n{good}")
        assert [type(item) for item in items] == [RawEvent, Damage, RawEvent], broken
        assert items[1].where == "line 2"


def test_the_classic_text_of_4688(tmp_path: Path) -> None:
    _, (item,) = _file(tmp_path, json.dumps({**SPLUNK, "_raw": CLASSIC_4688}))
    assert item.data == FIELDS_4688
    assert item.provider == "Microsoft-Windows-Security-Auditing"
    assert (item.channel, item.event_id, item.record_id) == ("Security", "4688", "231333")
    assert item.computer == "ws2.example.org"
    assert item.meta["ComputerName"] == "ws2.example.org"
    assert item.meta["SourceName"] == "Microsoft Windows security auditing."
    assert "Account_Name" not in {*item.data, *item.meta}


def test_flattened_labels_of_4688_have_native_names_too(tmp_path: Path) -> None:
    row = {
        **SPLUNK,
        "EventCode": "4688",
        "source": "WinEventLog:Security",
        "New_Process_Name": "C:\\a.exe",
        "Creator_Process_Name": "C:\\b.exe",
        "Account_Name": ["bob", "-"],
    }
    _, items = _file(tmp_path, json.dumps({"result": row}))
    event = items[0]
    assert event.data["NewProcessName"] == event.data["New_Process_Name"] == "C:\\a.exe"
    assert event.data["ParentProcessName"] == "C:\\b.exe"
    assert event.data["SubjectUserName"] == "bob"
    assert event.data["Account_Name"] == ("bob", "-")
    assert event.channel == "Security"
    assert (event.computer, items[1].code) == ("collector", "EV-S2")


@pytest.mark.parametrize(
    ("stamp", "zone"),
    [
        ("2024-06-14T14:00:00.250+02:00", 250),
        ("1718366400.25", 250),
        (1718366400, 0),
        ("2024-06-14T12:00:00Z", 0),
    ],
)
def test_time_comes_from_the_stamp_where_the_event_has_none(stamp: Any, zone: int, tmp_path: Path) -> None:
    row = {"_time": stamp, "EventCode": "4", "Computer": "x", "source": f"WinEventLog:{CHANNEL}"}
    _, (item,) = _file(tmp_path, json.dumps({"result": row}))
    assert item.time == datetime(2024, 6, 14, 12, 0, 0, zone * 1000, tzinfo=UTC)
    assert item.provider == SYSMON


def test_the_local_time_of_the_classic_text_is_the_last_resort(tmp_path: Path) -> None:
    _, items = _file(tmp_path, json.dumps({"_raw": CLASSIC_4688}))
    assert items[0].time == datetime(2020, 12, 4, 13, 19, 21, tzinfo=UTC)
    assert [item.code for item in items[1:]] == ["EV-T1"]


def test_what_is_no_event_is_not_taken_for_one(tmp_path: Path) -> None:
    for other in ({"result": {"count": "1"}}, {"results": [{"a": 1}]}, {"event": {"a": 1}, "b": 2}):
        part, _ = _file(tmp_path, json.dumps(other))
        assert part.kind == "not evidence"


def test_results_are_read_one_by_one(tmp_path: Path) -> None:
    """However many there are, in one line or not, several documents after another, or cut."""
    rows = [{"_raw": event_xml(number), "_time": "x" * 5_000} for number in range(1_000)]
    whole = json.dumps(_rest(rows, highlighted={}))
    for text in (whole, json.dumps(_rest(rows), indent=1)):
        _, items = _file(tmp_path, text)
        assert [item.record_id for item in items] == [str(number) for number in range(1_000)]
    _, items = _file(tmp_path, f"{whole}\n{whole}\n")
    assert len(items) == 2_000
    _, items = _file(tmp_path, whole[: len(whole) // 2])
    assert [type(item) for item in items[-2:]] == [RawEvent, Damage]
    _, items = _file(tmp_path, whole.replace('"_time"', '_time"', 1))
    assert sum(isinstance(item, RawEvent) for item in items) == 999
    assert sum(isinstance(item, Damage) for item in items) == 1


def _csv(rows: list[dict[str, str]], end: str = "\r\n") -> str:
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


CSV_LAYOUTS: dict[str, Any] = {
    "CRLF": lambda rows: _csv(rows).encode(),
    "LF": lambda rows: _csv(rows, "\n").encode(),
    "BOM": lambda rows: b"\xef\xbb\xbf" + _csv(rows).encode(),
    "UTF-16": lambda rows: _csv(rows).encode("utf-16"),
    "no end": lambda rows: _csv(rows).rstrip().encode(),
    "blank lines": lambda rows: _csv(rows, "\n\n").encode(),
}


@pytest.mark.parametrize("layout", CSV_LAYOUTS)
@pytest.mark.parametrize("raw", RAWS)
def test_csv(layout: str, raw: str, tmp_path: Path) -> None:
    rows = [{**SPLUNK, "_raw": RAWS[raw], "empty": ""}] * 3
    part, items = _file(tmp_path, CSV_LAYOUTS[layout](rows))
    assert (part.kind, part.format) == ("evidence", "splunk-csv")
    assert len(items) == 3
    for item in items:
        assert _event(item).data == _tree_event().data
        assert item.meta["_raw"] == RAWS[raw]
        assert "empty" not in item.meta


def test_csv_of_extracted_fields(tmp_path: Path) -> None:
    part, (item,) = _file(tmp_path, _csv([EXTRACTED]))
    assert part.format == "splunk-csv"
    assert item.data == {name: text for name, text in FIELDS.items() if text}
    assert _event(item).car == _tree_event().car


@pytest.mark.parametrize(
    "harm",
    [
        lambda row: row[: len(row) // 2] + "\n",
        lambda row: row.replace('"', "", 1),
        lambda row: row.replace('""', '"', 1),
        lambda row: row.replace('","', '",', 1),
        lambda _: "one,two\n",
        lambda _: "\0\0\n",
    ],
    ids=["cut", "a quote gone", "one of two quotes gone", "no quote after a comma", "another table", "NULs"],
)
def test_a_broken_row_costs_only_itself(harm: Any, tmp_path: Path) -> None:
    rows = [{"_time": "1718366400", "_raw": classic_text(number), "host": "h"} for number in range(4)]
    header, *lines = (_csv([row], "\n").split("\n", 1)[1] for row in rows)
    content = '"_time","_raw","host"\n' + header + lines[0] + harm(lines[1]) + lines[2]
    _, items = _file(tmp_path, content)
    assert [item.record_id for item in items if isinstance(item, RawEvent)][:2] == ["0", "1"]
    assert items[-1].record_id == "3"
    damaged = [item for item in items if isinstance(item, Damage)]
    assert all(damage.offset is not None for damage in damaged)
    # Every record that is lost is told, be it line by line; a stray quote in a cell may leave it readable.
    assert damaged or len([item for item in items if isinstance(item, RawEvent)]) == 4


def test_a_cell_without_end_costs_time_as_it_is_long() -> None:
    class Long:
        def __init__(self, filler: bytes, count: int) -> None:
            self._parts = iter([b'"_time","_raw"\n"1","', *[filler * ((1 << 20) // len(filler))] * count])

        def read(self, _: int, /) -> bytes:
            return next(self._parts, b"")

    for filler in (b"x", b'""', b'"\n"', b"a\n", b'\n"1","', b",", b'"'):
        began = time.process_time()
        for item in CsvReader().read(Long(filler, 3 if b"\n" in filler else 16), ReadOptions()):
            assert isinstance(item, RawEvent | Damage | Remark)
        assert time.process_time() - began < 60, filler


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 255)), max_size=6), st.integers(1, 9000))
def test_reading_never_raises(flips: list[tuple[int, int]], cut: int) -> None:
    rows = [{**EXTRACTED, "_raw": raw} for raw in (*RAWS.values(), CLASSIC_4688)]
    as_csv = _csv([{name: str(value) for name, value in row.items()} for row in rows])
    for whole, reader in (
        ("\n".join(json.dumps({"result": row}) for row in rows), JsonReader()),
        (json.dumps(_rest(rows)), JsonReader()),
        (as_csv, CsvReader()),
    ):
        content = bytearray(whole.encode())
        for at, value in flips:
            content[at % len(content)] = value
        for item in reader.read(io.BytesIO(content[: cut % len(content) + 1]), ReadOptions()):
            assert not isinstance(item, type(None))


@given(
    st.dictionaries(
        st.sampled_from(
            ["_raw", "_time", "EventCode", "event", "result", "host", "source", "Image", "sourcetype"]
        ),
        st.recursive(
            st.none()
            | st.booleans()
            | st.floats(allow_nan=False)
            | st.integers(-(2**60), 2**60)
            | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=5,
        ),
    )
)
def test_no_record_raises(record: dict[str, Any]) -> None:
    for whole in (record, {"result": record}, {"event": record, "sourcetype": "x"}):
        for item in JsonReader().read(io.BytesIO(json.dumps(whole).encode()), ReadOptions()):
            assert item is not None
