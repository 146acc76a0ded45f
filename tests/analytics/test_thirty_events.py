"""The same thirty events in every shape: the same findings, the same CAR fields, and each event once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from carhound.findings.run import Run
from carhound.pipeline import Request, hunt
from carhound.readers.detect import detect

from . import thirty_events
from .shapes_files import FILES, MAPPING
from .test_every_shape import IMPLEMENTATIONS

EVENTS = thirty_events.events()
RECORDS = list(EVENTS.values())
CASE_AT = {record.time: case for case, record in EVENTS.items()}
EXPECTED = {case: hits for case, (hits, *_) in thirty_events.CASES.items() if hits}
LOADS = "Loading unsigned images"
SPAWN = "Spawning child processes"


@dataclass(frozen=True)
class Lack:
    """What a shape does not carry."""

    car: frozenset[str] = frozenset()
    """CAR fields."""
    columns: frozenset[str] = frozenset()
    """Columns of results that are made of what is not there."""
    letters: str = ""
    """Implementations that cannot be judged on it."""
    merges: bool = True
    """Whether what identifies an event across shapes is there."""


_NO_HOST = frozenset({"fqdn", "hostname"})
_NO_HOST_COLUMN = frozenset({"Computer Name"})
_NO_KEY = Lack(merges=False)
LACKS: Mapping[str, Lack] = {
    # Sysmon's payload alone
    "eql-raw": Lack(_NO_HOST, _NO_HOST_COLUMN),
    # neither hashes nor signatures, and of the parent only path and ids
    "eql-normalised": Lack(
        _NO_HOST
        | {
            "current_working_directory",
            "integrity_level",
            "md5_hash",
            "parent_command_line",
            "sha1_hash",
            "sha256_hash",
        },
        _NO_HOST_COLUMN | {"Parent Command Line"},
        letters="Ll",
    ),
    # ECS has no place for it; Winlogbeat leaves it under winlog
    "ecs": Lack(frozenset({"integrity_level"})),
    # CAR's module/load has no guid, and its time is no UtcTime
    "csv-car": _NO_KEY,
    "parquet, CAR's names": _NO_KEY,
    "arrow, CAR's names": _NO_KEY,
}
"""By name of the file's shape; the others carry everything."""


def lack(shape: str) -> Lack:
    return LACKS.get(shape, Lack())


def write(folder: Path, shape: str, name: str = "events") -> Path:
    ending, make = FILES[shape]
    path = folder / (name + ending)
    path.write_bytes(make(RECORDS))
    return path


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("mapping") / "mapping.yaml"
    path.write_text(MAPPING)
    return str(path)


def run_over(paths: list[Path], mapping: str) -> Run:
    return hunt(Request(tuple(map(str, paths)), ("carhound", "hunt"), mappings=(mapping,)))


def said(run: Run) -> list[tuple[str, str]]:
    """Each finding's case, and the letters of the implementations that reported it."""
    letters = [(letter, name) for letter, name in IMPLEMENTATIONS.items()]
    return sorted(
        (CASE_AT[one.time], "".join(letter for letter, name in letters if name in one.implementations))
        for one in run.findings
        if one.time is not None
    )


def without(hits: Mapping[str, str], letters: str) -> list[tuple[str, str]]:
    left = {case: "".join(one for one in of if one not in letters) for case, of in hits.items()}
    return sorted((case, of) for case, of in left.items() if of)


