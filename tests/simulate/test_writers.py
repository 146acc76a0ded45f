"""Every format says the same of a record, whatever its texts are."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from carhound.model.event import RawEvent
from carhound.readers.evidence import open_evidence
from carhound.readers.evtx.reader import EvtxReader
from carhound.readers.interface import ReadOptions
from carhound.readers.json.reader import JsonReader
from carhound.simulate.event import Simulated
from carhound.simulate.raw import as_raw_event
from carhound.simulate.text import xml_text
from carhound.simulate.writers import FORMATS
from carhound.simulate.writers.xml import event_xml

Make = Callable[..., Simulated]
HEADER = ("provider", "channel", "event_id", "computer", "record_id", "time", "data")


def header(raw: RawEvent) -> list[object]:
    return [getattr(raw, name) for name in HEADER]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read_as_the_same_events(record: Make, tmp_path: Path, name: str) -> None:
    if name in ("xml", "splunk"):
        pytest.importorskip("carhound.readers.xml.reader", reason="XML is not read yet")
    write, ending = FORMATS[name]
    records = [record(number) for number in range(200)]
    path = tmp_path / f"log{ending}"
    with path.open("wb") as stream:
        write(iter(records), stream)
    (part,) = open_evidence([str(path)])
    found = list(part.items())
    assert [type(one) for one in found] == [RawEvent] * len(records)
    expected = [as_raw_event(one) for one in records]
    assert [header(one) for one in found if isinstance(one, RawEvent)] == [header(one) for one in expected]
    for one, raw in zip(found, expected, strict=True):
        assert isinstance(one, RawEvent)
        for field, value in raw.meta.items():
            if field.startswith("System_") or field == "ProviderGuid":
                assert one.meta.get(field) == value


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).filter(
    lambda name: name not in ("Data", "Name", "xmlns", "UtcTime")
)
KNOWN = st.sampled_from(
    ["ProcessId", "ProcessGuid", "LogonId", "SubjectUserSid", "Initiated", "SourcePort", "GrantedAccess"]
)
SPELLINGS = st.one_of(
    st.integers(-1, 2**64).map(str),
    st.integers(0, 2**65).map(hex),
    st.uuids().map(lambda one: f"{{{one}}}"),
    st.uuids().map(lambda one: f"{{{str(one).upper()}}}"),
    st.lists(st.integers(0, 2**33), min_size=1, max_size=17).map(
        lambda parts: "S-1-" + "-".join(map(str, parts))
    ),
    st.sampled_from(
        ["true", "false", "True", "0x", "01", "0X1", "0xA", "S-1-5", "S-1-05-18", "٣", "{}", "-"]
    ),
)
TEXTS = st.text(st.characters(), max_size=40)
"""Any characters, lone surrogates too."""
SIMULATED = st.builds(
    Simulated,
    provider=TEXTS,
    provider_guid=st.uuids().map(lambda one: f"{{{one}}}"),
    channel=TEXTS,
    computer=TEXTS,
    event_id=st.integers(0, 65535),
    version=st.integers(0, 255),
    level=st.integers(0, 255),
    task=st.integers(0, 65535),
    opcode=st.integers(0, 255),
    keywords=st.integers(0, 2**64 - 1),
    record_id=st.integers(1, 2**53),
    time=st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    process_id=st.integers(0, 2**32 - 1),
    thread_id=st.integers(0, 2**32 - 1),
    user_sid=st.none() | st.sampled_from(["S-1-5-18", "S-1-0-0", "S-1-5-21-1-2-3-4294967295"]),
    data=st.dictionaries(NAMES, TEXTS, max_size=6)
    | st.dictionaries(KNOWN, SPELLINGS, max_size=5)
    | st.dictionaries(KNOWN, TEXTS, max_size=3),
)


@given(st.lists(SIMULATED, min_size=1, max_size=5))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_record_is_read_back_from_evtx_as_it_was(records: list[Simulated]) -> None:
    stream = io.BytesIO()
    FORMATS["evtx"][0](records, stream)
    found = list(EvtxReader().read(io.BytesIO(stream.getvalue()), ReadOptions()))
    for one, raw in zip(found, map(as_raw_event, records), strict=True):
        assert isinstance(one, RawEvent)
        assert header(one) == header(raw)
        assert one.meta == raw.meta


@given(st.lists(SIMULATED, min_size=1, max_size=3))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_any_record_is_read_back_from_winlogbeat_as_it_was(records: list[Simulated]) -> None:
    stream = io.BytesIO()
    FORMATS["jsonl"][0](records, stream)
    found = list(JsonReader().read(io.BytesIO(stream.getvalue()), ReadOptions()))
    expected = [as_raw_event(one) for one in records]
    assert [header(one) for one in found if isinstance(one, RawEvent)] == [header(one) for one in expected]
    assert len(found) == len(records)


@given(SIMULATED)
@settings(max_examples=100)
def test_any_record_is_one_line_of_well_formed_xml(record: Simulated) -> None:
    from xml.etree import ElementTree

    stream = io.BytesIO()
    FORMATS["xml"][0]([record, record], stream)
    lines = stream.getvalue().splitlines()
    assert lines == [event_xml(record).encode()] * 2
    tree = ElementTree.fromstring(lines[0])  # noqa: S314  # our own
    found = {one.get("Name"): one.text or "" for one in tree[1]}
    assert found == {xml_text(name): xml_text(text) for name, text in record.data.items()}


def test_the_xml_is_that_of_windows(record: Make) -> None:
    one = replace(record(1), data={"RuleName": "", "Image": "C:\\a&b"})
    assert event_xml(one) == (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        "<Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/>"
        "<EventID>3</EventID><Version>5</Version><Level>4</Level><Task>3</Task><Opcode>0</Opcode>"
        "<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2024-06-14T12:00:01.1234580Z'/>"
        "<EventRecordID>1001</EventRecordID><Correlation/><Execution ProcessID='2740' ThreadID='3441'/>"
        "<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>WS1.example.org</Computer>"
        "<Security UserID='S-1-5-18'/></System><EventData><Data Name='RuleName'></Data>"
        "<Data Name='Image'>C:\\a&amp;b</Data></EventData></Event>"
    )


def test_a_splunk_export_has_the_xml_and_its_time(record: Make) -> None:
    stream = io.BytesIO()
    FORMATS["splunk"][0]([record(0), record(1)], stream)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["preview"] is False
    assert second["offset"] == 1
    assert first["result"]["_raw"] == event_xml(record(0))
    assert first["result"]["_time"] == "2024-06-14T12:00:00.123+00:00"
    assert first["result"]["source"] == "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"


def test_text_that_no_format_can_hold_becomes_a_replacement_character(record: Make) -> None:
    one = record(0, {"A": "a\0b\ud800c\ud83d\ude00"})
    assert as_raw_event(one).data == {"A": "a\ufffdb\ufffdc😀"}
    assert "a\x1bb" not in event_xml(record(0, {"A": "a\x1bb"}))
