"""Objects of a list are read one by one, however they are written and cut into buffers."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.findings.lineage.keys import Shown
from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.pipeline.trees.retelling import Telling
from carhound.readers.interface import ReadOptions
from carhound.readers.json.items import JsonItems
from carhound.readers.json.reader import JsonReader
from carhound.readers.notes import Notes

texts = st.text(st.sampled_from('a},{ "\n\\:['), max_size=6)
inner: st.SearchStrategy[Any] = st.recursive(
    texts | st.integers(-9, 9),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(texts, one, max_size=3),
    max_leaves=6,
)
records = st.dictionaries(texts, inner, max_size=4)
between = st.sampled_from([",", ", ", ",\n", ",\r\n    ", "\n,\n"])


def items_of(text: str, size: int) -> list[Any]:
    source = io.BytesIO(text.encode())
    items = JsonItems(lambda wanted: source.read(min(wanted, size)), Notes())
    found = []
    for item in items:
        if isinstance(item, tuple):
            items.recovering = False  # each is taken for a record
        found.append(item)
    return found


def listed(objects: list[str], commas: list[str]) -> str:
    return "[\n" + "".join(one + comma for one, comma in zip(objects, commas, strict=False)) + "\n]"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(records, min_size=1, max_size=8),
    st.sampled_from([None, 1, 4]),
    between | st.lists(between, min_size=8, max_size=8),
    st.integers(1, 60),
)
def test_every_object_of_a_list_is_read(
    given: list[dict[str, Any]], indent: int | None, commas: str | list[str], size: int
) -> None:
    separators = (",", ":") if indent is None else None
    written = [json.dumps(one, indent=indent, separators=separators) for one in given]
    behind = [commas] * len(given) if isinstance(commas, str) else commas
    text = listed(written, [*behind[: len(given) - 1], ""])
    expected = [(one, f"item {number}") for number, one in enumerate(given, 1)]
    assert items_of(text, size) == expected
    assert items_of(text, len(text)) == expected


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 9), st.sampled_from([None, 4]), between, st.integers(0, 8))
def test_a_broken_object_takes_none_of_its_neighbours_with_it(
    count: int, indent: int | None, comma: str, nth: int
) -> None:
    given = [{"EventID": number, "Image": "a.exe"} for number in range(count)]
    written = [json.dumps(one, indent=indent) for one in given]
    written[nth % count] = written[nth % count].replace('"Image": ', '"Image" ')
    text = listed(written, [*[comma] * (count - 1), ""])
    found = items_of(text, len(text))
    assert [item[0] for item in found if isinstance(item, tuple)] == [
        one for number, one in enumerate(given) if number != nth % count
    ]
    assert [one.where for one in found if isinstance(one, Damage)] == [f"item {nth % count + 1}"]


def test_an_object_that_holds_a_list_written_likewise_stays_whole() -> None:
    given = [{"a": 1}, {"a": 2}, {"inner": [{"b": 1}, {"b": 2}]}, {"a": 3}]
    assert [item[0] for item in items_of(json.dumps(given, separators=(",", ":")), 1000)] == given


GUID = "{00000000-0000-0000-0000-000000000001}"
RAW = [
    {"EventId": event_id, "UtcTime": "2024-06-14 12:00:00.000", "ProcessGuid": GUID, "Image": "a.exe"}
    for event_id in (1, 10, "5", 3, None, 1)
]
NORMALISED = [
    {"event_type": kind, "subtype": subtype, "unique_pid": GUID, "file_path": path, "timestamp": 1}
    for kind, subtype, path in (
        ("process", "create", "C:\\a"),
        ("process", "terminate", "C:\\a"),
        ("registry", None, "C:\\a"),
        ("file", None, "C:\\a:b"),
        ("file", None, "C:\\a"),
        ("file", "create", "C:\\a:b"),
    )
]


@pytest.mark.parametrize("records", [RAW, NORMALISED], ids=["raw", "normalised"])
@pytest.mark.parametrize("shown", [None, Shown()], ids=["outline", "full"])
def test_of_what_is_asked_for_no_event_of_a_list_is_lacking(
    records: list[dict[str, Any]], shown: Shown | None
) -> None:
    text, sieve = json.dumps(records, indent=4).encode(), Telling(lambda _: True, shown)
    every = [one for one in JsonReader().read(io.BytesIO(text), ReadOptions()) if isinstance(one, RawEvent)]
    sifted = JsonReader().sift(io.BytesIO(text), ReadOptions(), sieve)
    told = [(one.position, one.event_id) for one in sifted if isinstance(one, RawEvent)]
    assert told == [(one.position, one.event_id) for one in every if sieve.tells(one)]
    assert 0 < len(told) < len(every) == len(records)
