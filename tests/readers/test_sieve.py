"""EVTX read through a sieve: no record that holds a literal is missed, and nothing is told that is not so."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from carhound.model.event import RawEvent, Value
from carhound.model.evidence import Damage, Glimpsed
from carhound.model.folding import fold
from carhound.plan.rewrites.required_literals import SPELLINGS
from carhound.readers.evidence import open_evidence
from carhound.readers.evtx.chunks import Chunk, chunks
from carhound.readers.evtx.glance import Glances
from carhound.readers.evtx.reader import EvtxReader
from carhound.readers.interface import ReadOptions, Showing, read_exactly
from carhound.readers.sources import Guarded
from carhound.simulate.event import Simulated
from carhound.simulate.writers import binxml, evtx, evtx_record

from .sieving import check_glimpsed, texts

LITERAL = "kiosk-task.exe"
"""With every letter that has a spelling beyond ASCII."""
START = datetime(2024, 6, 14, 12, tzinfo=UTC)
HEADER, CHUNK = 4096, 65536
ANSI = 0x02


class Wanting:
    """A sieve of some literals, that wants some event ids for their own sake so many times."""

    counts = True
    spellings: Mapping[str, str] = SPELLINGS

    def __init__(
        self, *literals: str, unsettled: Mapping[str, int] | None = None, never: tuple[str, ...] = ()
    ) -> None:
        self.literals = literals
        self.never = never
        self._unsettled = Counter(unsettled or {})

    def wants(self, _: str | None, __: str | None, event_id: str | None) -> bool:
        self._unsettled[event_id or ""] -= 1
        return self._unsettled[event_id or ""] >= 0

    def can_match(self, _: str | None, __: str | None, event_id: str | None, ___: str | None) -> bool:
        return event_id not in self.never

    def showing(self, *_: str | None) -> Showing | None:
        return None

    def payload_test(self, *_: str | None) -> None:
        return None


def record(number: int, data: dict[str, str], **others: object) -> Simulated:
    made = Simulated(
        "Microsoft-Windows-Sysmon",
        "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
        "Microsoft-Windows-Sysmon/Operational",
        "WS1.corp.example",
        1,
        5,
        4,
        1,
        0,
        1 << 63,
        number,
        START + timedelta(minutes=number),
        4,
        4,
        "S-1-5-18",
        data,
    )
    return replace(made, **others)  # type: ignore[arg-type]


@contextmanager
def encoded_as(values: Mapping[str, tuple[int, bytes]]) -> Iterator[None]:
    """Has texts written as these types and bytes."""
    before = evtx_record.encoder

    def encoder(name: str) -> object:
        encode = before(name)
        return lambda text: values.get(text) or encode(text)

    evtx_record._fields.cache_clear()
    evtx_record.encoder = encoder  # type: ignore[assignment]
    try:
        yield
    finally:
        evtx_record.encoder = before
        evtx_record._fields.cache_clear()


def written(records: Iterable[Simulated], values: Mapping[str, tuple[int, bytes]] | None = None) -> bytes:
    stream = io.BytesIO()
    with encoded_as(values or {}):
        evtx.write(records, stream)
    return stream.getvalue()


def check(data: bytes, sieve: Wanting) -> tuple[int, int]:
    """Holds what comes through a sieve against all there is; the events read, and those glimpsed."""
    every = list(EvtxReader().read(io.BytesIO(data), ReadOptions()))
    items = list(EvtxReader().sift(io.BytesIO(data), ReadOptions(), sieve))
    events = [item for item in every if isinstance(item, RawEvent)]
    read = [item for item in items if isinstance(item, RawEvent)]
    glimpsed = [item for item in items if isinstance(item, Glimpsed)]
    kept = {(item.record_id, item.position) for item in read}
    wanted = [
        item
        for item in events
        if item.event_id not in sieve.never
        and any(one in fold(text) for one in sieve.literals for text in texts(item))
    ]
    assert {(item.record_id, item.position) for item in wanted} <= kept
    check_glimpsed(events, read, glimpsed)
    damage = [item for item in every if isinstance(item, Damage)]
    assert [item for item in items if isinstance(item, Damage)] == damage
    return len(read), sum(one.events for one in glimpsed)


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


WAYS = {
    "as it is": (binxml.STRING, utf16(LITERAL)),
    "in capitals": (binxml.STRING, utf16(LITERAL.upper())),
    "in a path": (binxml.STRING, utf16(f'"C:\\{LITERAL}" /s')),
    "behind half a byte": (binxml.STRING, utf16("\u0101\u0161" + LITERAL + "\u0100")),
    "with Kelvin signs": (binxml.STRING, utf16(LITERAL.replace("k", "\u212a"))),
    "with a dotted I": (binxml.STRING, utf16(LITERAL.replace("i", "\u0130"))),
    "around a lone surrogate": (binxml.STRING, utf16("\ud800".join(LITERAL))),
    "around the other half": (binxml.STRING, utf16("\udfff\udc00".join(LITERAL))),
    "in ANSI": (ANSI, LITERAL.encode()),
    "in ANSI capitals": (ANSI, LITERAL.upper().encode()),
    "in ANSI around zeros": (ANSI, b"\0".join(bytes([byte]) for byte in LITERAL.encode())),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_literal_is_found_however_it_is_written(way: str) -> None:
    records = [record(number, {"Image": "C:\\a.exe", "CommandLine": "b" * 9000}) for number in range(1, 40)]
    records[20] = record(21, {"Image": "C:\\a.exe", "CommandLine": way})
    data = written(records, {way: WAYS[way]})
    (there,) = (one for one in EvtxReader().read(io.BytesIO(data), ReadOptions()) if way_stands(one))
    assert isinstance(there, RawEvent)
    assert check(data, Wanting(LITERAL)) == (1, 38)


def way_stands(item: object) -> bool:
    return isinstance(item, RawEvent) and any(LITERAL in fold(text) for text in texts(item))


def test_a_literal_in_the_header_is_found() -> None:
    records = [record(number, {"Image": "a"}) for number in range(1, 9)]
    records += [record(9, {"Image": "a"}, computer=f"{LITERAL}.corp")]
    assert check(written(records), Wanting(LITERAL)) == (1, 8)


def test_each_of_several_literals_is_found() -> None:
    records = [record(number, {"Image": "C:\\a.exe"}) for number in range(1, 9)]
    records[2] = record(3, {"Image": "C:\\REGSVR32.EXE"})
    records[4] = record(5, {"Image": "C:\\other.exe", "Description": "Microsoft(C) Register Server"})
    assert check(written(records), Wanting("regsvr32.exe", "microsoft(c) register server")) == (2, 6)


def test_wanted_kinds_are_read_until_they_are_settled() -> None:
    records = [record(number, {"Image": "a"}, event_id=1 + number % 2) for number in range(1, 400)]
    assert check(written(records), Wanting(LITERAL, unsettled={"2": 4})) == (1 + 2 + 4, 392)
    assert check(written(records), Wanting(LITERAL, unsettled={"5": 3})) == (0, 399)
    assert check(written(records), Wanting(LITERAL, unsettled={"1": 10_000})) == (199, 200)


class Shown(Wanting):
    """A sieve that wants events until one of the file has shown a user."""

    def __init__(self, field: str = "User") -> None:
        super().__init__(LITERAL)
        self.fields = frozenset({field, "ProcessGuid"})
        self.open = True
        self.shown: list[dict[str, Value]] = []

    def wants(self, *_: str | None) -> bool:
        return self.open

    def showing(self, *_: str | None) -> Showing | None:
        return Showing(self.fields, self.settles)

    def settles(self, payload: dict[str, Value]) -> bool:
        self.shown.append(payload)
        self.open = "User" not in payload
        return not self.open


GUID = "{C1A8C5E4-1B2C-65F3-0100-00000000A00A}"


def users(*with_user: int, number: int = 9) -> bytes:
    data = {"Image": "a", "ProcessGuid": GUID}
    return written(
        record(one, data | {"User": "b"} if one in with_user else data) for one in range(1, number + 1)
    )


def test_what_a_record_shows_need_not_be_read() -> None:
    sieve = Shown()
    assert check(users(1), sieve) == (0, 9)
    assert sieve.shown == [{"User": "b", "ProcessGuid": GUID}]
    items = list(EvtxReader().sift(io.BytesIO(users(1)), ReadOptions(), Shown()))
    glimpsed = [item for item in items if isinstance(item, Glimpsed)]
    assert sorted((one.looked, one.events) for one in glimpsed) == [(False, 8), (True, 1)]


def test_records_are_read_where_the_first_shows_nothing() -> None:
    assert check(users(4), Shown()) == (9, 0)


def test_what_may_stand_elsewhere_is_not_shown() -> None:
    sieve = Shown("Keywords")
    assert check(users(1), sieve) == (9, 0)
    assert sieve.shown == []


def test_what_records_show_is_what_they_tell_if_anything() -> None:
    sieve = Shown()
    records = [record(one, {"User": "b", "ProcessGuid": GUID}) for one in range(1, 10)]
    assert check(written(records, {"b": (ANSI, b"b")}), sieve) == (9, 0)
    assert sieve.shown == []
    text = binxml.STRING, utf16(GUID.strip("{}"))
    assert check(written(records, {GUID: text}), sieve) == (0, 9)
    assert sieve.shown == [{"User": "b", "ProcessGuid": GUID}]


def test_files_do_not_depend_on_those_before() -> None:
    """One sieve serves for all of them; the reading of some is ended early."""
    sieve = Shown()
    files = [users(2), users(), users(1, number=400), users(3)]
    for data in (*files, *files):
        sieve.open = True
        items = iter(EvtxReader().sift(io.BytesIO(data), ReadOptions(), sieve))
        next(items)
        del items
        sieve.open = True
        fresh = Shown()
        assert check(data, sieve) == check(data, fresh)
        assert sieve.open == fresh.open


def test_chunks_of_kinds_that_cannot_match_are_passed_over() -> None:
    records = [record(number, {"CommandLine": LITERAL}, event_id=3) for number in range(1, 400)]
    assert check(written(records), Wanting(LITERAL, never=("3",))) == (0, 399)
    records[300] = record(301, {"CommandLine": LITERAL})
    read, _ = check(written(records), Wanting(LITERAL, never=("3",)))
    assert read >= 1


def test_damaged_chunks_are_told_though_nothing_in_them_is_looked_for() -> None:
    data = bytearray(written(record(number, {"CommandLine": "b" * 9000}) for number in range(1, 40)))
    data[HEADER + CHUNK : HEADER + CHUNK + 8] = b"ElfChxx\0"
    data[HEADER + 2 * CHUNK + 700] ^= 0xFF
    data[HEADER + 3 * CHUNK + 16] ^= 0x02
    read, glimpsed = check(bytes(data), Wanting(LITERAL))
    assert glimpsed > read > 0
    check(bytes(data[: HEADER + 4 * CHUNK + 30_000]), Wanting(LITERAL))
    check(bytes(data[: HEADER + CHUNK + 9000] + data[HEADER + 2 * CHUNK :]), Wanting(LITERAL))


FIRST_VALUES = 38
"""Where in a record behind the first the count of its values stands; their sizes and types follow."""
SID, COMPUTER = 12, 18
"""The numbers of that of the user and of the computer's name, among the values of a record."""


