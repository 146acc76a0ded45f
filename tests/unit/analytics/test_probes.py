"""Each probe selects the events whose answer its discrepancy changes, and no others."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from carhound.analytics.notes import notes_for
from carhound.engines.interpreter.collect import Collector
from carhound.languages.spl.compile import compile_spl
from carhound.model.event import Event, Place

KNOWN = notes_for("CAR-2019-04-002")
PROBES = {one.code[-3:]: one.probe for one in KNOWN.discrepancies if one.probe} if KNOWN else {}

SYSTEM32 = "C:\\Windows\\System32\\regsvr32.exe"


def event(fields: Mapping[str, object], provider: str = "Microsoft-Windows-Sysmon") -> Event:
    data = {name: str(value) for name, value in fields.items() if value is not None and name != "EventCode"}
    return Event(
        provider=provider,
        channel=None,
        event_id=str(fields["EventCode"]),
        computer="host",
        record_id=None,
        time=None,
        data=data,
        meta={},
        position="item 1",
        place=Place("file", "1"),
        shape="test",
    )


def selecting(fields: Mapping[str, object], provider: str = "Microsoft-Windows-Sysmon") -> set[str]:
    """The probes that select the event."""
    plans = [compile_spl(probe).plan for probe in PROBES.values()]
    collector = Collector(plans, lambda one: one)
    collector.begin_file()
    collector.offer(event(fields, provider))
    collector.end_file()
    return {code for number, code in enumerate(PROBES) if collector.main_hits(number)}


def child(image: str | None, parent: str = SYSTEM32, **more: str) -> dict[str, object]:
    return {"EventCode": 1, "Image": image, "ParentImage": parent, **more}


def module(
    path: str, signed: str | None = "false", signature: str | None = "-", loader: str = SYSTEM32
) -> dict[str, object]:
    return {"EventCode": 7, "Image": loader, "ImageLoaded": path, "Signed": signed, "Signature": signature}


def test_a_probe_is_plain_spl() -> None:
    for probe in PROBES.values():
        assert all(one.severity == "note" for one in compile_spl(probe).diagnostics)


def test_over_the_truth_table(shared: Path) -> None:
    table = json.loads((shared / "data/truth.json").read_text(encoding="utf-8"))
    found = {one["id"]: selecting(one["event"]) for one in table["events"]}
    assert {name: codes for name, codes in found.items() if codes} == {
        "p06": {"D11"},
        "p07": {"D13"},
        "p08": {"D08"},
        "p10": {"D10"},
        "m02": {"D19"},
        "m04": {"D18"},
        "m07": {"D16"},
        "m08": {"D16"},
        "m10": {"D16"},
        "m12": {"D13"},
    }


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        # D08: what only the term keeps out
        (child("C:\\x.exe", "C:\\T\\myregsvr32.exe"), {"D08"}),
        (child("C:\\x.exe", "C:\\T\\myregsvr32.exe", User="regsvr32.exe"), set()),
        (child("C:\\T\\myregsvr32.exe", "C:\\T\\myregsvr32.exe"), {"D10"}),
        (child(None, "C:\\T\\myregsvr32.exe"), set()),
        # D10: regsvr32.exe itself is meant to be hidden, wherever it lies
        (child("D:\\regsvr32.exe"), set()),
        (child("regsvr32.exe"), set()),
        (child("C:\\REGSVR32.EXE.bak"), {"D10"}),
        (child("C:\\REGSVR32.EXE.bak", "C:\\explorer.exe"), set()),
        # D11: only under a parent that the spawning patterns know
        (child("c:\\windows\\syswow64\\WEVTUTIL.EXE", "c:\\windows\\syswow64\\REGSVR32.exe"), {"D11"}),
        (child("C:\\Windows\\SysWOW64\\wevtutil.exe", "D:\\regsvr32.exe"), {"D13"}),
        (child("C:\\Windows\\System32\\wevtutil.exe"), set()),
        # D13: another path or another name, and the exclusions of the pattern still hold
        (child("C:\\x.exe", "C:\\Windows\\WinSxS\\a\\regsvr32.exe"), {"D13"}),
        (child("C:\\Windows\\System32\\WerFault.exe", "D:\\regsvr32.exe"), set()),
        (child(SYSTEM32, "D:\\regsvr32.exe"), set()),
        (child("C:\\T\\r.exe", "C:\\explorer.exe", OriginalFileName="REGSVR32.EXE"), {"D13"}),
        (child("C:\\T\\r.exe", "C:\\explorer.exe", Description="Microsoft(C) Register Server"), {"D13"}),
        (child(SYSTEM32, "C:\\explorer.exe", OriginalFileName="REGSVR32.EXE"), set()),
        (module("C:\\T\\x.dll", loader="D:\\regsvr32.exe"), {"D13"}),
        (module("C:\\T\\x.dll", "true", None, "D:\\regsvr32.exe"), {"D13"}),
        (module("C:\\T\\x.dll", "true", "Foo", "D:\\regsvr32.exe"), set()),
        (module("C:\\Windows\\x.dll", loader="D:\\regsvr32.exe"), set()),
        # D16: the two ideas of "unsigned"
        (module("C:\\T\\x.dll", "false", "Foo"), {"D16"}),
        (module("C:\\T\\x.dll", "true", "-"), {"D16"}),
        (module("C:\\T\\x.dll", None, ""), {"D16"}),
        (module("C:\\T\\x.dll", "false", None), set()),
        (module("C:\\T\\x.dll", "true", "Foo"), set()),
        (module("C:\\Windows\\x.dll", "false", "Foo"), set()),
        # D18: hidden, and in neither Program Files folder
        (module("C:\\Program Files\\x.dll"), set()),
        (module("c:\\program files (X86)\\x.dll"), set()),
        (module("C:\\Program Filesystem\\x.dll"), {"D18"}),
        (module("C:\\Program Filesystem\\x.dll", "true", "Foo"), set()),
        # D19: below C:\Windows, where anybody may write
        (module("C:\\WINDOWS\\tracing\\x.dll"), {"D19"}),
        (module("C:\\Windows\\System32\\spool\\drivers\\color\\x.dll", "true", ""), {"D19"}),
        (module("C:\\Windows\\Temp\\x.dll", "true", "Foo"), set()),
        (module("C:\\Windows\\Temporary\\x.dll"), set()),
        (module("C:\\Windows\\System32\\x.dll"), set()),
    ],
)
def test_near_the_edge(fields: dict[str, object], codes: set[str]) -> None:
    assert selecting(fields) == codes


def test_only_sysmon_is_asked() -> None:
    assert selecting(module("C:\\Windows\\Temp\\x.dll"), "Microsoft-Windows-Kernel-General") == set()
