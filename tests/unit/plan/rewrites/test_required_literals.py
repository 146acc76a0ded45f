"""What every match must hold, and that every match does."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.rows import Row
from carhound.languages.pseudocode.compile import compile_pseudocode
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.event import Event, Place
from carhound.model.folding import fold
from carhound.model.glob import Glob
from carhound.plan.expressions import Binary, Call, Constant, Expression, FieldValue, Negation
from carhound.plan.predicates import (
    Absent,
    All,
    AnyOf,
    Compares,
    Field,
    Matches,
    MatchesRegex,
    Not,
    Predicate,
    Present,
    Term,
    Where,
)
from carhound.plan.rewrites.required_literals import (
    MINIMUM,
    SPELLINGS,
    NoOpinion,
    RequiredLiterals,
    either,
    of_conditions,
    required_literals,
)


def said(text: str) -> tuple[tuple[str, ...], ...] | str:
    """The groups of a search, or why there are none."""
    opinion = required_literals(compile_spl(Source(text, "test")).plan)
    return opinion.groups if isinstance(opinion, RequiredLiterals) else opinion.reason


@pytest.mark.parametrize(
    ("search", "groups"),
    [
        ("regsvr32.exe", [["regsvr32.exe"]]),
        (r'Image="C:\\Windows\\System32\\REGSVR32.exe"', [["regsvr32.exe"]]),
        ('Image="*vbscript*mshtml,Run*"', [["mshtml,run"]]),
        (r'Image="*\\winword.exe" OR Image="*\\excel.exe"', [["excel.exe", "winword.exe"]]),
        ("EventCode=1 hello OR world term1ght", [["term1ght"], ["hello", "world"]]),
        ("Image=*shell* Image=*powershell*", [["powershell"]]),
        ("Image=*shell* OR Image=*powershell*", [["shell"]]),
        ("(regsvr32 scrobj) OR (regsvr32 i:http)", [["regsvr32"], ["i:http", "scrobj"]]),
        ('EventCode=1 | where like(Image,"%regsvr%") AND lower(User)="nobody"', [["nobody"], ["regsvr"]]),
        ('EventCode=1 | where Image="winword" OR Image="outlook"', [["outlook", "winword"]]),
        ('EventCode=1 | search Image="*ДОКУМЕНТ отчёт.docx"', [[".docx"]]),
        ("winword NOT [search excel | fields Image]", [["excel", "winword"]]),
        ("winword.exe NOT [search winword | fields Image]", [["winword"]]),
        ("winword | stats count by Image | where count>5", [["winword"]]),
    ],
)
def test_groups_of_a_search(search: str, groups: list[list[str]]) -> None:
    assert said(search) == tuple(map(tuple, groups))


@pytest.mark.parametrize(
    ("search", "reason"),
    [
        ("*", "there are no conditions"),
        ("EventCode=1", "EventCode is no text"),
        ("EventCode=winword", "EventCode is no text"),
        ("Signed=false", "can be no number or true or false"),
        ("ProcessGuid=*5770385F-C22A-43E0*", "can be no number"),
        ("cmd", f"of {MINIMUM} characters"),
        ("NOT regsvr32.exe", "negated"),
        ("Image!=*regsvr32*", "negated"),
        ("Image=*regsvr32* OR EventCode=1", "an alternative of an OR has none: EventCode"),
        ("Image=* Count>5", "no fixed text"),
        ('a=1 | regex Image="regsvr32"', "no fixed text"),
        ("src=10.0.0.0/8", "no fixed text"),
        ("windows", "provider"),
        ("Channel=*windows*", "Channel"),
        ("Hashes=*imphash*", "Hashes"),
        ('Image=a | where NOT like(Image,"%regsvr%")', "an expression asks for no fixed text"),
        ("winword NOT [search Image=* | fields Image]", "no fixed text"),
    ],
)
def test_no_opinion_says_why(search: str, reason: str) -> None:
    answer = said(search)
    assert isinstance(answer, str)
    assert reason in answer


def test_pseudocode_in_the_names_of_car() -> None:
    text = 'a = search Module:Load\nb = filter a where (module_name == "*evil.dll" and {})\noutput b'
    plain = required_literals(compile_pseudocode(Source(text.format("signer == null"), "test")).plan)
    assert isinstance(plain, RequiredLiterals)
    assert plain.groups == (("evil.dll",),)


@pytest.mark.parametrize("field", ["signature_valid", "integrity_level", "normal_command_line"])
def test_what_is_made_of_a_value_need_not_stand_in_the_file(field: str) -> None:
    made = of_conditions([Matches(Field(field, "car"), Glob("medium"))])
    assert isinstance(made, NoOpinion)


def test_several_searches_share_what_each_of_them_asks() -> None:
    one = RequiredLiterals((("winword",),))
    other = RequiredLiterals((("excel", "outlook"),))
    assert either([one, other]) == RequiredLiterals((("excel", "outlook", "winword"),))
    assert either([one, NoOpinion("why")]) == NoOpinion("why")
    assert isinstance(either([]), NoOpinion)


def test_spellings_are_all_there_are() -> None:
    """Every character that folds into a letter of ASCII is among its spellings, and no other."""
    found: dict[str, set[str]] = {}
    for point in range(0x110000):
        if not 0xD800 <= point <= 0xDFFF and (folded := fold(chr(point))).isascii() and folded.isalpha():
            found.setdefault(folded, set()).add(chr(point))
    assert found == {letter: set(spelt) for letter, spelt in SPELLINGS.items()}


FIELDS = [Field("Image"), Field("CommandLine"), Field("Computer"), Field("EventCode"), Field("Tags")]
FIELDS += [Field("image_path", "car"), Field("signature_valid", "car")]
WORDS = ["regsvr32.exe", "RegSvr32", "winword", "\u212aelvin", "\u0130nstall", "script", "C:\\Windows\\"]
WORDS += ["true", "false", "deadbeef", "S-1-5-18", "windows", "sysmon", "a", "1", "*", " ", "\\", '"', "ſſßß"]

texts = st.lists(st.sampled_from(WORDS), min_size=0, max_size=4).map("".join)
values = texts.map(lambda text: text.replace("*", ""))
fields = st.sampled_from(FIELDS)
expressions: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(
        st.builds(
            lambda field, value, lowered: Binary(
                "=",
                Call("lower", (FieldValue(field.name),)) if lowered else FieldValue(field.name),
                Constant(value),
            ),
            fields,
            values,
            st.booleans(),
        ),
        st.builds(
            lambda field, value: Call("like", (FieldValue(field.name), Constant(f"%{value}%"))),
            fields,
            values,
        ),
    ),
    lambda inner: st.one_of(
        st.builds(lambda a, op, b: Binary(op, a, b), inner, st.sampled_from(["and", "or", "xor"]), inner),
        st.builds(lambda a: Negation("not", a), inner),
    ),
    max_leaves=3,
)
leaves: st.SearchStrategy[Predicate] = st.one_of(
    st.builds(Matches, fields, texts.map(Glob), st.booleans()),
    st.builds(Compares, fields, st.sampled_from(["==", "<", "!="]), values),
    st.builds(Present, fields),
    st.builds(Absent, fields),
    st.builds(Term, texts.filter(lambda text: text.strip("*") != "").map(Glob)),
    st.builds(MatchesRegex, fields, st.just("regsvr"), st.booleans(), st.booleans()),
    st.builds(Where, expressions),
)
predicates: st.SearchStrategy[Predicate] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: All(tuple(items))),
        st.lists(inner, max_size=3).map(lambda items: AnyOf(tuple(items))),
        inner.map(Not),
    ),
    max_leaves=6,
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """An event of a file that carries only its data and its computer; the provider comes from its shape."""
    data: dict[str, object] = {}
    for name in draw(st.sets(st.sampled_from(["Image", "CommandLine", "Tags", "SignatureStatus"]))):
        data[name] = draw(st.one_of(values, st.lists(values, min_size=2, max_size=3).map(tuple)))
    event = Event(
        "Microsoft-Windows-Sysmon",
        None,
        draw(st.sampled_from(["1", "7"])),
        draw(st.one_of(st.none(), values)),
        None,
        datetime(2024, 1, 1, tzinfo=UTC),
        data,  # type: ignore[arg-type]
        {},
        "line 1",
        Place("f", "line 1"),
        "eql-raw",
    )
    car = {"signature_valid": "true"} | ({"image_path": data["Image"]} if "Image" in data else {})
    event._car = car  # type: ignore[assignment]
    return event


def carried(event: Event) -> list[str]:
    """The values that stand in the file, folded."""
    found = [event.computer] if event.computer is not None else []
    for value in event.data.values():
        found += [value] if isinstance(value, str) else list(value)
    return [fold(text) for text in found]


@settings(max_examples=150)
@given(predicates, events())
def test_every_match_holds_a_literal_of_every_group(predicate: Predicate, event: Event) -> None:
    """In one value that the file carries, folded; and by its spellings in that value as it is."""
    opinion = of_conditions([predicate])
    if isinstance(opinion, NoOpinion) or not condition(predicate, lambda _, __: None)(Row(event)):
        return
    values = carried(event)
    for group in opinion.groups:
        assert any(literal in value for literal in group for value in values), group
        assert all(len(literal) >= MINIMUM and literal.isascii() for literal in group)


@settings(max_examples=150)
@given(st.data())
def test_predicates_that_hold_are_met(data: st.DataObject) -> None:
    """The same with a predicate made to fit the event, so that most of them hold."""
    event = data.draw(events())
    pairs = [
        (Field(name), one)
        for name, value in event.data.items()
        for one in ((value,) if isinstance(value, str) else value)
        if one
    ]
    if not pairs:
        return
    fitting = []
    for field, value in data.draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=3)):
        start = data.draw(st.integers(0, len(value)))
        end = data.draw(st.integers(start, len(value)))
        spelt = "".join(data.draw(st.sampled_from(SPELLINGS.get(c, c))) for c in fold(value[start:end]))
        test: Predicate = Matches(field, Glob(f"*{spelt}*"))
        fitting.append(AnyOf((test, data.draw(leaves))) if data.draw(st.booleans()) else test)
    predicate = All(tuple(fitting))
    assert condition(predicate, lambda _, __: None)(Row(event))
    opinion = of_conditions([predicate])
    if isinstance(opinion, RequiredLiterals):
        for group in opinion.groups:
            assert any(literal in value for literal in group for value in carried(event)), group
