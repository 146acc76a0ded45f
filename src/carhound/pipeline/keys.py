"""By what the matches of an implementation count as the same, and how common each of them is."""

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo

from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.findings.prevalence import Prevalence, Prevalences, Sighting
from carhound.model.diagnostics import Diagnostic
from carhound.model.event import Event
from carhound.model.names import NATIVE_ALIASES, NORMAL_FORMS
from carhound.model.suggestion import nearest
from carhound.normalize.car_names import car_name
from carhound.pipeline.gathered import Sightings
from carhound.pipeline.implementations import Key, Prepared, Subject
from carhound.plan.keys import default_key
from carhound.plan.nodes import Node
from carhound.plan.predicates import Field
from carhound.plan.stems import stems


def compare_by(prepared: Prepared, names: tuple[str, ...]) -> None:
    """Gives an implementation its key: the native fields asked for, without any its own default.

    One that cannot read a field asked for says so, and has none.
    """
    plan = prepared.plan
    if plan is None:
        return
    if not names:
        name, field = default_key(plan)
        prepared.key = Key((name,), (field,))
        return
    found = [(name, _field(plan, name)) for name in names]
    fields = [field for _, field in found if field is not None]
    if len(fields) == len(found):
        prepared.key = Key(names, tuple(fields))
        return
    lacking = ", ".join(name for name, field in found if field is None)
    message = f"--key {lacking}: CAR has no field that holds this value as it is, so matches are not compared"
    hint = "ask for a field that CAR takes over, such as Image, CommandLine, ImageLoaded, User, Computer"
    prepared.diagnostics.append(Diagnostic("RUN-K1", message, "warning", hint=hint))


def _field(plan: Node, name: str) -> Field | None:
    """The field of a native name in the view of a plan."""
    scan = stems(plan)[0].scan
    if scan.view == "native":
        return Field(name)
    alias = NATIVE_ALIASES.get(name)
    if alias is not None and name not in NORMAL_FORMS and alias.change is not None:
        return None
    found = car_name(name if alias is None else alias.field, scan.kinds)
    if found is None or name not in NORMAL_FORMS:
        return None if found is None else Field(found, "car")
    return Field(name, "car") if NORMAL_FORMS[name].field == found else None


def seen(
    subject: Subject, sightings: Sightings, zone: tzinfo, matched: Mapping[int, int] | None = None
) -> Callable[[Event, Iterable[str]], Prevalence | None]:
    """How common the key of an event is among all matches of an analytic, in whatever window.

    The key is that of the first implementation that found the event and can read it there. Told how many
    `matched` by number of the plan, an implementation none of whose matches has its key says so.
    """
    met: dict[tuple[str, ...], list[Sighting]] = {}
    judgements = [one.judgement for one in subject.implementations if one.judgement is not None]
    events = [event for judgement in judgements for event in judgement.events]
    readers: dict[str, tuple[tuple[str, ...], Callable[[Event], Sighting | None]]] = {}
    for one in subject.implementations:
        if one.key is None or one.number is None or one.judgement is None:
            continue
        read = _reader(one.key)
        readers[one.implementation.name] = (one.key.names, read)
        found = list(sightings(one.number, read, events))
        met.setdefault(one.key.names, []).extend(found)
        if matched is not None and not found and one.judgement.events:
            one.diagnostics.append(_without(one.key, one.judgement.events[0], matched[one.number]))
    known = {names: Prevalences(names, found, zone) for names, found in met.items()}

    def prevalence(event: Event, implementations: Iterable[str]) -> Prevalence | None:
        for name in implementations:
            if name in readers:
                names, read = readers[name]
                if (sighting := read(event)) is not None:
                    return known[names].of(sighting.key)
        return None

    return prevalence


def _without(key: Key, sample: Event, count: int) -> Diagnostic:
    names = " and ".join(key.names)
    message = f"no match carries {names}: nothing tells them apart, and all count as new"
    near = nearest(key.names[0], sample.native)
    hint = f"did you mean {near}? Letter case counts in names" if near else None
    return Diagnostic("RUN-N4", message, "warning", hint=hint, count=count)


def _reader(key: Key) -> Callable[[Event], Sighting | None]:
    """Takes the key out of an event; None for one that lacks a field of it. Several values become one."""
    normal = any(field.name in NORMAL_FORMS for field in key.fields)
    values = [getter(field) for field in key.fields]
    raws = [getter(raw_field(field)) for field in key.fields]

    def read(event: Event) -> Sighting | None:
        row = Row(event)
        found = tuple(texts(one(row)) for one in values)
        if not all(found):
            return None
        raw = tuple("; ".join(texts(one(row))) for one in raws) if normal else None
        return Sighting(tuple(map("; ".join, found)), event.computer, event.time, raw)

    return read


def raw_field(field: Field) -> Field:
    """The field that a normal form is made of; any other as it is."""
    if field.name not in NORMAL_FORMS:
        return field
    return Field((NORMAL_FORMS if field.view == "car" else NATIVE_ALIASES)[field.name].field, field.view)
