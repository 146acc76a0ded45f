"""A renamed regsvr32: a companion hunt finds it, and whatever shows it says both names."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from carhound.findings.run import Run
from carhound.outputs.render import render, render_report, render_trees
from carhound.pipeline import Request
from carhound.pipeline.trees.tree import TreeRequest, trees

from .report_page import read_page

SCENARIO = "renamed-regsvr32"
COPY = r"C:\Users\Public\Libraries\msupd.exe"
SHELL = r"C:\Windows\System32\cmd.exe"
TRUE = "regsvr32.exe"
BY = {"Children of a renamed regsvr32": SHELL, "Renamed regsvr32": COPY}
"""By implementation of CARHOUND-2026-001 the program that it finds, in the order of findings."""


def nodes(process: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield process
    for child in process["children"]:
        yield from nodes(child)


def names(process: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Every process of a tree that has another name than its file, or that has its name."""
    return [
        (one["image"], one["true_name"])
        for one in nodes(process)
        if one["true_name"] is not None or one["image"] == COPY
    ]


def test_json_says_both_names_in_finding_and_tree(hunted: Callable[..., Run]) -> None:
    run = json.loads(b"".join(render(hunted(SCENARIO, companions=True), "json")))
    assert [(one["implementations"], one["native"]["Image"]) for one in run["findings"]] == [
        ([name], image) for name, image in BY.items()
    ]
    for one in run["findings"]:
        assert names(one["tree"]["root"]) == [(COPY, TRUE)]
        assert one["reasons"][0]["code"] == "renamed-binary"
        assert COPY in one["reasons"][0]["text"]
        assert TRUE in one["reasons"][0]["text"]


def test_the_report_says_both_names(hunted: Callable[..., Run]) -> None:
    page = read_page(b"".join(render_report(hunted(SCENARIO, companions=True))).decode("utf-8"))
    assert page.all("p", "verdict")[0].text.startswith("2 findings on 1 host")
    shown = page.at("findings").all("li", "finding")
    assert [one.all("b")[0].text for one in shown] == list(BY.values())
    for one in shown:
        first = one.all("ul", "reasons")[0].all("li")[0].text
        assert COPY in first
        assert TRUE in first
        (drawing,) = one.all("svg", "tree")
        labels = [text.own_text for text in drawing.all("text")]
        assert labels.count("msupd.exe") == labels.count(f"really {TRUE}") == 1
        at = labels.index("msupd.exe")
        box = labels[at : labels.index("cmd.exe", at)]
        assert f"really {TRUE}" in box
        assert any(label.startswith("msupd.exe /s /n /u /i:") for label in box)


def test_the_tree_says_both_names(evidence: Callable[..., Path]) -> None:
    found = trees(TreeRequest(Request((str(evidence(SCENARIO)),), (), analytics=("companions",))))
    page = b"".join(render_trees(found, "table", width=200)).decode("utf-8")
    named = [line.strip() for line in page.splitlines() if line.strip().startswith(COPY)]
    assert named == [f"{COPY}  really {TRUE}", f"{COPY}  really {TRUE}  <- the finding"]
    value = json.loads(b"".join(render_trees(found, "json")))
    assert [names(one["tree"]["root"]) for one in value["findings"]] == [[(COPY, TRUE)]] * 2
