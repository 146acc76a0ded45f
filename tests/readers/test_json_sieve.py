"""JSON lines read through a sieve: none that can match is missed, and what is told of the rest is so."""

import io
import json
import random
import tracemalloc
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Glimpsed
from carhound.model.folding import fold
from carhound.plan.rewrites.required_literals import SPELLINGS
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import Lying, PayloadTest, ReadOptions, Showing, Take, read_exactly
from carhound.readers.json import items as json_items
from carhound.readers.json import known as json_known
from carhound.readers.json.reader import JsonReader
from carhound.readers.sources import Guarded
from carhound.readers.values import text_of

from .sieving import check_glimpsed, header, texts

LITERAL = "kiosk-task.exe"
START = datetime(2024, 6, 14, 12, tzinfo=UTC)


class Wanting:
    """A sieve of some literals that wants some event ids for their own sake so many times."""

    counts = True
    spellings: Mapping[str, str] = SPELLINGS

    def __init__(self, *literals: str, unsettled: Mapping[str, int] | None = None) -> None:
        self.literals: tuple[str, ...] | None = literals
        self._unsettled = Counter(unsettled or {})

    def wants(self, _: str | None, __: str | None, event_id: str | None) -> bool:
        self._unsettled[event_id or ""] -= 1
        return self._unsettled[event_id or ""] >= 0

    def can_match(self, _: str | None, __: str | None, ___: str | None, ____: str | None) -> bool:
        return True

    def showing(self, *_: str | None) -> Showing | None:
        return None

    def payload_test(self, *_: str | None) -> PayloadTest | None:
        return None

    def matches(self, event: RawEvent) -> bool:
        """Whether an event has to be read."""
        return any(one in fold(text) for one in self.literals or () for text in texts(event))


class Asking(Wanting):
    """A sieve that asks for a literal in two fields of the payload, and knows of none without them."""

    def __init__(self, *literals: str) -> None:
        super().__init__(*literals)
        self.literals = literals or None

    def payload_test(self, *_: str | None) -> PayloadTest | None:
        return PayloadTest(frozenset({"Image", "User"}), False, self.holds)

    def holds(self, payload: Mapping[str, Value]) -> bool:
        assert payload.keys() <= {"Image", "User"}
        values = ((value,) if isinstance(value, str) else value for value in payload.values())
        return any(LITERAL in fold(text) for value in values for text in value)

    def matches(self, event: RawEvent) -> bool:
        found = {**event.meta, **event.data}
        return self.holds({name: found[name] for name in ("Image", "User") if name in found})


FIELDS = ("Image", "User", "Absent")


class Taking:
    """Takes these fields of all events."""

    def __init__(self) -> None:
        self.taken: list[tuple[object, ...]] = []
        self.places: list[tuple[int | None, int]] = []
        """Where the lines that were taken begin, and their numbers."""

    def fields(self, *_: str | None) -> tuple[str, ...]:
        return FIELDS

    def take(self, *kind: str | None) -> Take:
        def take(values: Sequence[bytes | None], time: bytes, place: int | None, line: int) -> None:
            texts = {
                name: text_of(json.loads(one)) for name, one in zip(FIELDS, values[1:], strict=True) if one
            }
            payload = {name: text for name, text in texts.items() if text is not None}
            self.taken.append((*kind, datetime.fromisoformat(time.decode()), payload))
            self.places.append((place, line))

        return take


def of_event(event: RawEvent) -> tuple[object, ...]:
    payload = {name: event.data[name] for name in FIELDS if name in event.data}
    return event.provider, event.channel, event.event_id, event.computer, event.time, payload


def check_taken(data: bytes) -> int:
    """Holds what is taken and read, in this order, against all there is; how many were taken."""
    every = list(JsonReader().read(io.BytesIO(data), ReadOptions()))
    picks, lying = Taking(), 0
    for item in JsonReader().pick(io.BytesIO(data), ReadOptions(), picks):
        event = item.event if isinstance(item, Lying) else item
        if isinstance(event, RawEvent):
            picks.taken.append(of_event(event))
            picks.places.append((None, 0))
        if isinstance(item, Lying):
            lying += 1
            picks.places[-1] = item.place, int(item.event.position.removeprefix("line "))
    events = [item for item in every if isinstance(item, RawEvent)]
    assert picks.taken == [of_event(event) for event in events]
    for event, (place, line) in zip(events, picks.places, strict=True):
        if place is not None:
            read = JsonReader().read(io.BytesIO(data[place:].partition(b"\n")[0]), ReadOptions())
            (alone,) = (item for item in read if isinstance(item, RawEvent))
            assert (event.position, event.data, event.meta) == (f"line {line}", alone.data, alone.meta)
    return sum(line > 0 for _, line in picks.places) - lying


