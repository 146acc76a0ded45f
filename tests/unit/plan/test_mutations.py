"""What is tried in place of a value."""

from carhound.model.glob import Glob
from carhound.plan.expressions import Binary, Call, Constant, FieldValue
from carhound.plan.mutations import changes, fields_of, without_term
from carhound.plan.predicates import (
    Absent,
    Compares,
    Field,
    InNetwork,
    Matches,
    MatchesRegex,
    Term,
    Test,
    Where,
)

IMAGE = Field("Image")
CMD = r"C:\Windows\System32\cmd.exe"


def tried(test: Test, value: str | None) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for change in changes(test, value):
        found.setdefault(change.what, change.value)
    return found


def test_a_path_is_moved_renamed_replaced_respelt_and_dropped() -> None:
    found = tried(Matches(IMAGE, Glob("*")), CMD)
    assert found["in another folder"] == r"C:\Users\Public\cmd.exe"
    assert found["renamed"] == r"C:\Windows\System32\xcmd.exe"
    assert found["another program"] == r"C:\Windows\System32\another.exe"
    assert found["in other letter case"] == r"c:\wINDOWS\sYSTEM32\CMD.EXE"
    assert found["without its folder"] == "cmd.exe"
    assert found["dropped"] is None


def test_an_exclusion_is_met_and_just_missed() -> None:
    values = {change.value for change in changes(Matches(IMAGE, Glob(r"C:\Windows\*"), negated=True), CMD)}
    assert {"C:\\Windows\\", r"C:\Windows\cmd.exe", r"xC:\Windows\cmd.exe", r"C:\Windows\x"} <= values


def test_a_pattern_around_the_value_keeps_what_other_clauses_ask_of_it() -> None:
    values = {change.value for change in changes(Matches(Field("CommandLine"), Glob("*help*")), "a /b")}
    assert "a /bhelpa /b" in values


def test_signed_is_flipped_and_numbers_move_by_one() -> None:
    assert tried(Matches(Field("Signed"), Glob("false")), "False")["flipped"] == "true"
    values = {change.value for change in changes(Compares(Field("Port"), ">", "443"), "500")}
    assert {"442", "443", "444", "501"} <= values


def test_a_missing_field_is_given_a_value() -> None:
    assert "x" in {change.value for change in changes(Absent(Field("signer", "car")), None)}


def test_literals_of_networks_expressions_and_regular_expressions_are_tried() -> None:
    network = {change.value for change in changes(InNetwork(Field("ip"), "10.0.0.0/8"), "10.1.1.1")}
    assert {"10.0.0.0", "203.0.113.1"} <= network
    like = Where(Call("like", (FieldValue("Image"), Constant("%.exe"))))
    assert "x.exe" in {change.value for change in changes(like, CMD)}
    regex = MatchesRegex(IMAGE, r"(?i)\\temp\\.*\.exe$")
    assert r"\temp\.exe" in {change.value for change in changes(regex, CMD)}


def test_fields_of_a_test() -> None:
    both = Where(Binary("=", FieldValue("a"), FieldValue("b")))
    assert fields_of(both) == (Field("a"), Field("b"))
    assert fields_of(Term(Glob("x"))) == ()
    assert fields_of(MatchesRegex(None, "x")) == ()


def test_a_term_is_glued_wherever_it_stands_whatever_its_case() -> None:
    assert without_term(Glob("a.exe"), r"C:\A.EXE /s a.exe") == r"C:\xA.EXE /s xa.exe"
    assert without_term(Glob("*a.exe*"), "b") == "b"
