"""Trees of evidence that is read again in two turns, against trees of all that it tells."""

import gzip
import struct
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carhound.findings.lineage.build import Lineages
from carhound.findings.lineage.events import Who, process_of, told
from carhound.findings.lineage.keys import Shown, guid_key, number_key
from carhound.findings.lineage.log import ProcessLog
from carhound.findings.lineage.tree import Tree
from carhound.findings.run import Finding
from carhound.model.event import Event, RawEvent
from carhound.model.evidence import Damage
from carhound.pipeline.files.pieces import Piece, pieces
from carhound.pipeline.trees.lineage import with_trees
from carhound.pipeline.trees.recall import from_files_again
from carhound.pipeline.trees.retelling import Ended, Reteller, Retelling, Retold
from carhound.pipeline.trees.retelling_evtx import events_at
from carhound.readers.interface import ReadOptions
from carhound.readers.json.some_lines import events_at as events_in
from carhound.readers.notes import Notes
from carhound.simulate.engine import events
from carhound.simulate.event import Simulated
from carhound.simulate.scenario import bundled, load
from carhound.simulate.writers import FORMATS

from .telling import SECURITY, START, SYSMON, everybody, guid_of, read

CHANNELS = {SYSMON: "Microsoft-Windows-Sysmon/Operational", SECURITY: "Security"}
NO_GUID = "{00000000-0000-0000-0000-000000000000}"
HOSTS = st.sampled_from(["ws1.example.org", "WS1", "ws2.example.org", ""])
SURE = st.sampled_from([*map(guid_of, range(6)), guid_of(1).lower(), guid_of(2).strip("{}")])
"""Stored as GUIDs and as texts."""
GUIDS = st.one_of(SURE, st.sampled_from([NO_GUID, "-", "4", ""]))
NUMBERS = st.sampled_from(["4", "8", "12", "16", "0", "-", "x"])
IMAGES = st.sampled_from(["C:\\Windows\\System32\\cmd.exe", "C:\\a\\cmd.exe", "c:\\A\\CMD.EXE", "C:\\b.exe"])
HASHES = st.sampled_from(["MD5=1", "MD5=1,IMPHASH=7", "MD5=2,IMPHASH=7", "-"])
TIMES = st.integers(0, 40).map(lambda quarters: quarters / 4)


def simulated(provider: str, event_id: int, seconds: float, computer: str, data: dict[str, str]) -> Simulated:
    time = START + timedelta(seconds=seconds)
    data = {name: text for name, text in data.items() if text}
    header = (provider, "", CHANNELS[provider], computer, event_id, 1, 4, 1, 0, 0x80 << 56)
    return Simulated(*header, int(seconds * 1000), time, 4, 4, None, data)


def hexadecimal(number: str) -> str:
    return hex(int(number)) if number.isdigit() else number


@st.composite
def records(draw: st.DrawFn, sure: bool = False) -> Simulated:
    """Of few processes on few computers, with what can be missing missing, so that much is ambiguous.

    Where they are sure they have GUIDs at least.
    """
    kinds = ["started", "started", "end", "deed", "other"]
    kind = draw(st.sampled_from(kinds if sure else [*kinds, "audited", "audited end"]))
    seconds, computer, number = draw(TIMES), draw(HOSTS), draw(NUMBERS)
    if kind == "audited":
        data = {
            "NewProcessId": hexadecimal(number),
            "NewProcessName": draw(IMAGES),
            "ProcessId": hexadecimal(draw(NUMBERS)),
            "ParentProcessName": draw(IMAGES),
        }
        return simulated(SECURITY, 4688, seconds, computer, data)
    if kind == "audited end":
        return simulated(SECURITY, 4689, seconds, computer, {"ProcessId": hexadecimal(number)})
    data = {
        "UtcTime": "",
        "ProcessGuid": draw(SURE if sure else GUIDS),
        "ProcessId": number,
        "Image": draw(IMAGES),
    }
    if kind == "deed":
        data["TargetFilename"] = draw(st.sampled_from("abc"))
    if kind == "started":
        data |= {
            "CommandLine": draw(st.sampled_from("abc")),
            "OriginalFileName": draw(st.sampled_from(["", "cmd.exe", "other.exe"])),
            "Description": draw(st.sampled_from(["", "x", "Microsoft(C) Register Server"])),
            "Hashes": draw(HASHES),
            "ParentProcessGuid": draw(GUIDS),
            "ParentProcessId": draw(NUMBERS),
            "ParentImage": draw(IMAGES),
        }
    event_id = {"started": 1, "end": 5, "deed": 11, "other": 4688}[kind]
    return simulated(SYSMON, event_id, seconds, computer, data)


