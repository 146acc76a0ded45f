"""Matching events changed in one field at a time, put to the clauses of a search.

The conditions looked at are those of the main search up to the first command that needs more than one event:
windows, subsearches and aggregates are left out, and so is what the search scans.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.model.event import Event, Value
from carhound.model.folding import fold
from carhound.model.names import NATIVE_ALIASES
from carhound.plan.clauses import ClauseTree, Truths, Verdict
from carhound.plan.mutations import changes, fields_of, without_term
from carhound.plan.nodes import Node, Scan
from carhound.plan.predicates import Field, Term, Test
from carhound.plan.stems import stems

Alter = Callable[[Event, Mapping[str, Value | None]], Event]
"""A copy of an event with other values in native fields; None takes a field away."""

Sources = Callable[[Event, str], tuple[str, ...]]
"""The native fields of which a CAR field of an event is made."""


class Mutant(Struct, frozen=True):
    """A matching event with something changed, or as it is."""

    what: str
    """For people: "ParentImage in another folder"; empty for the event as it is."""
    event: Event


class Tried(Struct, frozen=True):
    """What the mutants of some matching events say of the clauses of a search."""

    verdicts: list[Verdict]
    witnesses: list[tuple[int, str]]
    """For each event that `Verdict.turned` counts: the number of the matching event, and what was changed."""
    mutants: int


class Mutator:
    """Changes events in the fields that some tests look at, one field at a time."""

    def __init__(self, tests: Iterable[Test], alter: Alter, sources: Sources) -> None:
        self._tests = tuple(tests)
        self._alter = alter
        self._sources = sources

    def mutants(self, event: Event) -> Iterator[Mutant]:
        """The event with each of its changes; where nothing can be changed, none."""
        done: set[tuple[Field, str | None]] = set()
        row = Row(event)
        for test in self._tests:
            if isinstance(test, Term):
                yield from self._without(test, event)
            for field in fields_of(test):
                value = next(iter(texts(getter(field)(row))), None)
                for change in changes(test, value):
                    if change.value == value or (field, change.value) in done:
                        continue
                    done.add((field, change.value))
                    natives = self._native_changes(event, field, value, change.value)
                    if natives:
                        yield Mutant(f"{field.name} {change.what}", self._alter(event, natives))

    def _without(self, term: Term, event: Event) -> Iterator[Mutant]:
        """The event without the term as a word, wherever it stands: in all fields at once."""
        natives: dict[str, Value | None] = {
            name: text
            for name, value in event.data.items()
            if isinstance(value, str) and (text := without_term(term.pattern, value)) != value
        }
        if natives:
            what = f"{term.pattern.text} renamed to x{term.pattern.text.lstrip('*')} everywhere"
            yield Mutant(what, self._alter(event, natives))

    def _native_changes(
        self, event: Event, field: Field, value: str | None, wanted: str | None
    ) -> dict[str, Value | None]:
        """What to change in the record for a field to have another value, as far as that can be told."""
        names = self._native_names(event, field)
        if wanted is None:
            return dict.fromkeys(names)
        present = [name for name in names if event.lookup(name) is not None]
        name = next(iter(present or names), None)
        if name is None:
            return {}
        native = next(iter(texts(event.lookup(name))), "")
        # A field derived from a part of another: the rest of the other stays.
        at = fold(native).rfind(fold(value)) if value else -1
        if value is None or at < 0:
            return {name: wanted}
        return {name: native[:at] + wanted + native[at + len(value) :]}

    def _native_names(self, event: Event, field: Field) -> tuple[str, ...]:
        if field.view == "car":
            return self._sources(event, field.name)
        alias = NATIVE_ALIASES.get(field.name)
        if alias is not None and event.lookup(field.name) is None:
            return (alias.field,)
        return (field.name,)


class MutantRun:
    """The clauses of one search, and every way to answer them that its mutants showed."""

    def __init__(self, plan: Node, alter: Alter, sources: Sources) -> None:
        stem = stems(plan)[0]
        self._scan: Scan = stem.scan
        self._tree = ClauseTree(stem.conditions)
        self._tests = [condition(test) for test in self._tree.tests]
        self._mutator = Mutator(self._tree.tests, alter, sources)
        self._seen: dict[Truths, tuple[int, str]] = {}
        self._mutants = 0

    def add(self, number: int, event: Event) -> None:
        """Puts a matching event and all its mutants to the clauses."""
        self._note(number, Mutant("", event))
        for mutant in self._mutator.mutants(event):
            self._mutants += 1
            self._note(number, mutant)

    def tried(self) -> Tried:
        """What all of them say."""
        truths = list(self._seen)
        return Tried(self._tree.judge(truths), [self._seen[one] for one in truths], self._mutants)

    def _note(self, number: int, mutant: Mutant) -> None:
        event = mutant.event
        if not self._scan.dataset.holds(event.provider, event.channel):
            return
        if self._scan.kinds is not None and not set(self._scan.kinds) & set(event.kinds):
            return
        row = Row(event)
        self._seen.setdefault(tuple(test(row) for test in self._tests), (number, mutant.what))


def distinct(plan: Node, events: Iterable[Event], most: int) -> list[Event]:
    """The first events that differ in some field the search looks at: others have the same mutants."""
    tree = ClauseTree(stems(plan)[0].conditions)
    fields = list(dict.fromkeys(field for test in tree.tests for field in fields_of(test)))
    found: dict[tuple[tuple[str, ...], ...], Event] = {}
    for event in events:
        row = Row(event)
        found.setdefault(tuple(texts(getter(field)(row)) for field in fields), event)
        if len(found) >= most:
            break
    return list(found.values())
