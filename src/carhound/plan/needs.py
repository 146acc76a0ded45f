"""The fields without which a stem cannot be judged on some evidence.

Where no event of a file carries such a field, the file is not clean: nothing could have matched there, or
(`signer == null`) anything would.
"""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Need:
    """A field that some event of a file must carry, or one of the native fields that stand for it."""

    field: Field
    carriers: tuple[str, ...] = ()

    @property
    def names(self) -> str:
        """The fields for people."""
        return ", ".join(self.carriers) or self.field.name


def needs(stem: Stem) -> tuple[Need, ...]:
    """The fields a stem needs, in the order of its text."""
    found: dict[Need, None] = {}
    for condition in stem.conditions:
        found.update(dict.fromkeys(_needs(condition)))
    return tuple(found)


def _needs(condition: Predicate) -> list[Need]:
    match condition:
        case Matches(field) | Compares(field) | InNetwork(field) | Present(field) | Absent(field):
            if field.name in EVENT_ID_FIELDS:
                return []
            return [Need(field, CARRIERS.get(field.name, ()) if field.view == "car" else ())]
        case MatchesRegex(field, _, negated):
            return [] if negated or field is None else [Need(field)]
        case All(items):
            return [need for item in items for need in _needs(item)]
        case AnyOf(items):
            first, *others = [_needs(item) for item in items] or [[]]
            return [need for need in first if all(need in other for other in others)]
        case Not() | Term() | Where():
            return []
