"""Searches that pass over events for what their payload says find what searches find that read everything."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from carhound import pipeline
from carhound.findings.run import Run
from carhound.model.diagnostics import Source
from carhound.model.event import RawEvent
from carhound.readers.evtx.reader import EvtxReader
from carhound.readers.interface import ReadOptions
from carhound.simulate.engine import events
from carhound.simulate.scenario import load
from carhound.simulate.writers import evtx

FIELDS = (
    "Image",
    "ParentImage",
    "CommandLine",
    "ProcessGuid",
    "ProcessId",
    "User",
    "Computer",
    "host",
    "parent_process_name",
    "process_id",
    "EventRecordID",
    "RecordNumber",
    "Level",
    "System_ProcessID",
    "UtcTime",
    "NoSuchField",
    "EventCode",
)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("payload") / "a.evtx"
    made = list(events([load("squiblydoo-url")], hosts=2, days=1))
    thin = [
        one
        for number, one in enumerate(made)
        if number % 120 == 0 or any("regsvr32" in value.lower() for value in one.data.values())
    ]
    with path.open("wb") as file:
        evtx.write(thin, file)
    return path


@pytest.fixture(scope="module")
def texts(log: Path) -> dict[str, list[str]]:
    """Values of fields, as they are in the log."""
    found: dict[str, set[str]] = {name: set() for name in FIELDS}
    for item in EvtxReader().read(io.BytesIO(log.read_bytes()), ReadOptions()):
        if isinstance(item, RawEvent):
            header = {"EventRecordID": item.record_id, "Computer": item.computer, "EventCode": item.event_id}
            others = {"host": item.computer, "RecordNumber": item.record_id}
            for name in FIELDS:
                value = {**item.meta, **item.data, **header, **others}.get(name)
                if isinstance(value, str) and '"' not in value and len(found[name]) < 50:
                    found[name].add(value)
    return {name: sorted(values) for name, values in found.items()}


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\")


@st.composite
def conditions(draw: st.DrawFn, texts: dict[str, list[str]], depth: int = 2) -> str:
    kind = draw(st.sampled_from(("value", "value", "end", "term", "not", "or", "some", "more")))
    if depth and kind in ("not", "or"):
        one = draw(conditions(texts, depth - 1))
        return f"NOT ({one})" if kind == "not" else f"({one} OR {draw(conditions(texts, depth - 1))})"
    name = draw(st.sampled_from(FIELDS))
    value = draw(st.sampled_from(texts[name] or ["4"]))
    if kind == "end":
        return f'{name}="*{escaped(value[draw(st.integers(0, len(value))) :])}"'
    if kind == "term":
        return f'"{escaped(value)}"' if value.strip() else "system"
    if kind == "some":
        return f"{name}=*"
    return f'{name}>"{escaped(value)}"' if kind == "more" else f'{name}="{escaped(value)}"'


def comparable(run: Run) -> object:
    return run.results, run.analytics, run.status


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_search_finds_what_one_finds_that_reads_all(
    log: Path, texts: dict[str, list[str]], data: st.DataObject
) -> None:
    asked = " ".join(data.draw(st.lists(conditions(texts), min_size=1, max_size=3)))
    source = Source(f"index=sysmon {asked} | table EventRecordID, EventCode, Image", "search")
    request = pipeline.Request(evidence=(str(log),), command=())
    assert comparable(pipeline.search(source, request)) == comparable(
        pipeline.search(source, replace(request, count_all=True))
    )
