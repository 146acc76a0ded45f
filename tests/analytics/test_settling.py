"""What some fields of an event settle, the event would have settled."""

from itertools import product

import pytest

from carhound.engines.interpreter.collect_apart import CollectorApart
from carhound.languages.pseudocode.compile import compile_pseudocode
from carhound.languages.spl.compile import compile_spl
from carhound.model.diagnostics import Source
from carhound.model.event import Event, RawEvent, Value
from carhound.normalize.normalizer import Normalizer
from carhound.pipeline.files.skipping import Skipping
from carhound.plan.nodes import Node

SEARCHES = (
    "EventCode=1 Image=*a* CommandLine=*b*",
    "index=sysmon Image=*a* OR process_name=*c*",
    "index=sysmon process=*c* ComputerName=pc",
    "Details=*c* | stats count by Image",
)
FILTER = "found = search {}\nodd = filter found where ({})\noutput odd"
PROGRAMS = (
    FILTER.format("Process:Create", 'exe == "a" and command_line == "b"'),
    FILTER.format("Registry:Value_Edit", 'data == "*a*" and user == "c"'),
    "found = search Module:Load\nodd = filter found where (signer == null)\noutput odd",
)
VALUES = {
    "Image": ("C:\\a.exe", "C:\\\\Windows\\\\a.exe"),
    "CommandLine": ("b", ""),
    "Details": ("c",),
    "Signed": ("false",),
    "User": ("c",),
    "EventType": ("SetValue", "x"),
}
PAYLOADS = [
    {name: value for name, value in zip(VALUES, values, strict=True) if value is not None}
    for values in product(*((None, *some) for some in VALUES.values()))
]


def plans(texts: tuple[str, ...]) -> list[Node]:
    compile_text = compile_spl if texts is SEARCHES else compile_pseudocode
    found = [compile_text(Source(text, "text")).plan for text in texts]
    assert None not in found
    return [plan for plan in found if plan is not None]


def event_of(event_id: str, payload: dict[str, Value], normalizer: Normalizer) -> Event:
    source = "Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational"
    return normalizer.event(RawEvent(*source, event_id, "pc", "4", None, payload, {}, ""), "file", "shape")


@pytest.mark.parametrize("texts", [SEARCHES, PROGRAMS], ids=["searches", "programs"])
@pytest.mark.parametrize("event_id", ["1", "7", "13"])
def test_what_fields_settle_events_settle(texts: tuple[str, ...], event_id: str) -> None:
    by_fields, by_events = (CollectorApart(plans(texts), {}) for _ in range(2))
    one, other = Skipping(None, by_fields.collector), Skipping(None, by_events.collector)
    settled = 0
    for payload in PAYLOADS:
        event = event_of(event_id, payload, normalizer := Normalizer())
        kind = event.provider, event.channel, event.event_id
        for apart in (by_fields, by_events):
            apart.collector.begin_file()
        assert one.wants(*kind) == other.wants(*kind)
        by_events.collector.offer(event)
        showing = one.showing(*kind, "pc")
        assert showing is not None
        if showing.settles({name: payload[name] for name in showing.fields if name in payload}):
            settled += 1
            assert not one.wants(*kind)
            assert not other.wants(*kind)
            assert not list(normalizer.take_remarks())
        else:
            by_fields.collector.offer(event)
        assert one.wants(*kind) == other.wants(*kind)
    assert 0 < settled < len(PAYLOADS) / 2
