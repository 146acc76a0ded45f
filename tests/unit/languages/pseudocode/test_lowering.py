"""Statements to a plan."""

from collections.abc import Callable

import pytest

from carhound.languages.interface import Compiled
from carhound.model.datasets import EVERYTHING, MAPPED
from carhound.model.diagnostics import Diagnostic
from carhound.model.glob import Glob
from carhound.plan.nodes import Filter, Scan
from carhound.plan.predicates import Field, Matches

SCAN = Scan(MAPPED, view="car", kinds=(("process", "create"),))


def _exe(text: str) -> Matches:
    return Matches(Field("exe", "car"), Glob(text))


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("a = search Process:Create\noutput a", SCAN),
        ("a = search Process:Create\nreturn a", SCAN),
        ('a = search Process:Create where (exe == "x")\noutput a', Filter(SCAN, _exe("x"))),
        ('a = search Process:Create\nb = filter a where exe == "x"\noutput b', Filter(SCAN, _exe("x"))),
        ('a = search Process:Create\nb = filter a where exe == "x"\noutput a', SCAN),
        (
            'a = search Process:Create\na = filter a where exe == "x"\na = filter (exe == "y")\noutput a',
            Filter(Filter(SCAN, _exe("x")), _exe("y")),
        ),
        ('a = search Process:Create\nb = filter a where exe == "x"', Filter(SCAN, _exe("x"))),
        ("input host\na = search Process:Create\noutput a", SCAN),
        ('exe == "x"', Filter(Scan(EVERYTHING, view="car"), _exe("x"))),
    ],
)
def test_programs(compile_text: Callable[[str], Compiled], text: str, plan: object) -> None:
    """A search scans, a filter filters, and the output names the plan."""
    assert compile_text(text).plan == plan


def test_spans_of_operators(compile_text: Callable[[str], Compiled]) -> None:
    """A scan marks what is searched, a filter its command."""
    text = 'a = search Process:Create\nb = filter a where exe == "x"\noutput b'
    plan = compile_text(text).plan
    assert isinstance(plan, Filter)
    assert isinstance(plan.input, Scan)
    assert [text[span.start : span.end] for span in (plan.input.span, plan.span) if span] == [
        "Process:Create",
        'filter a where exe == "x"',
    ]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("b = group a by exe where exe == 1", "a condition on a group"),
        ("b = join (a, a) where a.pid == a.ppid", "a join of a relation with itself"),
        ("b = a + 1", "arithmetic"),
        ("b = middle(a.pid)", "the aggregate `middle`"),
        ("a.b = count(a)", "a derived column"),
        ("b = filter a where (user in TOP5(user) or exe == 1)", "`in TOP` beside `or`"),
    ],
)
def test_not_evaluated(error_of: Callable[[str], Diagnostic], statement: str, named: str) -> None:
    """What parses and is not executed is named, where it stands."""
    text = f"a = search Process:Create\n{statement}"
    error = error_of(text)
    assert error.span is not None
    assert (error.code, named in error.message) == ("PS-U1", True)
    assert text[error.span.start : error.span.end] in statement
    assert error.hint


@pytest.mark.parametrize(
    ("text", "marked", "hint"),
    [
        ("process = search Process:Create\noutput processes", "processes", "did you mean process?"),
        ("a = search Process:Create\noutput results", "results", "the program names a"),
        ("b = filter a where exe == 1", "a", "search first"),
        ("a = filter (exe == 1)", "a", "search first"),
    ],
)
def test_undefined_names(error_of: Callable[[str], Diagnostic], text: str, marked: str, hint: str) -> None:
    """With the nearest name the program has."""
    error = error_of(text)
    assert error.span is not None
    assert (error.code, text[error.span.start : error.span.end]) == ("PS-N1", marked)
    assert error.hint == hint


def test_a_program_without_a_search(error_of: Callable[[str], Diagnostic]) -> None:
    """Has nothing to put out."""
    assert error_of("input host").code == "PS-P1"
