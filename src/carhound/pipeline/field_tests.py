"""What single fields of an event say of searches, before all that these ask is looked at."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from carhound.engines.interpreter.conditions import Condition, condition
from carhound.engines.interpreter.rows import SharedRow, unheard
from carhound.model.event import HEADER, Event, Value, no_view
from carhound.model.names import NATIVE_ALIASES, NORMAL_FORMS
from carhound.normalize.mapping import EventMapping
from carhound.plan.predicates import All, AnyOf, MatchesRegex, Not, Predicate, Term, Test, tests
from carhound.plan.reads import test_fields
from carhound.plan.stems import Stem
from carhound.readers.interface import FieldTest

RAW = "_raw"
"""Has a record in one text, where it is there; else bare terms look at all texts."""
_NOT_OF_PAYLOAD = frozenset({RAW, *HEADER})


def read_by(test: Test, mapping: EventMapping | None) -> Iterator[str]:
    """The native fields that a test reads of events with this mapping."""
    if isinstance(test, Term) or (isinstance(test, MatchesRegex) and test.field is None):
        yield RAW
    for field in test_fields(test):
        if field.view == "car":
            form = NORMAL_FORMS.get(field.name)
            yield from (mapping.sources if mapping else {}).get(form.field if form else field.name, ())
            continue
        yield field.name
        if (alias := NATIVE_ALIASES.get(field.name)) is not None:
            yield alias.field


def field_tests(stems: Sequence[Stem], like: Event, mapping: EventMapping | None) -> tuple[FieldTest, ...]:
    """The tests for events like this one, at which these stems look; none where no event can be ruled out."""
    asked: dict[str, list[tuple[int, Condition]]] = defaultdict(list)
    for number, stem in enumerate(stems):
        every = All(stem.conditions)
        for name in {one for test in tests((every,)) for one in read_by(test, mapping)}:
            if name not in _NOT_OF_PAYLOAD and (part := _of_alone(every, name, mapping)) is not None:
                asked[name].append((1 << number, condition(part, unheard)))
    if len({bit for some in asked.values() for bit, _ in some}) < len(stems):
        return ()
    every_stem = (1 << len(stems)) - 1
    derive = no_view if mapping is None else mapping.derive
    made = [_field_test(name, some, every_stem, replace(like, derive=derive)) for name, some in asked.items()]
    return tuple(sorted(made, key=lambda one: (-one.asked_by.bit_count(), one.name)))


def _field_test(name: str, asked: list[tuple[int, Condition]], every: int, like: Event) -> FieldTest:
    asked_by = sum(bit for bit, _ in asked)

    def open_to(value: Value | None) -> int:
        row = SharedRow(replace(like, data={} if value is None else {name: value}))
        return every - sum(bit for bit, holds in asked if not holds(row))

    return FieldTest(name, asked_by, open_to)


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
