"""Events go into rows and come back as they were."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from carhound.lake.records import as_raw_event, pack, unpack
from carhound.lake.rows import arrow_schema, as_row, to_arrow
from carhound.model.event import RawEvent
from carhound.model.event_table import RECORD_COLUMNS, EventTable, tag_column
from carhound.normalize.normalizer import Normalizer

TABLE = EventTable(("Image", "CommandLine"), ("image_path",), ("regsvr32", "a b"))
TEXTS = st.text(max_size=12) | st.sampled_from(["\ud800", "a\0b", "REGSVR32.EXE", "regſvr32"])
VALUES = TEXTS | st.tuples(TEXTS, TEXTS)
FIELDS = st.dictionaries(st.sampled_from(["Image", "CommandLine", "Other", "\ud801"]), VALUES)
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))


@given(st.none() | TEXTS, TIMES, FIELDS, FIELDS)
def test_a_record_comes_back_from_its_row(
    computer: str | None, time: datetime | None, data: dict, meta: dict
) -> None:
    raw = RawEvent(
        "Microsoft-Windows-Sysmon", None, "1", computer, "7", time, dict(data), dict(meta), "line 3"
    )
    event = Normalizer().event(raw, "a.evtx", "evtx")
    table = to_arrow([as_row(event, TABLE, 1)], TABLE)
    assert table.schema == arrow_schema(TABLE)
    (row,) = table.to_pylist()
    again = as_raw_event(row)
    assert (again.data, again.meta, again.time) == (data, meta, event.time)
    assert list(again.data) == list(data), "fields keep their order"
    if not row["odd"]:
        assert again.computer == computer
        assert row["Image"] == event.lookup("Image")
        assert row["car_image_path"] == event.car.get("image_path")
        assert Normalizer().event(again, "a.evtx", "evtx").identity() == event.identity()


def test_a_tag_says_whether_a_literal_stands_in_any_value() -> None:
    raw = RawEvent("p", None, "1", None, None, None, {"X": "C:\\REGSVR32.exe"}, {}, "")
    row = to_arrow([as_row(Normalizer().event(raw, "f", "s"), TABLE, 1)], TABLE).to_pylist()[0]
    assert row[tag_column("regsvr32")] is True
    assert row[tag_column("a b")] is False
    assert tag_column("regsvr32") == "has_regsvr32"
    assert tag_column("a b") != tag_column("a_b")


@given(st.none() | TEXTS, TIMES, FIELDS)
def test_a_packed_row_is_unpacked_as_it_was(computer: str | None, time: datetime | None, data: dict) -> None:
    raw = RawEvent("p", None, "1", computer, None, time, dict(data), {}, "line 3")
    event = Normalizer().event(raw, "a.evtx", "evtx")
    (row,) = to_arrow([as_row(event, TABLE, 1)], TABLE).to_pylist()
    assert unpack(pack(row)) == {name: row[name] for name in RECORD_COLUMNS}
