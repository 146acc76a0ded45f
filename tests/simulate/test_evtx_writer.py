"""What the EVTX writer writes: read back by two parsers, and held against a log that Windows wrote."""

import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from evtx import PyEvtxParser
from Evtx.Evtx import Evtx
from msgspec.structs import asdict

from carhound.model.event import RawEvent
from carhound.readers.evtx.reader import EvtxReader
from carhound.readers.interface import ReadOptions
from carhound.simulate.event import Simulated
from carhound.simulate.raw import as_raw_event
from carhound.simulate.writers import evtx
from carhound.simulate.writers.evtx_record import RecordError

Make = Callable[..., Simulated]
CHUNK, HEADER = 65536, 4096
NS = "{http://schemas.microsoft.com/win/2004/08/events/event}"


def written(records: list[Simulated]) -> bytes:
    stream = io.BytesIO()
    evtx.write(records, stream)
    return stream.getvalue()


def checked(data: bytes) -> list[dict[str, object]]:
    parser = PyEvtxParser(io.BytesIO(data), validate_checksums=True)
    return list(parser.records_json())


def test_thousands_of_records_are_read_back_as_they_were(record: Make) -> None:
    records = [record(number) for number in range(6000)]
    data = written(records)
    assert len(data) > 50 * CHUNK
    identifiers = [one["event_record_id"] for one in checked(data)]
    assert identifiers == [one.record_id for one in records]
    assert list(EvtxReader().read(io.BytesIO(data), ReadOptions())) == [
        RawEventEqual(as_raw_event(one)) for one in records
    ]


class RawEventEqual:
    """Equal to a raw event of the same fields."""

    def __init__(self, raw: object) -> None:
        self.fields = fields(raw)

    def __eq__(self, other: object) -> bool:
        return self.fields == fields(other)

    def __repr__(self) -> str:
        return repr(self.fields)


def fields(raw: object) -> dict[str, object]:
    assert isinstance(raw, RawEvent)
    return asdict(raw)


def test_an_independent_parser_reads_the_same(record: Make, tmp_path: Path) -> None:
    records = [record(number) for number in range(150)]
    path = tmp_path / "log.evtx"
    path.write_bytes(written(records))
    with Evtx(str(path)) as log:
        header = log.get_file_header()
        assert header.verify()
        assert not header.is_dirty()
        assert not header.is_full()
        assert header.chunk_count() == len(list(log.chunks())) > 1
        assert header.next_record_number() == 1150
        assert all(chunk.verify() for chunk in log.chunks())
        found = [ElementTree.fromstring(one.xml()) for one in log.records()]  # noqa: S314  # our own
    assert len(found) == len(records)
    for tree, one in zip(found, records, strict=True):
        assert parsed_system(tree) == expected_system(one)
        data = {data.get("Name"): data.text or "" for data in tree.iter(f"{NS}Data")}
        assert list(data) == list(one.data)
        assert {name: spelled(text) for name, text in data.items()} == {
            name: spelled(text) for name, text in one.data.items()
        }


def parsed_system(tree: ElementTree.Element) -> dict[str, str | None]:
    system = tree[0]
    texts = {part.tag.removeprefix(NS): part.text for part in system if part.text}
    attributes = {
        f"{part.tag.removeprefix(NS)}/{name}": value
        for part in system
        for name, value in part.attrib.items()
        if value and name != "SystemTime"
    }
    time = system.find(f"{NS}TimeCreated")
    assert time is not None
    # This parser goes by way of floating point numbers, and may be off by a microsecond.
    return {**texts, **attributes, "time": time.attrib["SystemTime"][:24]}


def expected_system(one: Simulated) -> dict[str, str | None]:
    expected: dict[str, str | None] = {
        "Provider/Name": one.provider,
        "Provider/Guid": one.provider_guid.lower(),
        "EventID": str(one.event_id),
        "Version": str(one.version),
        "Level": str(one.level),
        "Task": str(one.task),
        "Opcode": str(one.opcode),
        "Keywords": f"0x{one.keywords:016x}",
        "EventRecordID": str(one.record_id),
        "Execution/ProcessID": str(one.process_id),
        "Execution/ThreadID": str(one.thread_id),
        "Channel": one.channel,
        "Computer": one.computer,
        "time": str(one.time)[:24],
    }
    return expected | ({} if one.user_sid is None else {"Security/UserID": one.user_sid})


def spelled(text: str) -> str:
    """The text as python-evtx spells it: small letters, long hexadecimal numbers, the line ends of XML."""
    text = text.lower().replace("\r\n", "\n")
    return f"0x{text[2:].zfill(16)}" if text.startswith("0x") else text