@pytest.mark.parametrize("number", [0, 4, 9, SID, 15, COMPUTER])
def test_values_of_another_size_than_their_type_has_move_those_behind_them(number: int) -> None:
    data = written(record(number, {"Image": "a"}, event_id=number) for number in range(1, 4))
    kind_at = second_record(data) + FIRST_VALUES + 4 + 4 * number + 2
    for kind in (*range(0x24), *range(0x80, 0x96)):
        check_unless_damaged(data, kind_at, kind)


def test_a_sid_that_is_longer_than_its_size_moves_the_values_behind_it() -> None:
    data = written(record(number, {"Image": "a"}, event_id=number) for number in range(1, 4))
    parts_at = data.index(bytes.fromhex("010100000000000512000000"), second_record(data)) + 1
    for parts in range(16):
        check_unless_damaged(data, parts_at, parts)


@pytest.mark.parametrize("event_id", [1, 2], ids=["of the same event", "of another"])
def test_a_sid_is_looked_at_though_the_one_before_was_in_order(event_id: int) -> None:
    data = written(
        record(number, {"Image": "a"}, event_id=max(event_id - number, 1)) for number in range(1, 4)
    )
    parts_at = data.index(bytes.fromhex("010100000000000512000000"), second_record(data)) + 1
    for parts in range(16):
        check_unless_damaged(data, parts_at, parts)