@pytest.fixture(autouse=True)
def learns_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_known, "_WORTH", 1)


def check(data: bytes, sieve: Wanting) -> tuple[int, int]:
    """Holds what comes through a sieve against all there is; the events read, and those glimpsed."""
    every = list(JsonReader().read(io.BytesIO(data), ReadOptions()))
    items = list(JsonReader().sift(io.BytesIO(data), ReadOptions(), sieve))
    events = [item for item in every if isinstance(item, RawEvent)]
    read = [item for item in items if isinstance(item, RawEvent)]
    glimpsed = [item for item in items if isinstance(item, Glimpsed)]
    others = [item for item in items if not isinstance(item, RawEvent | Glimpsed)]
    assert others == [item for item in every if not isinstance(item, RawEvent)]
    there = [(item.position, header(item), item.time, item.data, item.meta) for item in events]
    for item in read:  # of several in a line all have its number
        assert (item.position, header(item), item.time, item.data, item.meta) in there
    wanted = {item.position for item in events if sieve.matches(item)}
    assert wanted <= {item.position for item in read}
    check_glimpsed(events, read, glimpsed)
    return len(read), sum(one.events for one in glimpsed)


def stamp(number: int) -> str:
    return (START + timedelta(seconds=number * 37)).isoformat().replace("+00:00", "Z")


def nxlog(number: int, **others: object) -> dict[str, object]:
    return {
        "EventID": 1,
        "SourceName": "Microsoft-Windows-Sysmon",
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": "ws1.example.org",
        "TimeCreated": stamp(number),
        "UtcTime": "2024-06-14 12:00:00.123",
        "RecordNumber": number,
        "Image": "C:\\Windows\\System32\\svchost.exe",
        "CommandLine": '"C:\\Windows\\" -k x',
        **others,
    }


def winlogbeat(number: int, **others: object) -> dict[str, object]:
    return {
        "@timestamp": stamp(number),
        "event": {"code": 1, "provider": "Microsoft-Windows-Sysmon"},
        "winlog": {
            "channel": "Microsoft-Windows-Sysmon/Operational",
            "computer_name": "ws1.example.org",
            "event_data": {
                "UtcTime": "2024-06-14 12:00:00.123",
                "Image": "C:\\a.exe",
                "CommandLine": "a \\ b",
                **others,
            },
            "event_id": 1,
            "keywords": ["one", "two"],
            "provider_name": "Microsoft-Windows-Sysmon",
        },
    }


def winlogbeat6(number: int, **others: object) -> dict[str, object]:
    return {
        "event_data": {"Image": "C:\\a.exe", "UtcTime": f"2024-06-14 1{number % 10}:00:00.123", **others},
        "source_name": "Microsoft-Windows-Sysmon",
        "event_id": 1,
        "log_name": "Microsoft-Windows-Sysmon/Operational",
        "user": {"name": "SYSTEM"},
        "computer_name": "ws1.example.org",
    }


SHAPES: dict[str, Callable[..., dict[str, object]]] = {
    "nxlog": nxlog,
    "winlogbeat6": winlogbeat6,
    "winlogbeat7": winlogbeat,
}


def lines(*records: object, end: str = "\n") -> bytes:
    return b"".join((json.dumps(one, ensure_ascii=False) + end).encode() for one in records)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_lines_alike_are_passed_over(shape: str, end: str) -> None:
    make = SHAPES[shape]
    records = [make(number) for number in range(40)]
    records[30] = make(30, Image=f"C:\\{LITERAL.upper()}")
    assert check(lines(*records, end=end), Wanting(LITERAL)) == (2, 38)
    assert check(lines(*records, end=end), Wanting(LITERAL, unsettled={"1": 10}))[0] == 12


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("literals", [(), (LITERAL,)])
def test_lines_that_may_match_are_asked_for_their_payload(shape: str, literals: tuple[str, ...]) -> None:
    make = SHAPES[shape]
    records = [make(number, CommandLine=LITERAL) for number in range(40)]
    records[30] = make(30, CommandLine=LITERAL, Image=f"C:\\{LITERAL.upper()}")
    data = lines(*records)
    assert check(data, Asking(*literals)) == (2, 38)
    looked = [
        item
        for item in JsonReader().sift(io.BytesIO(data), ReadOptions(), Asking(*literals))
        if isinstance(item, Glimpsed)
    ]
    assert sum(one.events for one in looked if one.looked) == 38