def test_the_headers_count_what_is_there(record: Make) -> None:
    data = written([record(number, record_id=70) for number in range(300)])
    count = (len(data) - HEADER) // CHUNK
    magic, first, last, following, size, minor, major, block, chunks = struct.unpack_from("<8sQQQIHHHH", data)
    assert (magic, first, last, following) == (b"ElfFile\0", 0, count - 1, 370)
    assert (size, minor, major, block, chunks) == (128, 1, 3, HEADER, count)
    assert struct.unpack_from("<II", data, 120) == (0, zlib.crc32(data[:120]))
    number, identifier = 1, 70
    for at in range(HEADER, len(data), CHUNK):
        chunk = data[at : at + CHUNK]
        header = struct.unpack_from("<8sQQQQIIIIII", chunk)
        records = list(records_of(chunk, header[7]))
        assert header[1:3] == (number, number + len(records) - 1)
        assert header[3:5] == (identifier, identifier + len(records) - 1)
        assert header[6] == records[-1][0]
        assert header[8] == zlib.crc32(chunk[512 : header[7]])
        assert [one for _, one in records] == list(range(identifier, identifier + len(records)))
        assert not any(chunk[header[7] :])
        number += len(records)
        identifier += len(records)
    assert number == 301


def records_of(chunk: bytes, end: int) -> Iterator[tuple[int, int]]:
    at = 512
    while at < end:
        magic, size, identifier = struct.unpack_from("<4sIQ", chunk, at)
        assert magic == b"**\0\0"
        assert size % 8 == 0
        assert struct.unpack_from("<I", chunk, at + size - 4) == (size,)
        yield at, identifier
        at += size
    assert at == end


def test_names_and_templates_hang_in_their_chains_once_per_chunk(record: Make) -> None:
    data = written([record(number) for number in range(300)])
    for at in range(HEADER, len(data), CHUNK):
        chunk = data[at : at + CHUNK]
        names = [name_at(chunk, link) for link in links(chunk, 128, 64)]
        assert len(names) == len(set(names)) == 28
        assert {"Event", "EventData", "Data", "Name", "UserID"} <= set(names)
        templates = [chunk[link + 4 : link + 20] for link in links(chunk, 384, 32)]
        assert len(templates) == len(set(templates)) == 4
        assert all(chunk.count(guid) == 1 for guid in templates)


def links(chunk: bytes, table: int, buckets: int) -> Iterator[int]:
    for link in struct.unpack_from(f"<{buckets}I", chunk, table):
        while link:
            yield link
            (link,) = struct.unpack_from("<I", chunk, link)


def name_at(chunk: bytes, at: int) -> str:
    length = struct.unpack_from("<H", chunk, at + 6)[0]
    assert chunk[at + 8 + 2 * length : at + 10 + 2 * length] == b"\0\0"
    return chunk[at + 8 : at + 8 + 2 * length].decode("utf-16-le")


@pytest.mark.parametrize("where", [300, 600, 3000, 40000])
def test_a_flipped_byte_fails_the_checksums_of_its_chunk_alone(record: Make, where: int) -> None:
    data = bytearray(written([record(number) for number in range(300)]))
    whole = checked(bytes(data))
    lost = (
        (struct.unpack_from("<Q", data, HEADER + CHUNK + 16)[0])
        - struct.unpack_from("<Q", data, HEADER + CHUNK + 8)[0]
    )
    data[HEADER + CHUNK + where] ^= 0x10
    parser = iter(PyEvtxParser(io.BytesIO(bytes(data)), validate_checksums=True).records_json())
    kept = []
    while True:
        try:
            kept.append(next(parser))
        except StopIteration:
            break
        except (RuntimeError, OSError):
            continue
    assert len(kept) == len(whole) - lost - 1


def test_a_value_up_to_the_end_of_a_chunk_fits_and_one_beyond_says_so(record: Make) -> None:
    for size in range(31_500, 31_800):
        try:
            data = written([record(3), record(0, {"CommandLine": "x" * size}), record(6)])
        except RecordError as error:
            assert error.message == "record 1000 does not fit into a chunk of EVTX, 65,024 bytes"
            assert size > 31_500
            break
        events = list(EvtxReader().read(io.BytesIO(data), ReadOptions()))
        assert [one.record_id for one in events] == ["1003", "1000", "1006"]  # type: ignore[union-attr]
        assert events[1].data == {"CommandLine": "x" * size}  # type: ignore[union-attr]
    else:
        pytest.fail("no size was too large")


def test_a_value_longer_than_its_size_can_say_is_named(record: Make) -> None:
    with pytest.raises(RecordError, match=r"record 1000: B has 80,000 bytes; a value has at most 65,535"):
        written([record(0, {"A": "x", "B": "y" * 40_000})])


def test_a_header_number_that_has_no_room_is_an_error(record: Make) -> None:
    with pytest.raises(RecordError, match="record 1000: a header field is outside"):
        written([record(0, event_id=70_000)])


def test_a_log_without_records_is_whole(record: Make, tmp_path: Path) -> None:
    data = written([])
    assert len(data) == HEADER + CHUNK
    assert checked(data) == []
    path = tmp_path / "log.evtx"
    path.write_bytes(data)
    with Evtx(str(path)) as log:
        assert list(log.records()) == []
    assert list(EvtxReader().read(io.BytesIO(data), ReadOptions())) == []


