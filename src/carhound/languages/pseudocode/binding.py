"""Names of a program to names of the CAR data model: objects and actions, fields, the program's own names."""

from collections.abc import Iterable, Mapping
from functools import cache

from msgspec import Struct, field

from carhound.languages.pseudocode.remarks import Remarks
from carhound.languages.pseudocode.syntax import Bracket, Kind, Listing, Name, Operand, Path, Top
from carhound.model.car import (
    ACTION_ALIASES,
    ACTIONS,
    ALIASES,
    EXTENSIONS,
    FIELDS,
    find_action,
    find_object,
)
from carhound.model.diagnostics import LanguageError, Span
from carhound.plan.predicates import Field

TIMES = frozenset({"time", "timestamp"})
"""Names of the time of the event."""

_NOT_AT_CREATE = frozenset(
    {"access_level", "call_trace", "target_address", "target_guid", "target_name", "target_pid"}
)
"""Fields of a process that only its access by another has."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` may be a slip of, or those that have it as a word ("port"); else None."""
    from difflib import get_close_matches  # only a mistake needs it

    spelt = {other.lower(): other for other in sorted(known)}
    close = get_close_matches(name.lower(), spelt, n=1, cutoff=0.75)
    if close:
        return spelt[close[0]]
    return " or ".join(other for lower, other in spelt.items() if name.lower() in lower.split("_")) or None


def unsupported(remarks: Remarks, what: str, span: Span) -> LanguageError:
    """The error for what is parsed and not executed."""
    hint = "say it with search, filter, group, from … select or join"
    return remarks.fail("PS-U1", f"not evaluated: {what}", span, hint)


@cache
def fields_of(objects: tuple[str, ...]) -> frozenset[str]:
    """The fields of the model and ours that any of the objects has."""
    return frozenset().union(*(FIELDS[name] | EXTENSIONS.get(name, frozenset()) for name in objects))


def bind_kind(remarks: Remarks, kind: Kind, used: frozenset[str]) -> list[tuple[str, str]]:
    """The model's (object, action) pairs of a searched kind; `used` are the fields the program names."""
    name = kind.car_object
    found = find_object(name.text)
    if found is None:
        near = nearest(name.text, FIELDS)
        hint = f"did you mean {near}?" if near else f"the data model has {', '.join(sorted(FIELDS))}"
        message = f"the CAR data model has no object {name.text}"
        raise remarks.fail("PS-N2", message, name.span, hint)
    if not kind.actions:
        return [(found, action) for action in _any_action(remarks, kind, found, used)]
    return [(found, action) for name in kind.actions for action in _bind_action(remarks, found, name)]


def _any_action(remarks: Remarks, kind: Kind, found: str, used: frozenset[str]) -> list[str]:
    actions = sorted(ACTIONS[found])
    if "create" in actions and not (found == "process" and used & _NOT_AT_CREATE):
        actions = ["create"]
    elif found == "flow":
        actions.remove("message")
    meaning = f"{found}/{' or '.join(actions)}"
    remarks.note("PS-S1", f"no action stated, read as {meaning}", kind.span, "write Object:Action")
    return actions


def _bind_action(remarks: Remarks, found: str, name: Name) -> tuple[str, ...]:
    action = find_action(found, name.text)
    if action is not None:
        if (found, action) == ("flow", "message"):
            raise unsupported(remarks, "flow/message, which needs the content of network traffic,", name.span)
        return (action,)
    squeezed = name.text.lower().replace("_", "")
    aliased = ACTION_ALIASES.get((found, squeezed))
    if aliased is not None:
        meaning = " and ".join(aliased)
        hint = f"write {found}:{','.join(aliased)}"
        remarks.reading("PS-A2", f"the action {found}/{squeezed}", meaning, name.span, hint)
        return aliased
    near = nearest(name.text, ACTIONS[found])
    hint = f"did you mean {near}?" if near else f"{found} has {', '.join(sorted(ACTIONS[found]))}"
    message = f"the CAR data model has no action {name.text} of {found}"
    raise remarks.fail("PS-N3", message, name.span, hint)


class Scope(Struct, frozen=True):
    """What the names in a condition can mean."""

    remarks: Remarks
    objects: tuple[str, ...]
    """Those whose events the condition is about."""
    relation: str | None = None
    """The name of the filtered relation, which may qualify a field."""
    others: frozenset[str] = frozenset()
    """The program's other relations and inputs."""
    columns: tuple[str, ...] = ()
    """The columns that commands made, which come before the fields of events."""

    lists: Mapping[str, Listing] = field(default_factory=dict)
    """The program's lists, by name."""

    def listed(self, among: Listing | Operand | Top) -> Listing | Operand | Top:
        """The list a name stands for, or what was given."""
        if isinstance(among, Path) and len(among.parts) == 1:
            return self.lists.get(among.parts[0], among)
        return among

    def knows(self, path: Path) -> bool:
        """Whether a name is that of a field or column, or of a time."""
        name = ".".join(self._own(path.parts))
        return (
            name in self.columns or name in fields_of(self.objects) or (name in TIMES and bool(self.objects))
        )

    def _own(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """The parts of a name without that of the relation itself."""
        return parts[1:] if len(parts) > 1 and parts[0] == self.relation else parts

    def is_reference(self, path: Path) -> bool:
        """Whether a bare word right of a comparison is a reference; if not, it is text."""
        first, *rest = path.parts
        if ".".join(self._own(path.parts)) in self.columns:
            return True
        if not rest:
            return first in self.others or first in TIMES or first in fields_of(self.objects)
        return (first == self.relation or first in self.others) and (
            rest[0] in TIMES or rest[0] in fields_of(tuple(FIELDS))
        )

    def field(self, operand: Path | Bracket) -> Field:
        """The field an operand names. Raises LanguageError."""
        parts = (operand.name,) if isinstance(operand, Bracket) else operand.parts
        parts = self._own(parts)
        name = ".".join(parts)
        if name in self.columns:
            return Field(name)
        known = fields_of(self.objects)
        if len(parts) > 1 and parts[0] in self.others:
            raise unsupported(self.remarks, f"{name}, a field of another relation,", operand.span)
        if len(parts) > 1 and parts[0] in known:
            raise unsupported(self.remarks, f"{name}, a part of a field,", operand.span)
        if name in known:
            return Field(name, "car")
        if name in TIMES and self.objects:
            return Field("_time")
        if (alias := ALIASES.get(name)) in known and alias is not None:
            hint = f"write {alias}"
            self.remarks.reading("PS-A1", f"the field {name}", alias, operand.span, hint)
            return Field(alias, "car")
        if name in self.others:
            raise unsupported(self.remarks, f"{name}, no field but a name of the program,", operand.span)
        raise self._unknown(name, known | set(self.columns), operand.span)

    def _unknown(self, name: str, known: frozenset[str], span: Span) -> LanguageError:
        if not self.objects:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"it has {', '.join(self.columns[:8])}"
            return self.remarks.fail("PS-F1", f"the relation has no column {name}", span, hint)
        whom = " or ".join(self.objects) if len(self.objects) < len(FIELDS) else "any object"
        elsewhere = sorted(other for other in FIELDS if name in fields_of((other,)))
        near = nearest(name, known)
        if near:
            hint = f"did you mean {near}?"
        elif elsewhere:
            hint = f"{name} is a field of {', '.join(elsewhere)}"
        else:
            hint = "see the CAR data model for its fields"
        return self.remarks.fail("PS-F1", f"the CAR data model has no field {name} for {whom}", span, hint)
