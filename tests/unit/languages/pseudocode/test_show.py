"""Syntax trees to text."""

from collections.abc import Callable

import pytest

from carhound.languages.pseudocode.show import show
from carhound.languages.pseudocode.syntax import Program

Parse = Callable[[str], Program]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("input  h\noutput (a,b)", "input h\noutput a, b"),
        ("a = search ( P:C and F:C,M )", "a = search (P:C or F:C,M)"),
        ("a = search P:*", "a = search P"),
        ("a = filter b (where x = 'v')", 'a = filter b where x == "v"'),
        ("a = filter (x = v)", "a = filter where x == v"),
        ("a = group b, c by x where (y exists)", "a = group b, c by x where y exists"),
        (
            "a = group b by x where(max time between two events is 30 min)",
            "a = group b by x where (max time between two events is 30 minute)",
        ),
        ("a = from b select min(t) as s count(u)", "a = from b select min(t) as s, count(u)"),
        ("a = join b, c where (x < y < z + 1sec)", "a = join (b, c) where x < y < z + 1 second"),
        ("a = b-c", 'a == "b-c"'),
        ("a = b - c", "a = b - c"),
        ("a = count(b) by c", "a = count(b) by c"),
        ("a = [1, 'v']", 'a = [1, "v"]'),
        ("(x == 1 and (y == 2)) or z == 3", "x == 1 and y == 2 or z == 3"),
        ("x == 1 and (y == 2 and z == 3)", "x == 1 and (y == 2 and z == 3)"),
        ("x == 1 and (y == 2 or z == 3)", "x == 1 and (y == 2 or z == 3)"),
        ("not (not (x == 1))", "not (not x == 1)"),
        ("[x] == now", "[x] == now"),
        ("x NOT IN TOP30(u)", "x not in TOP 30 (u)"),
        ("x.matches(a b)", 'x match "a b"'),
        ("x CONTAINS(*v*)", 'x contains "*v*"'),
        ("x does not contain [v]", "x does not contain [v]"),
        ("x includes one of ['v']", 'x includes one of ["v"]'),
        ("'v' in raw event", '"v" in raw event'),
        ("x exists", "x exists"),
    ],
)
def test_one_statement_a_line_in_the_plain_spelling(parse_text: Parse, text: str, shown: str) -> None:
    """And the plain spelling shows as itself."""
    program = parse_text(text)
    assert show(program) == shown
    assert parse_text(shown) == program


@pytest.mark.parametrize(
    "text",
    [
        r'x == "c:\temp\"',
        r'x == "*.exe\"*clean*"',
        r"""x == '"a", "b"'""",
        r"""x == "it's\"x\"" and y == 1""",
        "x == '\"'",
        r"x < foo\ < y",
        r'"c:\" in x',
        r'x in ["a\", "b"]',
        r"""(x match a"\) or b)""",
    ],
)
def test_strings_keep_their_value(parse_text: Parse, text: str) -> None:
    """In whichever quotes can hold it."""
    program = parse_text(text)
    assert parse_text(show(program)) == program
