"""Events made to tell twins apart: one that matches, built from their clauses, then changed field by field.

Nothing is claimed of what was not tried: every difference is one that the interpreter found on an event.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from msgspec import Struct

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.failing import Failure, first_failure
from carhound.engines.interpreter.mutants import Mutator
from carhound.engines.interpreter.rows import Row
from carhound.model.event import Event, RawEvent, Value
from carhound.model.windows_fields import EVENT_FIELDS, PATHS, SYSMON_IDS
from carhound.normalize.altered import altered, sources_of
from carhound.normalize.mapping import SENSORS, sensor
from carhound.normalize.normalizer import Normalizer
from carhound.plan.nodes import Node
from carhound.plan.predicates import All, AnyOf, Not, Predicate, tests
from carhound.plan.reads import test_fields
from carhound.plan.stems import Stem, stems

_TRIES = 3_000
"""Events tried on the way to a matching one, and changes of that: seconds where clauses are hundreds."""

_FOLDER, _NAME = "C:\\Users\\Public\\", "another.exe"
_PLAIN = ("flipped", "in another folder", "renamed", "dropped")
"""Changes that people understand at a glance."""

_USUAL = {"CommandLine": "another.exe", "ParentCommandLine": "another.exe", "User": "HOST\\somebody"}


class Difference(Struct, frozen=True):
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
    near = _Nearness(both)
    passes = [_passes(stem) for stem in both]
    mutator = Mutator((test for stem in both for test in tests(stem.conditions)), altered, sources_of)
    found: dict[tuple[bool, object], tuple[bool, Difference]] = {}
    for start in _starts(both):
        event = _completed(_climbed(start, near, mutator), near)
        mutants = islice(mutator.mutants(event), _TRIES)
        for what, tried in (("", event), *((mutant.what, mutant.event) for mutant in mutants)):
            matched = (passes[0](tried), passes[1](tried))
            if matched[0] is matched[1] or tried.event_id != event.event_id:
                continue
            failure = first_failure(other if matched[0] else one, tried)
            if failure is not None:
                key = (matched[0], failure.span)
                plain = not what or what.endswith(_PLAIN)
                if key not in found or (plain and not found[key][0]):
                    found[key] = plain, Difference(_shown(tried, both), matched[0], failure)
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


def _climbed(event: Event, near: "_Nearness", mutator: Mutator) -> Event:
    """The event changed, one field after the other, until both plans match it or no change helps."""
    most, tries = near.of(event), 0
    while most < near.whole and tries < _TRIES:
        tried = [
            (near.of(one.event), _paths(one.event), one.event)
            for one in islice(mutator.mutants(event), _TRIES)
        ]
        score, _, best = max(tried, key=lambda one: one[:2], default=(most, 0, event))
        if score <= most:
            break
        event, most, tries = best, score, tries + len(tried)
    return event


def _completed(event: Event, near: "_Nearness") -> Event:
    """The event with a file's name where a path is still a folder alone."""
    changes: dict[str, Value | None] = {
        name: _FOLDER + _NAME for name, value in event.data.items() if value == _FOLDER
    }
    named = altered(event, changes)
    return named if near.of(named) >= near.of(event) else event


def _paths(event: Event) -> int:
    return sum("\\" in value for name, value in event.data.items() if name in PATHS)


def _passes(stem: Stem) -> Callable[[Event], bool]:
    """Whether a search lets an event through."""
    scan = stem.scan
    asked = [condition(one) for one in stem.conditions]

    def passes(event: Event) -> bool:
        if not scan.dataset.holds(event.provider, event.channel):
            return False
        if scan.kinds is not None and not set(scan.kinds) & set(event.kinds):
            return False
        row = Row(event)
        return all(test(row) for test in asked)

    return passes


class _Nearness:
    """How near an event comes to matching two searches."""

    def __init__(self, both: tuple[Stem, Stem]) -> None:
        self._scans = [stem.scan for stem in both]
        self._parts = [_share(one) for stem in both for one in stem.conditions]
        self.whole = float(len(self._scans) + len(self._parts))
        """What an event that matches both comes to."""

    def of(self, event: Event) -> float:
        """The number of scans and clauses that take the event; a clause that holds in part counts in part."""
        row = Row(event)
        taken = sum(
            scan.dataset.holds(event.provider, event.channel)
            and (scan.kinds is None or bool(set(scan.kinds) & set(event.kinds)))
            for scan in self._scans
        )
        return taken + sum(share(row) for share in self._parts)


def _share(predicate: Predicate) -> Callable[[Row], float]:
    """From 0 to 1, how much of a condition holds on a row."""
    match predicate:
        case All(items) if items:
            parts = [_share(item) for item in items]
            return lambda row: sum(part(row) for part in parts) / len(parts)
        case AnyOf(items) if items:
            parts = [_share(item) for item in items]
            return lambda row: max(part(row) for part in parts)
        case Not(item):
            inner = _share(item)
            return lambda row: 1 - inner(row)
        case _:
            holds = condition(predicate)
            return lambda row: float(holds(row))


def _shown(event: Event, both: Iterable[Stem]) -> tuple[tuple[str, str | None], ...]:
    names: dict[str, None] = {}
    for stem in both:
        for test in tests(stem.conditions):
            for field in test_fields(test):
                native = sources_of(event, field.name) if field.view == "car" else (field.name,)
                names.update(dict.fromkeys(native[:1]))
    return tuple((name, value if isinstance(value := event.lookup(name), str) else None) for name in names)
