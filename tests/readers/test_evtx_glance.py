"""Headers of records told from the bytes of chunks, against what the parser says of them."""

import re
import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.model.event import RawEvent
from carhound.readers.evtx import glance
from carhound.readers.evtx.chunks import Chunk
from carhound.readers.evtx.glance import Walker, time_of
from carhound.readers.evtx.records import records
from carhound.readers.evtx.shapes import Kind, told_at
from carhound.readers.evtx.templates import UnfamiliarError, header_of
from carhound.readers.evtx.values import FILETIME, MOST_VALUES
from carhound.readers.notes import Notes
from carhound.simulate.event import Simulated
from carhound.simulate.writers import evtx_chunk, evtx_record
from carhound.simulate.writers.binxml import Element, Substitution
from carhound.simulate.writers.event_templates import EVENT, Template, _event, _template

START = datetime(2024, 6, 14, 12, tzinfo=UTC)
FIRST = 512
TEMPLATE = FIRST + 38
"""Where the first record begins, and the template that is defined in it."""
Header = tuple[Kind, datetime]


def outer(key: str, *, texts: dict[str, str] | None = None, more: Sequence[Element] = ()) -> Template:
    """A template of events with these texts of System in place of values, and more elements in it."""
    texts = texts or {}
    root = _event()
    system, payload = root.content
    assert isinstance(system, Element)
    children = []
    for child in system.content:
        assert isinstance(child, Element)
        if (text := texts.get(child.name)) is None:
            children.append(child)
        elif child.name == "Provider":
            children.append(Element("Provider", (("Name", text),)))
        else:
            children.append(Element(child.name, (), (text,)))
    content = Element("System", (), (*children, *more)), payload
    return _template(Element(root.name, root.attributes, content, root.dependency), key)


def simulated(
    event_id: int = 1, computer: str = "ws1", user: str | None = "S-1-5-18", number: int = 1
) -> Simulated:
    source = ("Microsoft-Windows-Sysmon", "", "Microsoft-Windows-Sysmon/Operational", computer, event_id)
    time = START + timedelta(seconds=number, microseconds=number)
    return Simulated(*source, 1, 4, 1, 0, 0x80 << 56, number, time, 4, 4, user, {"Image": "x"})


