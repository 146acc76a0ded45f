"""Which events meet a search before "now" is known, where operators change them on the way."""

from datetime import UTC, datetime, timedelta

import pytest

from carhound.engines.interpreter.aliases import AliasesUsed
from carhound.engines.interpreter.execution import matches, run
from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.rows import Row
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.event import RawEvent
from carhound.normalize.normalizer import Normalizer
from carhound.plan.predicates import Field
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


@pytest.mark.parametrize(
    ("spl", "aliases"),
    [
        ("dest=h1", {"dest"}),
        ("Computer=h1 OR dest=h2", {"dest"}),
        ("EventCode=1 | table process host Image", {"process", "host"}),
        ("EventCode=1 | eval host=1 | stats count by host", set()),
        ("EventCode=1 | search NOT [search EventCode=1 | fields process_path]", set()),
        ("EventCode=1 | search NOT [search EventCode=1 | fields process]", {"process"}),
    ],
)
def test_a_result_names_the_fields_that_were_read_from_others(spl: str, aliases: set[str]) -> None:
    plan = compile_spl(Source(spl, "test")).plan
    moment = Moment(TIME + timedelta(hours=1), UTC)
    assert run(plan, {id(one.node): EVENTS for one in stems(plan)}, moment).aliases == aliases


def test_a_field_that_one_event_has_and_another_lacks() -> None:
    (lacking, having) = (Row(None, {"Image": "a"}), Row(None, {"Image": "a", "process_path": "b"}))
    used = AliasesUsed([Field("process_path"), Field("process_path", "car"), Field("Image")])
    used.note([having, Row(None, {})])
    assert used.names == set()
    used.note([lacking])
    assert used.names == {"process_path"}
