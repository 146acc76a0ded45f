"""Conditions to syntax trees."""

from collections.abc import Callable

import pytest

from carhound.languages.pseudocode.conditions import DEEPEST
from carhound.languages.pseudocode.syntax import (
    Bare,
    Both,
    Bracket,
    Comparison,
    Condition,
    Containment,
    Duration,
    Either,
    Existence,
    InRawEvent,
    Listing,
    Match,
    Membership,
    Negated,
    Now,
    Null,
    Number,
    Path,
    Program,
    Sum,
    Text,
    Top,
)
from carhound.model.diagnostics import Diagnostic

X = Path(("x",))


def _is(name: str, value: str) -> Comparison:
    return Comparison((Path((name,)), Number(value)), ("==",))


@pytest.fixture
def condition_of(parse_text: Callable[[str], Program]) -> Callable[[str], Condition]:
    """The tree of a bare condition."""

    def run(text: str) -> Condition:
        (statement,) = parse_text(text).statements
        assert isinstance(statement, Bare)
        return statement.condition

    return run


def test_and_binds_tighter_than_or(condition_of: Callable[[str], Condition]) -> None:
    """Letter case does not matter."""
    assert condition_of("x == 1 and y == 2 OR z == 3") == Either(
        (Both((_is("x", "1"), _is("y", "2"))), _is("z", "3"))
    )


def test_not_binds_tightest(condition_of: Callable[[str], Condition]) -> None:
    """It denies the next test only."""
    assert condition_of("not x == 1 and y == 2") == Both((Negated(_is("x", "1")), _is("y", "2")))


def test_parentheses_nest(condition_of: Callable[[str], Condition]) -> None:
    """They leave no trace but the shape of the tree."""
    assert condition_of("((x == 1)) and (y == 2 or (z == 3))") == Both(
        (_is("x", "1"), Either((_is("y", "2"), _is("z", "3"))))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('x == "v"', Comparison((X, Text("v")), ("==",))),
        ("(x=v)", Comparison((X, Path(("v",))), ("==",))),
        ("x != [y]", Comparison((X, Bracket("y")), ("!=",))),
        ("[x] == null", Comparison((Bracket("x"), Null()), ("==",))),
        ("a < x.y <= b", Comparison((Path(("a",)), Path(("x", "y")), Path(("b",))), ("<", "<="))),
        ("x >= now - 1 day", Comparison((X, Sum(Now(), (("-", Duration("1", "day")),))), (">=",))),
        ("x < y + 1sec", Comparison((X, Sum(Path(("y",)), (("+", Duration("1", "second")),))), ("<",))),
        (
            "b - a <= 1 hour",
            Comparison((Sum(Path(("b",)), (("-", Path(("a",))),)), Duration("1", "hour")), ("<=",)),
        ),
        ("x == 10.0.0.0/8", Comparison((X, Text("10.0.0.0/8")), ("==",))),
        ('x in ["a", b, 3]', Membership(X, Listing((Text("a"), Path(("b",)), Number("3"))))),
        ('x not in ["a"]', Membership(X, Listing((Text("a"),)), negated=True)),
        ("x not in y", Membership(X, Path(("y",)), negated=True)),
        ("x NOT IN TOP30(user)", Membership(X, Top("30", "user"), negated=True)),
        ("x in top 5 (user)", Membership(X, Top("5", "user"))),
        ("x in top5", Membership(X, Path(("top5",)))),
        ('x match "a.b"', Match(X, "a.b")),
        ('x match ("a.b")', Match(X, "a.b")),
        ("x match a.b", Match(X, "a.b")),
        ('x.matches("a.b")', Match(X, "a.b")),
        ('x contains "v"', Containment(X, Text("v"))),
        ('x CONTAINS("v")', Containment(X, Text("v"))),
        ("x contains(*-v*)", Containment(X, Text("*-v*"))),
        ('x does not contain ["a", "b"]', Containment(X, Listing((Text("a"), Text("b"))), negated=True)),
        ('x includes one of ["a"]', Containment(X, Listing((Text("a"),)))),
        ("x exists", Existence(X)),
        ('"v" in raw event', InRawEvent(Text("v"))),
        (r'"c:\" in x', Membership(Text("c:\\"), X)),
        ('")" == "("', Comparison((Text(")"), Text("(")), ("==",))),
        ('x in ["[", "]"]', Membership(X, Listing((Text("["), Text("]"))))),
    ],
)
def test_tests(condition_of: Callable[[str], Condition], text: str, expected: Condition) -> None:
    """Every test of the grammar."""
    assert condition_of(text) == expected


def test_a_number_and_a_unit_on_the_next_line_are_no_duration(parse_text: Callable[[str], Program]) -> None:
    """The unit is the name of the next statement."""
    assert len(parse_text("a = b - 1\nday = search P").statements) == 2


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("(x == 1", "PS-P2", "("),
        ("(x == 1 and (y == 2)", "PS-P2", "("),
        ("(x == 1))", "PS-P2", ")"),
        ("x == 1 y == 2", "PS-P5", "y"),
        ("(x == 1\n(y == 2))", "PS-P5", "("),
        ("(x == 1) [y] == 2", "PS-P5", "["),
        ("x == 1 and", "PS-P6", "and"),
        ("(x == 1 OR)", "PS-P6", "OR"),
        ("x == 1 and and y == 2", "PS-P6", "and"),
        ("(x == 1 and\noutput x", "PS-P6", "and"),
        ("not", "PS-P6", "not"),
        ("()", "PS-P1", ")"),
        ("x", "PS-P1", ""),
        ("x ==", "PS-P1", ""),
        ("x in [1 2]", "PS-P1", "2"),
        ("x match", "PS-P1", ""),
        ("(x.matches())", "PS-P1", ")"),
        ("x does not contain 3", "PS-P1", "3"),
        ("in == 3", "PS-P1", "in"),
        ("matches(3)", "PS-P1", "("),
    ],
)
def test_slips(error_of: Callable[[str], Diagnostic], text: str, code: str, marked: str) -> None:
    """The error marks the place and says what to write."""
    error = error_of(text)
    assert error.span is not None
    assert (error.code, text[error.span.start : error.span.end]) == (code, marked)
    assert error.hint


@pytest.mark.parametrize("piece", ["(", "not "])
def test_depth_has_a_limit(error_of: Callable[[str], Diagnostic], piece: str) -> None:
    """Long before Python's own."""
    assert error_of(piece * (DEEPEST + 2) + "x == 1").code == "PS-P9"
    assert error_of(piece * 100_000).code == "PS-P9"
