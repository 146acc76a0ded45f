"""Whatever a record holds, its reader makes an event of it or says that it cannot; nothing else is raised."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.normalize.normalizer import Normalizer
from carhound.readers.evidence import open_evidence
from carhound.readers.json.shapes.order import JSON_SHAPES, shape_of
from carhound.readers.message_text import sysmon_message_fields
from carhound.readers.notes import Notes
from carhound.readers.values import UnreadableError
from carhound.readers.xml.event import event_data_fields

from ..analytics.shapes_json import SHAPES, Fields
from .reading import CREATION
from .test_ecs import OF_SYSMON
from .test_eql_normalised import PROCESS

NAMES = st.sampled_from(
    """
    @timestamp Channel Computer Data EventChannel EventData EventId EventID EventRecordId EventSourceName
    Image Message Payload PayloadData1 Provider RawEventData SourceName System TenantId TimeCreated
    TimeGenerated UserData UtcTime code computer data ecs event event.code event_data event_type
    eventdata full_log host logon_id name pid process process.executable process_path subtype
    system timestamp unique_pid win winlog winlog.event_data winlog.event_id #attributes @attributes
    @Name #text Name
    """.split()
)
TEXTS = st.sampled_from(
    [
        "",
        "{",
        "{}",
        "[]",
        "null",
        "<EventData/>",
        "<EventData",
        '{"EventData":[]}',
        '{"EventData":{"Data":[{"@Name":[]}]}}',
        '{"win":{"system":1,"eventdata":{"image":[]}}}',
        "C:\\\\a",
        "2024-06-14T12:00:00.1230000Z",
        "process",
        "Microsoft-Windows-Sysmon",
        "sysmon",
        "1",
        "UtcTime: \nImage: ",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


def make(record: dict[str, Any], matching: bool = True) -> None:
    for shape in JSON_SHAPES:
        if shape.event is None or (shape.matches(record) is not True and matching):
            continue
        try:
            event = shape.event(record, "line 1", Notes())
        except UnreadableError:
            continue
        made = Normalizer().event(event, "a", shape.name)
        for name, value in {**made.native, **made.car}.items():
            assert isinstance(name, str)
            assert all(isinstance(one, str) for one in (value if isinstance(value, tuple) else (value,)))
        made.identity()
        made.sensor_key()


@settings(max_examples=200)
@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_any_record(record: dict[str, Any]) -> None:
    make(record)


WHOLE: list[dict[str, Any]] = [
    OF_SYSMON,
    PROCESS,
    *(write({**CREATION, "EventCode": 1}, 7) for write in SHAPES.values()),
]


@settings(max_examples=200)
@given(st.sampled_from(WHOLE), st.data())
def test_a_record_with_one_value_changed(whole: dict[str, Any], data: st.DataObject) -> None:
    record = json.loads(json.dumps(whole))
    at = record
    while True:
        name = data.draw(st.sampled_from(sorted(at)))
        if not isinstance(at[name], dict) or not at[name] or data.draw(st.booleans()):
            break
        at = at[name]
    at[name] = data.draw(VALUES)
    make(record)


@settings(max_examples=100)
@given(st.text() | TEXTS)
def test_any_text(text: str) -> None:
    sysmon_message_fields(text)
    try:
        event_data_fields(text)
    except ValueError as error:
        assert str(error)


def _ecs(event: Fields, _: int) -> Fields:
    return {**OF_SYSMON, "process": {**OF_SYSMON["process"], "pid": event["ProcessId"]}}


def _eql(event: Fields, _: int) -> Fields:
    return {**PROCESS, "pid": event["ProcessId"]}


def test_deep_and_huge_values_end_nothing(tmp_path: Path) -> None:
    """A number beyond 64 bits beside a lone surrogate, and lists deeper than can be written again."""
    start = '{"EventId":1,"UtcTime":"2024-06-14 12:00:00.123","a":'
    deep = [start + "[" * depth + "]" * depth + "}" for depth in (200, 400, 1000)]
    path = tmp_path / "log.json"
    path.write_text("\n".join([start + '{"b":[' + "9" * 30 + ',"\\ud800"]}}', *deep, start + "1}"]) + "\n")
    (part,) = open_evidence([str(path)])
    items = [item for item in part.items() if isinstance(item, RawEvent | Damage)]
    assert len(items) == 5
    assert all(isinstance(items[at], RawEvent) for at in (0, 1, 4))
    objects = '{"event":{"code":"1"},"process":' + '{"a":' * 1000 + "1" + "}" * 1000 + "}"
    path.write_text(f"{json.dumps(OF_SYSMON)}\n{objects}\n{json.dumps(OF_SYSMON)}\n")
    (part,) = open_evidence([str(path)])
    kinds = [type(item) for item in part.items() if isinstance(item, RawEvent | Damage)]
    assert kinds == [RawEvent, Damage, RawEvent]


LOSSY = {"ecs": _ecs, "eql-normalised": _eql}


@pytest.mark.parametrize("shape", LOSSY)
def test_cut_and_damaged_files(shape: str, tmp_path: Path) -> None:
    """What is before a cut is read, a broken record costs itself, and one alone is still evidence."""
    good = [json.dumps(LOSSY[shape]({"ProcessId": number}, number)) for number in range(3)]
    path = tmp_path / "log.json"
    for text, read, damaged in (
        ("\n".join(good), ["0", "1", "2"], 0),
        ("[" + ",\n".join(good) + "]", ["0", "1", "2"], 0),
        ("\n".join(good)[:-20], ["0", "1"], 1),
        ("\n".join([good[0], good[1][:-40], good[2]]), ["0", "2"], 1),
        (good[0][:-9], [], 1),
    ):
        path.write_text(text)
        (part,) = open_evidence([str(path)])
        items = list(part.items())
        assert (part.kind, part.format) == ("evidence", shape)
        assert [item.data["ProcessId"] for item in items if isinstance(item, RawEvent)] == read
        assert sum(isinstance(item, Damage) for item in items) == damaged


def test_the_order_of_the_table_keeps_shapes_apart() -> None:
    """Each record of ours is of its own shape, and of none that is tried before it."""
    for name, write in SHAPES.items():
        shape = shape_of(write({**CREATION, "EventCode": 1}, 7))
        assert shape is not None
        assert shape.name == name.partition(",")[0]
