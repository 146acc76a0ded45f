"""Keys that stand twice are told, whatever else a text holds that looks like a key."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.readers.json.duplicates import has_duplicate_keys

names = st.sampled_from(["a", "b", 'c"', 'd":', "\u00e4"])
texts = st.text(st.sampled_from('ab":\\ ,{}\u00e4\n'), max_size=6)
Object = list[tuple[str, Any]]


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Object]:
    return st.lists(st.tuples(names, inner), max_size=4)


values: st.SearchStrategy[Any] = st.recursive(
    texts | st.integers() | st.none(), lambda inner: objects(inner) | st.tuples(inner, inner), max_leaves=6
)


def written(value: Any, colon: str, escapes: dict[str, str]) -> str:
    if isinstance(value, list):
        members = (text(name, escapes) + colon + written(inner, colon, escapes) for name, inner in value)
        return "{" + ",".join(members) + "}"
    if isinstance(value, tuple):
        return "[" + ",".join(written(inner, colon, escapes) for inner in value) + "]"
    return text(value, escapes) if isinstance(value, str) else json.dumps(value)


def text(value: str, escapes: dict[str, str]) -> str:
    """A text of JSON, in which some characters are escaped in a way of their own."""
    return '"' + "".join(escapes.get(one) or json.dumps(one)[1:-1] for one in value) + '"'


def doubled(value: Any) -> bool:
    if isinstance(value, list):
        return len(dict(value)) < len(value) or any(doubled(inner) for _, inner in value)
    return isinstance(value, tuple) and any(map(doubled, value))


@settings(max_examples=300, deadline=None)
@given(
    objects(values),
    st.sampled_from([":", ": ", " :", "\t:", "  :"]),
    st.sampled_from([{}, {'"': "\\u0022"}, {":": "\\u003A"}]),
)
def test_keys_that_stand_twice_are_told(record: Object, colon: str, escapes: dict[str, str]) -> None:
    made = written(record, colon, escapes).encode()
    assert has_duplicate_keys(made, orjson.loads(made)) == doubled(record)


@pytest.mark.parametrize("second", ['"a"  :2', '"a":2,"b":"\\"\\u003a"'])
def test_what_looks_like_one_key_less_hides_none(second: str) -> None:
    made = f'{{"a":1,{second}}}'.encode()
    assert has_duplicate_keys(made, orjson.loads(made))