@pytest.mark.parametrize("shape", SHAPES)
def test_fields_that_are_asked_for_are_taken_and_no_event_is_read(shape: str) -> None:
    make = SHAPES[shape]
    records = [make(number, User=f"{number}") for number in range(300)]
    records[100:200:7] = [make(number) for number in range(100, 200, 7)]
    assert check_taken(lines(*records)) == 298


def test_fields_that_do_not_stand_in_the_payload_are_not_asked_for() -> None:
    """NXLog keeps Hostname apart, and what stands in a message is not there as a field."""

    class AskingElsewhere(Asking):
        def payload_test(self, *_: str | None) -> PayloadTest | None:
            return PayloadTest(frozenset({"Severity"}), False, lambda _: False)

        def matches(self, _: RawEvent) -> bool:
            return True

    data = lines(*(nxlog(number, Severity=LITERAL) for number in range(9)))
    assert check(data, AskingElsewhere()) == (9, 0)


SPELT = {
    "as it is": LITERAL,
    "in capitals": LITERAL.upper(),
    "with Kelvin signs": LITERAL.replace("k", "\u212a"),
    "with a dotted I": LITERAL.replace("i", "\u0130"),
    "in a path": f"C:\\{LITERAL}\\",
    "in quotes": f'"{LITERAL}"',
}


@pytest.mark.parametrize("escaped", [False, True])
@pytest.mark.parametrize("way", SPELT)
def test_a_literal_is_found_however_it_is_written(way: str, escaped: bool) -> None:
    text = json.dumps(nxlog(5, CommandLine=SPELT[way]), ensure_ascii=escaped)
    if escaped:
        text = text.replace("s", "\\u0073", 9)
    data = lines(*map(nxlog, range(5))) + text.encode() + b"\n" + lines(*map(nxlog, range(6, 9)))
    assert check(data, Wanting(LITERAL)) == (2, 7)


LIKE = json.dumps(nxlog(5))
ODD = {
    "a key that stands twice": LIKE.replace('"Image"', '"EventID": 3, "Image"'),
    "an event id behind an escaped quote": LIKE.replace(
        '"Hostname": "', '"Hostname": "x\\", \\"EventID\\": \\"'
    ),
    "another computer": LIKE.replace("ws1", "ws2"),
    "another event id": LIKE.replace('"EventID": 1', '"EventID": 7'),
    "an event id as text": LIKE.replace('"EventID": 1', '"EventID": "1"'),
    "no computer": LIKE.replace('"ws1.example.org"', "null"),
    "an escape that is none": LIKE.replace("svchost", "\\q"),
    "another escape that is none": LIKE.replace("svchost", "\\B"),
    "an escape by a half number": LIKE.replace("svchost", "\\u00e"),
    "an escape by number": LIKE.replace("svchost", "\\u00e4"),
    "half a character": LIKE.replace("svchost", "\\ud83d"),
    "an escaped slash": LIKE.replace("svchost", "a\\/b"),
    "doubled backslashes": LIKE.replace("System32\\\\", "System32\\\\\\\\"),
    "a control character": LIKE.replace("svchost", "a\x01b"),
    "a carriage return": LIKE.replace("svchost", "a\rb"),
    "a newline in a text": LIKE.replace("svchost", "a\nb"),
    "a text over lines like others": LIKE.replace("svchost", "a\n" + LIKE + "\nb"),
    "a tab between": LIKE.replace(", ", ",\t", 1),
    "no blanks": json.dumps(nxlog(5), separators=(",", ":")),
    "blanks before": "   " + LIKE,
    "blanks behind": LIKE + "  ",
    "a comma behind": LIKE + ",",
    "two objects": LIKE + LIKE,
    "cut in a text": LIKE[: LIKE.index("svchost")],
    "cut behind a backslash": LIKE[: LIKE.index("Windows\\\\") + 8],
    "no closing bracket": LIKE[:-1],
    "a time without a zone": LIKE.replace(stamp(5), stamp(5)[:-1]),
    "a time that is none": LIKE.replace(stamp(5), "2024-13-14T12:00:00Z"),
    "a time with decimals": LIKE.replace(stamp(5), stamp(5)[:-1] + ".5Z"),
    "an earlier time": LIKE.replace(stamp(5), "1999-01-01T23:59:59.999999999Z"),
    "no time": LIKE.replace(stamp(5), "").replace("2024-06-14 12:00:00.123", "-"),
    "a time by a name with dots": LIKE.replace('"RecordNumber"', '"winlog.time_created"'),
    "a number beyond all": LIKE.replace(": 5", ": 1e999"),
    "a number for a text": LIKE.replace('"C:\\\\Windows\\\\System32\\\\svchost.exe"', "17"),
    "a blank behind a key, and one twice": LIKE.replace('"Image":', '"Image" :').replace(
        '"RecordNumber"', '"EventID": 3, "RecordNumber"'
    ),
    "an envelope": LIKE.replace('"Image"', '"body"'),
    "another shape": LIKE.replace('"Image"', '"EventData"'),
    "a long number": LIKE.replace(": 5", ": " + "9" * 400),
    "a leading zero": LIKE.replace('"RecordNumber": 5', '"RecordNumber": 05'),
    "an object in it": LIKE.replace('"RecordNumber": 5', '"RecordNumber": {"a": {"b": [1, 2.0]}}'),
    "a list": LIKE.replace('"RecordNumber": 5', '"RecordNumber": ["a", "b"]'),
    "no JSON": "nothing",
    "a bracket": "[",
    "another closing bracket": LIKE + "}",
}


