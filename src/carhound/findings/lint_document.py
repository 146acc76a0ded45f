"""What a document says of itself held against what its implementations use."""

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from carhound.analytics.analytic import Analytic
from carhound.model.car import ACTION_ALIASES, ACTIONS, ALIASES, FIELDS, is_defined
from carhound.model.diagnostics import Diagnostic, Severity, Span
from carhound.model.suggestion import nearest
from carhound.normalize.mapping import SENSORS, EventMapping, sensor
from carhound.plan.nodes import Node
from carhound.plan.reads import fields_read
from carhound.plan.stems import Stem, stems

_SUBTYPES = {
    name: name.capitalize() for name in ("process", "module", "registry", "file", "driver", "thread")
}
_TACTIC, _TECHNIQUE = re.compile(r"TA\d{4}"), re.compile(r"T\d{4}")
_LEVELS = ("Low", "Moderate", "High")


def check_document(analytic: Analytic, plans: list[Node], complete: bool) -> Iterator[Diagnostic]:
    """LINT-D1 to D8; `complete` says that every implementation of the document is among the plans."""
    tested = dict.fromkeys(reference for plan in plans for reference in _used(plan, tested=True))
    used = {reference for plan in plans for reference in _used(plan, tested=False)} if complete else None
    remarks = [
        *_references(analytic, tested, used),
        *_subtypes(analytic, tested),
        *_attack(analytic),
        *_unnamed(analytic),
    ]
    for one in remarks:
        yield replace(one, source=analytic.text if one.span is not None else None)


def _references(analytic: Analytic, tested: Iterable[str], used: set[str] | None) -> Iterator[Diagnostic]:
    written = analytic.data_model_references
    for reference in written:
        span = _place(analytic, reference)
        if not is_defined(reference):
            hint = _meant(reference)
            message = f"the CAR data model does not define {reference}"
            yield _remark("D1", message, span, hint, "warning")
        elif used is not None and reference not in used:
            message = f"no implementation uses {reference}"
            yield _remark("D2", message, span, "take it out, or use it")
    missing = [one for one in tested if is_defined(one) and one not in written]
    if missing and analytic.text is not None:
        message = f"used and not among data_model_references: {', '.join(missing)}"
        yield _remark("D3", message, _place(analytic, "data_model_references"), "list what is used")


def _meant(reference: str) -> str:
    parts = reference.split("/")
    if len(parts) != 3:
        return "write object/action/field"
    car_object, action, name = parts
    if car_object not in FIELDS:
        near = nearest(car_object, FIELDS)
        return f"did you mean {near}/{action}/{name}?" if near else f"objects are {', '.join(sorted(FIELDS))}"
    if action not in ACTIONS[car_object]:
        actions = ACTION_ALIASES.get((car_object, action)) or (nearest(action, ACTIONS[car_object]),)
        if actions[0] is None:
            return f"{car_object} has {', '.join(sorted(ACTIONS[car_object]))}"
        return f"did you mean {' or '.join(f'{car_object}/{one}/{name}' for one in actions)}?"
    alias = ALIASES.get(name)
    near = alias if alias in FIELDS[car_object] else nearest(name, sorted(FIELDS[car_object]))
    return f"did you mean {car_object}/{action}/{near}?" if near else f"see the data model for {car_object}"


def _subtypes(analytic: Analytic, used: Iterable[str]) -> Iterator[Diagnostic]:
    if not analytic.subtypes:
        return
    written = {one.lower() for one in analytic.subtypes}
    for car_object in dict.fromkeys(reference.split("/")[0] for reference in used):
        subtype = _SUBTYPES.get(car_object)
        if subtype is not None and subtype.lower() not in written:
            message = f"implementations look at {car_object} events, and subtypes does not name {subtype}"
            yield _remark("D4", message, _place(analytic, "subtypes"), f"add {subtype}")


def _attack(analytic: Analytic) -> Iterator[Diagnostic]:
    for entry in analytic.attack:
        wrong = [] if _TECHNIQUE.fullmatch(entry.technique) else [entry.technique]
        wrong += [one for one in entry.tactics if not _TACTIC.fullmatch(one)]
        for one in entry.subtechniques:
            if not re.fullmatch(rf"{re.escape(entry.technique)}\.\d{{3}}", one):
                wrong.append(one)
        for one in wrong:
            message = f"{one!r} is no id of ATT&CK at this place"
            hint = "techniques are like T1218, their subtechniques like T1218.010, tactics like TA0005"
            yield _remark("D5", message, _place(analytic, one), hint, "warning")
        if entry.coverage not in _LEVELS:
            message = f"the coverage {entry.coverage!r} is none of {', '.join(_LEVELS)}"
            yield _remark("D5", message, _place(analytic, entry.coverage), "take one of them", "warning")


def _unnamed(analytic: Analytic) -> Iterator[Diagnostic]:
    if analytic.text is None:
        return
    unnamed = [
        one.name
        for at, one in enumerate(analytic.implementations, 1)
        if one.name == f"implementation {at} ({one.language})"
    ]
    if unnamed and len(analytic.implementations) > 1:
        message = f"{len(unnamed)} of {len(analytic.implementations)} implementations have no name"
        yield _remark(
            "D7",
            message,
            _place(analytic, "implementations"),
            "give each one, so that results can be told apart",
        )
    if not analytic.unit_tests:
        message = "the document names no unit tests"
        yield _remark("D8", message, None, "say what should trigger it; carhound test runs cases")


def _used(plan: Node, *, tested: bool) -> Iterator[str]:
    """The object/action/field triples that a plan reads, or with `tested` that its conditions look at."""
    read = [one.field for one in fields_read(plan) if one.tested or not tested]
    for stem in stems(plan):
        if stem.scan.view == "car":
            for kind in stem.scan.kinds or ():
                yield from (f"{'/'.join(kind)}/{field.name}" for field in read if field.view == "car")
            continue
        for mapping in _mappings(stem):
            names = [name for field in read for name in mapping.copies.get(field.name, ())]
            for action in mapping.actions:
                yield from (f"{'/'.join(action.kind)}/{name}" for name in names)


def _mappings(stem: Stem) -> Iterator[EventMapping]:
    for name in SENSORS:
        for number in sorted(stem.event_ids() or ()):
            if (mapping := sensor(name).events.get(number)) is not None:
                yield mapping


def _place(analytic: Analytic, text: str) -> Span | None:
    """Where the document says it, the code of its implementations aside."""
    if analytic.text is None or not text:
        return None
    found = re.search(
        rf"^[ \t-]*(?:\w+:[ \t]*)?(['\"]?{re.escape(text)}\b)", analytic.text.text, re.MULTILINE
    )
    return Span(*found.span(1)) if found is not None else None


def _remark(code: str, message: str, span: Span | None, hint: str, severity: Severity = "note") -> Diagnostic:
    return Diagnostic(f"LINT-{code}", message, severity, span, hint=hint)
