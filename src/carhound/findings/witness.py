"""Events made to tell twins apart: one that matches, built from their clauses, then changed field by field.

Nothing is claimed of what was not tried: every difference is one that the interpreter found on an event.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.failing import Failure, first_failure
from carhound.engines.interpreter.mutants import Mutator
from carhound.engines.interpreter.rows import Row
from carhound.model.event import Event, RawEvent, Value
from carhound.model.names import Alias
from carhound.model.windows_fields import EVENT_FIELDS, PATHS, SYSMON_IDS
from carhound.normalize.altered import altered, sources_of
from carhound.normalize.mapping import SENSORS, sensor
from carhound.normalize.normalizer import Normalizer
from carhound.plan.nodes import Node
from carhound.plan.predicates import All, AnyOf, Not, Predicate, tests
from carhound.plan.reads import test_fields
from carhound.plan.stems import Stem, stems

_STEPS = 40
"""Changes on the way to a matching event; each must bring it nearer."""

_FOLDER, _NAME = "C:\\Users\\Public\\", "another.exe"
_PLAIN = ("flipped", "in another folder", "renamed", "dropped")
"""Changes that people understand at a glance."""

_USUAL = {"CommandLine": "another.exe", "ParentCommandLine": "another.exe", "User": "HOST\\somebody"}


@dataclass(frozen=True, slots=True)
class Difference:
    """An event that one plan matches and the other does not."""

    fields: tuple[tuple[str, str | None], ...]
    """The native fields that either plan looks at; None for one that is missing."""
    first: bool
    """Whether it is the first plan that matches it."""
    failure: Failure
    """The first clause of the other that fails."""


def differences(one: Node, other: Node) -> list[Difference]:
    """Events that tell the main searches of two plans apart, one for each clause that fails."""
    both = (stems(one)[0], stems(other)[0])
    mutator = Mutator((test for stem in both for test in tests(stem.conditions)), altered, sources_of)
    found: dict[tuple[bool, object], tuple[bool, Difference]] = {}
    for start in _starts(both):
        event = _completed(_climbed(start, both, mutator), both)
        for what, tried in (("", event), *((one.what, one.event) for one in mutator.mutants(event))):
            failures = (first_failure(one, tried), first_failure(other, tried))
            if (failures[0] is None) is (failures[1] is None):
                continue
            failure = failures[0] or failures[1]
            if failure is not None and tried.event_id == event.event_id:
                key = (failures[0] is None, failure.span)
                plain = not what or what.endswith(_PLAIN)
                if key not in found or (plain and not found[key][0]):
                    found[key] = plain, Difference(_shown(tried, both), failures[0] is None, failure)
    return [difference for _, difference in found.values()]


def _starts(both: tuple[Stem, Stem]) -> Iterator[Event]:
    """An ordinary event of each kind that either plan asks for."""
    ids: dict[str, None] = {}
    for stem in both:
        ids.update(dict.fromkeys(sorted(stem.event_ids() or ())))
    kinds = {kind for stem in both for kind in stem.scan.kinds or ()}
    for name in SENSORS if not ids else ():
        for number, mapping in sensor(name).events.items():
            if kinds & {action.kind for action in mapping.actions}:
                ids[number] = None
    for number in ids:
        fields = EVENT_FIELDS.get(number)
        if fields is not None:
            whose = sensor("sysmon" if number in SYSMON_IDS else "security")
            data: dict[str, Value] = {name: _usual(name) for name in sorted(fields)}
            raw = RawEvent(whose.provider, whose.channel, number, "HOST", None, None, data, {}, "made up")
            yield Normalizer().event(raw, "made up", "made up")


def _usual(name: str) -> str:
    # Without a file's name the folder completes whatever a pattern leaves open before one.
    return _FOLDER if name in PATHS else _USUAL.get(name, "-")


def _climbed(event: Event, both: tuple[Stem, Stem], mutator: Mutator) -> Event:
    """The event changed, one field after the other, until both plans match it or no change helps."""
    most = _score(event, both)
    for _ in range(_STEPS):
        tried = [(_score(one.event, both), _paths(one.event), one.event) for one in mutator.mutants(event)]
        score, _, best = max(tried, key=lambda one: one[:2], default=(most, 0, event))
        if score <= most:
            break
        event, most = best, score
    return event


def _completed(event: Event, both: tuple[Stem, Stem]) -> Event:
    """The event with a file's name where a path is still a folder alone."""
    changes: dict[str, Value | None] = {
        name: _FOLDER + _NAME for name, value in event.data.items() if value == _FOLDER
    }
    named = altered(event, changes)
    return named if _score(named, both) >= _score(event, both) else event


def _paths(event: Event) -> int:
    return sum("\\" in value for name, value in event.data.items() if name in PATHS)


def _score(event: Event, both: tuple[Stem, Stem]) -> float:
    row = Row(event)
    total = 0.0
    for stem in both:
        scan = stem.scan
        total += scan.dataset.holds(event.provider, event.channel)
        total += scan.kinds is None or bool(set(scan.kinds) & set(event.kinds))
        total += sum(_near(one, row) for one in stem.conditions)
    return total


def _near(predicate: Predicate, row: Row) -> float:
    """From 0 to 1, how much of a condition holds."""
    match predicate:
        case All(items) if items:
            return sum(_near(item, row) for item in items) / len(items)
        case AnyOf(items) if items:
            return max(_near(item, row) for item in items)
        case Not(item):
            return 1 - _near(item, row)
        case _:
            return float(condition(predicate, _unheard)(row))


def _shown(event: Event, both: Iterable[Stem]) -> tuple[tuple[str, str | None], ...]:
    names: dict[str, None] = {}
    for stem in both:
        for test in tests(stem.conditions):
            for field in test_fields(test):
                native = sources_of(event, field.name) if field.view == "car" else (field.name,)
                names.update(dict.fromkeys(native[:1]))
    return tuple((name, value if isinstance(value := event.lookup(name), str) else None) for name in names)


def _unheard(_name: str, _alias: Alias) -> None:
    """Nothing is reported of events that were made up."""
