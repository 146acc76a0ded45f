"""One event step by step, where operators change it on the way."""

from datetime import UTC, datetime

import pytest

from carhound.engines.interpreter.moment import Moment
from carhound.engines.interpreter.steps import steps
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.event import RawEvent
from carhound.normalize.normalizer import Normalizer

MOMENT = Moment(datetime(2024, 6, 15, tzinfo=UTC), UTC)
EVENT = Normalizer().event(
    RawEvent(
        "Microsoft-Windows-Sysmon",
        "Microsoft-Windows-Sysmon/Operational",
        "1",
        "H1",
        None,
        None,
        {"CommandLine": "regsvr32 /i:http://a.example/x"},
        {},
        "1",
    ),
    "file",
    "shape",
)


@pytest.mark.parametrize(
    ("spl", "last"),
    [
        ('rex field=CommandLine "http://(?<host>[^/]+)" | search host=a.example', ("clause", True)),
        ('rex field=CommandLine "http://(?<host>[^/]+)" | search host=b.example', ("clause", False)),
        ("fillnull value=none User | search User=none", ("clause", True)),
        ("fillnull", ("command", None)),
        ("tail 3", ("command", None)),
        ("reverse | search EventCode=1", ("clause", True)),
        ("bin span=10 EventCode | search EventCode=0-10", ("clause", True)),
        ("bin EventCode", ("command", None)),
        ("head (EventCode=1)", ("command", None)),
        ("mvexpand CommandLine", ("command", None)),
    ],
)
def test_the_last_step(spl: str, last: tuple[str, bool | None]) -> None:
    plan = compile_spl(Source(f"EventCode=1 | {spl}", "test")).plan
    step = steps(plan, EVENT, MOMENT)[-1]
    assert (step.kind, step.holds) == last
