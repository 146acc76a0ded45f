"""Programs, statement by statement."""

from collections.abc import Callable

import pytest

from carhound.languages.pseudocode.syntax import Assign, Bare, Input, Output, Path, Program, Sum
from carhound.model.diagnostics import Diagnostic

Parse = Callable[[str], Program]


def _names(output: object) -> list[str]:
    assert isinstance(output, Output)
    return [name.text for name in output.names]


def test_statements_end_where_the_next_line_starts_another(parse_text: Parse) -> None:
    """Elsewhere a line end is blank."""
    program = parse_text(
        "input host\n\na = search\n  Process:Create\nb = filter a\n where x == 1 and\n y == 2\n"
        " or z == 3\noutput b"
    )
    assert [type(statement) for statement in program.statements] == [Input, Assign, Assign, Output]


def test_a_statement_may_follow_a_denied_test(parse_text: Parse) -> None:
    """`not` opens nothing that would have to be closed."""
    assert len(parse_text("a = filter b where not x == 1\nc = d").statements) == 2


@pytest.mark.parametrize("text", ["output a, b", "return a, b", "output (a, b)", "OUTPUT a,\nb"])
def test_output(parse_text: Parse, text: str) -> None:
    """Names, with or without parentheses; `return` is the same."""
    assert _names(parse_text(text).statements[0]) == ["a", "b"]


def test_a_column_is_derived(parse_text: Parse) -> None:
    """`a.b = …`."""
    (statement,) = parse_text("a.b = a.c.d").statements
    assert statement == Assign(Path(("a", "b")), Path(("a", "c", "d")))


@pytest.mark.parametrize(
    "text",
    [
        'x == "a" and y == 2',
        'x = "a" and y = 2',
        "x = 4624 and y = 1",
        "x = null",
        "x = smb.setup and y == 2",
        "x = a-b",
        "([x] == 1) or\n([y] == 2)",
        'x == "a"\nor y == 2',
    ],
)
def test_a_condition_can_be_the_whole_program(parse_text: Parse, text: str) -> None:
    """Also where `name =` looks like an assignment at first."""
    (statement,) = parse_text(text).statements
    assert isinstance(statement, Bare)


def test_a_value_may_be_a_sum(parse_text: Parse) -> None:
    """Read from left to right."""
    (statement,) = parse_text("low = mean - deviation * 1.5").statements
    assert isinstance(statement, Assign)
    assert isinstance(statement.value, Sum)
    assert [sign for sign, _ in statement.value.steps] == ["-", "*"]


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("", "PS-P1", ""),
        ("a = search P:C\nx == 1", "PS-P1", "x"),
        ("a = search P:C output a", "PS-P1", "output"),
        ("output", "PS-P1", ""),
        ("a =", "PS-P1", ""),
        ("a = 1 day\nb = search P", "PS-P1", "a = 1 day"),
        ("a = search P:C )", "PS-P2", ")"),
        ("x == 1\ny = search P", "PS-P1", "x == 1"),
    ],
)
def test_what_is_no_program(error_of: Callable[[str], Diagnostic], text: str, code: str, marked: str) -> None:
    """The error marks the place."""
    error = error_of(text)
    assert error.span is not None
    assert (error.code, text[error.span.start : error.span.end]) == (code, marked)
    assert error.hint
