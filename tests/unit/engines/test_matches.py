"""Which events meet a search before "now" is known, where operators change them on the way."""

from datetime import UTC, datetime

import pytest

from carhound.engines.interpreter.conditions import condition
from carhound.engines.interpreter.execution import matches
from carhound.engines.interpreter.rows import SharedRow
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.event import RawEvent
from carhound.model.glob import Glob
from carhound.normalize.normalizer import Normalizer
from carhound.plan.predicates import Field, Matches
from carhound.plan.stems import stems

SYSMON = ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational")
TIME = datetime(2024, 6, 1, tzinfo=UTC)
EVENTS = [
    Normalizer().event(RawEvent(*SYSMON, "1", "H1", None, TIME, {"CommandLine": line}, {}, line), "f", "s")
    for line in ("run /i:a", "run /i:b")
]


@pytest.mark.parametrize(
    ("spl", "found"),
    [
        ('rex field=CommandLine "/i:(?<what>\\w)" | search what=a', ["run /i:a"]),
        ('makemv CommandLine | mvexpand CommandLine | search CommandLine="/i:b"', ["run /i:b"]),
        ("mvexpand CommandLine | search CommandLine=run*", ["run /i:a", "run /i:b"]),
        ("fillnull value=none User | search User=none", ["run /i:a", "run /i:b"]),
        ("fillnull | search CommandLine=nothing", ["run /i:a", "run /i:b"]),
        ("eventstats count | where count=2", ["run /i:a", "run /i:b"]),
        ("bin span=1d _time | where _time=0", ["run /i:a", "run /i:b"]),
    ],
)
def test_what_is_known_without_a_window(spl: str, found: list[str]) -> None:
    plan = compile_spl(Source(f"EventCode=1 | {spl}", "test")).plan
    met = matches(plan, {id(stems(plan)[0].node): EVENTS})
    assert [event.position for event in met] == found


def test_every_plan_is_told_of_the_alias_that_serves_it() -> None:
    row, told = SharedRow(EVENTS[0]), []
    for plan in "first", "second":
        holds = condition(
            Matches(Field("dest"), Glob("h1")), lambda name, _, plan=plan: told.append((plan, name))
        )
        assert holds(row)
    assert told == [("first", "dest"), ("second", "dest")]
