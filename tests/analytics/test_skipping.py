"""Hunts say the same whether they read all or only what can match."""

import gzip
import io
import os
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from carhound import pipeline
from carhound.findings.run import Run
from carhound.model.diagnostics import Source
from carhound.readers import part
from carhound.readers.json import known as json_known
from carhound.simulate.engine import events
from carhound.simulate.event import Simulated
from carhound.simulate.scenario import load
from carhound.simulate.writers import evtx, jsonl

pytestmark = pytest.mark.skipif(
    os.environ.get("CARHOUND_SKIPPING") == "off", reason="holds skipping against reading all"
)


def of_regsvr32(record: Simulated) -> bool:
    return any("regsvr32" in value.lower() for value in record.data.values())


def write(path: Path, records: Iterable[Simulated]) -> str:
    with path.open("wb") as file:
        evtx.write(records, file)
    return str(path)


@pytest.fixture(scope="module")
def fleet() -> list[Simulated]:
    """A day of three computers, thinned out but for what has to do with registering."""
    every = events([load("squiblydoo-url"), load("unsigned-dll-user-folder")], hosts=3, days=1)
    return [one for number, one in enumerate(every) if number % 20 == 0 or of_regsvr32(one)]


def hunted(*evidence: str, **asked: object) -> tuple[Run, Run]:
    """A hunt that passes over what cannot match, and one that reads all."""
    request = pipeline.Request(evidence=evidence, command=(), **asked)  # type: ignore[arg-type]
    return pipeline.hunt(request), pipeline.hunt(replace(request, count_all=True))


def unread(run: Run) -> int:
    return sum(file.unread for file in run.evidence.files)


def comparable(run: Run) -> Run:
    """Without what only reading events as a whole can count."""
    hosts = tuple(
        replace(host, security_4688_unread=0, security_4688_with_command_line=0) for host in run.hosts
    )
    files = tuple(replace(file, unread=0, duplicates=0) for file in run.evidence.files)
    return replace(run, hosts=hosts, evidence=replace(run.evidence, files=files))


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"backfill": True},
        {"novel_over": "1d"},
        {"now": "2030-01-01T00:00:00Z"},
        {"analytics": ("companions",)},
    ],
    ids=["plain", "backfill", "novel", "later", "companions"],
)
def test_a_hunt_that_skips_says_what_one_says_that_reads_all(
    asked: dict[str, object], fleet: list[Simulated], tmp_path: Path
) -> None:
    computers = sorted({record.computer for record in fleet})
    for number, computer in enumerate(computers):
        write(tmp_path / f"{number}.evtx", (one for one in fleet if one.computer == computer))
    skipping, whole = hunted(str(tmp_path), **asked)
    assert comparable(skipping) == comparable(whole)
    assert unread(whole) == 0
    assert unread(skipping) > 0 or "analytics" in asked


def test_a_log_of_the_whole_fleet(fleet: list[Simulated], tmp_path: Path) -> None:
    skipping, whole = hunted(write(tmp_path / "forwarded.evtx", sorted(fleet, key=lambda one: one.time)))
    assert comparable(skipping) == comparable(whole)
    assert len(whole.hosts) == 3
    assert unread(skipping) > len(fleet) / 2


def without_regsvr32(fleet: list[Simulated]) -> list[Simulated]:
    return [one for one in fleet if not of_regsvr32(one)]


def test_nothing_eligible_is_known_without_reading(fleet: list[Simulated], tmp_path: Path) -> None:
    others = [one for one in without_regsvr32(fleet) if one.event_id not in (1, 7, 4688)]
    skipping, whole = hunted(write(tmp_path / "a.evtx", others), now="2030-01-01T00:00:00Z")
    assert comparable(skipping) == comparable(whole)
    assert skipping.status == "nothing-eligible"
    assert unread(skipping) > len(others) * 0.9


def test_now_is_the_time_of_the_newest_eligible_event(fleet: list[Simulated], tmp_path: Path) -> None:
    quiet = sorted(without_regsvr32(fleet), key=lambda one: one.time)
    newest: datetime = max(one.time for one in quiet if one.event_id in (1, 7, 4688))
    skipping, whole = hunted(write(tmp_path / "a.evtx", quiet))
    assert comparable(skipping) == comparable(whole)
    assert not skipping.findings
    assert skipping.info.now - newest == timedelta(microseconds=1)
    assert unread(skipping) > len(quiet) / 2


