"""A condition traced is the condition evaluated, with its reasons."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.rows import Row
from carhound.engines.interpreter.trace import Met, Trace, trace
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.event import Event, Place
from carhound.plan.predicates import All, Predicate
from carhound.plan.stems import stems


def event(**data: object) -> Event:
    return Event(
        "Microsoft-Windows-Sysmon",
        None,
        "1",
        "WS1.corp.example",
        "7",
        datetime(2024, 1, 1, tzinfo=UTC),
        data,  # type: ignore[arg-type]
        {},
        "line 1",
        Place("f", "7"),
        "test",
    )


def asked(search: str) -> Predicate:
    return All(stems(compile_spl(Source(search, "test")).plan)[0].conditions)


def traced(search: str, **data: object) -> Trace:
    return trace(asked(search), Row(event(**data)))


def test_every_node_is_looked_at() -> None:
    tree = traced("EventCode=7 a=1 OR b=2 NOT c=3", a="9", b="2", c=("1", "3"))
    assert (tree.join, tree.holds) == ("all", False)
    first, either, negated = tree.parts
    assert (first.holds, first.met) == (False, (Met("EventCode", "1"),))
    assert (either.join, either.holds, [part.holds for part in either.parts]) == ("any", True, [False, True])
    assert (negated.join, negated.holds, negated.parts[0].met) == ("not", False, (Met("c", ("1", "3")),))


def test_spans_are_those_of_the_text() -> None:
    search = "EventCode=1 (a=1 OR b=2)"
    spans = [part.span for part in traced(search).parts]
    assert [search[span.start : span.end] for span in spans if span] == ["EventCode=1", "a=1 OR b=2"]


def test_a_missing_field_and_an_alias() -> None:
    missing, served = traced("Gone=1 ComputerName=WS1*").parts
    assert missing.met == (Met("Gone", None),)
    assert (served.holds, served.met) == (True, (Met("ComputerName", "WS1.corp.example", "Computer"),))


def test_a_term_is_shown_where_it_stands() -> None:
    found, absent = traced("whoami absent", CommandLine="cmd /c WHOAMI", Tags=("x", "y")).parts
    assert found.met == (Met("CommandLine", "cmd /c WHOAMI"),)
    assert (absent.holds, absent.met) == (False, ())


def test_a_where_keeps_its_third_value() -> None:
    tree = traced('EventCode=1 | where Count>5 OR NOT Image="a"', Image="a")
    where = tree.parts[-1]
    assert (where.join, where.holds) == ("any", False)
    assert [part.holds for part in where.parts] == [None, False]
    assert where.parts[1].parts[0].holds is True
    lone = traced("EventCode=1 | where Count>5").parts[-1]
    assert (lone.join, lone.holds, lone.met) == ("test", False, (Met("Count", None),))


atoms = st.sampled_from(
    [
        "a=1",
        "a!=1",
        "b=*x*",
        "b=*",
        "c>5",
        "word",
        'a="10.0.0.0/8"',
        "NOT b=2",
        "NOT (a=1 c=7)",
        "b IN (1, x)",
    ]
)
searches = st.lists(st.lists(atoms, min_size=1, max_size=3).map(" OR ".join), min_size=1, max_size=4).map(
    lambda parts: "EventCode=1 " + " ".join(f"({part})" for part in parts)
)
tails = st.sampled_from(
    [
        "",
        ' | regex b="x"',
        ' | regex b!="x"',
        " | where c>5 AND NOT a=1",
        " | where isnull(b) OR a=1",
        ' | regex "w"',
    ]
)
cells = st.sampled_from(["1", "2", "7", "x", "xx", "a word", "", "10.1.1.1"])


@settings(max_examples=300)
@given(searches, tails, st.dictionaries(st.sampled_from("abc"), cells | st.tuples(cells, cells)))
def test_a_trace_holds_where_its_condition_does(search: str, tail: str, data: dict[str, object]) -> None:
    """At its top, and at each node below, from what the nodes under it say."""
    predicate = asked(search + tail)
    tree = trace(predicate, Row(event(**data)))
    assert tree.holds is condition(predicate, lambda _, __: None)(Row(event(**data)))
    _consistent(tree)


def _consistent(node: Trace) -> None:
    parts = [part.holds for part in node.parts]
    if parts and None not in parts:
        expected = {"all": all(parts), "any": any(parts), "not": not parts[0]}[node.join]
        assert node.holds is expected
    for part in node.parts:
        _consistent(part)
