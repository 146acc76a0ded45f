"""What each implementation said of a case, held against what is expected, with reasons."""

from collections.abc import Iterable

from msgspec import Struct

from carhound.analytics.suite import Expectation
from carhound.engines.interpreter.failing import Failure, first_failure
from carhound.engines.interpreter.nearest import Nearest
from carhound.findings.checks import Cell, Place, Reason, Said
from carhound.model.diagnostics import Source, Span
from carhound.model.event import Event
from carhound.model.event import Place as EventPlace
from carhound.model.windows import describe
from carhound.pipeline.checking.case_run import JudgedCase
from carhound.pipeline.implementations import Prepared
from carhound.plan.nodes import Node, scans
from carhound.plan.stems import stems

_SHOWN = ("Image", "ImageLoaded", "CommandLine", "TargetFilename", "TargetObject")


class _Open(Struct):
    """A verdict that is not explained yet."""

    prepared: Prepared
    said: Said
    expected: Expectation | None
    events: list[Event]
    as_expected: bool | None
    reasons: list[Reason]
    missing: tuple[str, ...] = ()


def cells(judged: JudgedCase) -> tuple[Cell, ...]:
    """The verdicts on one case, in the order of the implementations."""
    opened = [_open(one, judged) for one in judged.implementations]
    unclaimed = judged.case.claimed and not any(one.said == "hit" for one in opened)
    _explain([one for one in opened if _lacks_reason(one, unclaimed)], judged)
    return tuple(_cell(one, judged) for one in opened)


def clause_place(code: Source, span: Span | None) -> Place:
    """A clause as written, its white space evened out."""
    if span is None:
        return Place("what it scans", None, None)
    line, column = code.position(span.start)
    return Place(" ".join(code.text[span.start : span.end].split()), line, column)


def _cell(one: _Open, judged: JudgedCase) -> Cell:
    records = tuple(_record(event, judged) for event in _as_read(one.events))
    expected = one.expected.text if one.expected is not None else None
    name = one.prepared.implementation.name
    return Cell(name, one.said, expected, records, one.as_expected, tuple(one.reasons))


def _open(prepared: Prepared, judged: JudgedCase) -> _Open:
    expected = judged.case.expected.get(prepared.implementation.name)
    if prepared.plan is None:
        why = "; ".join(one.message for one in prepared.diagnostics if one.severity == "error")
        return _Open(prepared, "not-evaluated", expected, [], None, [Reason(why or "it cannot be run")])
    judgement = prepared.judgement
    if judgement is None:
        return _Open(prepared, "not-evaluated", expected, [], None, [Reason("; ".join(judged.problems))])
    hit = bool(judgement.events) and (judgement.table is None or bool(judgement.table.rows))
    blind = judged.blind(prepared)
    said: Said = "hit" if hit else "quiet" if blind is None else "not-judged"
    one = _Open(
        prepared, said, expected, judged.processes.distinct(judgement.events) if hit else [], None, []
    )
    if said == "not-judged":
        one.reasons.append(Reason(f"no event that it looks at carries {blind}"))
    if expected is not None:
        _compare(one, expected, judged)
    return one


def _compare(one: _Open, expected: Expectation, judged: JudgedCase) -> None:
    """Whether it is as expected; what matched and should not have is a reason at once."""
    if one.said == "not-judged" and expected.outcome == "quiet":
        return
    one.as_expected = one.said == expected.outcome
    if one.said != "hit":
        one.missing = expected.records or ()
        return
    surplus = one.events
    if expected.outcome == "hit":
        surplus = []
        if expected.count is not None and len(one.events) != expected.count:
            one.as_expected = False
            surplus = one.events if len(one.events) > expected.count else []
        if expected.records is not None:
            places = {id(event): judged.places(event) for event in one.events}
            wanted = expected.records
            surplus = [event for event in one.events if not _named(places[id(event)], wanted)]
            met = [place for event in one.events for place in places[id(event)]]
            one.missing = tuple(record for record in wanted if not _named(met, (record,)))
            one.as_expected = not surplus and not one.missing
    one.reasons += [_surplus(event, judged) for event in _as_read(surplus)]


def _lacks_reason(one: _Open, unclaimed: bool) -> bool:
    if one.prepared.plan is None or one.said == "not-evaluated":
        return False
    failed = one.as_expected is False and (bool(one.missing) or not one.reasons)
    return failed or (unclaimed and one.said == "quiet")


def _explain(opened: list[_Open], judged: JudgedCase) -> None:
    """Reads the evidence once more for why something is missing."""
    if not opened:
        return
    nearest = [Nearest(one.prepared.plan) for one in opened if one.prepared.plan is not None]
    named: dict[str, Event] = {}
    missing = {record for one in opened for record in one.missing}
    for event in judged.events():
        for near in nearest:
            near.offer(event)
        for record in missing:
            if _named([event.place], (record,)):
                named.setdefault(record, event)
    for one, near in zip(opened, nearest, strict=True):
        one.reasons += _reasons(one, near, named, judged)


def _reasons(one: _Open, nearest: Nearest, named: dict[str, Event], judged: JudgedCase) -> Iterable[Reason]:
    plan = one.prepared.plan
    if plan is None:
        return
    for record in one.missing:
        if record not in named:
            yield Reason(f"the evidence holds no record {record}", record=record)
        else:
            event = named[record]
            yield _why_not(event, first_failure(plan, event), one.prepared, plan, judged)
    if one.missing:
        return
    found = nearest.found()
    if found is None:
        yield Reason("no event is of a kind that it looks at")
    else:
        yield _why_not(found.event, found.failure, one.prepared, plan, judged)


def _why_not(
    event: Event, failure: Failure | None, prepared: Prepared, plan: Node, judged: JudgedCase
) -> Reason:
    record = _record(event, judged)
    if failure is not None:
        place = clause_place(prepared.implementation.code, failure.span)
        met = "which is not there" if failure.value is None else f"met {failure.value}"
        return Reason(f"fails {place.text}, {met}", place, failure.value, record)
    window = judged.moment.window(scans(plan)[0]) if judged.moment is not None else None
    if window is not None and not window.contains(event.time) and not judged.case.backfill:
        return Reason(f"lies outside the main window, {describe(window)}", record=record)
    if len(stems(plan)) > 1:
        return Reason("is left out by the subsearch, or by a command after it", record=record)
    return Reason("is left out by a command after the search", record=record)


def _surplus(event: Event, judged: JudgedCase) -> Reason:
    shown = next((f"{name} {value}" for name in _SHOWN if (value := event.lookup(name)) is not None), "")
    return Reason(f"matches{': ' if shown else ''}{shown}", record=_record(event, judged))


def _record(event: Event, judged: JudgedCase) -> str:
    """The record, with its file where the case has several."""
    files = {tally.path for tally in judged.reading.files}
    place = event.place
    return place.record if len(files) < 2 else f"{place.file}:{place.record}"


def _as_read(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.sequence)


def _named(places: Iterable[EventPlace], records: tuple[str, ...]) -> bool:
    """Whether one of the records, "RECORD" or "FILE:RECORD", is at one of the places."""
    for record in records:
        file, colon, number = record.rpartition(":")
        for place in places:
            if place.record == record:
                return True
            if colon and place.record == number and _ends_in(place.file, file):
                return True
    return False


def _ends_in(path: str, file: str) -> bool:
    return path == file or path.endswith(("/" + file, "\\" + file))
