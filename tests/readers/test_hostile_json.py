"""JSON made to harm: too long, too deep, too large, ambiguous, and of kinds nobody writes."""

import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carhound.model.diagnostics import Source
from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Remark
from carhound.normalize.normalizer import Normalizer
from carhound.readers.interface import Item, ReadOptions
from carhound.readers.json.reader import JsonReader

GOOD = b'{"EventID":1,"Hostname":"ws1","TimeCreated":"2024-06-14T12:00:00Z","Image":"%s"}'
LIMIT = 4 << 20


def read(data: bytes, largest: int = LIMIT) -> list[Item]:
    return list(JsonReader().read(io.BytesIO(data), ReadOptions(largest=largest)))


def images(items: list[Item]) -> list[object]:
    return [item.data.get("Image") for item in items if isinstance(item, RawEvent)]


def damage(items: list[Item]) -> list[Damage]:
    return [item for item in items if isinstance(item, Damage)]


class Repeating:
    """A source of many bytes that takes no memory."""

    def __init__(self, head: bytes, piece: bytes, times: int, tail: bytes) -> None:
        self._pieces = [(head, 1), (piece, times), (tail, 1)]
        self.most = 0

    def read(self, size: int, /) -> bytes:
        self.most = max(self.most, size)
        while self._pieces:
            piece, times = self._pieces[0]
            count = min(times, max(size // max(len(piece), 1), 1))
            if times - count:
                self._pieces[0] = (piece, times - count)
            else:
                del self._pieces[0]
            if piece:
                return piece * count
        return b""


@pytest.mark.parametrize(
    "piece",
    [
        b"x",
        b'\\"',
        b"{",
        b"[",
        b'"',
        b"}",
        b"]",
        b",",
        b'{"a":',
        b'[{"a":',
        b'"a":1,',
        b'\\u0041"',
        b"\0",
        b" ",
    ],
    ids=repr,
)
def test_a_line_without_end_costs_itself_only(piece: bytes) -> None:
    """What comes before and behind it is read, and no more of it is held than one record may have."""
    first, last = GOOD % b"first" + b"\n", b"\n" + GOOD % b"last" + b"\n"
    source = Repeating(first + b'{"EventID":1,"Image":"', piece, (12 << 20) // len(piece), last)
    items = list(JsonReader().read(source, ReadOptions(largest=LIMIT)))
    assert images(items)[:1] == ["first"]
    assert images(items)[-1:] == ["last"]
    assert damage(items)
    assert source.most <= 2 * LIMIT


def test_an_object_beyond_the_limit_says_so() -> None:
    items = read(b'{"EventID":1,"Image":"' + b"x" * (6 << 20) + b'"}\n' + GOOD % b"next")
    assert images(items) == ["next"]
    (told,) = damage(items)
    assert told.reason == f"an object of over {LIMIT} bytes"
    assert told.records == 1


def test_an_object_of_too_many_values_is_damage() -> None:
    """Two bytes each here, a hundred in memory."""
    items = read(GOOD[:-1] % b"no" + b',"a":[' + b"[]," * 600_000 + b"1]}\n" + GOOD % b"next")
    assert images(items) == ["next"]
    assert [one.reason for one in damage(items)] == [f"an object of over 500000 values or {LIMIT} bytes"]


@pytest.mark.parametrize("depth", [200, 300, 900, 1100, 100_000])
@pytest.mark.parametrize(
    "place", [b'"x":%s', b'"Data":%s', b'"EventData":{"Data":%s}', b'"winlog":{"event_data":%s}']
)
@pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"])
def test_deep_nesting_is_read_or_is_damage(depth: int, place: bytes, brackets: tuple[bytes, bytes]) -> None:
    deep = brackets[0] * depth + b"1" + brackets[1] * depth
    for extra in (b"", b',"y":"\\ud800"'):  # faulty text is decoded in another way
        record = GOOD[:-1] % b"deep" + b"," + place % deep + extra + b"}"
        items = read(record + b"\n" + GOOD % b"next")
        assert images(items)[-1] == "next"
        assert len(images(items)) + len(damage(items)) == 2


@pytest.mark.parametrize(
    "number", ["9" * 19, "9" * 40, "9" * 5000, "1e400", "-1e400", "1e308", "0." + "1" * 5000, "-0", "1E+2"]
)
def test_huge_numbers(number: str) -> None:
    for name in ("EventID", "ProcessId", "RecordNumber", "TimeCreated"):
        record = b'{"Hostname":"h","SourceName":"s","Image":"n","%s":%s}' % (name.encode(), number.encode())
        items = read(
            (record if name == "EventID" else record[:-1] + b',"EventID":1}') + b"\n" + GOOD % b"next"
        )
        assert images(items)[-1] == "next"
        assert len(items) - sum(isinstance(item, Remark) for item in items) == 2


@pytest.mark.parametrize(
    "text", [b"\xff\xfe\xfd", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\0b", b"\\ud83d", b"\\u0000"]
)
def test_faulty_text_costs_no_record(text: bytes) -> None:
    items = read(GOOD % (b"a" + text) + b"\n" + GOOD % b"next")
    (first, second) = (str(image) for image in images(items))
    assert first.startswith("a")
    assert second == "next"
    first.encode()


def test_faulty_utf_16() -> None:
    good = (GOOD % b"one").decode().encode("utf-16-le")
    data = b"\xff\xfe" + good + b"\n\0" + b"\x00\xd8" + b"\n\0" + good + b"\n\0" + good[:-3]
    assert images(read(data)) == ["one", "one"]


@pytest.mark.parametrize(
    "text",
    [
        b'{"EventID":1,"Hostname":"h","Image":"no","Image":"yes"}',
        b'{"EventID":1,"Hostname":"h","Image":"no","Image" :"yes"}',
        b'{"EventID" :1,"Hostname":"h","Image"\t:"no","Image" :"yes"}',
        b'{"EventID":1,"Hostname":"h","Image":"no","\\u0049mage":"yes"}',
        b'{"EventID":1,"Hostname":"h","b":"\\":","Image":"no","Image" :"yes"}',
        b'{"EventID":1,"Hostname":"h","c":[{"d":1,"d":2}],"Image":"yes"}',
        b'{\n"EventID":1,\n"Hostname":"h",\n"Image":"no",\n"Image":\n"yes"\n}',
    ],
)
def test_the_last_of_two_equal_keys_counts_and_is_told(text: bytes) -> None:
    for layout in (b"%s", b"%s\n", b"[%s]"):
        items = read(layout % text)
        assert images(items) == ["yes"]
        (remark,) = (item for item in items if isinstance(item, Remark) and item.code == "EV-J1")
        assert remark.message.endswith("1 records")


@pytest.mark.parametrize(
    "value", ['":', '\\":', '" :', '"a":1,"a":2', "C:\\\\", '{"a":1,"a":2}', '\\\\":'], ids=repr
)
def test_text_that_looks_like_keys_is_not_told(value: str) -> None:
    record = {"EventID": 1, "Hostname": "h", "Image": value, f"k{value}": {"x": [value, {"y": value}]}}
    for text in (
        json.dumps(record),
        json.dumps(record, separators=(" , ", " : ")),
        json.dumps(record, indent=1),
    ):
        items = read(text.encode())
        assert images(items) == [value]
        assert not [item for item in items if isinstance(item, Remark) and item.code == "EV-J1"]


def test_fields_named_like_ours_stay_fields() -> None:
    """A payload cannot pass for the header, and nothing of it is lost."""
    data = {
        "EventID": "7",
        "EventCode": "8",
        "Computer": "evil",
        "Channel": "x",
        "SourceName": "y",
        "id": "z",
        "places": "w",
        "_time": "v",
        "native": "u",
        "car": "t",
        "Image": "C:\\a.exe",
    }
    record = {
        "Event": {"System": {"EventID": 1, "Computer": "ws1", "Provider": {"Name": "p"}}, "EventData": data}
    }
    (raw,) = (item for item in read(json.dumps(record).encode()) if isinstance(item, RawEvent))
    event = Normalizer().event(raw, "f", "event-tree")
    assert (event.lookup("EventID"), event.lookup("Computer"), event.lookup("EventCode")) == ("1", "ws1", "1")
    native = dict(event.native)
    for name, value in data.items():
        assert native.get(name) == value or native.get(f"EventData_{name}") == value, name


KEYS = st.sampled_from(
    [
        "Event",
        "System",
        "EventData",
        "UserData",
        "Data",
        "Provider",
        "EventID",
        "Name",
        "#text",
        "#attributes",
        "@Name",
        "winlog",
        "event_data",
        "event",
        "event_id",
        "log_name",
        "process",
        "parent",
        "hash",
        "file",
        "code",
        "Hostname",
        "SourceName",
        "TimeCreated",
        "EventTime",
        "UtcTime",
        "EventId",
        "Message",
        "body",
        "_source",
        "Correlation",
        "Execution",
        "Security",
        "user",
        "name",
        "provider_name",
        "Image",
        "",
        "@timestamp",
        "tags",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["1", "Microsoft-Windows-Sysmon", "2024-06-14T12:00:00Z", "{}", "0001-01-01T00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=200, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    record=st.dictionaries(KEYS, VALUES, min_size=1, max_size=6),
    shape=st.sampled_from(
        [{}, {"EventID": 1, "Hostname": "h"}, {"EventId": 1, "UtcTime": "2024"}, {"winlog": {}},
         {"event_data": {}, "event_id": 1}, {"System": {}}]
    ),
)  # fmt: skip
def test_values_of_any_kind_anywhere(record: dict[str, Any], shape: dict[str, Any]) -> None:
    """Every record is an event, or damage, or named as of no known shape: none is lost, nothing raises."""
    text = json.dumps({**shape, **record}).encode()
    items = read(text + b"\n" + GOOD % b"next")
    assert images(items)[-1] == "next"
    counted = sum(1 if isinstance(item, RawEvent) else getattr(item, "records", 0) or 0 for item in items)
    assert counted == 2
    normalizer = Normalizer()
    for item in items:
        if isinstance(item, RawEvent):
            event = normalizer.event(item, "f", "s")
            json.dumps([dict(event.native), dict(event.car), event.identity(), event.sensor_key()])


def test_a_million_broken_lines_are_counted_not_listed(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The places listed are bounded, the records are all counted."""
    from carhound.findings import coverage
    from carhound.pipeline import Request, search

    monkeypatch.setattr(coverage, "_PLACES", 10)
    path = tmp_path / "broken.json"
    path.write_bytes((GOOD % b"one" + b'\n{"EventID":1,,}\n') * 50)
    run = search(Source("EventCode=1", "<search>"), Request((str(path),), ()))
    (file,) = run.evidence.files
    assert (file.events, len(file.damaged)) == (50, 11)
    assert sum(one.records or 0 for one in file.damaged) == 50
    assert file.damaged[-1].where == "40 further places"
