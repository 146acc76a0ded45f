"""Why an event does not match: the first clause of the text that fails on it."""

from dataclasses import dataclass

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.rows import Row, getter, texts
from carhound.model.diagnostics import Span
from carhound.model.event import Event
from carhound.model.names import Alias
from carhound.plan.nodes import Node
from carhound.plan.predicates import All, AnyOf, Field, Not, Predicate, Term, Where
from carhound.plan.stems import stems


@dataclass(frozen=True, slots=True)
class Failure:
    """A clause that an event fails, by its place in the text, and the value it met."""

    span: Span | None
    value: str | None
    """None where the field is missing, or the clause looks at no single field."""


def first_failure(plan: Node, event: Event) -> Failure | None:
    """The first clause of the plan's main search that the event fails; None if it passes them all."""
    stem = stems(plan)[0]
    scan = stem.scan
    if not scan.dataset.holds(event.provider, event.channel):
        return Failure(scan.span, event.provider)
    if scan.kinds is not None and not set(scan.kinds) & set(event.kinds):
        return Failure(scan.span, event.event_id)
    row = Row(event)
    for clause in stem.conditions:
        if not condition(clause, _unheard)(row):
            return Failure(covering(clause), _value(clause, row))
    return None


def covering(predicate: Predicate) -> Span | None:
    """The part of the text a predicate was read from."""
    if isinstance(predicate, All | AnyOf):
        spans = [span for item in predicate.items if (span := covering(item)) is not None]
        return spans[0].to(spans[-1]) if spans else None
    return predicate.span


def _value(predicate: Predicate, row: Row) -> str | None:
    field = _field(predicate)
    values = texts(getter(field, _unheard)(row)) if field is not None else ()
    return ", ".join(values) if values else None


def _field(predicate: Predicate) -> Field | None:
    match predicate:
        case All(items) | AnyOf(items):
            fields = {_field(item) for item in items}
            return fields.pop() if len(fields) == 1 else None
        case Not(item):
            return _field(item)
        case Term() | Where():
            return None
        case _:
            return predicate.field


def _unheard(_name: str, _alias: Alias) -> None:
    """Aliases were reported when the plan ran."""