def test_whole_numbers_beside_fractions_are_not_rounded() -> None:
    assert (
        check_taken(lines(*(nxlog(number, User=1.5) for number in range(9)), nxlog(9, User=2**53 + 1))) == 0
    )


@pytest.mark.parametrize("text", [",", '","'])
def test_a_line_that_takes_too_much_memory_is_told_however_it_is_read(text: str) -> None:
    records = [nxlog(number, CommandLine="a") for number in range(20)]
    records[10] = nxlog(10, CommandLine=text * 1_200_000)
    assert check(lines(*records), Wanting(LITERAL))[1] > 10


@pytest.mark.parametrize("way", ODD)
def test_a_line_unlike_the_others_is_told_as_it_is(way: str) -> None:
    odd = ODD[way].encode()
    before, behind = lines(*map(nxlog, range(5))), lines(*map(nxlog, range(6, 12)))
    assert check(before + odd + b"\n" + behind, Wanting(LITERAL))[1] >= 4
    assert check(before + b"\n".join([odd] * 3) + b"\n" + behind + odd, Wanting(LITERAL))[1] >= 4
    assert check_taken(before + b"\n".join([odd] * 3) + b"\n" + behind + odd) >= 4


@pytest.mark.parametrize("inner", [{}, {"time_created": None}])
def test_a_name_with_dots_is_no_path(inner: dict[str, None]) -> None:
    """What looks like the time is none; in the first line it happens to say the same."""
    made = [
        {
            "winlog.time_created": stamp(0 if number == 0 else number + 1000),
            **winlogbeat(number),
        }
        for number in range(9)
    ]
    for one in made:
        one["winlog"] = {**one["winlog"], **inner, "event_data": {"Image": "a"}}  # type: ignore[dict-item]
    check(lines(*made), Wanting(LITERAL))


def test_faulty_characters_are_told() -> None:
    faulty = LIKE.encode().replace(b"svchost", b"a\xffb")
    data = lines(*map(nxlog, range(5))) + faulty + b"\n" + lines(*map(nxlog, range(6, 12)))
    assert check(data, Wanting(LITERAL)) == (2, 10)


