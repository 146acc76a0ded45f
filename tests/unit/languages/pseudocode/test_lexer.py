"""Text to tokens."""

import pytest

from carhound.languages.pseudocode.lexer import tokenize
from carhound.model.diagnostics import LanguageError, Source


def _tokens(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokenize(Source(text, "<test>"))[:-1]]


def _texts(text: str) -> list[str]:
    return [token.text for token in tokenize(Source(text, "<test>")) if token.kind == "text"]


def _code(text: str) -> str:
    with pytest.raises(LanguageError) as caught:
        tokenize(Source(text, "<test>"))
    return caught.value.diagnostic.code


def test_names_symbols_and_strings() -> None:
    """A string's token carries its value."""
    assert _tokens('a = search P:C\nb = filter a where x != "v"') == [
        ("name", "a"),
        ("symbol", "="),
        ("name", "search"),
        ("name", "P"),
        ("symbol", ":"),
        ("name", "C"),
        ("name", "b"),
        ("symbol", "="),
        ("name", "filter"),
        ("name", "a"),
        ("name", "where"),
        ("name", "x"),
        ("symbol", "!="),
        ("text", "v"),
    ]


def test_a_token_knows_its_place_and_whether_it_begins_a_line() -> None:
    """Spans are offsets into the text; a string's includes its quotes."""
    source = Source('x == "v"\n  y', "<test>")
    tokens = tokenize(source)
    assert [source.text[token.span.start : token.span.end] for token in tokens] == ["x", "==", '"v"', "y", ""]
    assert [token.first for token in tokens] == [True, False, False, True, False]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (r'x == "c:\windows\system32\" and y', ["c:\\windows\\system32\\"]),
        (r'(x == "c:\temp\")', ["c:\\temp\\"]),
        (r'x in ["c:\a\", "c:\b\"]', ["c:\\a\\", "c:\\b\\"]),
        ('x == "c:\\temp\\"', ["c:\\temp\\"]),
        ('x == "c:\\temp\\"  \noutput y', ["c:\\temp\\"]),
        (r'x == "*.exe\"*cleanup /auto*"', ['*.exe"*cleanup /auto*']),
        (r'x != "\"*" and y', ['"*']),
        (r"""x == '"c:\a b\c.exe"*""*.xml"'""", ['"c:\\a b\\c.exe"*""*.xml"']),
        (r"x == 'c:\temp\'", ["c:\\temp\\"]),
        (r"x == 'it\'s'", ["it's"]),
        (r'x == "a\\b"', ["a\\\\b"]),
        (r'x == "say \"and\" go"', ['say "and" go']),
        ('x == ""', [""]),
    ],
)
def test_the_backslash_is_literal_and_closes_before_a_continuation(text: str, values: list[str]) -> None:
    r"""`\"` closes a string where `)`, `,`, `]`, and, or, in or the end of the line follows."""
    assert _texts(text) == values


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("x == 10.0.0.0/8", ("word", "10.0.0.0/8")),
        ("x == *transfer*", ("word", "*transfer*")),
        ("x = C:\\Windows\\cmd.exe)", ("word", "C:\\Windows\\cmd.exe")),
        ("x == 0x1410", ("word", "0x1410")),
        ("x contains -value*", ("word", "-value*")),
        ("x contains(*0*)", ("word", "*0*")),
        ("x in [a, b-c]", ("word", "b-c")),
        ("x == -5", ("number", "-5")),
        ("x == 4.5", ("number", "4.5")),
        ("run Analytic:CAR-2013-05-003", ("word", "CAR-2013-05-003")),
    ],
)
def test_values_may_be_bare_words(text: str, token: tuple[str, str]) -> None:
    """Only where a value is due: in front of it the same characters are operators."""
    assert token in _tokens(text)


def test_a_bare_word_in_the_shape_of_a_path_stays_names() -> None:
    """Whether it is a reference or text is told by the names of the program."""
    assert _tokens("x == cmd.exe")[2:] == [("name", "cmd"), ("symbol", "."), ("name", "exe")]


def test_a_glued_duration_is_a_number_and_a_unit() -> None:
    """As `1 sec` is."""
    assert _tokens("x < 1sec")[2:] == _tokens("x < 1 sec")[2:] == [("number", "1"), ("name", "sec")]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        (r"(x match \d{1,3}\.\d)", r"\d{1,3}\.\d"),
        (r"(x match (a|b)\)c) and y", r"(a|b)\)c"),
        ("x match a and b", "a and b"),
        ("x match a  \ny = 1", "a"),
        ("x.matches(a+)", "a+"),
    ],
)
def test_an_unquoted_regex_runs_to_the_closing_parenthesis(text: str, expression: str) -> None:
    """Or to the end of the line."""
    assert ("regex", expression) in _tokens(text)


@pytest.mark.parametrize("text", ["match = search P", "a = filter match where x", "group match by x"])
def test_match_can_be_a_name(text: str) -> None:
    """Where no operand stands before it."""
    assert all(kind != "regex" for kind, _ in _tokens(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('x == "open', "PS-P3"),
        ('x == "a\nb"', "PS-P3"),
        ('x == cmd.exe"', "PS-P3"),
        ('x == "a"" and', "PS-P3"),
        ('x == "a.dll or y == "b.dll', "PS-P3"),
        ("""x match a"\\) 'b'""", "PS-P3"),
        ("x == “a”", "PS-P4"),
        ('x == "a”', "PS-P4"),
        ("x in [a, ...]", "PS-P7"),
        ("x in [a, …]", "PS-P7"),
        ("a | b", "PS-P8"),
        ("é", "PS-P8"),
    ],
)
def test_what_no_program_holds(text: str, code: str) -> None:
    """Each kind of slip has its code."""
    assert _code(text) == code