def written(folder: Path, form: str, number: int, some: Iterable[Simulated]) -> Path:
    write, ending = FORMATS[form]
    path = folder / f"{number}{ending}"
    with path.open("wb") as stream:
        write(some, stream)
    return path


def finding(number: int, event: Event) -> Finding:
    return Finding(str(number), "", (), event.time, event.computer, None, None, None, (), {}, {})


def again(paths: Sequence[Path], foci: Sequence[Event]) -> list[Tree | None]:
    asked = from_files_again(pieces(map(str, paths)), ReadOptions())
    found, lacking = with_trees(
        [(event, finding(*one)) for one in enumerate(foci) for event in one[1:]], asked
    )
    assert lacking is None
    return [one.tree for one in found]


def of_everything(all_events: Sequence[Event], foci: Sequence[Event]) -> list[Tree | None]:
    whos = [process_of(event) for event in foci]
    hosts = {who.host for who in whos if who is not None}
    with ProcessLog() as log:
        for event in (*foci, *all_events):
            if (one := told(event)) is not None and one.who.host in hosts:
                log.add(one)
        log.settle()
        lineages = Lineages(log, [(str(number), who) for number, who in enumerate(whos) if who is not None])
        return [None if who is None else lineages.tree(who) for who in whos]


LOGS = st.booleans().flatmap(
    lambda sure: st.lists(st.lists(records(sure), max_size=14), min_size=1, max_size=2)
)


@pytest.mark.parametrize("form", ["evtx", "jsonl"])
@settings(max_examples=80, deadline=None)
@given(LOGS, st.sampled_from([1, 8]), st.data())
def test_the_trees_are_those_of_everything(
    form: str, parts: list[list[Simulated]], times: int, data: st.DataObject
) -> None:
    """What comes often enough is told without being read as an event."""
    with TemporaryDirectory() as folder:
        paths = [written(Path(folder), form, number, times * one) for number, one in enumerate(parts) if one]
        logged = [event for path in paths for event in read(path)]
        if not logged:
            return
        foci = data.draw(st.lists(st.sampled_from(logged), min_size=1, max_size=2))
        assert again(paths, foci) == of_everything(logged, foci)


