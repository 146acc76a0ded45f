"""Runs the language cases beside this file on every engine there is."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from carhound.engines.duckdb.answer import answer
from carhound.engines.duckdb.files import EventFiles
from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.execution import Result, run
from carhound.engines.interpreter.moment import Moment
from carhound.languages.interface import Compiled
from carhound.languages.pseudocode.compile import compile_pseudocode
from carhound.languages.spl.compile import compile_spl
from carhound.languages.spl.definitions import Definitions, read_macros
from carhound.model.diagnostics import LanguageError, Source
from carhound.model.event import Event, RawEvent
from carhound.model.event_table import EventTable
from carhound.model.instants import parse_time
from carhound.normalize.normalizer import Normalizer
from carhound.plan.lookup_table import LookupTable

from ..engines.event_files import BARE, full_table, write
from ..engines.event_files import as_event as as_event_of_row

FOLDER = Path(__file__).parent
HEADER = ("SourceName", "Channel", "EventCode", "Computer", "EventRecordID")
SYSMON = {"SourceName": "Microsoft-Windows-Sysmon", "Channel": "Microsoft-Windows-Sysmon/Operational"}
NOW = datetime(2024, 6, 15, 13, tzinfo=UTC)


@cache
def pages() -> dict[Path, Any]:
    """The pages of cases beside this file."""
    paths = sorted(FOLDER.glob("*/*.yaml"))
    return {path: loaded(path.read_text(encoding="utf-8")) for path in paths}


def loaded(page: str) -> Any:
    """By the faster parser, which refuses surrogates, where that can be."""
    return yaml.load(page, yaml.SafeLoader if "\\ud" in page.lower() else yaml.CSafeLoader)  # noqa: S506 - safe ones


def cases() -> Iterator[Any]:
    for path, page in pages().items():
        assert page["source"], path
        for case in page["cases"]:
            events = case.get("given", page.get("events", []))
            case = {key: page[key] for key in ("macros", "lookups") if key in page} | {"page": path} | case
            yield pytest.param(case, events, id=f"{path.parent.name}/{path.stem}: {case['name']}")


@cache
def accepted() -> list[dict[str, Any]]:
    """The cases that have a result."""
    return [one.values[0] for one in cases() if "error" not in one.values[0]]


def as_event(fields: dict[str, Any], normalizer: Normalizer) -> Event:
    known = ({} if "SourceName" in fields else SYSMON) | fields
    header = [None if known.get(name) is None else str(known[name]) for name in HEADER]
    time = parse_time(known["_time"]) if "_time" in known else None
    left_out = {*HEADER, "_time", "id"}
    data = {
        name: tuple(value) if isinstance(value, list) else str(value)
        for name, value in known.items()
        if name not in left_out and value is not None
    }
    raw = RawEvent(*header, time, data, {}, str(fields["id"]))
    return normalizer.event(raw, "case", "case")


@cache
def read(given: str) -> list[Event]:
    """The events of a page, the same ones for all of its cases."""
    normalizer = Normalizer()
    numbered = [{"id": number} | fields for number, fields in enumerate(json.loads(given), 1)]
    return [as_event(fields, normalizer) for fields in numbered]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lake")


Answered = tuple[list[Event], list[dict[str, Any]] | None]


def interpreter(compiled: Compiled, events: list[Event], folder: Path, page: Path) -> Answered:
    collector = Collector([compiled.plan], lambda event: event)
    collector.begin_file()
    for event in events:
        collector.offer(event)
    collector.end_file()
    result = run(compiled.plan, collector.hits(0), Moment(NOW, UTC))
    return shown(result)


def duckdb(compiled: Compiled, events: list[Event], folder: Path, page: Path) -> Answered:
    """The same over files of two layouts, with columns and tags and without, which have to agree."""
    every, bare = (
        shown(answer(compiled.plan, files, Moment(NOW, UTC), as_event_of_row))
        for files in opened(tuple(events), folder, page)
    )
    if every[1] is None or (every[0] and bare[0]):  # SQL aggregates without naming the events
        assert [event.position for event in every[0]] == [event.position for event in bare[0]]
    assert every[1] == bare[1]
    return every


@cache
def opened(events: tuple[Event, ...], folder: Path, page: Path) -> tuple[EventFiles, ...]:
    return tuple(
        EventFiles(table, write(events, table, folder), threads=1) for table in (all_columns(page), BARE)
    )


@cache
def all_columns(page: Path) -> EventTable:
    """With a column and a tag for whatever a case of the page looks at."""
    return full_table(compiled_of(case).plan for case in accepted() if case["page"] == page)


def compiled_of(case: dict[str, Any]) -> Compiled:
    if "pseudocode" in case:
        programs = {name: Source(text, name) for name, text in case.get("analytics", {}).items()}
        return compile_pseudocode(Source(case["pseudocode"], "case"), analytics=programs.get)
    return compile_spl(Source(case["spl"], "case"), definitions_of(case))


def definitions_of(case: dict[str, Any]) -> Definitions:
    tables = {
        name: LookupTable(name, tuple(rows[0]), tuple(tuple(map(str, row)) for row in rows[1:]))
        for name, rows in case.get("lookups", {}).items()
    }
    return Definitions(read_macros(case.get("macros", ""), "macros.conf"), tables)


def shown(result: Result) -> Answered:
    if result.columns is None:
        return [row.event for row in result.rows if row.event is not None], None
    rows = [
        {name: row.shown(name) for name in result.columns if row.get(name) is not None} for row in result.rows
    ]
    return result.entered, rows


@pytest.mark.parametrize("engine", [interpreter, duckdb])
@pytest.mark.parametrize(("case", "given"), list(cases()))
def test_case(case: dict[str, Any], given: list[dict[str, Any]], engine: Any, folder: Path) -> None:
    source = Source(case.get("spl") or case["pseudocode"], "case")
    if "error" in case:
        with pytest.raises(LanguageError) as caught:
            compiled_of(case)
        diagnostic = caught.value.diagnostic
        assert diagnostic.code == case["error"]
        assert diagnostic.span is not None
        if "at" in case:
            assert source.text[diagnostic.span.start :].startswith(case["at"]), diagnostic.render()
        assert diagnostic.hint or not case.get("hint", True), "an error needs a hint"
        return
    compiled = compiled_of(case)
    events, rows = engine(compiled, read(json.dumps(given)), folder, case["page"])
    if "rows" in case:
        assert rows == [{name: _cell(value) for name, value in row.items()} for row in case["rows"]]
    else:
        ids = [event.position for event in events]
        expected = [str(one) for one in case["events"]]
        assert (ids if case.get("ordered") else sorted(ids)) == (
            expected if case.get("ordered") else sorted(expected)
        )
    assert _codes(compiled, note=False) == sorted(case.get("remarks", []))
    if "notes" in case:
        assert _codes(compiled, note=True) == sorted(case["notes"])


def _codes(compiled: Compiled, *, note: bool) -> list[str]:
    return sorted(one.code for one in compiled.diagnostics if (one.severity == "note") is note)


def _cell(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
