"""Why an event does not match: the first clause of the text that fails on it."""

from msgspec import Struct

from carhound.engines.interpreter.rows import Row, texts
from carhound.engines.interpreter.trace import Trace, trace
from carhound.model.diagnostics import Span
from carhound.model.event import Event
from carhound.plan.nodes import Node
from carhound.plan.stems import stems


class Failure(Struct, frozen=True):
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
        traced = trace(clause, row)
        if not traced.holds:
            return Failure(traced.span, met_value(traced))
    return None


def met_value(traced: Trace) -> str | None:
    """The value a condition met, where all its tests look at one field."""
    tests = list(traced.tests())
    fields = {one.field for test in tests for one in test.met}
    if len(fields) != 1 or not all(test.met for test in tests):
        return None
    values = texts(tests[0].met[0].value)
    return ", ".join(values) if values else None