def test_a_stream_that_cannot_be_sought_gets_the_same_bytes(record: Make) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError("a pipe")

    records = [record(number) for number in range(100)]
    pipe = Pipe()
    evtx.write(records, pipe)
    assert pipe.getvalue() == written(records)


def test_a_log_starts_where_the_stream_stands(record: Make) -> None:
    stream = io.BytesIO()
    stream.write(b"before")
    evtx.write([record(0)], stream)
    assert stream.getvalue() == b"before" + written([record(0)])
    assert stream.tell() == len(stream.getvalue())


def test_memory_stays_flat(record: Make, tmp_path: Path) -> None:
    with (tmp_path / "log.evtx").open("wb") as stream:
        evtx.write((record(number) for number in range(200)), stream)
        tracemalloc.start()
        try:
            evtx.write((record(number) for number in range(4000)), stream)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 3 << 20


def test_the_templates_are_laid_out_as_in_a_log_of_sysmon(record: Make, shared: Path) -> None:
    real = (shared / "data/omerbenamram--evtx/sysmon.evtx").read_bytes()[HEADER:][:CHUNK]
    ours = written([record(0)])[HEADER:]
    assert struct.unpack_from("<4s", ours, 512) == struct.unpack_from("<4s", real, 512)
    assert ours[120:124] == real[120:124]
    for chunk in (real, ours):
        assert struct.unpack_from("<I", chunk, 512 + 24 + 10) == (550,)
    event, theirs = tokens(ours, 550), tokens(real, 550)
    computer = next(index for index, (_, *what) in enumerate(theirs) if "Computer" in what)
    assert event[:computer] == theirs[:computer]
    assert theirs[computer][1:] == ("Computer", 0xFFFF)
    assert event[computer][1:] == ("Computer", 18)
    assert theirs[computer + 2][0] == "text"
    assert event[computer + 2][0] == "optional"
    assert event[computer + 3 :] == theirs[computer + 3 :]
    names = {name_at(real, link) for link in links(real, 128, 64)}
    assert {name_at(ours, link) for link in links(ours, 128, 64)} <= names
    inner = max(links(ours, 384, 32))
    data = tokens(ours, inner)
    fields_at = {
        what[0]: data[index : index + 4] for index, (kind, *what) in enumerate(data) if kind == "text"
    }
    (theirs_at,) = (link for link in links(real, 384, 32) if "CommandLine" in str(tokens(real, link)))
    theirs = tokens(real, theirs_at)
    assert data[:2] == theirs[:2]
    for index, (kind, *what) in enumerate(theirs):
        # Two fields are not spelled as their type would be, and stay strings.
        if kind == "text" and what[0] not in ("ParentProcessGuid", "ParentProcessId"):
            assert shape(fields_at[str(what[0])]) == shape(theirs[index : index + 4])
    assert data[-2:] == theirs[-2:]


Token = tuple[str | int, ...]


def shape(part: list[Token]) -> list[Token]:
    """Tokens without the numbers of the values."""
    return [(one[0], one[2]) if one[0] in ("normal", "optional") else one for one in part]


def tokens(chunk: bytes, at: int) -> list[Token]:
    """The tokens of the template at this offset, sizes checked, to its end of file."""
    (size,) = struct.unpack_from("<I", chunk, at + 20)
    at += 24
    end = at + size
    found: list[Token] = []
    ends: list[int] = []

    def name(at: int) -> tuple[str, int]:
        (offset,) = struct.unpack_from("<I", chunk, at)
        text = name_at(chunk, offset)
        return text, at + 4 + (10 + 2 * len(text) if offset == at + 4 else 0)

    while at < end:
        token = chunk[at]
        if token == 0x0F:
            found.append(("fragment", *chunk[at + 1 : at + 4]))
            at += 4
        elif token in (0x01, 0x41):
            dependency, length = struct.unpack_from("<HI", chunk, at + 1)
            ends.append(at + 7 + length)
            text, at = name(at + 7)
            found.append((token, text, dependency))
            if token == 0x41:
                at += 4
        elif token in (0x06, 0x46):
            text, at = name(at + 1)
            found.append((token, text))
        elif token == 0x05:
            length = struct.unpack_from("<H", chunk, at + 2)[0]
            found.append(("text", chunk[at + 4 : at + 4 + 2 * length].decode("utf-16-le")))
            at += 4 + 2 * length
        elif token in (0x0D, 0x0E):
            index, kind = struct.unpack_from("<HB", chunk, at + 1)
            found.append(("normal" if token == 0x0D else "optional", index, kind))
            at += 4
        else:
            assert token in (0x00, 0x02, 0x03, 0x04)
            found.append((token,))
            at += 1
            if token in (0x03, 0x04):
                assert at == ends.pop()
    assert at == end
    assert not ends
    return found
