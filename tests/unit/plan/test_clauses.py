"""Clauses that make no difference, told from the truths of their tests alone."""

from itertools import product

from carhound.model.glob import Glob
from carhound.plan.clauses import ClauseTree, Truths
from carhound.plan.predicates import All, AnyOf, Field, Matches, Not, Predicate

A, B, C, D = (Matches(Field(name), Glob("x")) for name in "abcd")


def every(tests: int) -> list[Truths]:
    """Every way to answer so many tests, those that pass most first."""
    return list(product((True, False), repeat=tests))


def unturned(conditions: list[Predicate], events: list[Truths]) -> list[Predicate]:
    return [one.clause for one in ClauseTree(conditions).judge(events) if one.turned is None]


def test_each_of_independent_conditions_is_turned() -> None:
    assert unturned([A, B, C], every(3)) == []


def test_a_condition_that_no_event_fails_alone_is_named() -> None:
    verdicts = ClauseTree([A, B]).judge([(True, True), (True, False)])
    assert [(one.clause, one.turned) for one in verdicts] == [(A, None), (B, 1)]


def test_of_two_exclusions_that_say_the_same_the_later_is_named_and_the_first_kept() -> None:
    same = [truths for truths in every(3) if truths[0] == truths[2]]
    (verdict,) = (one for one in ClauseTree([A, B, C]).judge(same) if one.turned is None)
    assert (verdict.clause, verdict.covered) == (C, A)


def test_a_condition_covered_by_a_wider_one_is_named_wherever_it_stands() -> None:
    """A rejects whatever B rejects, and more."""
    implied = [truths for truths in every(2) if truths[1] or not truths[0]]
    assert unturned([A, B], implied) == [B]
    assert unturned([B, A], [(b, a) for a, b in implied]) == [B]


def test_a_branch_is_turned_by_an_event_that_gets_through_by_it_alone() -> None:
    tree = ClauseTree([AnyOf((A, B))])
    assert [one.branch for one in tree.judge([])] == [False, True, True]
    both = [(True, True), (True, False), (False, False)]
    (verdict,) = (one for one in tree.judge(both) if one.turned is None)
    assert (verdict.clause, verdict.covered, verdict.branch) == (B, A, True)
    assert unturned([AnyOf((A, B))], every(2)) == []


def test_parts_of_branches_and_of_what_a_not_denies_are_clauses() -> None:
    conditions: list[Predicate] = [AnyOf((All((A, B)), C)), Not(AnyOf((D, A)))]
    tree = ClauseTree(conditions)
    assert tree.clauses == [conditions[0], All((A, B)), A, B, C, conditions[1], D, A]
    assert tree.tests == [A, B, C, D, A]


def test_a_repeated_exclusion_inside_a_not_is_named() -> None:
    same = [truths for truths in every(3) if truths[1] == truths[2]]
    assert unturned([A, Not(AnyOf((B, C)))], same) == [C]


def test_what_is_left_says_the_same_of_every_event() -> None:
    """Taking out all that is named changes no answer; taking out one more changes some."""
    for events in ([e for e in every(4) if e[0] or not e[2]], [e for e in every(4) if e[1] == e[3]]):
        verdicts = ClauseTree([A, B, C, D]).judge(events)
        kept = [at for at, one in enumerate(verdicts) if one.turned is not None]
        assert 0 < len(kept) < 4
        for truths in events:
            assert all(truths) == all(truths[at] for at in kept)
        for gone in kept:
            rest = [at for at in kept if at != gone]
            assert any(all(truths) != all(truths[at] for at in rest) for truths in events)


def test_a_search_without_conditions_has_no_clauses() -> None:
    assert ClauseTree([]).judge([()]) == []
    assert ClauseTree([]).passes(())
