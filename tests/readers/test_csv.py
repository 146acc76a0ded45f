"""Events in CSV: of the Security log, of Sysmon, and in CAR's names."""

import codecs
import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from carhound.model.diagnostics import Source
from carhound.model.event import RawEvent
from carhound.model.evidence import Damage, Remark, Skipped
from carhound.pipeline import Request, hunt, search
from carhound.readers.evidence import open_evidence
from carhound.readers.interface import ReadOptions
from carhound.readers.part import Part

CMD, REGSVR32 = r"C:\Windows\System32\cmd.exe", r"C:\Windows\System32\regsvr32.exe"
CREATION = {
    "": "0",
    "TenantId": "t",
    "Account": "EXAMPLE\\alice",
    "EventID": "4688",
    "TimeGenerated": "2024-06-14 12:00:00.123",
    "Computer": "ws1",
    "SubjectUserName": "alice",
    "SubjectDomainName": "EXAMPLE",
    "NewProcessId": "0x1610",
    "NewProcessName": CMD,
    "ProcessId": "0x888",
    "CommandLine": 'cmd /c "echo 1,\r\n2"',
    "ParentProcessName": REGSVR32,
}
SYSMON = {
    "EventCode": "1",
    "UtcTime": "2024-06-14 12:00:00.123",
    "Computer": "ws1",
    "Image": CMD,
    "ParentImage": REGSVR32,
    "CommandLine": "cmd /c regsvr32.exe",
    "ProcessGuid": "{1}",
}
CAR = {
    "time": "2024-06-14T12:00:00.123Z",
    "fqdn": "ws1",
    "image_path": CMD,
    "exe": "cmd.exe",
    "parent_image_path": REGSVR32,
    "command_line": "cmd /c regsvr32.exe",
    "pid": "5648",
    "user": "EXAMPLE\\alice",
    "md5_hash": "AA",
    "sha256_hash": "BB",
}


