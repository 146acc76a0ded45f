"""The literals that every event a plan matches must hold, so that bytes without them need not be read.

They may only save work: where nothing sound can be said, there is no opinion, with the reason. They speak of
matches alone. What else is counted of an event, eligibility or the fields a file carries, is not in them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from carhound.model.datasets import SYSMON
from carhound.model.folding import FOLD_INTO_ASCII, fold
from carhound.model.names import NORMAL_FORMS
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue
from carhound.plan.nodes import Node
from carhound.plan.predicates import All, AnyOf, Compares, Field, Matches, Not, Predicate, Term, Where
from carhound.plan.stems import stems

MINIMUM = 4
"""Characters; shorter literals, event ids above all, stand nearly everywhere."""

SPELLINGS: Mapping[str, str] = MappingProxyType(
    {letter: letter + letter.upper() + FOLD_INTO_ASCII.get(letter, "") for letter in map(chr, range(97, 123))}
)
"""By letter of a literal, every character that it may be in an event: "k" is k, K, and the Kelvin sign.

Other characters are themselves.
"""

Group = tuple[str, ...]
"""Literals, at least one of which stands in some field value of every match. Lower case, ASCII."""


class RequiredLiterals(Struct, frozen=True):
    """Every match holds, letter case aside as SPELLINGS says, one literal of each group.

    A literal stands within one value of the event as the file carries it, and has only characters that every
    file format writes as they are (no backslash, quote, slash, `<>&+` or code beyond ASCII); a format that
    may write any character by number (JSON's escapes) can still hide it.
    """

    groups: tuple[Group, ...]
    """The most selective first: fewest alternatives, then the longest. Never empty."""


class NoOpinion(Struct, frozen=True):
    """Nothing can be said: any event may match."""

    reason: str


Opinion = RequiredLiterals | NoOpinion

_CUT = re.compile(r"[^a-z0-9 !#$%(),\-.:;=?@\[\]^_{|}~]+")
"""What one format or another writes differently: literals end there."""
_TYPED = frozenset("abcdefstuxz")
"""Letters of what a log may hold as a number, GUID, SID or time and a reader turns into text."""
_BOOLEANS = ("true", "false")
_HEADER = frozenset(
    {"Channel", "EventCode", "EventID", "EventRecordID", "RecordID", "RecordNumber", "SourceName", "_time"}
)
"""Native fields that are numbers or times in the file, or that a reader knows from its shape."""
_MADE = frozenset({"Hashes", *NORMAL_FORMS})
"""Native fields that some reader puts together of several, or whose text stands in no event."""
_MADE_CAR = frozenset({"integrity_level", "signature_valid", *NORMAL_FORMS})
"""CAR fields whose values are no part of a native value."""
_KNOWN_FROM_SHAPE = SYSMON.provider or ""
"""A value that events of some shapes are given: terms in it may stand in no byte."""
_MOST_GROUPS = 8


def required_literals(plan: Node) -> Opinion:
    """What every event must hold that the plan's main search or one of its subsearches lets through."""
    return either([of_conditions(stem.conditions) for stem in stems(plan)])


def of_conditions(conditions: Iterable[Predicate]) -> Opinion:
    """What every event must hold on which all of the conditions are true."""
    return _all([_of(condition) for condition in conditions])


def either(opinions: Sequence[Opinion]) -> Opinion:
    """What holds for every event that one of several searches matches: for skipping on behalf of them all."""
    if not opinions:
        return NoOpinion("nothing is asked")
    groups: set[frozenset[str]] = {frozenset()}
    for opinion in opinions:
        if isinstance(opinion, NoOpinion):
            return opinion
        branch = opinion.groups
        if len(groups) * len(branch) > _MOST_GROUPS:
            groups, branch = {_best(groups)}, branch[:1]
        groups = {before | set(group) for before in groups for group in branch}
    return RequiredLiterals(_tidy(groups))


def _all(opinions: Iterable[Opinion]) -> Opinion:
    reasons: dict[str, None] = {}
    groups: set[frozenset[str]] = set()
    for opinion in opinions:
        match opinion:
            case RequiredLiterals(found):
                groups |= set(map(frozenset, found))
            case NoOpinion(reason):
                reasons[reason] = None
    if groups:
        return RequiredLiterals(_tidy(groups))
    return NoOpinion("; ".join(reasons) or "there are no conditions")


def _tidy(groups: Iterable[frozenset[str]]) -> tuple[Group, ...]:
    """Without what follows from the rest."""
    alternatives = {
        frozenset(one for one in group if not any(other != one and other in one for other in group))
        for group in groups
    }
    ordered = sorted(alternatives, key=_selectivity)
    kept: list[frozenset[str]] = []
    for group in ordered:
        if not any(_implies(before, group) for before in kept):
            kept = [before for before in kept if not _implies(group, before)]
            kept.append(group)
    return tuple(tuple(sorted(group)) for group in kept)


def _implies(group: frozenset[str], other: frozenset[str]) -> bool:
    """Whether whatever holds one of `group` holds one of `other`."""
    return all(any(inner in one for inner in other) for one in group)


def _selectivity(group: frozenset[str]) -> tuple[int, int, list[str]]:
    return len(group), -min(map(len, group), default=0), sorted(group)


def _best(groups: Iterable[frozenset[str]]) -> frozenset[str]:
    return min(groups, key=_selectivity)


def _of(predicate: Predicate) -> Opinion:
    match predicate:
        case All(items):
            return of_conditions(items)
        case AnyOf(items):
            return _any(items)
        case Matches(field, pattern, False):
            return _value(field, pattern.text.split("*"))
        case Compares(field, "==", value):
            return _value(field, [value])
        case Term(pattern):
            return _term(pattern.text.split("*"))
        case Where(expression):
            return _expression(expression)
        case Matches() | Not():
            return NoOpinion("a negated clause asks for no text")
        case _:
            return NoOpinion("a range, a network, a regular expression or null is no fixed text")


def _any(items: tuple[Predicate, ...]) -> Opinion:
    opinions = [_of(item) for item in items]
    declined = next((one for one in opinions if isinstance(one, NoOpinion)), None)
    if declined is not None:
        return NoOpinion(f"an alternative of an OR has none: {declined.reason}")
    return either(opinions)


def _value(field: Field, pieces: Iterable[str]) -> Opinion:
    if field.name in (_MADE_CAR if field.view == "car" else _HEADER | _MADE):
        return NoOpinion(f"{field.name} is no text that a file holds as it is compared")
    return _longest(pieces)


def _term(pieces: Iterable[str]) -> Opinion:
    if any(fold(piece) in _KNOWN_FROM_SHAPE for piece in pieces if piece):
        return NoOpinion("a term that the provider's name may hold need not stand in the file")
    return _longest(pieces)


def _longest(pieces: Iterable[str]) -> Opinion:
    """The longest usable run of the pieces; of several the last, where paths have their file name."""
    runs = [run for piece in pieces for run in _CUT.split(fold(piece)) if _usable(run)]
    if not runs:
        return NoOpinion(
            f"a clause has no text of {MINIMUM} characters or more that can be no number or true or false"
        )
    longest = max(map(len, runs))
    return RequiredLiterals(((next(run for run in reversed(runs) if len(run) == longest),),))


def _usable(run: str) -> bool:
    letters = {letter for letter in run if letter.isalpha()}
    return len(run.strip()) >= MINIMUM and not letters <= _TYPED and not any(run in one for one in _BOOLEANS)


def _expression(expression: Expression) -> Opinion:
    match expression:
        case Binary("and", left, right):
            return _all([_expression(left), _expression(right)])
        case Binary("or", left, right):
            return _any((Where(left), Where(right)))
        case Binary("=", left, right):
            for one, other in ((left, right), (right, left)):
                if (field := _read(one)) is not None and isinstance(other, Constant):
                    return _value(field, [str(other.value)])
        case Call("in", (one, *listed)):
            return _any(tuple(Where(Binary("=", one, value)) for value in listed))
        case Call("like", (one, Constant(str(pattern)))):
            if (field := _read(one)) is not None:
                return _value(field, re.split("[%_]", pattern))
    return NoOpinion("an expression asks for no fixed text")


def _read(expression: Expression) -> Field | None:
    """The field of which an expression is the value, letter case aside."""
    match expression:
        case FieldValue(name, view=view) | Call("lower", (FieldValue(name, view=view),)):
            return Field(name, view)
        case _:
            return None
