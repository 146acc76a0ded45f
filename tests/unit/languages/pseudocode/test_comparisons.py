"""Conditions to predicates."""

from collections.abc import Callable

import pytest

from carhound.languages.interface import Compiled
from carhound.model.diagnostics import Diagnostic
from carhound.model.glob import Glob
from carhound.plan.nodes import Filter
from carhound.plan.predicates import (
    Absent,
    All,
    AnyOf,
    Compares,
    Field,
    InNetwork,
    Matches,
    MatchesRegex,
    Not,
    Predicate,
    Present,
)

EXE = Field("exe", "car")
LINE = Field("command_line", "car")
PID = Field("pid", "car")
DEST = Field("dest_ip", "car")


def _matches(text: str, *, negated: bool = False, field: Field = EXE) -> Matches:
    return Matches(field, Glob(text), negated)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('exe == "cmd.exe"', _matches("cmd.exe")),
        ('exe = "*md.exe"', _matches("*md.exe")),
        ("exe == cmd.exe", _matches("cmd.exe")),
        ("exe == cmd", _matches("cmd")),
        ('exe != "cmd.exe"', _matches("cmd.exe", negated=True)),
        ('"cmd.exe" == exe', _matches("cmd.exe")),
        ('a.exe == "cmd.exe"', _matches("cmd.exe")),
        ('[exe] == "cmd.exe"', _matches("cmd.exe")),
        ("exe == null", Absent(EXE)),
        ("exe != null", Present(EXE)),
        ("null == exe", Absent(EXE)),
        ("exe exists", Present(EXE)),
        ("pid == 445", Compares(PID, "==", "445")),
        ('pid == "445"', Compares(PID, "==", "445")),
        ("pid != 4.5", Compares(PID, "!=", "4.5")),
        ("pid >= 49152", Compares(PID, ">=", "49152")),
        ("10 < pid", Compares(PID, ">", "10")),
        ("1 < pid <= 9", All((Compares(PID, ">", "1"), Compares(PID, "<=", "9")))),
        ('exe < "m"', Compares(EXE, "<", "m")),
        ('pid == "12345678901234567"', _matches("12345678901234567", field=PID)),
        ('exe == "a" and pid == 1', All((_matches("a"), Compares(PID, "==", "1")))),
        ('exe == "a" or pid == 1', AnyOf((_matches("a"), Compares(PID, "==", "1")))),
        ('not exe == "a"', Not(_matches("a"))),
        ('command_line match "a.*b"', MatchesRegex(LINE, "a.*b", ignore_case=True)),
        ('command_line.matches("a")', MatchesRegex(LINE, "a", ignore_case=True)),
        (r"command_line match \d+", MatchesRegex(LINE, r"\d+", ignore_case=True)),
        ('command_line match "a\\\\\\\\b"', MatchesRegex(LINE, "a\\\\\\\\b", ignore_case=True)),
        ('command_line contains "-x"', _matches("*-x*", field=LINE)),
        ('command_line CONTAINS("*-x y*")', _matches("*-x y*", field=LINE)),
        ("command_line contains(*0*)", _matches("*0*", field=LINE)),
        ("command_line contains 7", _matches("*7*", field=LINE)),
        ('command_line contains "*"', _matches("*", field=LINE)),
        ('"-x" in command_line', _matches("*-x*", field=LINE)),
        ('"-x" not in command_line', _matches("*-x*", negated=True, field=LINE)),
        ('exe in ["a", b.exe, 7]', AnyOf((_matches("a"), _matches("b.exe"), Compares(EXE, "==", "7")))),
        ('exe in ["a"]', AnyOf((_matches("a"),))),
        ('exe not in ["a", null]', All((_matches("a", negated=True), Present(EXE)))),
        ('exe includes one of ["a", "b"]', AnyOf((_matches("*a*"), _matches("*b*")))),
        (
            'exe does not contain ["a", "b"]',
            All((_matches("*a*", negated=True), _matches("*b*", negated=True))),
        ),
    ],
)
def test_tests(predicate_of: Callable[..., Predicate], condition: str, expected: Predicate) -> None:
    """Each test of the grammar that is executed."""
    assert predicate_of(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("dest_ip == 10.0.0.0/8", InNetwork(DEST, "10.0.0.0/8")),
        ('dest_ip != "fe80::/10"', InNetwork(DEST, "fe80::/10", negated=True)),
        ("dest_ip in 10.0.0.0/8", InNetwork(DEST, "10.0.0.0/8")),
        (
            "dest_ip not in [10.0.0.0/8]",
            All((InNetwork(DEST, "10.0.0.0/8", negated=True),)),
        ),
        ('dest_ip == "10.0.0.0/99"', _matches("10.0.0.0/99", field=DEST)),
    ],
)
def test_networks(predicate_of: Callable[..., Predicate], condition: str, expected: Predicate) -> None:
    """A value in CIDR notation is a network."""
    assert predicate_of(condition, "Flow:Start") == expected


def test_every_test_knows_its_clause(compile_text: Callable[[str], Compiled]) -> None:
    """The span of a test is that of its clause in the text."""
    clauses = ['exe == "cmd.exe"', "pid exists", "1 < pid", 'not (command_line match "a")']
    text = f"a = search Process:Create\nb = filter a where ({' and '.join(clauses)})\noutput b"
    plan = compile_text(text).plan
    assert isinstance(plan, Filter)
    assert isinstance(plan.predicate, All)
    spans = [item.span for item in plan.predicate.items if not isinstance(item, All | AnyOf)]
    assert [text[span.start : span.end] for span in spans if span] == clauses
    last = plan.predicate.items[-1]
    assert isinstance(last, Not)
    assert isinstance(last.item, MatchesRegex)
    assert last.item.span is not None
    assert text[last.item.span.start : last.item.span.end] == 'command_line match "a"'


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ('exe in "cmd.exe"', "neither a list nor a field"),
        ('"a" == "b"', "without a field"),
        ('"a" exists', "a value instead of a field"),
        ("other.exe == 1", "a field of another relation"),
        ("exe == other.exe", "a field of another relation"),
        ("user.sid == 1", "a part of a field"),
        ("other == 1", "a name of the program"),
        ("exe in [parent_exe]", "a field among the values"),
    ],
)
def test_not_evaluated(error_of: Callable[[str], Diagnostic], condition: str, named: str) -> None:
    """What parses and is not executed is named, where it stands."""
    error = error_of(
        f"other = search Process:Create\na = search Process:Create\nb = filter a where {condition}\noutput b"
    )
    assert error.code == "PS-U1"
    assert named in error.message
    assert error.hint is not None
    assert "say it with" in error.hint


@pytest.mark.parametrize(
    ("condition", "code"),
    [("pid < null", "PS-P1"), ("exe contains null", "PS-P1"), ('command_line match "(?<!x)a"', "PS-R1")],
)
def test_what_makes_no_sense(error_of: Callable[[str], Diagnostic], condition: str, code: str) -> None:
    """Null has no order; RE2 has no look-behind."""
    error = error_of(f"a = search Process:Create\nb = filter a where {condition}\noutput b")
    assert (error.code, error.hint is not None) == (code, True)
