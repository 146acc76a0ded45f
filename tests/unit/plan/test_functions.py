"""What the table of functions says of each, the functions do."""

from datetime import UTC, datetime

import pytest

from carhound.engines.interpreter.expressions import evaluator
from carhound.engines.interpreter.functions.building import Environment
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.rows import Row
from carhound.languages.spl.cursor import Cursor
from carhound.languages.spl.eval_expression import parse_expression
from carhound.model.datasets import EVERYTHING
from carhound.model.diagnostics import Source
from carhound.model.event import Cell
from carhound.plan.expressions import Call, FieldValue
from carhound.plan.functions import FUNCTIONS, asks_clock, is_condition
from carhound.plan.needs import needs
from carhound.plan.nodes import Filter, Scan
from carhound.plan.predicates import Where
from carhound.plan.rewrites.required_literals import NoOpinion, required_literals
from carhound.plan.stems import stems

ENVIRONMENT = Environment(Moment(datetime(2024, 6, 15, 13, tzinfo=UTC), UTC))
STRICT = sorted(name for name, function in FUNCTIONS.items() if function.strict)
EVERY = sorted(FUNCTIONS)
VALUES: list[Cell] = ["1", "", "abc", "%Y", 2, -1.5, ("a", "1"), ("x",), "10.0.0.0/8", "(", "\ud800", "1e308"]


def expression(text: str) -> Call:
    made = parse_expression(Cursor(Source(text, "case")))
    assert isinstance(made, Call)
    return made


def value(function: str, *arguments: Cell) -> object:
    fields = [FieldValue(f"a{place}") for place in range(len(arguments))]
    row = Row(None, {f"a{place}": one for place, one in enumerate(arguments)})
    return evaluator(Call(function, tuple(fields)), ENVIRONMENT)(row)


@pytest.mark.parametrize("name", STRICT)
def test_a_strict_function_is_null_where_an_argument_is(name: str) -> None:
    function = FUNCTIONS[name]
    for count in range(max(function.least, 1), function.most + 1):
        for missing in range(count):
            for one in VALUES:
                arguments = [None if place == missing else one for place in range(count)]
                assert value(name, *arguments) is None, arguments


@pytest.mark.parametrize("name", EVERY)
def test_no_value_makes_a_function_fail_and_it_is_what_it_says(name: str) -> None:
    function = FUNCTIONS[name]
    count = function.least if name in ("mvfilter", "mvmap") else max(function.least, min(function.most, 2))
    for first in VALUES:
        for second in VALUES:
            made = value(name, *[first, second, second][:count])
            if function.condition:
                assert made is None or isinstance(made, bool)
            if isinstance(made, tuple):
                assert made
                assert all(isinstance(one, str) for one in made)


@pytest.mark.parametrize("name", sorted(name for name, one in FUNCTIONS.items() if one.clock))
def test_what_asks_for_the_clock_stands_in_no_stem(name: str) -> None:
    call = Call(name, tuple(FieldValue("Image") for _ in range(FUNCTIONS[name].least)))
    plan = Filter(Scan(EVERYTHING), Where(Call("isnotnull", (call,))))
    assert asks_clock(call)
    assert stems(plan)[0].conditions == ()


def needed(text: str) -> list[str]:
    plan = Filter(Scan(EVERYTHING), Where(parse_expression(Cursor(Source(text, "case")))))
    return [need.names for need in needs(stems(plan)[0])]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('match(Image, "x")', ["Image"]),
        ('cidrmatch("10.0.0.0/8", ip)', ["ip"]),
        ('lower(replace(Image, "a", b))="x"', ["Image", "b"]),
        ("Image IN (a, b)", ["Image"]),
        ("isnotnull(trim(Image))", ["Image"]),
        ('coalesce(Image, a)="x"', []),
        ('if(isnull(Image), "x", a)="x"', []),
        ('case(a="x", Image)="x"', []),
        ("isnull(Image)", []),
        ("NOT match(Image, a)", []),
        ("isnum(Image)", []),
        ('typeof(Image)="Invalid"', []),
        ("max(Image, 3)>2", []),
        ("true()", []),
    ],
)
def test_needs_are_what_a_condition_cannot_hold_without(text: str, fields: list[str]) -> None:
    assert needed(text) == fields


def literals(text: str) -> object:
    plan = Filter(Scan(EVERYTHING), Where(parse_expression(Cursor(Source(text, "case")))))
    found = required_literals(plan)
    return None if isinstance(found, NoOpinion) else found.groups


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ('Image IN ("regsvr32.exe", "rundll32.exe")', (("regsvr32.exe", "rundll32.exe"),)),
        ('lower(Image) IN ("regsvr32.exe")', (("regsvr32.exe",),)),
        ('Image IN ("regsvr32.exe", a)', None),
        ('coalesce(Image, "regsvr32.exe")="regsvr32.exe"', None),
        ('if(a=1, "regsvr32.exe", Image)="regsvr32.exe"', None),
        ('upper(Image)="REGSVR32.EXE"', None),
        ('match(Image, "regsvr32")', None),
        ('NOT Image IN ("regsvr32.exe")', None),
    ],
)
def test_required_literals_claim_nothing_that_a_function_could_make(text: str, groups: object) -> None:
    assert literals(text) == groups


def test_a_choice_is_a_condition_where_one_of_its_values_is() -> None:
    assert is_condition(expression("if(true(), a=1, false())"))
    assert is_condition(expression("case(a=1, b=2)"))
    assert not is_condition(expression('if(a=1, "x", null())'))
