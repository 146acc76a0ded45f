"""Over all public telemetry, and the hand-made events of truth.json, both engines say the same."""

import json
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from carhound.analytics.load import bundled
from carhound.engines.duckdb.answer import answer
from carhound.engines.duckdb.files import EventFiles
from carhound.engines.interpreter.execution import run
from carhound.engines.interpreter.moment import Moment
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.event import Event, RawEvent
from carhound.model.windows import Window
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.hunt import load_analytics
from carhound.pipeline.implementations import prepare
from carhound.plan.nodes import Node
from carhound.plan.stems import stems
from carhound.readers.evidence import open_evidence

from ..engines.event_files import BARE, as_event, full_table, hits, shown, write

pytestmark = pytest.mark.usefixtures("read_once")

NOW = datetime(2024, 6, 15, 13, tzinfo=UTC)
EVERY_TIME = Moment(NOW, UTC, Window())


SEARCHES = (
    "* | stats count by Channel",
    "* | top 7 EventCode, Computer",
    "EventCode=1 | stats dc(Image) values(User) min(ProcessId) max(ProcessId) by Computer",
    "EventCode=1 powershell.exe | dedup Image | sort - Image | head 9",
    "cmd.exe OR rundll32* NOT EventCode=1 | stats count by SourceName",
    'Image=*\\\\system32\\\\* CommandLine!="*-k*" | sort 20 Image, - _time | table _time Image process_name',
    'EventCode=4688 | where like(lower(NewProcessName), "%cmd.exe") OR len(CommandLine) > 100 | head 50',
    "EventCode=1 NOT [search EventCode=1 Image=*a* | dedup Image | fields Image] | stats count by Image",
    "EventCode=1 [search EventCode=3 | table Image] | dedup ProcessGuid",
    "LogonType>3 | stats count by LogonType",
    "DestinationIp=10.0.0.0/8 | stats count by Image",
    'EventCode=13 | regex TargetObject="Run$|Services.+" | stats count by Image',
    "* NOT Image=* NOT CommandLine=* | stats count by EventCode",
)


@cache
def plans(*references: str) -> list[tuple[str, Node]]:
    analytics, _, _ = load_analytics(references)
    subjects = [prepare(analytic, "published") for analytic in analytics]
    return [
        (f"{subject.analytic.id} {one.implementation.name}", one.plan)
        for subject in subjects
        for one in subject.implementations
        if one.plan is not None
    ]


@cache
def public_events(data: Path) -> list[Event]:
    """As stored: what is no valid Unicode in the header is read back as an escape."""
    normalizer = Normalizer()
    return [
        normalizer.event(item, part.path, part.format or "")
        for part in open_evidence([str(data)])
        for item in part.items()
        if isinstance(item, RawEvent)
    ]


OFTEN = 200
"""Events of one kind that a file gives; of starts of processes it gives all."""
STARTS = ("1", "4688")


@cache
def some_of_each(data: Path) -> list[Event]:
    """Without the thousands of one kind in the largest files, which ask nothing that hundreds do not."""
    seen: Counter[tuple[str, str | None]] = Counter()
    kept = []
    for event in public_events(data):
        kind = (event.place.file, event.event_id)
        seen[kind] += 1
        if seen[kind] <= OFTEN or event.event_id in STARTS:
            kept.append(event)
    return kept


@cache
def asked(shared: Path) -> list[tuple[str, Node]]:
    searches = [(text, compile_spl(Source(text, "search")).plan) for text in SEARCHES]
    return [*plans(str(shared / "car" / "analytics"), *bundled()), *searches]


@cache
def expected(shared: Path) -> list[Any]:
    """What the interpreter shows for each plan, once the events have been written and so have a sequence."""
    events = some_of_each(shared / "data")
    results = []
    for _, plan in asked(shared):
        let_through = {id(stem.node): hits(stem, events) for stem in stems(plan)}
        results.append(shown(run(plan, let_through, EVERY_TIME)))
    return results


@pytest.mark.parametrize("columns", [True, False], ids=["columns", "json"])
def test_analytics_and_searches_over_public_data(shared: Path, tmp_path: Path, columns: bool) -> None:
    events = some_of_each(shared / "data")
    assert len(events) > 20_000
    table = full_table(plan for _, plan in asked(shared)) if columns else BARE
    some = set()
    with EventFiles(table, write(events, table, tmp_path, 10_000)) as files:
        for (name, plan), wanted in zip(asked(shared), expected(shared), strict=True):
            found = answer(plan, files, EVERY_TIME, as_event)
            assert shown(found) == wanted, name
            _, rows = wanted
            some |= {name} if rows else set()
    assert some >= set(SEARCHES[:6])


def test_the_events_of_the_truth(shared: Path, tmp_path: Path) -> None:
    truth = json.loads((shared / "data" / "truth.json").read_text(encoding="utf-8"))
    normalizer = Normalizer()
    events = []
    for case in truth["events"]:
        fields = {name: str(value) for name, value in case["event"].items() if value is not None}
        code = fields.pop("EventCode")
        raw = RawEvent("Microsoft-Windows-Sysmon", None, code, "H", None, NOW, fields, {}, case["id"])
        events.append(normalizer.event(raw, "truth", "truth"))
    table = full_table(plan for _, plan in plans(*bundled()))
    by_name = {name.split(" ", 1)[1]: plan for name, plan in plans(*bundled())}
    with EventFiles(table, write(events, table, tmp_path)) as files:
        for name in truth["events"][0]["expect"]:
            found = files.matches(stems(by_name[name])[0], Window())
            assert found.exact
            expected = {case["id"] for case in truth["events"] if case["expect"][name]}
            assert {row["position"] for row in found} == expected, name
