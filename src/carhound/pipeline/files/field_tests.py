"""What single fields of an event say of searches, before all that these ask is looked at."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from carhound.engines.interpreter.conditions import Condition, condition
from carhound.engines.interpreter.rows import SharedRow
from carhound.model.event import HEADER, PAYLOAD_PREFIX, Event, Value, no_view
from carhound.model.folding import fold
from carhound.model.names import NATIVE_ALIASES, NORMAL_FORMS
from carhound.normalize.mapping import EventMapping
from carhound.plan.predicates import All, AnyOf, Field, MatchesRegex, Not, Predicate, Term, Test, tests
from carhound.plan.reads import test_fields
from carhound.plan.rewrites.required_literals import Group, RequiredLiterals, of_conditions
from carhound.plan.stems import Stem
from carhound.readers.interface import FieldTest

RAW = "_raw"
"""Has a record in one text, where it is there; else bare terms look at all texts."""
_FEW = frozenset({"Image", "NewProcessName", "ParentImage", "ParentProcessName"})
"""Fields with few values, over and over: what these rule out is remembered, so of equals they come first."""
_ANY: Group = ("",)
"""Stands in every value."""
_NOT_OF_PAYLOAD = frozenset({RAW, "_time", *HEADER})


class _Asking(NamedTuple):
    """What a search asks of a field alone."""

    bit: int
    """The search."""
    literals: Group
    """One of them stands in every value that meets it, folded."""
    holds: Condition


def read_by(test: Test, mapping: EventMapping | None) -> Iterator[str]:
    """The native fields that a test reads of events with this mapping."""
    if isinstance(test, Term) or (isinstance(test, MatchesRegex) and test.field is None):
        yield RAW
    for field in test_fields(test):
        yield from made_of(field, mapping)


def made_of(field: Field, mapping: EventMapping | None) -> Iterator[str]:
    """The native fields that tell the value of a field of events with this mapping."""
    if field.view == "car":
        form = NORMAL_FORMS.get(field.name)
        yield from (mapping.sources if mapping else {}).get(form.field if form else field.name, ())
        return
    yield field.name
    if (alias := NATIVE_ALIASES.get(field.name)) is not None:
        yield alias.field


def field_tests(stems: Sequence[Stem], like: Event, mapping: EventMapping | None) -> tuple[FieldTest, ...]:
    """The tests for events like this one, at which these stems look; none where no event can be ruled out."""
    asked: dict[str, list[_Asking]] = defaultdict(list)
    for number, stem in enumerate(stems):
        every = All(stem.conditions)
        for name in {one for test in tests((every,)) for one in read_by(test, mapping)}:
            if _is_of_payload(name) and (part := _of_alone(every, name, mapping)) is not None:
                asked[name].append(_Asking(1 << number, _literals(part), condition(part)))
    if len({one.bit for some in asked.values() for one in some}) < len(stems):
        return ()
    derive = no_view if mapping is None else mapping.derive
    ordered = sorted(asked, key=lambda name: (-sum(map(_is_selective, asked[name])), name not in _FEW, name))
    return tuple(_field_test(name, asked[name], replace(like, derive=derive)) for name in ordered)


def _is_of_payload(name: str) -> bool:
    return name not in _NOT_OF_PAYLOAD and not name.startswith(PAYLOAD_PREFIX)


def _literals(part: Predicate) -> Group:
    required = of_conditions((part,))
    return required.groups[0] if isinstance(required, RequiredLiterals) else _ANY


def _is_selective(one: _Asking) -> bool:
    return one.literals != _ANY


def _field_test(name: str, asked: list[_Asking], like: Event) -> FieldTest:
    def open_to(value: Value | None, searches: int) -> int:
        text = fold(value) if isinstance(value, str) else "\n".join(map(fold, value or ()))
        row: SharedRow | None = None
        for one in asked:
            if not one.bit & searches:
                continue
            if any(map(text.__contains__, one.literals)):
                row = row or SharedRow(replace(like, data={} if value is None else {name: value}))
                if one.holds(row):
                    continue
            searches -= one.bit
        return searches

    return FieldTest(name, sum(one.bit for one in asked), open_to)


def _of_alone(predicate: Predicate, name: str, mapping: EventMapping | None) -> Predicate | None:
    """What of a predicate must hold whatever the other fields hold; None where that is nothing."""
    match predicate:
        case All(items):
            parts = [part for one in items if (part := _of_alone(one, name, mapping)) is not None]
            return All(tuple(parts)) if parts else None
        case AnyOf(items):
            parts = [part for one in items if (part := _of_alone(one, name, mapping)) is not None]
            return AnyOf(tuple(parts)) if len(parts) == len(items) else None
        case Not(item):
            inner = tests((item,))
        case _:
            inner = iter((predicate,))
    return predicate if all(set(read_by(one, mapping)) == {name} for one in inner) else None