def chunk_of(*some: tuple[Template, Simulated], inner: Template | None = None) -> bytes:
    """A chunk of records with these outer templates; `inner` is the template of the first one's payload."""
    chunk = evtx_chunk.Chunk(1)
    for number, (template, record) in enumerate(some, 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(evtx_chunk, "EVENT", template)
            if inner is not None and number == 1:
                patch.setattr(evtx_record, "event_data_template", lambda *_: inner)
            assert chunk.add(number, evtx_record.evtx_record(record))
    return chunk.finish()


def told(walker: Walker[Kind], chunk: bytes) -> list[Header] | None:
    walked = walker(chunk)
    return None if walked is None else list(zip(walked.seen, map(time_of, walked.times), strict=True))


def parsed(chunk: bytes) -> list[Header] | None:
    """None where something is damaged."""
    found = []
    for one in records(Chunk(0, 4096, chunk), Notes()):
        if not isinstance(one, RawEvent) or one.time is None:
            return None
        found.append((Kind(one.provider, one.channel, one.event_id, one.computer), one.time))
    return found


def check_told_as_parsed_or_not_at_all(walker: Walker[Kind], chunk: bytes) -> None:
    """Of records that are passed over damage is not told."""
    answer, expected = told(walker, chunk), parsed(chunk)
    assert answer is None or expected is None or answer == expected


TEMPLATES = [
    EVENT,
    outer("service", texts={"Provider": "Service Control Manager", "Channel": "System", "Computer": "ws1"}),
    outer("log", texts={"Provider": "EventLog", "Channel": "System"}),
    outer("more", texts={"Computer": "ws2"}, more=[Element("More", (), ("text",))]),
]
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(TEMPLATES),
        st.builds(
            simulated,
            st.sampled_from([1, 3, 7036]),
            st.sampled_from(["ws1", "ws2", "srv", ""]),
            st.sampled_from([None, "S-1-5-18", "S-1-5-21-1-2-3-500"]),
            st.integers(1, 9999),
        ),
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize("most", [None, 2])
@settings(max_examples=60, deadline=None)
@given(some=st.lists(RECORDS, min_size=1, max_size=5))
def test_records_of_templates_that_take_turns_are_told_as_parsed(
    most: int | None, some: list[list[tuple[Template, Simulated]]]
) -> None:
    """Also where hardly any kinds and shapes are remembered."""
    with pytest.MonkeyPatch.context() as patch:
        if most is not None:
            patch.setattr(glance, "_MOST_SHAPES", most)
            patch.setattr(glance, "_MOST_KINDS", most)
        walker: Walker[Kind] = Walker(lambda kind: kind)
        for chunk in (chunk_of(*one) for one in some):
            assert told(walker, chunk) == parsed(chunk) is not None


def test_what_was_learnt_of_kinds_serves_other_chunks() -> None:
    kinds: list[Kind] = []
    walker = Walker(lambda kind: kinds.append(kind) or kind)  # type: ignore[func-returns-value]
    some = [(template, simulated()) for template in TEMPLATES]
    for order in (some, some[::-1], some[2:] + some[:2]):
        chunk = chunk_of(*order)
        assert told(walker, chunk) == parsed(chunk)
    assert len(kinds) <= 2 * len(TEMPLATES)  # with names in them, and with names that others define


def test_a_template_with_a_known_guid_and_other_content_is_looked_at() -> None:
    walker: Walker[Kind] = Walker(lambda kind: kind)
    one, other = (outer("same", texts={"Provider": text}) for text in ("First", "Other"))
    assert one.guid == other.guid
    for chunk, provider in (
        (chunk_of((EVENT, simulated()), (one, simulated())), "First"),
        (chunk_of((EVENT, simulated(computer="longer")), (other, simulated())), "Other"),
        (chunk_of((EVENT, simulated()), (other, simulated())), "Other"),
        (chunk_of((EVENT, simulated()), (one, simulated())), "First"),
    ):
        headers = told(walker, chunk)
        assert headers is not None
        assert headers == parsed(chunk)
        assert headers[1][0].provider == provider


def test_names_that_stand_outside_of_a_template_are_looked_at() -> None:
    """The second template has a name that the payload of the first record defines."""
    payload = Element("UserData", (), (Element("Xhannel", (), (Substitution(0, 1),)),))
    second = outer("second", texts={"Computer": "ws2"})
    chunk = bytearray(
        chunk_of((EVENT, simulated()), (second, simulated()), inner=_template(payload, "inner"))
    )
    walker: Walker[Kind] = Walker(lambda kind: kind)
    walked = walker(bytes(chunk))
    assert walked is not None
    template = walked.starts[1] + 38
    _, named = header_of(bytes(chunk), template)
    told_at = next(one.told for one in named if one.text[2:] == "Channel".encode("utf-16-le"))
    text_at = chunk.index("Xhannel".encode("utf-16-le"))
    struct.pack_into("<I", chunk, template + told_at, text_at - 8)
    found = set()
    for name in ("Channel", "Xhannel", "Chancel", "Channel"):
        chunk[text_at : text_at + 14] = name.encode("utf-16-le")
        expected = parsed(bytes(chunk))
        found.add(str(expected))
        assert told(walker, bytes(chunk)) == (expected if name == "Channel" else None)
    assert len(found) == 2


@pytest.mark.parametrize("which", ["Provider", "Channel", "Computer"])
def test_texts_of_templates_end_nowhere_else_than_they_say(which: str) -> None:
    """The parser ends them at a zero."""
    chunk = chunk_of((outer(which, texts={which: "Somewhere"}), simulated()))
    walker: Walker[Kind] = Walker(lambda kind: kind)
    assert told(walker, chunk) == parsed(chunk) is not None
    altered = chunk.replace("Somewhere".encode("utf-16-le"), "Some\0here".encode("utf-16-le"))
    assert parsed(altered) != parsed(chunk)
    assert told(walker, altered) is None


def test_a_template_whose_value_is_of_no_type_is_unfamiliar() -> None:
    chunk = bytearray(chunk_of((EVENT, simulated())))
    (time,) = re.finditer(rb"[\x0d\x0e].\0%c" % FILETIME, chunk, re.DOTALL)
    assert told(Walker(lambda kind: kind), bytes(chunk)) == parsed(bytes(chunk)) is not None
    chunk[time.end() - 1] = 0xF2
    assert told(Walker(lambda kind: kind), bytes(chunk)) is parsed(bytes(chunk)) is None


def test_a_name_in_a_template_is_one_that_is_defined_there() -> None:
    """Elsewhere in it links may be part of a name, and these are not compared."""
    fake = "abc\x04Fake"  # link, hash, length, characters
    more = outer("a name again", more=[Element("More", (("Name", "x"),), (fake,))])
    chunk = bytearray(chunk_of((more, simulated())))
    _, named = header_of(bytes(chunk), TEMPLATE)
    again = next(one for one in named if one.place != TEMPLATE + one.told + 4)
    struct.pack_into("<I", chunk, TEMPLATE + again.told, chunk.index(fake.encode("utf-16-le")))
    with pytest.raises(UnfamiliarError):
        header_of(bytes(chunk), TEMPLATE)


def test_a_name_ends_in_its_chunk() -> None:
    more = outer("a name again", more=[Element("More", (("Name", "x"),))])
    chunk = bytearray(chunk_of((more, simulated())))
    _, named = header_of(bytes(chunk), TEMPLATE)
    again = next(one for one in named if one.place != TEMPLATE + one.told + 4)
    for length in (4, 5):
        chunk[-16:] = struct.pack("<IHH", 0, 0, length) + "Fake".encode("utf-16-le")
        struct.pack_into("<I", chunk, TEMPLATE + again.told, len(chunk) - 16)
        if length == 4:
            header_of(bytes(chunk), TEMPLATE)
            continue
        with pytest.raises(UnfamiliarError):
            header_of(bytes(chunk), TEMPLATE)


@pytest.mark.parametrize("byte", range(24, 30))
def test_records_that_begin_otherwise_are_unfamiliar(byte: int) -> None:
    chunk = bytearray(chunk_of((EVENT, simulated()), (EVENT, simulated())))
    walker: Walker[Kind] = Walker(lambda kind: kind)
    walked = walker(bytes(chunk))
    assert walked is not None
    for start in walked.starts[:2]:
        altered = chunk.copy()
        altered[start + byte] += 1
        assert told(walker, bytes(altered)) is None


HOSTILE = (0, 1, 23, 24, 28, 64, 65, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("where", ["record", "place", "template", "count", "name"])
def test_hostile_sizes_are_unfamiliar_or_told_as_parsed(where: str, value: int) -> None:
    chunk = bytearray(chunk_of((EVENT, simulated()), (TEMPLATES[1], simulated())))
    walker: Walker[Kind] = Walker(lambda kind: kind)
    assert told(walker, bytes(chunk)) is not None
    (length,) = struct.unpack_from("<I", chunk, TEMPLATE + 20)
    _, (name, *_) = header_of(bytes(chunk), TEMPLATE)
    at, code = {
        "record": (FIRST + 4, "<I"),
        "place": (FIRST + 34, "<I"),
        "template": (TEMPLATE + 20, "<I"),
        "count": (TEMPLATE + 24 + length, "<I"),
        "name": (name.place + 6, "<H"),
    }[where]
    struct.pack_into(code, chunk, at, value & (0xFFFF if code == "<H" else 0xFFFFFFFF))
    check_told_as_parsed_or_not_at_all(walker, bytes(chunk))
    if where == "count" and value > MOST_VALUES:
        with pytest.raises(UnfamiliarError):
            told_at(bytes(chunk), FIRST)


def end_at(chunk: bytearray, end: int) -> None:
    """Lets the only record of a chunk end there; the chunk's header says so too."""
    struct.pack_into("<I", chunk, 48, end)
    struct.pack_into("<I", chunk, FIRST + 4, end - FIRST)
    struct.pack_into("<I", chunk, 124, zlib.crc32(chunk[128:512], zlib.crc32(chunk[:120])))


@pytest.mark.parametrize(
    ("template", "last", "size"),
    [(EVENT, "somewhere".encode("utf-16-le"), 18), (TEMPLATES[1], b"\1\1\0\0\0\0\0\5\x12\0\0\0", 2)],
)
def test_a_record_is_as_long_as_its_template_and_header(template: Template, last: bytes, size: int) -> None:
    """Of which the computer is the last, or the user's SID, which has to say how long it is."""
    chunk = bytearray(chunk_of((template, simulated(computer="somewhere"))))
    walker: Walker[Kind] = Walker(lambda kind: kind)
    least = chunk.rindex(last) + size
    for end in (*range(FIRST + 24, least, 7), least - 1):
        end_at(chunk, end)
        assert told(walker, bytes(chunk)) is None
    end_at(chunk, least)
    assert told(walker, bytes(chunk)) is not None


def test_a_record_does_not_reach_beyond_its_chunk() -> None:
    """Also where the header of the chunk says so, and its checksum holds."""
    chunk = bytearray(chunk_of((EVENT, simulated())))
    walker: Walker[Kind] = Walker(lambda kind: kind)
    for end in (65536, 65544):
        end_at(chunk, end)
        assert (told(walker, bytes(chunk)) is None) == (end > len(chunk))


WARM: Walker[Kind] = Walker(lambda kind: kind)
"""What it learns of altered chunks is kept."""


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_altered_bytes_are_unfamiliar_or_told_as_parsed(data: st.DataObject) -> None:
    chunk = bytearray(
        chunk_of(
            (EVENT, simulated()),
            (TEMPLATES[1], simulated()),
            (TEMPLATES[3], simulated()),
            (EVENT, simulated()),
        )
    )
    walked = WARM(bytes(chunk))
    assert walked is not None
    record = data.draw(st.integers(0, 3))
    begin, end = walked.starts[record] + 24, walked.payloads[record]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(begin, end - 1))
        chunk[at] = data.draw(st.sampled_from([0, 1, 2, chunk[at] ^ 1, (chunk[at] + 1) % 256, 255]))
    check_told_as_parsed_or_not_at_all(WARM, bytes(chunk))


def test_a_payload_without_a_size_is_unknown() -> None:
    """The parser tells of none then."""
    chunk = bytearray(chunk_of((EVENT, simulated()), (EVENT, simulated())))
    walker: Walker[Kind] = Walker(lambda kind: kind)
    walked = walker(bytes(chunk))
    assert walked is not None
    start = walked.starts[1]
    assert walked.place(1) == (start, walked.starts[2], walked.payloads[1])
    (size,) = struct.unpack_from("<H", chunk, start + 42 + 4 * 17)
    assert start < walked.payloads[1] < walked.payloads[1] + size <= walked.starts[2]
    struct.pack_into("<H", chunk, start + 42 + 4 * 17, 0)
    walked = walker(bytes(chunk))
    assert walked is None or walked.place(1)[2] == 0
