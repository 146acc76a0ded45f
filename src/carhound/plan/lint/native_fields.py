"""Native fields that no event of the kind asked for has, and those that another one stands in for."""

import re
from collections.abc import Iterator, Mapping

from carhound.model.car import FIELDS
from carhound.model.diagnostics import Diagnostic, Span
from carhound.model.names import NATIVE_ALIASES
from carhound.model.suggestion import nearest
from carhound.model.windows_fields import ANY_EVENT, EVENT_FIELDS, HASHES, SYSMON_IDS
from carhound.plan.nodes import Node
from carhound.plan.reads import fields_read
from carhound.plan.stems import EVENT_ID_FIELDS, stems

_ALL = frozenset().union(*EVENT_FIELDS.values())
_CAR = frozenset().union(*FIELDS.values())


def check_native_fields(plan: Node, text: str, native: Mapping[str, str]) -> Iterator[Diagnostic]:
    """LINT-F1 to F4; `text` is what the plan was read from, `native` has Sysmon's name for a CAR field."""
    main = stems(plan)[0]
    if main.scan.view == "car":
        return
    read = fields_read(plan)
    names = [one.field.name for one in read if one.field.view == "native"]
    ids = main.event_ids()
    if ids is None and not EVENT_ID_FIELDS.intersection(names):
        message = "no event id is named: events of every kind are looked at"
        yield Diagnostic("LINT-F4", message, "note", main.scan.span, hint="add EventCode=1 or what is meant")
    for name in names:
        span = find_name(text, name)
        alias = NATIVE_ALIASES.get(name)
        if alias is not None:
            message = f"{name} is no field of Sysmon's events: it is read from {alias.field}"
            yield Diagnostic("LINT-F2", message, "note", span, hint=f"write {alias.field}")
        elif not _known(name, ids):
            yield from _unknown(name, ids, span, native)


def find_name(text: str, name: str) -> Span | None:
    """The first place where a text has the name as a word of its own."""
    found = re.search(rf"(?<![\w\\]){re.escape(name)}(?!\w)", text)
    return Span(*found.span()) if found is not None else None


def _known(name: str, ids: frozenset[str] | None) -> bool:
    if name in ANY_EVENT | HASHES or name.startswith("_"):
        return True
    if ids is not None and not ids <= EVENT_FIELDS.keys():
        return True
    return any(name in EVENT_FIELDS[one] for one in ids or EVENT_FIELDS)


def _unknown(
    name: str, ids: frozenset[str] | None, span: Span | None, native: Mapping[str, str]
) -> Iterator[Diagnostic]:
    fields = frozenset().union(*(EVENT_FIELDS[one] for one in ids)) if ids else _ALL
    if name in _CAR:
        known = native.get(name)
        hint = f"write {known}" if known in fields else "SPL asks for the fields of the sensor"
        message = f"{name} is a name of the CAR data model, which no event has"
        yield Diagnostic("LINT-F3", message, "warning", span, hint=hint)
        return
    near = nearest(name, sorted(fields))
    if ids is None:
        if near is not None:
            message = f"{name} is no field that Sysmon writes, and much like {near}"
            yield Diagnostic("LINT-F1", message, "warning", span, hint=f"did you mean {near}?")
        return
    numbers = " or ".join(sorted(ids, key=int))
    whose = "Sysmon's" if ids <= SYSMON_IDS else "The Security log's"
    elsewhere = sorted((one for one in EVENT_FIELDS if name in EVENT_FIELDS[one]), key=int)
    if near is not None:
        hint = f"did you mean {near}?"
    elif elsewhere:
        hint = f"events {', '.join(elsewhere[:5])} have it"
    else:
        hint = "field names count letter by letter, case included"
    yield Diagnostic("LINT-F1", f"{whose} event {numbers} has no field {name}", "warning", span, hint=hint)
