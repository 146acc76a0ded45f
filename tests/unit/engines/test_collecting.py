"""What a collector asks of events in fewer steps is what the stems ask of each event by itself."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.engines.interpreter.collect import Collector
from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.guards import Guards
from carhound.engines.interpreter.kinds import parted
from carhound.engines.interpreter.rows import Row, SharedRow
from carhound.model.datasets import EVERYTHING
from carhound.model.event import Event, Place, Value
from carhound.model.glob import Glob
from carhound.plan.nodes import Filter, Scan
from carhound.plan.predicates import (
    Absent,
    All,
    AnyOf,
    Compares,
    Field,
    Matches,
    Not,
    Predicate,
    Present,
    Term,
)

LONG = "c:\\" + "long\\" * 60 + "a.exe"
IMAGES = ("C:\\a.exe", "C:\\B.exe", "", ("C:\\a.exe", "C:\\b.exe"), LONG)
TEXTS = ("*a.exe", "C:\\b.exe", "1", "3", "*", "sysmon*", LONG)

fields = st.sampled_from(
    [Field(name) for name in ("Image", "ParentImage", "EventCode", "SourceName", "Channel", "process_path")]
    + [Field("image_path", "car")]
)
tests = st.one_of(
    st.builds(Matches, fields, st.sampled_from(TEXTS).map(Glob), st.booleans()),
    st.builds(Compares, fields, st.sampled_from(("<", ">=")), st.sampled_from(("2", "b"))),
    st.builds(Present, fields),
    st.builds(Absent, fields),
    st.builds(Term, st.just(Glob("a"))),
)
predicates: st.SearchStrategy[Predicate] = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=4,
)
asked = st.lists(st.lists(predicates, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3)


def event(provider: str | None, event_id: str, data: dict[str, Value]) -> Event:
    place = Place("a.evtx", "1")
    time = datetime(2024, 1, 1, tzinfo=UTC)
    return Event(provider, None, event_id, "pc", None, time, data, {}, "1", place, "evtx", derive=view)


def view(of: Event) -> dict[str, Value]:
    image = of.data.get("Image")
    return {} if image is None else {"image_path": image}


events = st.builds(
    event,
    st.sampled_from(("Sysmon", None)),
    st.sampled_from(("1", "3")),
    st.dictionaries(st.sampled_from(("Image", "ParentImage")), st.sampled_from(IMAGES)),
)


@settings(max_examples=100, deadline=None)
@given(asked, st.lists(events, min_size=1, max_size=6))
def test_no_guard_shuts_out_what_a_stem_lets_through(
    conditions: list[tuple[Predicate, ...]], given_events: list[Event]
) -> None:
    guards = Guards((1 << number, one) for number, one in enumerate(conditions))
    every = (1 << len(conditions)) - 1
    for one in given_events:
        left = guards.open(SharedRow(one), every)
        for number, predicates in enumerate(conditions):
            assert left & 1 << number or not condition(All(predicates))(Row(one))


def test_a_guard_shuts_out_what_one_field_rules_out() -> None:
    wanted = Matches(Field("Image"), Glob("*a.exe"))
    guards = Guards([(1, (wanted, Term(Glob("x")))), (2, (Present(Field("ParentImage")),)), (4, (wanted,))])
    other = event(None, "1", {"Image": "C:\\b.exe", "ParentImage": "x"})
    for _ in range(2):  # the second time from memory
        assert guards.open(SharedRow(other), 0b111) == 0b010
        assert guards.open(SharedRow(other), 0b101) == 0


def test_guards_know_of_aliases() -> None:
    guards = Guards([(1, (Matches(Field("process_path"), Glob("*a.exe")),))])
    own = {"Image": "C:\\b.exe", "process_path": "C:\\a.exe"}
    assert guards.open(SharedRow(event(None, "1", {"Image": "C:\\b.exe"})), 1) == 0
    assert guards.open(SharedRow(event(None, "1", own)), 1) == 1


@settings(max_examples=100, deadline=None)
@given(st.lists(predicates, max_size=4), events)
def test_conditions_in_two_parts_ask_the_same(conditions: list[Predicate], one: Event) -> None:
    by_kind, others = parted(conditions)
    row = Row(one)
    assert all(condition(part)(row) for part in (*by_kind, *others)) is condition(All(tuple(conditions)))(row)
    bare = Row(event(one.provider, str(one.event_id), {}))
    assert condition(All(by_kind))(row) is condition(All(by_kind))(bare)


@settings(max_examples=100, deadline=None)
@given(asked, st.lists(events, min_size=1, max_size=6))
def test_a_collector_keeps_what_the_stems_let_through(
    conditions: list[tuple[Predicate, ...]], given_events: list[Event]
) -> None:
    plans = [Filter(Scan(EVERYTHING), All(one)) for one in conditions]
    collector = Collector(plans, lambda event: event)
    collector.begin_file()
    for one in given_events:
        collector.offer(one)
    blind = {one.plan for one in collector.end_file()}
    for number, one in enumerate(conditions):
        holds = condition(All(one))
        kept = [id(event) for event in collector.main_hits(number)]
        met = [id(event) for event in given_events if holds(Row(event))]
        assert kept == ([] if number in blind else met)