def table(*rows: dict[str, str], delimiter: str = ",") -> bytes:
    """The rows as CSV under the columns of the first."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(folder: Path, text: bytes, **options: Any) -> tuple[Part, list[Any]]:
    path = folder / "table.txt"
    path.write_bytes(text)
    (part,) = open_evidence([str(path)], ReadOptions(**options))
    return part, list(part.items())


def event_of(folder: Path, text: bytes, **options: Any) -> RawEvent:
    part, items = read(folder, text, **options)
    assert part.kind == "evidence", part.reason
    (event,) = [item for item in items if isinstance(item, RawEvent)]
    return event


def codes(items: list[Any]) -> list[str]:
    return [item.code for item in items if isinstance(item, Remark)]


ENCODINGS = {
    "UTF-8": lambda text: text,
    "UTF-8 with a BOM": lambda text: codecs.BOM_UTF8 + text,
    "UTF-16LE": lambda text: text.decode().encode("utf-16"),
    "UTF-16BE": lambda text: codecs.BOM_UTF16_BE + text.decode().encode("utf-16-be"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_creation_of_the_security_log(tmp_path: Path, encoding: str, delimiter: str) -> None:
    part, items = read(tmp_path, ENCODINGS[encoding](table(CREATION, CREATION, delimiter=delimiter)))
    assert (part.kind, part.format) == ("evidence", "csv-4688")
    assert codes(items) == ["EV-B3"]
    event = items[1]
    assert (event.provider, event.event_id, event.computer) == (
        "Microsoft-Windows-Security-Auditing",
        "4688",
        "ws1",
    )
    assert event.time == datetime(2024, 6, 14, 12, 0, 0, 123000, UTC)
    assert event.data["CommandLine"] == CREATION["CommandLine"]
    assert event.position == "line 4"
    assert event.meta == {name: CREATION[name] for name in ("TenantId", "Account", "TimeGenerated")}
    assert "" not in event.data


def test_all_three_kinds_of_table_are_hunted(tmp_path: Path) -> None:
    by_format = {}
    for rows in (CREATION, SYSMON, CAR):
        path = tmp_path / "a.csv"
        path.write_bytes(table(rows))
        run = hunt(Request((str(path),), ()))
        (finding,) = run.findings
        by_format[run.evidence.files[0].format] = set(finding.implementations)
        assert (finding.computer, finding.car["command_line"]) == (
            "ws1",
            rows.get("CommandLine", rows.get("command_line")),
        )
    pseudocode = {"Main Pattern - pseudocode", "Spawning child processes - pseudocode"}
    both = pseudocode | {"Main Pattern", "Spawning child processes", "New items since last month"}
    assert by_format == {"csv-4688": pseudocode, "csv-sysmon": both, "csv-car": both}


def test_car_names_are_filled_into_sysmon_s_and_stay(tmp_path: Path) -> None:
    _, items = read(tmp_path, table(CAR))
    event = items[0]
    assert event.data == {
        "Image": CMD,
        "ParentImage": REGSVR32,
        "CommandLine": "cmd /c regsvr32.exe",
        "ProcessId": "5648",
        "User": "EXAMPLE\\alice",
        "Hashes": "MD5=AA,SHA256=BB",
    }
    assert event.meta["exe"] == "cmd.exe"
    assert codes(items) == ["EV-C1"]


def test_module_loads_in_car_names(tmp_path: Path) -> None:
    load = {"image_path": REGSVR32, "module_path": r"C:\x.dll", "signer": "", "signature_valid": "false"}
    event = event_of(tmp_path, table(load))
    assert (event.event_id, event.data["ImageLoaded"]) == ("7", r"C:\x.dll")
    assert event.data["SignatureStatus"] == "Invalid"
    assert "Signature" not in event.data


def test_other_objects_of_car_are_told_and_not_read(tmp_path: Path) -> None:
    rows = [CAR | {"object": name, "action": "create"} for name in ("process", "file", "file")]
    _, items = read(tmp_path, table(*rows))
    (skipped,) = [item for item in items if isinstance(item, Skipped)]
    assert "file/create" in skipped.reason
    assert skipped.where == "2 rows from line 3"
    assert len([item for item in items if isinstance(item, RawEvent)]) == 1


@pytest.mark.parametrize(
    ("rows", "provider", "event_id"),
    [
        (SYSMON, "Microsoft-Windows-Sysmon", "1"),
        (SYSMON | {"EventCode": ""}, "Microsoft-Windows-Sysmon", "1"),
        (SYSMON | {"EventCode": "", "ImageLoaded": "x.dll"}, "Microsoft-Windows-Sysmon", "7"),
        (SYSMON | {"EventCode": "1.0"}, "Microsoft-Windows-Sysmon", "1"),
        (SYSMON | {"SourceName": "Other"}, "Other", "1"),
        (SYSMON | {"Channel": "System"}, None, "1"),
        (CREATION | {"EventID": ""}, "Microsoft-Windows-Security-Auditing", "4688"),
        (CREATION | {"EventID": "4624", "NewProcessName": ""}, None, "4624"),
        (CREATION | {"EventID": "1", "NewProcessName": "", "Image": "x"}, "Microsoft-Windows-Sysmon", "1"),
    ],
)
def test_who_wrote_an_event_and_which_it_is(
    tmp_path: Path, rows: dict[str, str], provider: str | None, event_id: str
) -> None:
    event = event_of(tmp_path, table(rows))
    assert (event.provider, event.event_id) == (provider, event_id)


@pytest.mark.parametrize(
    ("column", "text", "noted"),
    [
        ("UtcTime", "2024-06-14 12:00:00.123", False),
        ("TimeCreatedUtc", "2024-06-14 12:00:00.123", False),
        ("TimeGenerated [UTC]", "6/14/2024, 12:00:00.123 PM", False),
        ("TimeCreated", "2024-06-14T14:00:00.123+02:00", False),
        ("_time", "1718366400.123", False),
        ("@timestamp", "2024-06-14T12:00:00.123Z", False),
        ("EventTime", "2024-06-14 14:00:00.123", True),
        ("TimeGenerated", "2024-06-14 14:00:00.123", True),
    ],
)
def test_times(tmp_path: Path, column: str, text: str, noted: bool) -> None:
    rows = {name: value for name, value in SYSMON.items() if name != "UtcTime"}
    if "[UTC]" in column:
        rows["TenantId"] = "t"
    _, items = read(tmp_path, table({column: text} | rows), zone=ZoneInfo("Europe/Berlin"))
    assert items[0].time == datetime(2024, 6, 14, 12, 0, 0, 123000, UTC)
    assert ("EV-T1" in codes(items)) is noted


def test_midnight_and_noon_of_azure_s_portal(tmp_path: Path) -> None:
    for text, hour in (("6/14/2024, 12:00:00.000 AM", 0), ("6/14/2024, 1:00:00 PM", 13)):
        event = event_of(tmp_path, table(CREATION | {"TimeGenerated": text}))
        assert event.time == datetime(2024, 6, 14, hour, tzinfo=UTC)


def test_a_broken_row_is_damage_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = table(SYSMON, SYSMON, SYSMON).split(b"\r\n")
    lines[2] = lines[2][:30]
    _, items = read(tmp_path, b"\r\n".join(lines))
    (damage,) = [item for item in items if isinstance(item, Damage)]
    assert damage.where == "line 3"
    assert len([item for item in items if isinstance(item, RawEvent)]) == 2


def test_a_column_twice_keeps_both_values(tmp_path: Path) -> None:
    event = event_of(tmp_path, b"EventCode,Image,ParentImage,x,x\n1,a,b,c,d\n")
    assert event.data["x"] == ("c", "d")


@pytest.mark.parametrize("text", [b"a,b\n1,2\n", b"just words\nin lines\n", b"Image\nx\n"])
def test_other_text_is_no_evidence(tmp_path: Path, text: bytes) -> None:
    part, _ = read(tmp_path, text)
    assert part.kind == "not evidence"


def test_a_search_by_native_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(table(CAR))
    rows = search(
        Source('EventCode=1 Image="*cmd.exe" | table Image, exe', "<search>"), Request((str(path),), ())
    ).results
    assert rows is not None
    assert rows.rows == ((CMD, "cmd.exe"),)
