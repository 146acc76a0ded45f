"""Records read straight from the parser's text say what their tree says, whatever is written in them."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.model.event import RawEvent
from carhound.readers.event_tree import tree_event
from carhound.readers.evtx import text as evtx_text
from carhound.readers.evtx.guids import with_braces
from carhound.readers.evtx.text import text_event
from carhound.readers.notes import Notes

GUID = "98ac706f-4d89-6662-b206-000000001100"
SYSTEM: dict[str, Any] = {
    "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon", "Guid": GUID}},
    "EventID": 1,
    "Version": 5,
    "Keywords": "0x8000000000000000",
    "TimeCreated": {"#attributes": {"SystemTime": "2024-06-07T00:00:09.863650Z"}},
    "EventRecordID": 873786,
    "Correlation": None,
    "Execution": {"#attributes": {"ProcessID": 2368, "ThreadID": 3400}},
    "Channel": "Microsoft-Windows-Sysmon/Operational",
    "Computer": "pc.example.org",
    "Security": {"#attributes": {"UserID": "S-1-5-18"}},
}
MARKS = ('","', ',"EventData":{', '"}},"EventRecordID":', "}}", "\\", '"', "\n", "é\u2028", "")

texts = st.sampled_from((*MARKS, GUID, "-", "C:\\a b.exe")) | st.text(max_size=5)
names = st.sampled_from(
    ("Image", "ProcessGuid", "ProcessId", "UtcTime", "Data", "Name", "@Name", "", "xmlns", "#attributes")
)
values = texts | st.integers() | st.booleans() | st.none() | st.lists(texts, max_size=2) | st.floats(0, 9)
payloads = st.dictionaries(names, values, max_size=5) | st.none() | st.lists(texts, max_size=2)
times = st.sampled_from(("2024-06-07T00:00:09.863650Z", "2024-06-07T00:00:09", "", "never")) | texts
numbers = st.integers(0, 2**70) | st.none() | texts
changes = st.dictionaries(st.sampled_from((*SYSTEM, "Level", "EventData")), values, max_size=1)


def written(system: dict[str, Any], **parts: Any) -> str:
    tree = {"Event": {"#attributes": {"xmlns": "urn:x"}, "System": system, **parts}}
    return json.dumps(tree, separators=(",", ":"), ensure_ascii=False)


def by_tree(text: str, notes: Notes) -> RawEvent:
    raw = tree_event(json.loads(text)["Event"], "", notes)
    raw.data = with_braces(raw.data)
    raw.meta = with_braces(raw.meta)
    return raw


def said(raw: RawEvent) -> list[Any]:
    fields = [getattr(raw, name) for name in raw.__struct_fields__]
    return [list(one.items()) if isinstance(one, dict) else one for one in fields]


def system(time: str, number: Any, changed: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(SYSTEM)
    made["TimeCreated"]["#attributes"]["SystemTime"] = time
    return {**made, "EventRecordID": number, **changed}


@settings(max_examples=300, deadline=None)
@given(times, numbers, changes, payloads, st.dictionaries(st.sampled_from(("UserData", "More")), payloads))
def test_text_and_tree_say_the_same(
    time: str, number: Any, changed: dict[str, Any], payload: dict[str, Any], more: dict[str, Any]
) -> None:
    text = written(system(time, number, changed), EventData=payload, **more)
    for _ in range(3):  # what is met again is remembered
        notes, told = Notes(), Notes()
        raw = text_event(text, "", notes)
        if raw is not None:
            assert said(raw) == said(by_tree(text, told))
            assert list(notes.remarks()) == list(told.remarks())


def test_a_record_like_others_is_read_from_its_text() -> None:
    payload = {"Image": "C:\\a.exe", "ProcessGuid": GUID, "ProcessId": 7, "Initiated": True}
    made = [
        text_event(written(system(f"2024-06-07T00:00:0{n}.5Z", n, {}), EventData=payload), "", Notes())
        for n in range(4)
    ]
    *_, last = made
    assert last is not None
    assert (last.record_id, last.provider, last.computer) == (
        "3",
        "Microsoft-Windows-Sysmon",
        "pc.example.org",
    )
    assert last.data == {
        "Image": "C:\\a.exe",
        "ProcessGuid": f"{{{GUID}}}",
        "ProcessId": "7",
        "Initiated": "true",
    }
    assert last.meta["SystemTime"] == "2024-06-07T00:00:03.5Z"
    assert last.meta["ProviderGuid"] == f"{{{GUID}}}"


def test_what_is_remembered_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evtx_text, "_MOST", 5)
    evtx_text._known.clear()
    evtx_text._met.clear()
    for number in range(40):
        text = written(system("2024-06-07T00:00:09Z", 1, {"Computer": f"pc{number // 3}"}), EventData={})
        raw = text_event(text, "", Notes())
        assert raw is None or raw.computer == f"pc{number // 3}"
    assert len(evtx_text._known) <= 5
    assert len(evtx_text._met) <= 5
