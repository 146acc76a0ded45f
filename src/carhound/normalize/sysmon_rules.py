"""The rules of a Sysmon configuration, and what they make of an event.

As Sysinternals' page on Sysmon describes them; where it is silent, as Sysinternals/SysmonCommon does it
(rules.c: FilterEventRules, MatchFilterGroup, MatchFilterOnSpecificRule; xml.cpp: ApplyConfigurationFile).
"""

import re
from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct

from carhound.model.folding import fold

Relation = Literal["and", "or"]

_VARIABLES = {
    "%systemroot%": r"c:\windows",
    "%windir%": r"c:\windows",
    "%systemdrive%": "c:",
    "%programfiles%": r"c:\program files",
    "%programfiles(x86)%": r"c:\program files (x86)",
    "%programdata%": r"c:\programdata",
    "%allusersprofile%": r"c:\programdata",
}
"""Where Windows is on C:. Variables of a user are not known, and such a condition holds for no event."""
_VARIABLE = re.compile(r"%[^%;\\]+%")


def _parts(data: str, value: str) -> list[bool]:
    """Of each part between semicolons, whether the value contains it.

    An empty part stands for all that follows it, so that a semicolon at the end is found in every value.
    """
    found = []
    rest = data
    while True:
        part, more, rest = rest.partition(";")
        found.append(_contains(part or rest, value))
        if not more:
            return found


def _contains(data: str, value: str) -> bool:
    return value != "" and data in value


def _image(data: str, value: str) -> bool:
    return data == (value if "\\" in data else value.rpartition("\\")[2])


CONDITIONS: Mapping[str, Callable[[str, str], bool]] = {
    "is": lambda data, value: value == data,
    "is any": lambda data, value: value in data.split(";"),
    "is not": lambda data, value: value != data,
    "contains": _contains,
    "contains any": lambda data, value: any(_parts(data, value)),
    "contains all": lambda data, value: all(_parts(data, value)),
    "excludes": lambda data, value: not _contains(data, value),
    "excludes any": lambda data, value: not any(_parts(data, value)),
    "excludes all": lambda data, value: not all(_parts(data, value)),
    "begin with": lambda data, value: value.startswith(data),
    "not begin with": lambda data, value: not value.startswith(data),
    "end with": lambda data, value: value.endswith(data),
    "not end with": lambda data, value: not value.endswith(data),
    "less than": lambda data, value: value < data,
    "more than": lambda data, value: value > data,
    "image": _image,
}
"""By name, what holds between the data of a rule and the value of a field, both folded.

"excludes any" and "excludes all" are as Sysmon's program has them; its page tells them the other way round.
"""


class FieldRule(Struct, frozen=True):
    """A condition on one field."""

    field: str
    condition: str
    data: str

    @property
    def unknown_variable(self) -> bool:
        """Whether it names a variable of the environment whose value is not known here."""
        return any(name not in _VARIABLES for name in _VARIABLE.findall(fold(self.data)))

    def matches(self, fields: Mapping[str, str]) -> bool:
        """Whether it holds for an event; one without the field it does not hold for."""
        value = fields.get(self.field)
        if value is None or self.unknown_variable:
            return False
        data = _VARIABLE.sub(lambda found: _VARIABLES[found[0]], fold(self.data))
        return CONDITIONS[self.condition](data, fold(value))

    def __str__(self) -> str:
        return f"{self.field} {self.condition} '{self.data}'"


class CompoundRule(Struct, frozen=True):
    """A `Rule` element: fields that must all match, or one of which must."""

    relation: Relation
    rules: tuple[FieldRule, ...]

    def matches(self, fields: Mapping[str, str]) -> bool:
        """Whether it holds for an event. Here the same field twice is no alternative."""
        held = (rule.matches(fields) for rule in self.rules)
        return any(held) if self.relation == "or" else all(held)

    def __str__(self) -> str:
        return f" {self.relation} ".join(map(str, self.rules))


class EventFilter(Struct, frozen=True):
    """A filter element, for example `<ImageLoad onmatch="exclude">`, with its rules."""

    tag: str
    onmatch: Literal["include", "exclude"]
    relation: Relation
    rules: tuple[FieldRule | CompoundRule, ...]
    line: int
    """Of the file, on which it begins."""

    def match(self, fields: Mapping[str, str]) -> str | None:
        """The rules that match an event, for people; None where the filter does not match it.

        With "and", rules on one field are alternatives, and each field must be matched.
        """
        if not self.rules:
            return None
        if self.relation == "or":
            return next((str(rule) for rule in self.rules if rule.matches(fields)), None)
        matched: dict[str, FieldRule | CompoundRule] = {}
        for at, rule in enumerate(self.rules):
            key = rule.field if isinstance(rule, FieldRule) else str(at)
            if key not in matched and rule.matches(fields):
                matched[key] = rule
        needed = {
            rule.field if isinstance(rule, FieldRule) else str(at) for at, rule in enumerate(self.rules)
        }
        return " and ".join(map(str, matched.values())) if matched.keys() == needed else None

    def __str__(self) -> str:
        return f'<{self.tag} onmatch="{self.onmatch}">, line {self.line}'


class Fate(Struct, frozen=True):
    """What becomes of an event."""

    logged: bool
    why: str
    """For people, without a full stop."""


class FilterSet(Struct, frozen=True):
    """All filters for one kind of event; there is at least one."""

    filters: tuple[EventFilter, ...]

    def fate(self, fields: Mapping[str, str]) -> Fate:
        """Whether an event is logged: exclude filters first, then include filters, then what is left."""
        ordered = sorted(self.filters, key=lambda one: one.onmatch != "exclude")
        for one in ordered:
            if (matched := one.match(fields)) is not None:
                return Fate(one.onmatch == "include", f"{one}: {matched}")
        if len(ordered) == 1:
            only = ordered[0]
            if only.onmatch == "exclude":
                return Fate(True, f"{only}: no rule matches")
            return Fate(False, f"{only}: {'it is empty' if not only.rules else 'no rule matches'}")
        return Fate(False, "no rule of " + " and ".join(map(str, ordered)) + " matches")
