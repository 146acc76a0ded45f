"""Rendered event XML: whole in every layout, broken in every way, and hostile."""

import io
import json
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Remark
from carhound.normalize.normalizer import Normalizer
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions
from carhound.readers.notes import Notes
from carhound.readers.part import Part
from carhound.readers.xml import reader
from carhound.readers.xml.event import event_data_fields, xml_event
from carhound.readers.xml.reader import XmlReader

from .windows_xml import FIELDS, event_tree, event_xml


def _file(tmp_path: Path, content: bytes) -> tuple[Part, list[Any]]:
    path = tmp_path / "log.txt"
    path.write_bytes(content)
    (part,) = open_evidence([str(path)])
    return part, list(part.items())


def _items(content: bytes) -> list[Any]:
    return list(XmlReader().read(io.BytesIO(content), ReadOptions()))


def _ids(items: list[Any]) -> list[str | None]:
    return [item.record_id for item in items if isinstance(item, RawEvent)]


def _damage(items: list[Any]) -> list[Damage]:
    return [item for item in items if isinstance(item, Damage)]


DECLARED = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n'
LINES = "\n".join(event_xml(number) for number in (7, 8, 9)) + "\n"
LAYOUTS: dict[str, bytes] = {
    "lines": LINES.encode(),
    "lines ending in CRLF": LINES.replace("\n", "\r\n").encode(),
    "blank lines between": ("\n\n" + LINES.replace("\n", "\n \n")).encode(),
    "side by side": LINES.replace("\n", "").encode(),
    "behind a BOM": b"\xef\xbb\xbf" + LINES.encode(),
    "in Events": f"{DECLARED}<Events>{LINES}</Events>\r\n".encode(),
    "in Events, declared again": f"<Events xmlns='x'>{DECLARED}{LINES}</Events>".encode(),
    "a declaration each": LINES.replace("<Event ", DECLARED + "<Event ").encode(),
    "no namespace": "".join(event_xml(number, xmlns="") for number in (7, 8, 9)).encode(),
    "pretty": LINES.replace("><", ">\r\n  <").replace("></Data>", ">\r\n</Data>").encode(),
    "UTF-16LE": f"{DECLARED.replace('utf-8', 'utf-16')}<Events>{LINES}</Events>".encode("utf-16"),
    "UTF-16BE": b"\xfe\xff" + LINES.encode("utf-16-be"),
    "UTF-16LE without a BOM": LINES.encode("utf-16-le"),
    "comments between": LINES.replace("\n", "<!-- exported -->\n").encode(),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_reads_the_same(layout: str, tmp_path: Path) -> None:
    part, items = _file(tmp_path, LAYOUTS[layout])
    assert (part.kind, part.format, part.reason) == ("evidence", "xml", "")
    assert _ids(items) == ["7", "8", "9"]
    assert len(items) == 3
    for event in items:
        assert {name: event.data[name] for name in FIELDS if name != "RuleName"} == {
            name: text for name, text in FIELDS.items() if name != "RuleName"
        }


def test_an_event_is_the_same_as_an_event_tree(tmp_path: Path) -> None:
    """Header, System part, payload, CAR view and identity."""
    (tmp_path / "tree.json").write_text(json.dumps(event_tree()))
    (tmp_path / "event.xml").write_text(event_xml())
    made = []
    for part in open_evidence([str(tmp_path / "event.xml"), str(tmp_path / "tree.json")]):
        (item,) = part.items()
        assert isinstance(item, RawEvent)
        made.append(Normalizer().event(item, part.path, part.format or ""))
    one, other = made
    assert one.native == other.native
    assert one.car == other.car
    assert one.car["parent_exe"] == "regsvr32.exe"
    assert one.identity() == other.identity()
    assert one.meta["System_ProcessID"] == "2740"
    assert one.data["RuleName"] == ""


def test_payloads_of_every_kind() -> None:
    """Unnamed and repeated Data, UserData, CDATA, references, RenderingInfo."""
    start, _, rest = event_xml().partition("<EventData>")
    end = rest.partition("</EventData>")[2]
    payload = (
        "<EventData Name='N'><Data>one</Data><Data>two</Data>"
        "<Data Name='A'><![CDATA[a </Event> <b> & c]]></Data>"
        "<Data Name='B'>&#x41;&amp;&lt;&#66;&quot;</Data><Data Name='C'>1</Data><Data Name='C'>2</Data>"
        "<Data Name='@x'>at</Data><Data Name='#text'>hash</Data><Data Name='D'><Item>1</Item></Data>"
        "<Binary>00FF</Binary></EventData>"
        "<RenderingInfo Culture='en-US'><Message>Process Create:&#13;\nImage: x</Message><Level>Information"
        "</Level></RenderingInfo>"
    )
    event = xml_event(start + payload + end, "line 1", Notes())
    assert event.data == {
        "Data": ("one", "two"),
        "A": "a </Event> <b> & c",
        "B": 'A&<B"',
        "C": ("1", "2"),
        "@x": "at",
        "#text": "hash",
        "D": '{"Item":"1"}',
        "Binary": "00FF",
    }
    assert event.meta["EventData_Name"] == "N"
    assert event.meta["Message"] == "Process Create:\r\nImage: x"
    assert event.meta["RenderingInfo_Level"] == "Information"
    user = (
        "<UserData><LogFileCleared xmlns='y'><SubjectUserName>bob</SubjectUserName>"
        "<Channel>Security</Channel>"
        "<Inner><Deep>1</Deep></Inner></LogFileCleared></UserData>"
    )
    event = xml_event(start + user + end, "line 1", Notes())
    assert event.data == {"SubjectUserName": "bob", "Channel": "Security", "Inner": '{"Deep":"1"}'}
    assert event.meta["UserData_Name"] == "LogFileCleared"
    event = xml_event(start + "<EventData>a text</EventData>" + end, "line 1", Notes())
    assert event.data == {"Data": "a text"}


def test_an_event_inside_an_event_belongs_to_it() -> None:
    start, _, rest = event_xml(1, {}).partition("<EventData>")
    inner = "<UserData><Forwarded><Event>text</Event></Forwarded></UserData>"
    items = _items((start + inner + rest.partition("</EventData>")[2] + event_xml(2)).encode())
    assert _ids(items) == ["1", "2"]
    assert _damage(items) == []
    assert items[0].data["Event"] == "text"


def test_the_payload_alone() -> None:
    """As Azure stores it: EventData, with or without something around it."""
    text = (
        '<EventData xmlns="http://x">\r\n  <Data Name="A">1 &amp; 2</Data>\r\n'
        '  <Data Name="B" />\r\n</EventData>'
    )
    assert event_data_fields(text) == {"A": "1 & 2", "B": ""}
    assert event_data_fields(f"<DataItem type='x'>{text}</DataItem>") == {"A": "1 & 2", "B": ""}
    assert event_data_fields("<EventData/>") == {}
    assert event_data_fields("<UserData><E><F>1</F></E></UserData>") == {"F": "1"}
    for broken in ("", "text", "<EventData><Data Name='A'>", "<EventData", "<EventData><a></EventData>"):
        with pytest.raises(ValueError, match=r"\w"):
            event_data_fields(broken)


BROKEN = {
    "cut": event_xml(2)[:300],
    "a closing tag gone": event_xml(2).replace("</EventData>", ""),
    "its end gone": event_xml(2).replace("</Event>", ""),
    "a quote gone": event_xml(2).replace("Name='Micro", "Name=Micro"),
    "a bare ampersand": event_xml(2).replace("cmd /c", "cmd & c"),
    "an unknown entity": event_xml(2).replace("cmd /c", "cmd &lol; c"),
    "without System": event_xml(2).replace("System>", "Sistem>"),
    "a tail": event_xml(2)[400:],
    "not XML": "== log rotated ==",
    "NULs": "\0" * 30,
    "an open CDATA section": event_xml(2).replace("cmd /c", "<![CDATA[cmd"),
    "deeply nested": event_xml(2).replace("cmd /c", "<a>" * 100_000 + "</a>" * 100_000),
    "nested without end": event_xml(2).replace("cmd /c", "<a>" * 100_000),
}


@pytest.mark.parametrize("about", BROKEN)
@pytest.mark.parametrize("layout", ["{}\n{}\n{}\n", "<Events>{}{}{}</Events>", "{}\r\n\r\n{}\r\n{}"])
def test_a_broken_event_costs_only_itself(about: str, layout: str) -> None:
    content = layout.format(event_xml(1), BROKEN[about], event_xml(3)).encode()
    items = _items(content)
    assert _ids(items) == ["1", "3"]
    (damage,) = _damage(items)
    assert damage.offset is not None
    assert len(event_xml(1)) <= damage.offset < content.rindex(b"<Event ")
    assert damage.where.startswith("line ")


def test_a_file_of_one_cut_event_is_damaged_evidence(tmp_path: Path) -> None:
    for length in (100, 300, 700):
        part, items = _file(tmp_path, event_xml().encode()[:length])
        assert part.kind == "evidence", length
        assert [type(item) for item in items] == [Damage], length


def test_other_xml_is_no_evidence(tmp_path: Path) -> None:
    for text in ("<html><Event>x</Event></html>", "<Task><EventTrigger/></Task>", "<EventList/>"):
        part, _ = _file(tmp_path, text.encode())
        assert part.kind == "not evidence"


def test_what_xml_cannot_hold_does_not_cost_the_event() -> None:
    """A control character, raw or as a reference, or bytes that are no UTF-8, would hide a command line."""
    for dirt in (
        b"\x01",
        b"&#1;",
        b"&#x0;",
        b"&#xD800;",
        b"&#99999999999999999999;",
        b"\xff",
        b"\xef\xbf\xbf",
    ):
        items = _items(event_xml().encode().replace(b"cmd /c", b"cmd " + dirt))
        assert _ids(items) == ["7"], dirt
        assert "cmd \ufffd" in items[0].data["CommandLine"], dirt
        assert [item.code for item in items if isinstance(item, Remark)] == ["EV-X1"], dirt


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(12)
)


