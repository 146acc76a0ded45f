"""Events to ask about, documents to ask, and the explanations of both."""

import json
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from carhound.findings.explanation import Explanation
from carhound.pipeline.explaining.explain import ExplainRequest, explain

Fields = dict[str, Any]

REGSVR32 = r"C:\Windows\System32\regsvr32.exe"
BUNDLED = "CAR-2019-04-002"
NOW = "2024-06-15T13:00:00Z"
HOSTILE = "cmd \x1b[2J\u202e [bold]x[/] \u200b\r\nforged \ud800"


def record(number: int, **fields: Any) -> Fields:
    """A Sysmon event as NXLog writes it."""
    return {
        "SourceName": "Microsoft-Windows-Sysmon",
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": "WS1.corp.example",
        "RecordNumber": number,
        "TimeCreated": "2024-06-14T12:00:00Z",
        "User": r"CORP\alice",
        **fields,
    }


def process(number: int, **fields: Any) -> Fields:
    """A process that regsvr32 started."""
    made = {
        "EventID": 1,
        "Image": r"C:\Windows\System32\cmd.exe",
        "ParentImage": REGSVR32,
        "CommandLine": "cmd /c whoami",
        "ParentCommandLine": "regsvr32 /s a.dll",
    }
    return record(number, **{**made, **fields})


def module(number: int, **fields: Any) -> Fields:
    """An unsigned module that regsvr32 loaded."""
    made = {
        "EventID": 7,
        "Image": REGSVR32,
        "ImageLoaded": r"C:\Users\alice\AppData\Local\Temp\a.dll",
        "Signed": "false",
        "Signature": "-",
        "SignatureStatus": "Unavailable",
    }
    return record(number, **{**made, **fields})


CHILD, LOAD = process(1), module(2)
RESPAWN = process(3, Image=r"C:\Windows\SysWOW64\regsvr32.exe")
REPORTER = process(4, Image=r"C:\Windows\System32\WerFault.exe")
COPY = process(5, ParentImage=r"C:\Temp\regsvr32.exe")
SIGNED = module(6, Signed="true", Signature="Contoso")
SYSTEM_MODULE = module(7, ImageLoaded=r"C:\Windows\Temp\a.dll")
EARLY = process(8, TimeCreated="2024-05-01T12:00:00Z")
ENDED = record(9, EventID=5, Image=REGSVR32)
LOGON = {
    "SourceName": "Microsoft-Windows-Security-Auditing",
    "Channel": "Security",
    "EventID": 4624,
    "Hostname": "WS1.corp.example",
    "RecordNumber": 10,
    "TimeCreated": "2024-06-14T12:00:00Z",
    "TargetUserName": "regsvr32.exe",
}

MAIN, MAIN_P = "Main Pattern", "Main Pattern - pseudocode"
NEW = "New items since last month"
SPAWN, SPAWN_P = "Spawning child processes", "Spawning child processes - pseudocode"
UNSIGNED, UNSIGNED_P = "Loading unsigned images", "Loading unsigned images - pseudocode"

DOCUMENT = """\
title: "Odd one \x07"
id: CAR-0000-00-009
implementations:
  - name: Three-valued
    type: splunk
    code: |-
      EventCode IN (1, 7) {long}
      | where like(lower(Image),"%\\\\\\\\cmd.exe") OR NOT isnull(Nothing) AND Count>5
      | rename Image as Picture | search Picture=*cmd* NOT (User=SYSTEM OR ComputerName=X*)
      | dedup Picture | head 1
      | stats count by Picture | where count>1
  - name: Broken
    type: splunk
    code: EventCode=1 (Image=a
  - name: Elsewhere
    type: Sigma
    code: "title: x"
  - name: Empty window
    type: splunk
    code: earliest=-1d latest=-2d EventCode=1 Image!=x
"""


def document(folder: Path) -> Path:
    """A document with texts that are broken, foreign and strange."""
    path = folder / "odd.yaml"
    long = 'CommandLine!="' + "long " * 30 + '"'
    path.write_text(DOCUMENT.replace("\x07", "\u202e").replace("{long}", long), encoding="utf-8")
    return path


def write(path: Path, *records: Fields) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def ask(reference: object, event: Fields | str | None = None, **options: Any) -> Explanation:
    """The explanation; an event given as fields comes from standard input."""
    options = {"now": NOW, **options}
    chosen = "-" if isinstance(event, dict) else event
    request = ExplainRequest(str(reference), ("explain",), chosen, **options)
    said = explain(request, lambda: json.dumps(event).encode())
    return replace(said, info=replace(said.info, version="0.1.0"))


def verdicts(said: Explanation) -> dict[str, str]:
    """By implementation, what it says of the event."""
    return {
        one.name: one.answer.verdict
        for analytic in said.analytics
        for one in analytic.implementations
        if one.answer is not None
    }


def failures(said: Explanation) -> dict[str, str | None]:
    """By implementation, the first clause that fails, as written."""
    return {
        one.name: None
        if one.answer.failure is None
        else " ".join(one.code.text[span.start : span.end].split())
        if (span := one.answer.failure.span)
        else one.answer.failure.text
        for analytic in said.analytics
        for one in analytic.implementations
        if one.answer is not None
    }
