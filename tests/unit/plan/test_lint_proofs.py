"""What lint calls impossible or useless, put to the interpreter on random rows."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.rows import Row
from carhound.model.glob import Glob
from carhound.plan.lint.clauses import never_matches, useless
from carhound.plan.predicates import All, AnyOf, Compares, Field, Matches, Not, Predicate, Present

FIELDS = st.sampled_from(["F", "G"]).map(Field)
VALUES = ("", "a", "b", "ab", "A", "ba", "1", "2", "1.0")
PATTERN = st.sampled_from(["a", "A", "b", "*a", "a*", "*", "*b*", "ab", "a*b", "", "1"]).map(Glob)
TEST: st.SearchStrategy[Predicate] = st.one_of(
    st.builds(Matches, FIELDS, PATTERN, st.booleans()),
    st.builds(Present, FIELDS),
    st.builds(Compares, FIELDS, st.sampled_from(["==", "<"]), st.sampled_from(["1", "1.0", "2", "a"])),
)


def joined(inner: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(st.builds(All, several), st.builds(AnyOf, several), st.builds(Not, inner))


SEARCH = st.lists(st.recursive(TEST, joined, max_leaves=6), min_size=1, max_size=4)
CELLS = (None, *VALUES)


def matches(conditions: Sequence[Predicate]) -> list[bool]:
    """What a search says of every row of two fields."""
    asked = [condition(one) for one in conditions]
    rows = (Row(None, {"F": one, "G": other}) for one in CELLS for other in CELLS)
    return [all(test(row) for test in asked) for row in rows]


def without(predicate: Predicate, out: set[int]) -> Predicate:
    match predicate:
        case All(items):
            return All(tuple(without(item, out) for item in items if id(item) not in out))
        case AnyOf(items):
            return AnyOf(tuple(without(item, out) for item in items if id(item) not in out))
        case Not(item):
            return Not(without(item, out))
        case _:
            return predicate


def copied(predicate: Predicate) -> Predicate:
    """The same with objects of its own, so that each clause can be told by its identity."""
    match predicate:
        case All(items):
            return All(tuple(copied(item) for item in items))
        case AnyOf(items):
            return AnyOf(tuple(copied(item) for item in items))
        case Not(item):
            return Not(copied(item))
        case Matches(field, pattern, negated):
            return Matches(field, pattern, negated)
        case Compares(field, order, value):
            return Compares(field, order, value)
        case Present(field):
            return Present(field)
        case _:
            raise TypeError(predicate)


@given(SEARCH)
@settings(max_examples=200)
def test_a_search_called_impossible_matches_nothing(search: list[Predicate]) -> None:
    if never_matches(search):
        assert not any(matches(search))


@given(SEARCH)
@settings(max_examples=200)
def test_clauses_called_useless_change_nothing(search: list[Predicate]) -> None:
    search = [copied(one) for one in search]
    out = {id(one.clause) for one in useless(search)}
    rest = [without(one, out) for one in search if id(one) not in out]
    assert matches(rest) == matches(search)


def test_the_proofs_find_something() -> None:
    field = Field("F")
    same = [Matches(field, Glob("a")), Matches(field, Glob("A"))]
    assert [one.clause for one in useless(same)] == [same[1]]
    assert never_matches([same[0], Matches(field, Glob("*b"))])
    assert not never_matches([same[0], Matches(field, Glob("a*"))])
    nested = [Matches(field, Glob("a*")), AnyOf((Matches(field, Glob("b")), Matches(field, Glob("ab"))))]
    assert [one.because for one in useless(nested)] == [None]


def test_choices_that_imply_the_same_do_not_excuse_each_other() -> None:
    def choice(name: str) -> AnyOf:
        return AnyOf(
            tuple(
                All((Matches(Field(name), Glob(value)), Matches(Field("H"), Glob("y"))))
                for value in ("a", "b")
            )
        )

    # Each choice asks for H=y in every branch: taken out of both, nothing would ask for it.
    assert useless([choice("F"), choice("G")]) == []
    both = [choice("F"), Matches(Field("H"), Glob("y"))]
    assert [one.clause for one in useless(both)] == [both[1]]


def test_a_long_list_is_judged_in_no_time() -> None:
    values = tuple(Matches(Field("F"), Glob(f"*{number}*x")) for number in range(400))
    assert not never_matches([AnyOf(values), *(Matches(Field("F"), Glob(f"y{n}"), True) for n in range(100))])
    assert useless([AnyOf(values[:60])])
