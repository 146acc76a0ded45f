"""The two readings, and the remarks."""

from collections.abc import Callable

import pytest

from carhound.languages.interface import Compiled
from carhound.model.diagnostics import Diagnostic

HEAD = "a = search Process:Create\nb = filter a "
TAIL = "\noutput b"


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        (HEAD + 'where exe = "x"' + TAIL, "PS-D1", "="),
        (HEAD + "where exe == x.exe" + TAIL, "PS-D2", "x.exe"),
        (HEAD + "where exe == *x" + TAIL, "PS-D2", "*x"),
        ('exe == "x"', "PS-D3", 'exe == "x"'),
        (HEAD + 'where [exe] == "x"' + TAIL, "PS-D4", "[exe]"),
        ("a = search Process:Create", "PS-D5", "search Process:Create"),
        (HEAD + 'where command_line contains("x")' + TAIL, "PS-D6", 'command_line contains("x")'),
        (HEAD + 'where command_line.matches("x")' + TAIL, "PS-D6", 'command_line.matches("x")'),
        (HEAD + '(where exe == "x")' + TAIL, "PS-D7", "("),
        (HEAD + '(exe == "x")' + TAIL, "PS-D7", "("),
        (HEAD + "where exe exists" + TAIL, "PS-D8", "exe exists"),
        (HEAD + 'where exe includes one of ["x"]' + TAIL, "PS-D9", 'exe includes one of ["x"]'),
        (HEAD + "where command_line match x.y" + TAIL, "PS-D10", "x.y"),
        ('a = search Process:Create\na = filter where exe == "x"\noutput a', "PS-D11", "filter"),
        (HEAD + 'where image == "x"' + TAIL, "PS-A1", "image"),
        ("a = search Registry:Create\noutput a", "PS-A2", "Create"),
        ("a = search (Module:Load and Driver:Load)\noutput a", "PS-S2", "and"),
        (HEAD + r'where image_path == "C:\\x"' + TAIL, "PS-E2", r'"C:\\x"'),
    ],
)
def test_dialect_notes_what_strict_refuses(
    compile_text: Callable[..., Compiled],
    error_of: Callable[..., Diagnostic],
    text: str,
    code: str,
    marked: str,
) -> None:
    """Each alternative spelling has a code, in both."""
    (note,) = compile_text(text).diagnostics
    refused = error_of(text, "strict")
    assert (note.code, note.severity, refused.code, refused.severity) == (code, "note", code, "error")
    assert note.span is not None
    assert note.span == refused.span
    assert text[note.span.start : note.span.end] == marked
    assert note.hint
    assert "is not strict pseudocode" in refused.message


def test_a_remark_is_made_once(compile_text: Callable[..., Compiled]) -> None:
    """At its first place, with the number of places; remarks stand in the order of the text."""
    compiled = compile_text(HEAD + 'where exe == x and pid = 1 and user = "y"' + TAIL)
    assert [(remark.code, remark.message) for remark in compiled.diagnostics] == [
        ("PS-D2", "a value without quotes read as text"),
        ("PS-D1", "single `=` read as `==` (in 2 places)"),
    ]


def test_an_error_shows_its_place(error_of: Callable[..., Diagnostic]) -> None:
    """File, line, column, caret and one hint."""
    assert error_of(HEAD + 'where (exe == "x"' + TAIL).render().splitlines() == [
        "<test>:2:20: PS-P2: this parenthesis is never closed",
        '  b = filter a where (exe == "x"',
        "                     ^",
        "  hint: add the missing `)`",
    ]


def test_line_ends_of_windows(compile_text: Callable[..., Compiled]) -> None:
    """Are line ends."""
    text = HEAD + 'where (\n exe == "C:\\x\\"\n)' + TAIL
    assert compile_text(text.replace("\n", "\r\n")).plan == compile_text(text).plan