def test_a_file_without_the_fields_is_not_judged(fleet: list[Simulated], tmp_path: Path) -> None:
    """No start in it carries a parent image: it is read to the end, to be sure of that."""
    quiet = [one for one in without_regsvr32(fleet) if one.event_id == 1]
    poor = [replace(one, data={k: v for k, v in one.data.items() if "Parent" not in k}) for one in quiet]
    skipping, whole = hunted(write(tmp_path / "a.evtx", poor))
    assert comparable(skipping) == comparable(whole)
    assert skipping.status == "partial"


def test_each_file_is_judged_by_itself(fleet: list[Simulated], tmp_path: Path) -> None:
    """Of files with the same kinds of events, some carry what is needed and some do not."""
    quiet = [one for one in without_regsvr32(fleet) if one.event_id in (1, 7, 4688)][:200]
    poor = [replace(one, data={k: v for k, v in one.data.items() if "Parent" not in k}) for one in quiet]
    for number, records in enumerate((quiet, poor, quiet, poor[:20] + quiet, poor)):
        write(tmp_path / f"{number}.evtx", records)
    skipping, whole = hunted(str(tmp_path))
    assert comparable(skipping) == comparable(whole)
    assert skipping.status == "partial"
    assert unread(skipping) > 2 * len(quiet)
    apart = pipeline.Request(evidence=(str(tmp_path),), command=(), processes=2)
    assert pipeline.hunt(apart) == skipping


def searched(path: str, text: str) -> tuple[Run, Run]:
    request = pipeline.Request(evidence=(path,), command=())
    source = Source(text, "search")
    return pipeline.search(source, request), pipeline.search(source, replace(request, count_all=True))


def test_a_search_without_a_text_reads_all_events_of_its_kind(fleet: list[Simulated], tmp_path: Path) -> None:
    path = write(tmp_path / "a.evtx", fleet[:500])
    skipping, whole = searched(path, "index=sysmon EventCode=1 | stats count")
    assert comparable(skipping) == comparable(whole)
    others = sum(one.event_id != 1 or "Sysmon" not in one.provider for one in fleet[:500])
    assert 0 < unread(skipping) <= others
    assert unread(skipping) > others / 2
    anything, whole = searched(path, "* | stats count")
    assert comparable(anything) == comparable(whole)
    assert unread(anything) == 0
    named, whole = searched(path, "index=sysmon Image=*notthere.exe")
    assert comparable(named) == comparable(whole)
    assert unread(named) > 0


@pytest.mark.parametrize("asked", ["Computer={0} OR host={0}", "host={0} Image=*regsvr32.exe", "host=none"])
def test_aliases_are_told_of_what_is_found(asked: str, fleet: list[Simulated], tmp_path: Path) -> None:
    text = f"index=sysmon ({asked.format(fleet[0].computer)}) | table Image"
    skipping, whole = searched(write(tmp_path / "a.evtx", fleet), text)
    assert comparable(skipping) == comparable(whole)
    codes = {note.code for one in whole.analytics[0].implementations for note in one.diagnostics}
    assert ("SPL-A1" in codes) is ("none" not in asked)


def test_trees_are_those_of_a_log_that_is_read_whole(
    fleet: list[Simulated], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "forwarded.evtx", sorted(fleet, key=lambda one: one.time))
    request = pipeline.Request(evidence=(path,), command=(), backfill=True)
    skipping = pipeline.hunt(request)
    monkeypatch.setattr(part.Part, "sifted", lambda self, _: self.items())
    whole = pipeline.hunt(request)
    assert any(finding.tree is not None and finding.tree.root.children for finding in whole.findings)
    assert comparable(skipping) == comparable(whole)


