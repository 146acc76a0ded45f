"""Companion hunts in a run: asked for, labelled, and the renamed regsvr32 shown for what it is."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carhound.analytics.load import bundled, companions, load
from carhound.findings.run import Run
from carhound.outputs.render import render
from carhound.pipeline import Request, hunt
from carhound.pipeline.checking.check import check
from carhound.simulate.engine import events
from carhound.simulate.scenario import load as scenario
from carhound.simulate.writers import FORMATS


def hunted(tmp_path: Path, name: str, *analytics: str, with_companions: bool = False) -> Run:
    path = tmp_path / "log.jsonl"
    with path.open("wb") as stream:
        FORMATS["jsonl"][0](events([scenario(name)], seed=3, hosts=0), stream)
    return hunt(Request((str(path),), ("carhound", "hunt"), analytics, companions=with_companions))


def test_they_are_run_when_asked_for(tmp_path: Path) -> None:
    name = "renamed-regsvr32"
    assert [one.id for one in hunted(tmp_path, name).analytics] == list(bundled())
    both = hunted(tmp_path, name, with_companions=True)
    assert [one.id for one in both.analytics] == [*bundled(), *companions()]
    assert [one.id for one in hunted(tmp_path, name, "companions").analytics] == list(companions())
    (single,) = hunted(tmp_path, name, "carhound-2026-001").analytics
    assert single.title.startswith("Beyond the published analytic: ")


def test_they_do_not_change_what_the_published_analytic_says(tmp_path: Path) -> None:
    """A week later a program starts that no search is about: it is no match, and moves no window."""
    path = tmp_path / "log.jsonl"
    attack = events([scenario("squiblydoo-url")], hosts=0)
    later = events(
        [scenario("atomic-t1218.010-3-fails")], hosts=0, start=datetime(2024, 6, 20, 9, tzinfo=UTC)
    )
    with path.open("wb") as stream:
        FORMATS["jsonl"][0]([*attack, *later], stream)
    alone, beside = (
        hunt(Request((str(path),), ("carhound", "hunt"), companions=both)) for both in (False, True)
    )
    (child,) = alone.findings
    assert "New items since last month" in child.implementations
    assert beside.info.now == alone.info.now
    (same,) = [one for one in beside.findings if one.analytic == child.analytic]
    assert (same.implementations, same.reasons) == (child.implementations, child.reasons)


def test_every_title_and_id_says_that_it_is_ours() -> None:
    for one in load("companions").analytics:
        assert one.title.startswith("Beyond the published analytic: ")
        assert one.id.startswith("CARHOUND-")
        assert not one.diagnostics
        assert [entry.subtechniques for entry in one.attack] == [("T1218.010",)]
        assert one.d3fend


@pytest.mark.parametrize("analytic", companions())
def test_their_tests_hold(analytic: str) -> None:
    run = check((analytic,))
    assert (run.failed, run.untold, run.problems) == (0, 0, ())
    assert run.held >= 10


def test_the_renamed_regsvr32_is_shown_for_what_it_is(tmp_path: Path) -> None:
    run = hunted(tmp_path, "renamed-regsvr32", with_companions=True)
    assert {one.analytic for one in run.findings} == {"CARHOUND-2026-001"}
    images = {str(one.native["Image"]).rpartition("\\")[2] for one in run.findings}
    assert images == {"msupd.exe", "cmd.exe"}
    for found in run.findings:
        reason = next(one for one in found.reasons if one.code == "renamed-binary")
        assert r"Libraries\msupd.exe" in reason.text
        assert "is regsvr32.exe under another name" in reason.text
        assert found.tree is not None


def test_every_output_has_the_same_reasons_in_the_same_order(tmp_path: Path) -> None:
    run = hunted(tmp_path, "squiblydoo-url", with_companions=True)
    assert len(run.findings) > 4
    expected = [(one.id, [reason.code for reason in one.reasons]) for one in run.findings]
    whole = json.loads(b"".join(render(run, "json")).decode())["findings"]
    lines = [json.loads(line) for line in b"".join(render(run, "jsonl")).decode().splitlines()]
    table = list(csv.DictReader(io.StringIO(b"".join(render(run, "csv")).decode())))
    for found in (whole, lines):
        assert [(one["id"], [reason["code"] for reason in one["reasons"]]) for one in found] == expected
    assert [(row["id"], row["reasons"].split("; ")) for row in table] == expected
    page = b"".join(render(run, "table")).decode()
    for one in run.findings:
        looks = [reason for reason in one.reasons if reason.weight == "look"]
        assert all(" ".join(reason.text.split())[:40] in page for reason in looks[:1])
