"""Searches and branches that can never match, and clauses that change nothing."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from carhound.model.diagnostics import Diagnostic
from carhound.plan.lint.logic import Leaf, implies, impossible, tree
from carhound.plan.nodes import Node, reads_nothing
from carhound.plan.predicates import All, AnyOf, Not, Predicate, covering
from carhound.plan.show_predicates import show_head
from carhound.plan.stems import stems

Part = tuple[Predicate, bool]
"""A condition, and whether it is asked to hold or not to."""


class Useless(Struct, frozen=True):
    """A clause that can be taken out of a search without changing what it matches."""

    clause: Predicate
    because: Predicate | None
    """The clause that makes it so; None for a branch that can never match."""
    branch: bool


def never_matches(conditions: Sequence[Predicate]) -> bool:
    """Whether it is proved that no event meets all conditions."""
    return impossible([tree(one) for one in conditions])


def useless(conditions: Sequence[Predicate]) -> list[Useless]:
    """Clauses that can all be taken out together; of clauses that say the same, the first stays."""
    return list(_among([part for one in conditions for part in _conjuncts((one, True))], []))


def check_clauses(plan: Node) -> Iterator[Diagnostic]:
    """LINT-C1 to C3."""
    for stem in stems(plan):
        if not stem.conditions or reads_nothing(stem.node):
            continue
        spans = [span for one in stem.conditions if (span := covering(one)) is not None]
        if never_matches(stem.conditions):
            span = spans[0].to(spans[-1]) if spans else stem.scan.span
            culprit = next((one for one in stem.conditions if never_matches([one])), None)
            yield Diagnostic(
                "LINT-C1",
                "no event can match this search: its clauses contradict each other",
                "error",
                span if culprit is None else covering(culprit) or span,
                hint="one value cannot meet them all: join them with OR, or take one out",
            )
            continue
        for found in useless(stem.conditions):
            yield _said(found)


def _said(found: Useless) -> Diagnostic:
    span = covering(found.clause)
    if found.because is None:
        hint = "the clauses around it rule it out: take it out, or mend it"
        return Diagnostic("LINT-C2", f"{say(found.clause)} can never match here", "warning", span, hint=hint)
    other = say(found.because)
    if found.branch:
        message = f"{say(found.clause)} adds nothing: whatever it lets through, {other} does"
    else:
        message = f"{say(found.clause)} changes nothing: it holds whenever {other} holds"
    return Diagnostic("LINT-C3", message, "warning", span, hint="letter case does not count; take it out")


def say(predicate: Predicate) -> str:
    """A condition in a few words."""
    match predicate:
        case All() | AnyOf():
            return "this group of clauses"
        case Not(All() | AnyOf()):
            return "this negated group"
        case Not(item):
            return f"not ({say(item)})"
        case _:
            return show_head(predicate).split("  [")[0]


def _among(parts: list[Part], context: list[Part]) -> Iterator[Useless]:
    """Of conditions that must all hold; `context` are tests that hold beside them."""
    kept = list(parts)
    for part in reversed(parts):
        others = [one for one in kept if one is not part]
        own = tree(*part)
        because = next((one for one in (*others, *context) if implies(tree(*one), own)), None)
        if because is not None:
            kept = others
            yield Useless(part[0], because[0], False)
    # Choices are no context for each other: each might lean on a clause that is taken out of the other.
    around = [*context, *(part for part in kept if isinstance(tree(*part), Leaf))]
    for part in kept:
        yield from _choices(_branches(part), around)


def _choices(branches: list[Part], context: list[Part]) -> Iterator[Useless]:
    """Of conditions one of which must hold."""
    given = [tree(*one) for one in context]
    kept = list(branches)
    for branch in reversed(branches):
        others = [one for one in kept if one is not branch]
        own = tree(*branch)
        if others and impossible([*given, own]):
            kept = others
            yield Useless(branch[0], None, True)
        elif (other := next((one for one in others if implies(own, tree(*one))), None)) is not None:
            kept = others
            yield Useless(branch[0], other[0], True)
    for branch in kept:
        inner = _conjuncts(branch)
        if len(inner) > 1:
            yield from _among(inner, context)
        else:
            yield from _choices(_branches(branch), context)


def _conjuncts(part: Part) -> list[Part]:
    match part:
        case (All(items), True) | (AnyOf(items), False) if items:
            return [one for item in items for one in _conjuncts((item, part[1]))]
        case (Not(item), holds):
            inner = _conjuncts((item, not holds))
            return inner if len(inner) > 1 else [part]
        case _:
            return [part]


def _branches(part: Part) -> list[Part]:
    match part:
        case (AnyOf(items), True) | (All(items), False):
            return [(item, part[1]) for item in items]
        case (Not(item), holds):
            return _branches((item, not holds))
        case _:
            return []
