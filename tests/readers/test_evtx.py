"""EVTX, on public files of 68 KiB to 2 MiB: whole, cut and with harm done to them."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from carhound.model.event import RawEvent
from carhound.model.evidence import Damage
from carhound.readers.evidence import open_evidence
from carhound.simulate.engine import events
from carhound.simulate.scenario import load
from carhound.simulate.writers import evtx

HEADER, CHUNK = 4096, 65536

Read = Callable[[bytes], tuple[list[RawEvent], list[Damage]]]


@pytest.fixture
def log(shared: Path) -> bytes:
    """A Sysmon log of 33 chunks, of which the header counts 23, and 1730 records."""
    return (shared / "data" / "williballenthin--python-evtx" / "issue_43.evtx").read_bytes()


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(data: bytes) -> tuple[list[RawEvent], list[Damage]]:
        path = tmp_path / "log.bin"
        path.write_bytes(data)
        (part,) = open_evidence([str(path)])
        assert (part.kind, part.format) == ("evidence", "evtx")
        items = list(part.items())
        return (
            [item for item in items if isinstance(item, RawEvent)],
            [item for item in items if isinstance(item, Damage)],
        )

    return read


def test_a_record_keeps_what_windows_wrote(shared: Path, read: Read) -> None:
    path = (
        shared / "data" / "mdecrevoisier--EVTX-to-MITRE-Attack" / "ID1-CMD executed via sticky key call.evtx"
    )
    events, damage = read(path.read_bytes())
    assert damage == []
    event = next(event for event in events if event.event_id == "1")
    assert (event.provider, event.channel) == (
        "Microsoft-Windows-Sysmon",
        "Microsoft-Windows-Sysmon/Operational",
    )
    assert (event.computer, event.record_id) == ("win10-02.offsec.lan", "11788")
    assert event.time is not None
    assert event.time.isoformat() == "2021-05-03T12:06:57.954898+00:00"
    assert event.data["CommandLine"] == "C:\\windows\\system32\\cmd.exe sethc.exe 211"
    assert event.data["ProcessGuid"] == "{9828DA72-E761-608F-2A14-000000000C00}"
    assert event.data["ProcessId"] == "3300"
    assert event.meta["System_ProcessID"] == "3064"
    assert event.meta["Keywords"] == "0x8000000000000000"
    assert not {"EventID", "Computer", "Channel", "EventRecordID"} & (event.data.keys() | event.meta.keys())


def test_unnamed_data_and_user_data(shared: Path, read: Read) -> None:
    events, _ = read((shared / "data" / "omerbenamram--evtx" / "2-vss_7-System.evtx").read_bytes())
    assert any(isinstance(event.data.get("Data"), tuple) for event in events)
    name = "2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx"
    events, _ = read((shared / "data" / "omerbenamram--evtx" / name).read_bytes())
    assert any(
        event.meta.get("UserData_Name") == "EventXML" and "listenerName" in event.data for event in events
    )


@pytest.mark.parametrize("count", [0, 1, 65535])
def test_the_chunk_count_of_the_header_is_not_believed(log: bytes, count: int, read: Read) -> None:
    data = bytearray(log)
    struct.pack_into("<H", data, 42, count)
    events, damage = read(bytes(data))
    assert len(events) == 1730
    assert [item.where for item in damage] == (["chunk 33"] if count > 33 else [])


def test_a_broken_chunk_costs_only_itself(log: bytes, read: Read) -> None:
    """Also behind a chunk count that is too low, where the parser by itself would stop without a word."""
    whole, _ = read(log)
    data = bytearray(log)
    struct.pack_into("<H", data, 42, 1)
    data[HEADER + 3 * CHUNK : HEADER + 3 * CHUNK + 8] = b"garbage!"
    events, damage = read(bytes(data))
    assert [(item.where, item.offset) for item in damage] == [("chunk 3", HEADER + 3 * CHUNK)]
    lost = {event.record_id for event in whole} - {event.record_id for event in events}
    assert 0 < len(lost) < 200
    assert len(events) + len(lost) == 1730


def test_a_cut_file_gives_what_is_there_and_says_that_it_is_cut(log: bytes, read: Read) -> None:
    before, _ = read(log[: HEADER + 3 * CHUNK])
    events, damage = read(log[: HEADER + 3 * CHUNK + 30_000])
    assert len(events) > len(before) > 100
    assert "the file ends after 30000 of 65536 bytes" in {item.reason for item in damage}
    assert "20 of 23 chunks are missing at the end of the file" in {
        item.reason for item in read(log[:200_704])[1]
    }
    assert [item.where for item in read(log[:900])[1]] == ["file header"]


def test_an_empty_log_is_evidence_without_events(log: bytes, read: Read) -> None:
    data = bytearray(log[:HEADER])
    struct.pack_into("<H", data, 42, 1)
    assert read(bytes(data) + bytes(CHUNK)) == ([], [])


def test_a_chain_that_bites_its_tail_does_not_hold_the_reader(shared: Path, read: Read) -> None:
    """One flipped byte in a chunk's name table, found by chance: the parser alone never came back."""
    data = bytearray(
        (shared / "data" / "omerbenamram--evtx" / "sysmon.evtx").read_bytes()[: HEADER + 2 * CHUNK]
    )
    assert data[HEADER + 0x80] == 0
    data[HEADER + 0x80] = 40
    events, _ = read(bytes(data))
    assert len(events) > 50


def test_a_damaged_record_is_named(shared: Path, read: Read) -> None:
    name = "2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx"
    events, damage = read((shared / "data" / "omerbenamram--evtx" / name).read_bytes())
    assert len(events) == 1774
    assert [item.where for item in damage] == ["record 463011", "chunk 1 after record 463010"]
    assert all(item.reason and not item.reason.startswith("Failed") for item in damage)


def test_a_record_that_the_end_of_the_file_cuts_is_not_made_up(tmp_path: Path) -> None:
    """Zeros for what is missing would be read as values: the record is lost, and told."""
    records = list(events([load("squiblydoo-url")]))[:6]
    whole = tmp_path / "whole.evtx"
    with whole.open("wb") as stream:
        evtx.write(records, stream)
    data = whole.read_bytes()
    starts = [at for at in range(4096 + 512, len(data)) if data.startswith(b"**\0\0", at)][: len(records)]
    assert len(starts) == 6
    size = int.from_bytes(data[starts[5] + 4 : starts[5] + 8], "little")
    for cut in range(starts[5] + 1, starts[5] + size, 7):
        path = tmp_path / "cut.evtx"
        path.write_bytes(data[:cut])
        (part,) = open_evidence([str(path)])
        items = list(part.items())
        assert len([item for item in items if isinstance(item, RawEvent)]) == 5, cut - starts[5]
        assert any(isinstance(item, Damage) for item in items)