def test_trees_of_a_packed_log(
    fleet: list[Simulated], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees = []
    for folder, pack in (("plain", bytes), ("packed", gzip.compress)):
        (tmp_path / folder).mkdir()
        log = Path(write(tmp_path / folder / "log.evtx", (one for one in fleet if one.event_id < 100)))
        log.write_bytes(pack(log.read_bytes()))
        monkeypatch.chdir(tmp_path / folder)
        run = pipeline.hunt(pipeline.Request(evidence=("log.evtx",), command=(), backfill=True))
        trees.append([(finding.id, finding.tree) for finding in run.findings])
    assert any(tree is not None and tree.root.children for _, tree in trees[0])
    assert trees[0] == trees[1]


MANY = str(Path(__file__).parents[2] / "bench" / "analytics")
TYPES = ("SetValue", "Odd", None, "SetValue")


def with_types(fleet: list[Simulated]) -> list[Simulated]:
    """Registry events of which some do not say of what kind they are."""
    made = list(fleet)
    for number, one in enumerate(one for one in fleet if one.event_id == 13):
        data = {name: value for name, value in one.data.items() if name != "EventType"}
        if (kind := TYPES[number % len(TYPES)]) is not None:
            data["EventType"] = kind
        made[made.index(one)] = replace(one, data=data)
    return made


@pytest.mark.parametrize("whole_log", [True, False])
def test_many_analytics(whole_log: bool, fleet: list[Simulated], tmp_path: Path) -> None:
    log = with_types(fleet)
    registry = [one for one in log if one.event_id == 13]
    assert len(registry) > 20
    records = sorted(log, key=lambda one: one.time) if whole_log else registry
    skipping, whole = hunted(write(tmp_path / "a.evtx", records), analytics=(MANY,), backfill=True)
    assert comparable(skipping) == comparable(whole)
    assert len(whole.analytics) == 20
    assert any(remark.code == "EV-N1" for file in whole.evidence.files for remark in file.remarks)
    assert bool(skipping.findings) or not whole_log


MEDIUM = """\
title: Programs of medium integrity
submission_date: 2024/06/01
information_domain: Host
platforms: [Windows]
analytic_types: [TTP]
contributors: [x]
id: CAR-2024-06-099
description: The event has a SID in place of the word.
coverage:
  - technique: T1197
    tactics: [TA0002]
    coverage: Low
implementations:
  - type: pseudocode
    data_model: CAR
    code: |
      found = search Process:Create
      odd = filter found where (integrity_level == "medium")
      output odd
"""


def test_a_word_that_no_event_holds(fleet: list[Simulated], tmp_path: Path) -> None:
    analytic = tmp_path / "a.yaml"
    analytic.write_text(MEDIUM, encoding="utf-8")
    records = [one for one in fleet if one.event_id == 4688 and "edium" not in str(one.data)]
    asked = {"analytics": (str(analytic),), "backfill": True}
    skipping, whole = hunted(write(tmp_path / "a.evtx", records), **asked)
    assert comparable(skipping) == comparable(whole)
    assert whole.findings


DOUBLED = rb'"Image":"C:\\\\Windows\\\\System32\\\\notepad.exe"'


def of_json(path: Path, records: Iterable[Simulated]) -> str:
    """JSON lines, some of them as exports with doubled backslashes and other flaws have them."""
    made = io.BytesIO()
    jsonl.write(records, made)
    lines = made.getvalue().splitlines(keepends=True)
    for number in range(0, len(lines), 31):
        lines[number] = re.sub(rb'"Image":"[^"]*"', lambda _: DOUBLED, lines[number])
    lines[50] = lines[50].replace(b'"winlog"', b'"event":{},"winlog"', 1)
    lines[60] = lines[60][:200] + b"\n"
    lines[70] = lines[70].replace(b"\\\\", b"\\")
    path.write_bytes(b"".join(lines))
    return str(path)


@pytest.mark.parametrize("asked", [{"backfill": True}, {"novel_over": "1d"}], ids=["backfill", "novel"])
def test_json_lines(
    asked: dict[str, object], fleet: list[Simulated], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_known, "_WORTH", 4)
    path = of_json(tmp_path / "a.jsonl", sorted(fleet, key=lambda one: one.time))
    skipping, whole = hunted(path, **asked)
    assert comparable(skipping) == comparable(whole)
    assert skipping.findings
    assert {remark.code for file in whole.evidence.files for remark in file.remarks} >= {"EV-J1", "EV-N2"}
    assert any(file.damaged for file in whole.evidence.files)
    assert unread(skipping) > len(fleet) / 2


def test_json_lines_without_a_find(
    fleet: list[Simulated], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_known, "_WORTH", 4)
    quiet = without_regsvr32(fleet)
    poor = [replace(one, data={k: v for k, v in one.data.items() if "Parent" not in k}) for one in quiet]
    for number, records in enumerate((quiet, poor)):
        skipping, whole = hunted(of_json(tmp_path / f"{number}.jsonl", records))
        assert comparable(skipping) == comparable(whole)
        assert unread(skipping) > len(quiet) / 10


def test_public_data_says_the_same(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files at once, whatever they are."""
    monkeypatch.setattr(json_known, "_WORTH", 4)
    skipping, whole = hunted(str(shared / "data"))
    assert comparable(skipping) == comparable(whole)
    assert whole.findings
    assert {file.format for file in skipping.evidence.files if file.unread} >= {"evtx", "nxlog"}
    assert unread(skipping) > 10_000
