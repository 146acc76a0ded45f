"""The fields without which a stem cannot be judged on some evidence.

Where no event of a file carries such a field, the file is not clean: nothing could have matched there, or
(`signer == null`) anything would.
"""

from msgspec import Struct

from carhound.plan.expressions import Binary, Call, Expression, FieldValue, Negation
from carhound.plan.functions import FUNCTIONS
from carhound.plan.predicates import (
    Absent,
    All,
    AnyOf,
    Compares,
    Field,
    InNetwork,
    Matches,
    MatchesRegex,
    Not,
    Predicate,
    Present,
    Term,
    Where,
)
from carhound.plan.stems import EVENT_ID_FIELDS, Stem

CARRIERS = {
    "signer": ("Signed", "Signature", "SignatureStatus"),
    "signature_valid": ("Signed", "Signature", "SignatureStatus"),
}
"""Native fields whose presence shows that a file tells about a CAR field, be its value null."""


class Need(Struct, frozen=True):
    """Fields one of which some event of a file must carry."""

    fields: tuple[Field, ...]
    """Alternatives, where the text has them side by side with OR."""
    carriers: tuple[str, ...] = ()
    """Native fields that serve as well, in payload or header."""

    @property
    def names(self) -> str:
        """The fields for people."""
        return ", ".join(self.carriers or dict.fromkeys(field.name for field in self.fields))


def needs(stem: Stem) -> tuple[Need, ...]:
    """What a stem needs, in the order of its text."""
    found: dict[Need, None] = {}
    for condition in stem.conditions:
        found.update(dict.fromkeys(_needs(condition)))
    return tuple(found)


def _needs(condition: Predicate) -> list[Need]:
    match condition:
        case Matches(field) | Compares(field) | InNetwork(field) | Present(field) | Absent(field):
            return _of(field)
        case MatchesRegex(field, _, negated):
            return [] if negated or field is None else _of(field)
        case Where(expression):
            return [need for field in _compared(expression) for need in _of(field)]
        case All(items):
            return [need for item in items for need in _needs(item)]
        case AnyOf(items):
            return _either([_needs(item) for item in items])
        case Not() | Term():
            return []


def _of(field: Field) -> list[Need]:
    if field.name in EVENT_ID_FIELDS:
        return []
    return [Need((field,), CARRIERS.get(field.name, ()) if field.view == "car" else ())]


def _either(branches: list[list[Need]]) -> list[Need]:
    """A branch that needs nothing makes the whole need nothing; else one of the branches must be met."""
    if not branches or not all(branches):
        return []
    shared = [need for need in branches[0] if all(need in branch for branch in branches)]
    if shared:
        return shared
    first = [branch[0] for branch in branches]
    fields = dict.fromkeys(field for need in first for field in need.fields)
    return [Need(tuple(fields), tuple(dict.fromkeys(name for need in first for name in need.carriers)))]


def _compared(expression: Expression) -> list[Field]:
    """The fields that must be there for an eval expression to be true."""
    match expression:
        case Binary("and", left, right):
            return _compared(left) + _compared(right)
        case Binary("or" | "xor", _, _) | Negation():
            return []
        case Binary(_, left, right):
            return [field for side in (left, right) for field in _read(side)]
        case Call("in", (value, *_)) | Call("isnotnull", (value,)):
            return _read(value)
        case Call(function):
            return _read(expression) if FUNCTIONS[function].condition else []
        case _:
            return []


def _read(expression: Expression) -> list[Field]:
    """The fields without which an expression is null."""
    match expression:
        case FieldValue(name, view=view):
            return [Field(name, view)]
        case Call(function, arguments) if FUNCTIONS[function].strict:
            return [field for argument in arguments for field in _read(argument)]
        case _:
            return []