@pytest.mark.parametrize("form", ["evtx", "jsonl"])
@pytest.mark.parametrize("security", [True, False])
def test_the_trees_of_scenarios_are_those_of_everything(form: str, security: bool, tmp_path: Path) -> None:
    some = list(events([load(name) for name in bundled()], hosts=1, days=1, security=security))
    paths = [written(tmp_path, form, number, some[number::3]) for number in range(3)]
    logged = read(*paths)
    foci = [event for event in logged if event.event_id in ("1", "4688", "7")]
    foci = foci[:: len(foci) // 40]
    trees = again(paths, foci)
    assert trees == of_everything(logged, foci)
    assert any(len(list(everybody(tree.root))) > 3 for tree in trees if tree is not None)


def outlines(folder: Path, some: list[Simulated]) -> tuple[Piece, list[Retold]]:
    (piece,) = pieces([str(written(folder, "evtx", 0, some))])
    reader = Reteller(Retelling(ReadOptions(), frozenset({"ws1"}), None))
    return piece, list(reader.read(piece))


def test_records_are_told_by_guids_only_where_all_have_one(tmp_path: Path) -> None:
    def event(event_id: int, guid: str, computer: str = "ws1", provider: str = SYSMON) -> Simulated:
        data = {"ProcessGuid": guid, "ProcessId": "4", "Image": "x", "TargetFilename": "x"}
        data |= {"NewProcessId": "0x4"} if provider == SECURITY else {}
        return simulated(provider, event_id, 1, computer, data)

    sure = [event(1, guid_of(1)), event(11, guid_of(2)), event(11, guid_of(3).lower()), event(4688, "")]
    piece, told = outlines(
        tmp_path, [*sure, event(11, "", "ws2"), event(5, ""), event(4624, "", "ws1", SECURITY)]
    )
    assert [one.ended for one in told] == [Ended(piece, by_guid=True)]
    ((_, _, chunk, named),) = told[0].named
    assert chunk == 4096
    log = piece.found.path.read_bytes()
    first = log[chunk + 512 + 8]
    by_record = {log[chunk + place + 8] - first: guid for guid, place in struct.iter_unpack("<16sH", named)}
    assert by_record == {number - 1: UUID(guid_of(number)).bytes_le for number in (1, 2, 3)}
    for other in (event(11, ""), event(1, NO_GUID), event(3, "4"), event(4688, "", "ws1", SECURITY)):
        _, told = outlines(tmp_path, [*sure, other])
        assert [one.ended for one in told] == [None]


def test_records_of_a_file_that_has_changed_are_looked_for(tmp_path: Path) -> None:
    """Of what was seen at these places nothing is there any more."""
    deeds = [{"ProcessGuid": guid_of(1), "TargetFilename": "x" * number} for number in range(1, 9)]
    path = written(tmp_path, "evtx", 0, [simulated(SYSMON, 11, 1, "ws1", data) for data in deeds])
    for places in ([700], [513, 60_000], [65_535]):
        found = list(events_at(path, {4096: places}, Notes()))
        assert [one.data["TargetFilename"] for one in found if isinstance(one, RawEvent)] == [
            data["TargetFilename"] for data in deeds
        ]


def lines_of(folder: Path, some: list[Simulated]) -> tuple[Piece, list[Retold]]:
    (piece,) = pieces([str(written(folder, "jsonl", 0, some))])
    return piece, list(Reteller(Retelling(ReadOptions(), frozenset({"ws1"}), None)).read(piece))


def deeds(guids: Sequence[str], event_id: int = 11) -> list[Simulated]:
    made = [{"ProcessGuid": guid, "ProcessId": "4", "TargetFilename": f"C:\\{guid}"} for guid in guids]
    return [simulated(SYSMON, event_id, number, "ws1", data) for number, data in enumerate(made)]


@pytest.mark.parametrize("shown", [Shown(keys={b"a"}), Shown(numbers={b"n"}), Shown()])
def test_no_line_is_read_that_tells_of_no_process_in_question(shown: Shown, tmp_path: Path) -> None:
    piece, told = lines_of(tmp_path, deeds([guid_of(number) for number in range(20)]))
    assert [one.ended for one in told] == [Ended(piece, by_line=True)]
    with ProcessLog() as log:
        log.lines.add(told[0].lines)
        assert list(log.lines.of(shown)) == []


@pytest.mark.parametrize("by_number", [False, True])
def test_lines_are_found_by_what_they_name_their_process_by(by_number: bool, tmp_path: Path) -> None:
    """Lines that were read as events, and lines of which fields were taken."""
    guids = [guid_of(number % 3) if number % 5 else "" for number in range(30)]
    guids[7], guids[8] = guid_of(1).lower(), guid_of(1).strip("{}")
    some = deeds(guids)
    piece, told = lines_of(tmp_path, some)
    who = Who("ws1", None, "4", None) if by_number else Who("ws1", guid_of(1).strip("{}").lower(), None, None)
    (key,) = filter(None, (guid_key(who), number_key(who)))
    with ProcessLog() as log:
        log.lines.add(told[0].lines)
        ((path, first, lines),) = log.lines.of(Shown(numbers={key}) if by_number else Shown(keys={key}))
    assert (path, first) == (piece.found.shown, 0)
    wanted = [number for number in range(30) if by_number or guids[number].strip("{}").lower() == who.guid]
    text = piece.found.path.read_bytes()
    assert list(lines[1::2]) == [1 + number for number in wanted]
    assert [text[:place].count(b"\n") for place in lines[::2]] == wanted
    found = [one for one in events_in(piece.found.path, lines, ReadOptions()) if isinstance(one, RawEvent)]
    assert [(one.position, one.data["ProcessGuid"]) for one in found if "ProcessGuid" in one.data] == [
        (f"line {1 + number}", guids[number]) for number in wanted if guids[number]
    ]


def test_lines_of_a_file_that_has_changed_are_whatever_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'[{"a": 1},\n{"EventID": 1, "Channel": "Security"}\n[\n')
    for lines in ([0, 7], [11, 7], [0, 1, 11, 2, 60, 9], [12, 8, 400, 9], []):
        found = list(events_in(path, lines, ReadOptions()))
        assert all(isinstance(one, RawEvent) and one.position in ("line 7", "line 2") for one in found)
    path.unlink()
    (gone,) = events_in(path, [0, 1], ReadOptions())
    assert isinstance(gone, Damage)


