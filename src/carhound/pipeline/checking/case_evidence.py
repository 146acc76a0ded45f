"""The events of a test case: written in the test file, recorded, or simulated."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import assert_never

from carhound.analytics.suite import Case, Inline, Recorded, Simulated, Suite
from carhound.errors import CarhoundError, DocumentError, EvidenceError
from carhound.model.event import HEADER, RawEvent, Value
from carhound.model.instants import parse_time
from carhound.pipeline.files.parts import EvidencePart, GivenEvents
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions
from carhound.simulate import engine, scenario
from carhound.simulate.raw import as_raw_event

SENSOR = "Microsoft-Windows-Sysmon"
COMPUTER = "TEST-PC"
FIRST = datetime(2024, 6, 14, 12, 0, 0, tzinfo=UTC)
"""The time of the first inline event that states none; every further event is a second later."""


def evidence_of(suite: Suite, case: Case, options: ReadOptions) -> Iterable[EvidencePart]:
    """The evidence of a case, opened anew. Raises DocumentError where it names what is not there."""
    match case.evidence:
        case Inline(events):
            return [GivenEvents(suite.path, "inline", lambda: map(inline_event, events, count(1)))]
        case Recorded(paths):
            return open_evidence([_existing(suite, case, path) for path in paths], options)
        case Simulated(scenarios, seed):
            given = [str(suite.folder / one) if (suite.folder / one).is_file() else one for one in scenarios]
            return [GivenEvents(", ".join(scenarios), "simulated", lambda: _played(suite, case, given, seed))]
        case _:
            assert_never(case.evidence)


def describe(case: Case) -> str:
    """For people: "2 inline events", "data sample.evtx", "scenario atomic-1"."""
    match case.evidence:
        case Inline(events):
            return f"{len(events)} inline event{'s' if len(events) > 1 else ''}"
        case Recorded(paths):
            return f"data {', '.join(paths)}"
        case Simulated(scenarios):
            return f"scenario {', '.join(scenarios)}"
        case _:
            assert_never(case.evidence)


def inline_event(fields: Mapping[str, Value], number: int) -> RawEvent:
    """An event as a test file writes it: native fields, and Splunk's names for what every event has.

    Without SourceName and Channel it is Sysmon's. Without a time (`_time`, else `UtcTime`) it has one of a
    fixed day; without EventRecordID its record is its number, from 1.
    """
    header = {
        attribute: str(fields[name])
        for name, attribute in HEADER.items()
        if isinstance(fields.get(name), str)
    }
    provider, channel = header.get("provider"), header.get("channel")
    if provider is None and channel is None:
        provider, channel = SENSOR, f"{SENSOR}/Operational"
    time = parse_time(str(fields["_time"])) if "_time" in fields else None
    if time is None and parse_time(str(fields.get("UtcTime", ""))) is None:
        time = FIRST + timedelta(seconds=number - 1)
    return RawEvent(
        provider,
        channel,
        header.get("event_id"),
        header.get("computer", COMPUTER),
        header.get("record_id", str(number)),
        time,
        {name: value for name, value in fields.items() if name not in HEADER and name != "_time"},
        {},
        f"event {number}",
    )


def _existing(suite: Suite, case: Case, path: str) -> str:
    found = suite.folder / path
    if not os.path.lexists(found):
        raise DocumentError(
            f"{suite.path}:{case.line}:{case.column}: {case.name!r}: no such file or folder: {found}",
            hint="`data` is relative to the test file",
        )
    return str(found)


def _played(suite: Suite, case: Case, scenarios: list[str], seed: int) -> Iterator[RawEvent]:
    try:
        yield from simulated_events(scenarios, seed)
    except EvidenceError:
        raise
    except CarhoundError as problem:
        place = f"{suite.path}:{case.line}:{case.column}"
        raise DocumentError(f"{place}: {case.name!r}: {problem.message}", hint=problem.hint) from problem


def simulated_events(scenarios: list[str], seed: int) -> Iterator[RawEvent]:
    """The telemetry that scenarios leave behind. The one place where tests and simulation meet.

    Raises CarhoundError for a scenario that is not there.
    """
    loaded = [scenario.load(one) for one in scenarios]
    for record in engine.events(loaded, seed=seed):
        yield as_raw_event(record)
