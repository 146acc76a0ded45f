"""Patterns of layouts: a valid line that one matches differs in values alone from the line it was made of."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.readers.json.glance import is_valid
from carhound.readers.json.layout import HeaderKeys, Layout, layout_of
from carhound.readers.json.template import Roles, Template, template_of

KEYS = HeaderKeys(frozenset({"id", "host", "too"}), (("time", True),), frozenset({"data"}))
STAMP = "2024-06-14T12:00:00.5Z"
RECORD: dict[str, object] = {
    "id": 1,
    "host": "ws1",
    "time": STAMP,
    "text": "a",
    "Image": "C:\\a\\b.exe",
    "line": 'x "y" z',
    "data": {"a": "1", "b": True, "c": None, "d": -17, "e": 10**18},
    "tags": ["x", ",", "y"],
    ",": ",",
    ":": {"}": ":", "]": "}"},
    "too": "ws1",
}

LIKE = json.dumps(RECORD)


def layout(line: str) -> Layout:
    made = layout_of(line.encode(), KEYS)
    assert made is not None
    return made


def template(line: str, *quoting: str) -> Template:
    return template_of(layout(line), Roles({"id"}, {"host", "too"}, "time", (), "Image", quoting))


def leaves(text: str) -> list[tuple[str, type, Any]]:
    """The values of an object in their order, by name."""

    def flat(name: str, value: Any) -> list[tuple[str, type, Any]]:
        if isinstance(value, Pairs):
            return [leaf for key, one in value for leaf in flat(f"{name}.{key}", one)] + [(name, Pairs, None)]
        if isinstance(value, list):
            return [leaf for one in value for leaf in flat(f"{name}[]", one)] + [(name, list, None)]
        return [(name, type(value), value)]

    orjson.loads(text)  # it reads such lines, so it has to take them too
    return flat("", json.loads(text, object_pairs_hook=Pairs))


class Pairs(list[tuple[str, Any]]):
    """The members of an object, with all that stand twice."""


def check(made_of: str, line: str, *quoting: str) -> bool:
    """Holds what a match says against what a parser reads; whether there was one."""
    found = (one := template(made_of, *quoting)).match(f"{line}\n".encode(), 0)
    if found is None or not is_valid(memoryview(line.encode() + b"\n")):
        return False
    line, _, _ = line.partition("\n")
    assert found.end() == len(line.encode()) + 1
    there = leaves(line)
    assert [leaf[:2] for leaf in there] == [leaf[:2] for leaf in leaves(made_of)]
    values = {name.removeprefix("."): value for name, _, value in there}
    assert values["id"] == json.loads(made_of)["id"]
    assert values["host"] == values["too"] == json.loads(found[one.host])
    assert values["time"] == found[one.time].decode()
    assert "\\\\" not in values["Image"][2:]
    return True


PIECES = [
    *(
        '"',
        "\\",
        "\\\\",
        '\\"',
        '\\\\"',
        '\\\\\\"',
        ",",
        ":",
        "{",
        "}",
        "[",
        "]",
        " ",
        "\t",
        "\r",
        "\n",
        "\x00",
    ),
    *('","', '":"', '", "', '"text":"', '"text": "b", ', '"}', "null", "true", "1", "-0", "1.5", "\\u0041"),
    *("\\q", "\\/", "ä", "\u212a", "ws2", "Z", "+02:00", "9" * 19),
]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12), st.sampled_from(PIECES)), max_size=4),
    st.booleans(),
    st.sampled_from([(), ("text", "line", "host"), ("line",)]),
)
def test_a_line_that_was_changed_somehow(
    changes: list[tuple[int, int, str]], compact: bool, quoting: tuple[str, ...]
) -> None:
    first = json.dumps(RECORD, separators=(",", ":") if compact else None)
    line = first
    for at, cut, piece in changes:
        line = line[:at] + piece + line[at + cut :]
    check(first, line, *quoting)


TEXTS = st.lists(st.sampled_from(["", "\\", '"', ",", ":", "}", "]", "a", '","text":"', "ä"]), max_size=6)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_any_text_is_taken_where_quotes_were_met(text: list[str], line: list[str], tag: list[str]) -> None:
    """But for long runs of backslashes before a quote."""
    changed = RECORD | {"text": "".join(text), "line": "".join(line), "tags": ["".join(tag), ",", "y"]}
    written = json.dumps(changed)
    matched = check(LIKE, written, "text", "line", "tags")
    check(LIKE, written, "line")
    check(LIKE, written.replace("\\\\", "\\"), "line")
    assert matched or "\\" * 5 in written


@pytest.mark.parametrize("key", ["a", "@a", "ä", "", ",", ":", "}", " "])
def test_any_key_may_stand_there(key: str) -> None:
    assert check(
        json.dumps(RECORD | {key: "a"}, ensure_ascii=False),
        json.dumps(RECORD | {key: "b"}, ensure_ascii=False),
        "line",
    )


CHANGED = {
    "another host": (RECORD | {"host": "ws2", "too": "ws2"}, True),
    "two hosts": (RECORD | {"host": "ws2"}, False),
    "another id": (RECORD | {"id": 2}, False),
    "another number": (RECORD | {"data": {"a": "", "b": False, "c": None, "d": 0, "e": 10**18}}, True),
    "another long number": (
        RECORD | {"data": {"a": "", "b": True, "c": None, "d": 1, "e": 10**18 + 1}},
        False,
    ),
    "a long number for a short one": (
        RECORD | {"data": {"a": "", "b": True, "c": None, "d": 10**18, "e": 1}},
        False,
    ),
    "another time": (RECORD | {"time": "1999-12-31T23:59:59Z"}, True),
    "a leap day": (RECORD | {"time": "2024-02-29T00:00:00Z"}, True),
    "a leap day in another year": (RECORD | {"time": "2023-02-29T00:00:00Z"}, False),
    "a day too many": (RECORD | {"time": "2024-11-31T00:00:00Z"}, False),
    "an hour too many": (RECORD | {"time": "2024-06-14T24:00:00Z"}, False),
    "a time before all of Windows": (RECORD | {"time": "1600-12-31T23:59:59Z"}, False),
    "a time with a blank": (RECORD | {"time": STAMP.replace("T", " ")}, False),
    "a time with an offset": (RECORD | {"time": "2024-06-14T12:00:00.5+02:00"}, False),
    "a doubled backslash": (RECORD | {"Image": "C:\\a\\\\b.exe"}, False),
    "a share": (RECORD | {"Image": "\\\\host\\b.exe"}, True),
    "quotes where none were met": (RECORD | {"text": '"'}, False),
    "another order": (dict(reversed(RECORD.items())), False),
    "one more": (RECORD | {"more": 1}, False),
    "one less": ({key: value for key, value in RECORD.items() if key != "text"}, False),
    "a longer list": (RECORD | {"tags": ["x", ",", "y", "z"]}, False),
}


@pytest.mark.parametrize("way", CHANGED)
def test_what_may_differ(way: str) -> None:
    record, matches = CHANGED[way]
    assert check(LIKE, json.dumps(record), "line") is matches


@pytest.mark.parametrize("end", ["\n", "\r\n", " \t\r\n"])
def test_the_line_is_matched_up_to_its_end(end: str) -> None:
    found = template(LIKE, "line").match(f"x\n{LIKE}{end}{LIKE}\n".encode(), 2)
    assert found is not None
    assert found.end() == 2 + len(LIKE + end)
    assert template(LIKE, "line").match(f"x\n{LIKE}{LIKE}{end}".encode(), 2) is None
    assert template(LIKE, "line").match(LIKE.encode(), 0) is None


def test_a_key_that_stands_twice_has_no_layout() -> None:
    assert layout_of(LIKE.replace('"text"', '"id"').encode(), KEYS) is None
    assert layout_of(LIKE.replace('"b"', '"\\u0061"').encode(), KEYS) is None
