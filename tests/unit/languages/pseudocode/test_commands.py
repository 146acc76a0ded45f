"""The right sides of assignments."""

from collections.abc import Callable

import pytest

from carhound.languages.pseudocode.syntax import (
    Aggregate,
    Assign,
    Comparison,
    Difference,
    Duration,
    Expression,
    Filter,
    Group,
    Item,
    Join,
    Kind,
    Listing,
    MaxGap,
    Name,
    Number,
    Path,
    Program,
    Run,
    Search,
    Select,
    Text,
)
from carhound.model.diagnostics import Diagnostic

ONE = Comparison((Path(("x",)), Number("1")), ("==",))


@pytest.fixture
def value_of(parse_text: Callable[[str], Program]) -> Callable[[str], Expression]:
    """What stands right of `a =`."""

    def run(text: str) -> Expression:
        (statement,) = parse_text(f"a = {text}").statements
        assert isinstance(statement, Assign)
        return statement.value

    return run


def _name(*texts: str) -> tuple[Name, ...]:
    return tuple(Name(text) for text in texts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("search Process:Create", Search((Kind(Name("Process"), _name("Create")),))),
        ("search Process", Search((Kind(Name("Process")),))),
        ("search Process:*", Search((Kind(Name("Process")),))),
        ("search File:Create,Modify", Search((Kind(Name("File"), _name("Create", "Modify")),))),
        (
            "search (File:Create OR Process)",
            Search((Kind(Name("File"), _name("Create")), Kind(Name("Process")))),
        ),
        ("search A:b or C", Search((Kind(Name("A"), _name("b")), Kind(Name("C"))))),
        ("search A where (x == 1)", Search((Kind(Name("A")),), ONE)),
        ("filter b where x == 1", Filter(Name("b"), ONE)),
        ("filter b where (x == 1)", Filter(Name("b"), ONE)),
        ("filter b (where x == 1)", Filter(Name("b"), ONE)),
        ("filter b (x == 1)", Filter(Name("b"), ONE)),
        ("filter (x == 1)", Filter(None, ONE)),
        ("filter where x == 1", Filter(None, ONE)),
        ("group b, c by x, y", Group(_name("b", "c"), _name("x", "y"))),
        ("group b by x where x == 1", Group(_name("b"), _name("x"), ONE)),
        (
            "group b by x where(max time between two events is 30 minutes)",
            Group(_name("b"), _name("x"), MaxGap(Duration("30", "minute"))),
        ),
        ("from b select x", Select(Name("b"), (Item(Path(("x",))),))),
        (
            "from b select min(t) as s, max(t) as e count(u) x",
            Select(
                Name("b"),
                (
                    Item(Path(("t",)), Name("min"), Name("s")),
                    Item(Path(("t",)), Name("max"), Name("e")),
                    Item(Path(("u",)), Name("count")),
                    Item(Path(("x",))),
                ),
            ),
        ),
        ("join (b, c) where x == 1", Join(_name("b", "c"), ONE)),
        ("join b, c where (x == 1)", Join(_name("b", "c"), ONE)),
        ("join (search, filter) where x == 1", Join(_name("search", "filter"), ONE)),
        ("run Analytic:CAR-2013-05-003", Run("CAR-2013-05-003")),
        ("b - c", Difference(Name("b"), Name("c"))),
        ("max(b.time)", Aggregate(Name("max"), Path(("b", "time")))),
        ("count(b) by x", Aggregate(Name("count"), Path(("b",)), Name("x"))),
        ('["v", w, 3]', Listing((Text("v"), Path(("w",)), Number("3")))),
        ("b.c", Path(("b", "c"))),
    ],
)
def test_commands(value_of: Callable[[str], Expression], text: str, expected: Expression) -> None:
    """Every right side of the grammar."""
    assert value_of(text) == expected


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("a = filter b if (x == 1)", "PS-P1", "if"),
        ("a = filter b where (x == 1\noutput b", "PS-P2", "("),
        ("a = filter b where (x == 1\nc = filter b where (y == 2)", "PS-P2", "("),
        ("a = search (P:C\noutput a", "PS-P2", "("),
        ("a = join (b, c)", "PS-P1", ""),
        ("a = join (b, c where x == 1", "PS-P1", "where"),
        ("a = run Analytic:7", "PS-P1", "7"),
        ("a = run Something:CAR-2013-05-003", "PS-P1", "Something"),
        ("a = from b choose x", "PS-P1", "choose"),
        ("a = group b", "PS-P1", ""),
        ("a = search 7", "PS-P1", "7"),
        ("a = search P:", "PS-P1", ""),
        ("a = group b by x where (max time between two events is x)", "PS-P1", ")"),
    ],
)
def test_slips(error_of: Callable[[str], Diagnostic], text: str, code: str, marked: str) -> None:
    """The error marks the place and says what to write."""
    error = error_of(text)
    assert error.span is not None
    assert (error.code, text[error.span.start : error.span.end]) == (code, marked)
    assert error.hint