@pytest.mark.parametrize("ticks", [0, 1, 10**17, 2500 * 10**15, (1 << 63) - 1, (1 << 64) - 1])
def test_times_far_from_now_are_told_as_parsed(ticks: int) -> None:
    records = [record(number, {"Image": "a"}) for number in range(1, 4)]
    created = (records[1].time - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10
    data = written(records)
    old = created.to_bytes(8, "little")
    assert data.count(old) == 2
    check(data.replace(old, ticks.to_bytes(8, "little")), Wanting(LITERAL))


def second_record(data: bytes) -> int:
    return HEADER + 512 + int.from_bytes(data[HEADER + 516 : HEADER + 520], "little")


def check_unless_damaged(data: bytes, at: int, byte: int) -> None:
    """Of records that are passed over damage is not told."""
    altered = data[:at] + bytes([byte]) + data[at + 1 :]
    if all(isinstance(one, RawEvent) for one in EvtxReader().read(io.BytesIO(altered), ReadOptions())):
        check(altered, Wanting(LITERAL))


@pytest.mark.parametrize("change", [-8, 8])
def test_there_is_no_glance_at_records_that_end_elsewhere_than_their_chunk_says(change: int) -> None:
    log = bytearray(written([record(number, {"CommandLine": "x"}) for number in range(1, 4)]))
    last = log.rindex(b"**\0\0")
    assert Glances(lambda _: True)(bytes(log[4096:])) is not None
    log[last + 4 : last + 8] = (int.from_bytes(log[last + 4 : last + 8], "little") + change).to_bytes(
        4, "little"
    )
    assert Glances(lambda _: True)(bytes(log[4096:])) is None


def test_there_is_no_glance_at_records_that_end_behind_their_chunk() -> None:
    log = written([record(number, {"CommandLine": "x"}) for number in range(1, 4)])
    chunk, last = bytearray(log[HEADER:]), log.rindex(b"**\0\0") - HEADER
    for end, seen in ((CHUNK, True), (CHUNK + 8, False)):
        chunk[last + 4 : last + 8] = (end - last).to_bytes(4, "little")
        chunk[48:52] = end.to_bytes(4, "little")
        chunk[124:128] = crc32(chunk[128:512], crc32(chunk[:120])).to_bytes(4, "little")
        assert (Glances(lambda _: True)(bytes(chunk)) is not None) is seen


fields = st.fixed_dictionaries(
    {"CommandLine": st.text(max_size=30)},
    optional={"ProcessId": st.just("17"), "Hashes": st.text("aA0 ", max_size=9000)},
)
hidden = st.builds(
    lambda letters, before, behind: before + "".join(letters) + behind,
    st.tuples(
        *(
            st.builds(
                lambda letter, noise: letter + noise,
                st.sampled_from(SPELLINGS.get(letter, letter)),
                st.sampled_from(["", "", "", "\ud9ab", "\udc00\udfff"]),
            )
            for letter in LITERAL
        )
    ),
    st.text(max_size=5),
    st.text(max_size=5),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            fields,
            st.sampled_from([1, 3, 7, 4688]),
            st.sampled_from(["WS1", "ws2.corp", "Ä"]),
            st.sampled_from(["Microsoft-Windows-Sysmon", "Other"]),
            st.sampled_from([None, "S-1-5-18", "S-1-5-21-1-2-3-4"]),
            st.integers(0, 10**7),
            st.none() | st.none() | hidden,
        ),
        min_size=1,
        max_size=30,
    )
)
def test_what_comes_through_is_what_is_there(
    given_records: list[tuple[dict[str, str], int, str, str, str | None, int, str | None]],
) -> None:
    records, values = [], {}
    for number, (data, event_id, computer, provider, user, seconds, secret) in enumerate(given_records, 1):
        if secret is not None:
            data = {**data, "CommandLine": f"secret {number}"}
            values[f"secret {number}"] = (binxml.STRING, utf16(secret))
        records.append(
            record(
                number,
                data,
                event_id=event_id,
                computer=computer,
                provider=provider,
                user_sid=user,
                time=START + timedelta(seconds=seconds, microseconds=seconds),
            )
        )
    check(written(records, values), Wanting(LITERAL))


LITERALS = ("regsvr32.exe", "lsass", "powershell", "scrobj.dll", "microsoft")


def test_public_logs_come_through_a_sieve_whole(shared: Path) -> None:
    """Every log there is, in archives too, each literal by itself."""
    logs = glanced = passed = 0
    for part in open_evidence([str(shared / "data")]):
        if part.format != "evtx" or part.open is None:
            continue
        source = Guarded(part.open)
        data = read_exactly(source, 1 << 30)
        source.close()
        logs += 1
        for literal in LITERALS:
            _, unread = check(data, Wanting(literal))
            passed += unread
        glanced += sum(
            Glances(lambda _: True)(chunk.data) is not None
            for chunk in chunks(io.BytesIO(data))
            if isinstance(chunk, Chunk)
        )
    assert logs > 20
    assert glanced > 80
    assert passed > 1000