@pytest.mark.parametrize(
    "declaration",
    [
        LAUGHS + "]>",
        "<!DOCTYPE x [<!ENTITY m SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'>",
        "<!DOCTYPE x [<!ENTITY % m SYSTEM 'http://127.0.0.1:9/x.dtd'> %m;]>",
    ],
)
def test_declarations_are_never_processed(declaration: str, tmp_path: Path) -> None:
    """Not before events, not inside one; what refers to them is damage, and others are read."""
    asking = event_xml(2).replace("cmd /c", "cmd &m;")
    inside = event_xml(4).replace("<EventData>", f"<EventData>{declaration}")
    events = event_xml(1) + asking + event_xml(3) + inside + event_xml(5)
    whole = f"<?xml version='1.0'?>{declaration}<Events>{events}</Events>"
    _, items = _file(tmp_path, whole.encode())
    assert _ids(items) == ["1", "3", "5"]
    assert len(_damage(items)) >= 2
    assert not any("root:" in str(item) for item in items)


class _Long:
    """An event whose text never seems to end, and one behind it."""

    def __init__(self, filler: bytes, megabytes: int) -> None:
        start, _, end = event_xml(1).encode().partition(b"cmd /c")
        self._parts = self._make(start, filler * ((1 << 20) // len(filler)), megabytes, end)

    @staticmethod
    def _make(start: bytes, filler: bytes, count: int, end: bytes) -> Iterator[bytes]:
        yield event_xml(0).encode() + start
        for _ in range(count):
            yield filler
        yield end + event_xml(2).encode()

    def read(self, _: int, /) -> bytes:
        return next(self._parts, b"")


TEXTS = [b"x", b"&lt;"]
FILLERS = [b"<a>", b"<a/>", b"</Data><Data>", b"<![CDATA[", b"</Event>", b"<Event ", b"<", b"<!--"]
STARTS = [b"<Event><System>", b"<Event><System></Event>"]


# A text is only without end where it is longer than a record may be. Where time grew with the square of the
# length, half of that would cost a quarter.
@pytest.mark.parametrize(
    ("filler", "megabytes", "seconds"),
    [(one, 20, 15) for one in TEXTS] + [(one, 10, 4) for one in FILLERS] + [(one, 1, 60) for one in STARTS],
    ids=repr,
)
def test_a_text_without_end_costs_time_as_it_is_long(
    filler: bytes, megabytes: int, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_LARGEST", 8 << 20)
    began = time.process_time()
    items = XmlReader().read(_Long(filler, megabytes), ReadOptions())
    assert [item.record_id for item in items if isinstance(item, RawEvent)] == ["0", "2"]
    assert time.process_time() - began < seconds


def test_a_field_met_many_times_costs_time_as_it_is_long() -> None:
    for filler in ("</Data><Data Name='C'>", "</Data><Data>", "</Data><Data Name='@'>", "<a/>"):
        items = _items(event_xml().replace("cmd /c", filler * 30_000).encode())
        assert _ids(items) == ["7"], filler


def test_a_text_without_end_is_not_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one event that has none, nor text between events."""
    monkeypatch.setattr(reader, "_LARGEST", 8 << 20)
    for long in (_Long(b"x", 24), _Long(b"</Event>", 24)):
        tracemalloc.start()
        read = sum(isinstance(item, RawEvent) for item in XmlReader().read(long, ReadOptions()))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert read == 2
        assert peak < 60 << 20


def test_a_large_file_is_read_across_buffers() -> None:
    content = "\n".join(event_xml(number, {"CommandLine": "x" * 7_000}) for number in range(500))
    for encoded in (content.encode(), content.encode("utf-16")):
        items = _items(encoded)
        assert _ids(items) == [str(number) for number in range(500)]
        assert len(items) == 500


@given(
    st.binary(max_size=40),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=6),
    st.integers(0, 3000),
)
def test_reading_never_raises(tail: bytes, flips: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(LINES.encode())
    for at, value in flips:
        content[at % len(content)] = value
    for item in _items(bytes(content[: cut % len(content)]) + tail):
        assert isinstance(item, RawEvent | Damage | Remark)


@given(st.text(alphabet="<>/EventSysmDaNx='\"&;#![]CDAT-? \n", max_size=80))
def test_no_text_raises(text: str) -> None:
    for whole in (text, f"<Event><System>{text}", event_xml().replace("cmd /c", text)):
        for item in _items(whole.encode()):
            assert isinstance(item, RawEvent | Damage | Remark)