def test_the_texts_of_messages_count_where_there_are_no_fields() -> None:
    """Sysmon's fields may only stand in the message, which no layout tells."""
    without = [{**nxlog(number), "Message": "x"} for number in range(6)]
    for one in without:
        del one["UtcTime"]
    without[4]["Message"] = "Process Create:\r\nUtcTime: 2024-06-14 12:00:00.123\r\nImage: C:\\a.exe"
    assert check(lines(*without), Wanting(LITERAL)) == (6, 0)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    records = [nxlog(number, User="J\u00f6rg") for number in range(9)]
    text = lines(*records).decode()
    read, glimpsed = check(text.encode(encoding), Wanting(LITERAL))
    assert (read + glimpsed, glimpsed > 5) == (9, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("size", [1, 64, 251, 997, 5000])
def test_a_literal_is_found_across_the_borders_of_what_is_read(
    size: int, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_items, "_CHUNK", size)
    ways = [*SPELT.values(), *("x" * number for number in range(12))]
    made = "".join(
        json.dumps(nxlog(number, CommandLine=ways[number % len(ways)]), ensure_ascii=number % 3 == 0) + "\n"
        for number in range(90)
    )
    read, glimpsed = check(made.encode(encoding), Wanting(LITERAL))
    assert 90 * len(SPELT) // len(ways) <= read == 90 - glimpsed
    assert glimpsed > 0 or size < 997


values = st.text(st.sampled_from('a\\"/\u00e4\u212a\n\t{}[]:, \ud7ff'), max_size=8) | st.sampled_from(
    [LITERAL, LITERAL.upper(), LITERAL.replace("k", "\u212a"), "x" * 30, "", 'a", "EventID": "3']
)
records = st.builds(
    lambda shape, number, event_id, computer, image, other: SHAPES[shape](
        number,
        **{
            "Image": image,
            **({"Hostname": computer, "EventID": event_id} if shape == "nxlog" else {}),
            **other,
        },
    ),
    st.sampled_from(sorted(SHAPES)),
    st.integers(0, 5000),
    st.sampled_from([1, 1, 1, 3, "1"]),
    st.sampled_from(["ws1", "ws1", "WS2", "", None]),
    values,
    st.dictionaries(
        st.sampled_from(["User", "UtcTime", "Message", "EventType", "Details"]),
        values
        | st.none()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.booleans()
        | st.lists(values, max_size=2),
        max_size=2,
    ),
)


NOISE = ("\\", '"', "\\u0041", " ", "}", "{", "\x00", "")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(records, min_size=1, max_size=6),
    st.randoms(use_true_random=False),
    st.sampled_from(["\n", "\r\n", "\n\n", "\n "]),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"]),
    st.integers(0, 40) | st.just(0),
)
def test_what_comes_through_is_what_is_there(
    made: list[dict[str, object]], dice: random.Random, end: str, ascii_only: bool, encoding: str, cut: int
) -> None:
    texts = []
    for _ in range(5):
        for one in made:
            items = list(one.items())
            if dice.random() < 0.1:
                dice.shuffle(items)
            text = json.dumps(dict(items), ensure_ascii=ascii_only)
            if dice.random() < 0.1:
                text = text.replace('"Image"', '"EventID": 4, "Image"', 1)
            if dice.random() < 0.1:
                at = dice.randrange(len(text))
                text = (
                    text[:at]
                    + dice.choice(["\\", '"', "\\u0041", " ", "}", "{", "\x00", ""])
                    + text[at + 1 :]
                )
            texts.append(text + end)
    whole = "".join(texts)
    data = whole[: len(whole) - cut].encode(encoding)
    for sieve in (Wanting(LITERAL), Asking(LITERAL), Asking()):
        check(data, sieve)
    check_taken(data)


LITERALS = ("regsvr32.exe", "lsass", "powershell", "microsoft")


def test_public_json_comes_through_a_sieve_whole(shared: Path) -> None:
    """Every file there is, in archives too, each literal by itself."""
    files = passed = 0
    for part in open_evidence([str(shared / "data")]):
        if part.kind != "evidence" or part.open is None or part.format in ("evtx", "xml"):
            continue
        source = Guarded(part.open)
        data = read_exactly(source, 1 << 20)
        source.close()
        if data.lstrip(b"\xef\xbb\xbf \r\n")[:1] != b"{":
            continue
        files += 1
        _, unread = check(data, Wanting(LITERALS[files % len(LITERALS)]))
        passed += unread
    assert files > 10
    assert passed > 1000


ZONES = ("Z", "+00:00", "+02:00", "-0930", "+14:00")


@pytest.mark.parametrize("zone", ZONES)
def test_times_with_an_offset_are_told_in_utc(zone: str) -> None:
    made = [nxlog(number, TimeCreated=stamp(number).replace("Z", zone)) for number in range(40)]
    made[20] = nxlog(20, TimeCreated=stamp(20)[:-1])
    assert check(lines(*made), Wanting(LITERAL)) == (2, 38)


