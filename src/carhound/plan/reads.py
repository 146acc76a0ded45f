"""Which fields of events a plan reads, and in which of the two views."""

from collections.abc import Iterator
from dataclasses import dataclass

from carhound.plan.expressions import Binary, Call, Expression, FieldValue, Negation
from carhound.plan.nodes import (
    Dedup,
    Fields,
    Filter,
    Node,
    Rename,
    Scan,
    Sort,
    Stats,
    SubsearchFilter,
    Table,
    Top,
)
from carhound.plan.predicates import Field, Term, Test, Where, tests


@dataclass(frozen=True, slots=True)
class FieldRead:
    """A field that a plan reads from events."""

    field: Field
    tested: bool
    """Whether a condition looks at it; else it is only grouped by, sorted by or shown."""


def fields_read(plan: Node) -> tuple[FieldRead, ...]:
    """The fields in the order in which rows meet them, without names with a wildcard and columns made."""
    found: dict[Field, bool] = {}
    for field, tested in _reads(plan):
        found[field] = found.get(field, False) or tested
    return tuple(FieldRead(field, tested) for field, tested in found.items())


def _reads(plan: Node) -> Iterator[tuple[Field, bool]]:
    path: list[Node] = [plan]
    while not isinstance(node := path[-1], Scan):
        path.append(node.input)
    made: set[str] = set()
    for node in reversed(path):
        for field, tested in _of(node):
            if field.name not in made and "*" not in field.name:
                yield field, tested
        match node:
            case SubsearchFilter(_, subsearch):
                yield from _reads(subsearch)
            case Rename(_, pairs):
                made |= {new for _, new in pairs}
            case Stats() | Top() | Table():
                return  # what stands above reads columns


def _of(node: Node) -> Iterator[tuple[Field, bool]]:
    match node:
        case Filter(_, predicate):
            for test in tests((predicate,)):
                yield from ((field, True) for field in test_fields(test))
        case Dedup(_, fields) | Top(_, fields):
            yield from ((field, False) for field in fields)
        case Sort(_, keys):
            yield from ((key.field, False) for key in keys)
        case Stats(_, aggregations, by):
            yield from ((field, False) for field in by)
            yield from ((one.field, False) for one in aggregations if one.field is not None)
        case Fields(_, names, False, view=view):
            yield from ((Field(name, view), False) for name in names)
        case Table(_, names):
            yield from ((Field(name), False) for name in names)
        case Rename(_, pairs):
            yield from ((Field(old), False) for old, _ in pairs)
        case _:
            pass


def test_fields(test: Test) -> tuple[Field, ...]:
    """The fields a test looks at; none for one that looks at all values of an event."""
    match test:
        case Term():
            return ()
        case Where(expression):
            return tuple(Field(name) for name in dict.fromkeys(expression_fields(expression)))
        case _:
            return () if test.field is None else (test.field,)


def expression_fields(expression: Expression) -> Iterator[str]:
    """The names of the fields in an eval expression, in the order of the text."""
    match expression:
        case FieldValue(name):
            yield name
        case Call(_, arguments):
            for argument in arguments:
                yield from expression_fields(argument)
        case Binary(_, left, right):
            yield from expression_fields(left)
            yield from expression_fields(right)
        case Negation(_, operand):
            yield from expression_fields(operand)
        case _:
            pass
