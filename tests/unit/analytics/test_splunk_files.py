"""Searches as Splunk keeps them: savedsearches.conf, and the detections of its security content."""

import pytest

from carhound.analytics.analytic import AttackMapping
from carhound.analytics.document import Document, NotAnalyticError, decode
from carhound.analytics.load import read
from carhound.errors import DocumentError

SAVED = b"""\
# Comments and blank lines

[default]
search = ignored = no

[First one]
description = what it is for
search = EventCode=1 \\
  Image="*cmd.exe" \\
| stats count
cron_schedule = 0 * * * *

[No search]
disabled = 1

[Second]
search=EventCode=7
dispatch.earliest_time = -70m@m
"""

DETECTION = b"""\
name: Net user
id: b8
search: 'EventCode=1
  Image="*net.exe"'
tags:
  mitre_attack_id: [T1136.001, T1059]
"""


def conf(data: bytes) -> Document:
    return decode(data, "savedsearches.conf")


def test_each_search_is_an_implementation() -> None:
    (analytic,) = read(conf(SAVED)).analytics
    assert analytic.id == "savedsearches"
    assert [(one.name, one.language, one.description) for one in analytic.implementations] == [
        ("First one", "spl", "what it is for"),
        ("Second", "spl", ""),
    ]
    assert [one.code.text.split() for one in analytic.implementations] == [
        ["EventCode=1", 'Image="*cmd.exe"', "|", "stats", "count"],
        ["EventCode=7"],
    ]
    assert [one.code for one in analytic.diagnostics] == ["DOC-R1"]


@pytest.mark.parametrize("text", ["EventCode=1", "Image=", "stats", "EventCode=7"])
def test_a_place_in_a_search_is_a_place_in_the_file(text: str) -> None:
    document = conf(SAVED)
    (analytic,) = read(document).analytics
    code = next(one.code for one in analytic.implementations if text in one.code.text)
    line, column = code.position(code.text.index(text))
    assert document.text.split("\n")[line - 1][column - 1 :].startswith(text)


def test_a_file_without_searches_is_passed_over() -> None:
    with pytest.raises(NotAnalyticError):
        read(conf(b"[sysmon]\ndefinition = source=x\n"))


def test_a_line_that_is_neither_stanza_nor_setting() -> None:
    with pytest.raises(DocumentError, match=r"savedsearches\.conf:2: neither"):
        read(conf(b"[a]\nEventCode 1\n"))


def test_a_detection() -> None:
    (analytic,) = read(decode(DETECTION, "net_user.yml")).analytics
    (search,) = analytic.implementations
    assert (analytic.id, analytic.title, search.name, search.language) == (
        "b8",
        "Net user",
        "Net user",
        "spl",
    )
    assert search.code.text == 'EventCode=1 Image="*net.exe"'
    assert analytic.attack == (
        AttackMapping("T1136", ("T1136.001",), (), ""),
        AttackMapping("T1059", (), (), ""),
    )


def test_yaml_without_a_search_is_none() -> None:
    with pytest.raises(NotAnalyticError):
        read(decode(b"name: x\nsearch: ''\n", "a.yml"))