@pytest.mark.parametrize("zone", [*ZONES, "UTC", "+0200\u00a0", "-0930\u3000"])
def test_a_time_that_carries_a_zone_unlike_those_before_is_seen(zone: str) -> None:
    made = [nxlog(number, TimeCreated=stamp(number)[:-1] + ".123") for number in range(40)]
    made[20] = nxlog(20, TimeCreated=f"{stamp(20)[:-1]}.123{zone}")
    assert check(lines(*made), Wanting(LITERAL))[1] >= 37


HEAVY = {
    "an object over many lines": b'{"a":[' + b"\n," * 1_000_000 + b"1]}\n",
    "short lines behind one": b'{"a":[' + b"\n," * 700_000 + b"\n1]}\n" + b'"\\u0073"\n' * 50_000,
    "ever new long names": lines(*(nxlog(line) | {"name" * 100_000 + f"{line}": "a"} for line in range(15))),
    "ever new names of texts with quotes": lines(
        *(nxlog(line) | {f"name{line * 3000 + key}": '"' for key in range(3000)} for line in range(30))
    ),
}


@pytest.mark.parametrize("way", HEAVY)
def test_what_is_passed_over_takes_no_more_memory_than_reading_it(way: str) -> None:
    data = lines(*map(nxlog, range(9))) + HEAVY[way] + lines(*map(nxlog, range(9, 29)))
    assert check(data, Wanting(LITERAL))[1] >= 20
    reader, peaks = JsonReader(), []
    for items in (
        reader.read(io.BytesIO(data), ReadOptions()),
        reader.sift(io.BytesIO(data), ReadOptions(), Wanting(LITERAL)),
    ):
        tracemalloc.start()
        for _ in items:
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + (8 << 20)


TIMES = st.one_of(
    st.builds(
        "{}{}{}{}{}".format,
        st.sampled_from(["2024-06-14", "2024-02-30", "0001-01-01", "9999-12-31", "2024-W24-5", "20240614"]),
        st.sampled_from(["T", " ", "t", ""]),
        st.sampled_from(
            ["12:00:00", "23:59:60", "00:14:59", "24:00:00", "12:00:", "12:00", "1200:00", "12:00:0"]
        ),
        st.sampled_from(
            ["", ".", ".5", ".123456", ".1234567", ".123456789", ".1234567891", ",5", ".12\u0663"]
        ),
        st.sampled_from(
            [*ZONES, "", " Z", "ZZ", "z", "UTC", "+02", "+99:00", "+02:00:30", "+-2:00", "-00:00"]
        ),
    ),
    st.text(max_size=5),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TIMES, min_size=1, max_size=4), st.sampled_from(["TimeCreated", "UtcTime"]))
def test_times_are_told_as_they_are_read(times: list[str], name: str) -> None:
    made = [nxlog(0, **({"TimeCreated": "-"} if name == "UtcTime" else {}))]
    made += [{**made[0], name: one} for one in times for _ in range(3)]
    check(lines(*made), Wanting(LITERAL))


BEHIND = ["", "\\", "\\\\", "\\\\\\", '"', '\\"', '", "Image": "', '"}', '\\"}', '"]', ",", '\\",']


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(BEHIND), max_size=4), min_size=1, max_size=8), st.booleans())
def test_quotes_and_backslashes_in_texts_hide_nothing(texts: list[list[str]], raw: bool) -> None:
    """Whether they are escaped as they have to be, or not at all."""
    first = nxlog(0, tags=["a", "b"], Details="x")
    made = [json.dumps(first)] * 2
    for number, parts in enumerate(texts):
        text = "".join(parts)
        one = json.dumps({**first, "RecordNumber": number})
        for place in ('"Image": "', '["', 'Details": "', '"a", "'):
            made.append(one.replace(place, place + (text if raw else json.dumps(text)[1:-1]), 1))
    check("\n".join([*made, ""]).encode(), Wanting(LITERAL))


def test_a_broken_line_among_those_with_an_empty_header_is_told() -> None:
    nobody = {"EventID": "", "SourceName": "", "Channel": "", "Hostname": "", "CommandLine": LITERAL}
    data = lines(*(nxlog(number, **nobody) for number in range(9)))
    broken = lines(nxlog(9, **nobody)).replace(b"svchost", b"\\q")
    assert check(data + broken + data, Asking(LITERAL))[1] > 9