def tables(run: Run, hidden: frozenset[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows of the implementations that aggregate."""
    return {
        one.name: [
            {name: cell for name, cell in zip(one.table.columns, row, strict=True) if name not in hidden}
            for row in one.table.rows
        ]
        for one in run.analytics[0].implementations
        if one.table is not None
    }


def test_the_thirty_are_thirty_with_hits_and_near_misses_of_each_implementation() -> None:
    assert len(RECORDS) == len(CASE_AT) == 30
    for letter in IMPLEMENTATIONS:
        assert any(letter in hits for hits in EXPECTED.values()), letter
        of_its_kind = {1: "MmNSs", 7: "Ll"}
        misses = [
            case
            for case, (hits, event_id, *_) in thirty_events.CASES.items()
            if letter in of_its_kind[event_id] and letter not in hits
        ]
        assert misses, letter


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, mapping: str) -> Run:
    """What EVTX says, to which the others are compared."""
    return run_over([write(tmp_path_factory.mktemp("reference"), "evtx")], mapping)


def test_the_car_fields_of_the_reference(reference: Run) -> None:
    """By hand, since the test below compares shapes only with each other."""
    cars = {CASE_AT[one.time]: one.car for one in reference.findings if one.time is not None}
    assert cars["child"] == {
        "command_line": thirty_events.HOSTILE,
        "current_working_directory": "C:\\Users\\dana\\",
        "exe": "cmd.exe",
        "fqdn": "WS1.example.org",
        "guid": "{A98268C1-9C2E-5ACD-0000-001000000001}",
        "hostname": "WS1",
        "image_path": r"C:\Windows\System32\cmd.exe",
        "integrity_level": "Medium",
        "md5_hash": "0" * 31 + "1",
        "parent_command_line": "parent 1 /s /u",
        "parent_exe": "regsvr32.exe",
        "parent_guid": "{A98268C1-9C2E-5ACD-0000-00100000F001}",
        "parent_image_path": r"C:\Windows\System32\regsvr32.exe",
        "pid": "4001",
        "ppid": "3001",
        "sha1_hash": "0" * 39 + "1",
        "sha256_hash": "0" * 63 + "1",
        "user": r"EXAMPLE\dana",
    }
    assert cars["load, not signed but with a signer"] == {
        "fqdn": "WS1.example.org",
        "hostname": "WS1",
        "image_path": r"C:\Windows\System32\regsvr32.exe",
        "md5_hash": f"{27:032X}",
        "module_name": "x.dll",
        "module_path": thirty_events.DLL,
        "pid": "4027",
        "sha1_hash": f"{27:040X}",
        "sha256_hash": f"{27:064X}",
        "signature_valid": "false",
        "signed": "false",
        "signer": "Example Ltd",
        "user": r"EXAMPLE\dana",
    }


@pytest.mark.parametrize("shape", FILES)
def test_the_same_findings_and_fields(shape: str, tmp_path: Path, reference: Run, mapping: str) -> None:
    lacking = lack(shape)
    run = run_over([write(tmp_path, shape)], mapping)
    (file,) = run.evidence.files
    assert (file.format, file.events, file.damaged, file.skipped) == (shape.partition(",")[0], 30, (), ())
    assert said(run) == without(EXPECTED, lacking.letters)
    expected = {one.time: one.car for one in reference.findings}
    for finding in run.findings:
        car = expected[finding.time]
        assert finding.car == {name: text for name, text in car.items() if name not in lacking.car}
    blind = {letter for letter, name in IMPLEMENTATIONS.items() if name in not_judged(run)}
    assert blind == set(lacking.letters)
    assert run.status == ("partial" if blind else "complete")
    if not blind:
        assert run.info.now == reference.info.now
        assert tables(run, lacking.columns) == tables(reference, lacking.columns)
    else:
        assert tables(run, lacking.columns)[SPAWN] == tables(reference, lacking.columns)[SPAWN]
        assert tables(run, lacking.columns)[LOADS] == []


def not_judged(run: Run) -> set[str]:
    return {one.name for one in run.analytics[0].implementations if one.not_judged}


def test_the_table_of_what_is_lacking_lists_nothing_that_is_there(tmp_path: Path, mapping: str) -> None:
    """A gap that is filled has to leave the table."""
    for number, (shape, lacking) in enumerate(LACKS.items()):
        run = run_over([write(tmp_path, shape, str(number))], mapping)
        assert not lacking.car & {name for one in run.findings for name in one.car}, shape


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All shapes in one folder."""
    folder = tmp_path_factory.mktemp("all")
    return {shape: write(folder, shape, f"{number:02}") for number, shape in enumerate(FILES)}


def test_all_of_them_in_one_folder_are_each_event_once(
    folder: dict[str, Path], mapping: str, reference: Run
) -> None:
    """With a place in every shape that carries what identifies the event; the others tell it again."""
    merging = {shape for shape in FILES if lack(shape).merges}
    apart = {shape for shape in FILES if not lack(shape).merges}
    run = run_over([next(iter(folder.values())).parent], mapping)
    assert run.evidence.not_evidence == ()
    assert sorted(set(said(run))) == without(EXPECTED, "")
    shape_of = {str(path): shape for shape, path in folder.items()}
    met: dict[str, list[set[str]]] = {}
    for finding in run.findings:
        places = [shape_of[place.file] for place in finding.places]
        assert len(places) == len(set(places))
        met.setdefault(CASE_AT[finding.time], []).append(set(places))  # type: ignore[index]
    for case, places in met.items():
        assert sorted(places, key=len) == [apart, merging], case
    expected = {one.time: one.car for one in reference.findings}
    whole = [one for one in run.findings if len(one.places) == len(merging)]
    assert {one.time: one.car for one in whole} == expected
    assert {one.id for one in reference.findings} <= {one.id for one in whole}


def test_ids_do_not_depend_on_the_order_of_paths(folder: dict[str, Path], mapping: str) -> None:
    paths = [path for shape, path in folder.items() if lack(shape).merges]
    ids = [
        {one.id for one in run_over(order, mapping).findings}
        for order in (paths, paths[::-1], paths[7:] + paths[:7])
    ]
    assert len(ids[0]) == len(EXPECTED)
    assert ids[0] == ids[1] == ids[2]


def test_every_format_is_among_them() -> None:
    """Beside what only the Security log's events are written in."""
    told = {detect(make(RECORDS), True).format for shape, (_, make) in FILES.items() if "mapped" not in shape}
    assert told == {shape.partition(",")[0] for shape in FILES if "mapped" not in shape}