@pytest.mark.parametrize("way", ["list", "utf-16", "gzip", "two in a line"])
def test_lines_that_are_none_of_the_file_are_asked_again_as_a_whole(way: str, tmp_path: Path) -> None:
    some = deeds([guid_of(number % 3) for number in range(20)])
    text = written(tmp_path, "jsonl", 0, some).read_bytes()
    data = {
        "list": b"[" + b",".join(text.splitlines(keepends=True)) + b"]",
        "utf-16": text.decode().encode("utf-16"),
        "gzip": gzip.compress(text),
        "two in a line": text.replace(b"\n", b"", 1),
    }[way]
    path = tmp_path / "b.jsonl"
    path.write_bytes(data)
    (piece,) = pieces([str(path)])
    told = list(Reteller(Retelling(ReadOptions(), frozenset({"ws1"}), None)).read(piece))
    assert [one.ended for one in told] == [None]
    logged = read(path)
    assert again([path], logged[:2]) == of_everything(logged, logged[:2])


@pytest.mark.parametrize("form", ["jsonl", "evtx"])
def test_names_are_learnt_from_the_first_start_that_names_its_process(form: str, tmp_path: Path) -> None:
    def start(second: int, guid: str, number: str, image: str) -> Simulated:
        parent = {"ParentProcessGuid": guid_of(99), "ParentProcessId": "1"}
        data = {"ProcessGuid": guid, "ProcessId": number, **parent, "Image": image, "Hashes": "MD5=1"}
        return simulated(SYSMON, 1, second, "ws1", data)

    nobody = [start(second, "-", "-", "C:\\Windows\\System32\\cmd.exe") for second in range(8)]
    known = [start(second, guid_of(second), "4", "C:\\Windows\\System32\\cmd.exe") for second in range(8)]
    renamed = [start(9, guid_of(9), "8", "C:\\a.exe")]
    path = written(tmp_path, form, 0, [*nobody, *known, *renamed])
    *_, focus = read(path)
    (tree,) = again([path], [focus])
    assert tree is not None
    assert tree.root.children[-1].true_name == "cmd.exe"
    (alone,) = again([written(tmp_path, form, 1, [*nobody, *renamed])], [focus])
    assert alone is not None
    assert alone.root.children[-1].true_name is None
