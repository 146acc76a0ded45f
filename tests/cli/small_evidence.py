"""Small evidence and analytics for tests of the whole program, and what to look for in what it says."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

Fields = dict[str, Any]
Said = subprocess.CompletedProcess[str]
Run = Callable[..., Said]

ESCAPE, BIDI = "\x1b[2J", "\u202e"
HOSTILE = f"=cmd|' /C calc'!A1 {ESCAPE}{BIDI}\r\nforged line\x00\x9b31m\u200b"
UNSEEN = [chr(code) for code in (*range(9), *range(11, 32), 0x7F, 0x9B, 0x202E, 0x200B)]
"""What must never come out raw; a line feed ends lines."""


def process(number: int = 1, **fields: Any) -> Fields:
    """A child of regsvr32 as an NXLog record."""
    return {
        "SourceName": "Microsoft-Windows-Sysmon",
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "EventID": 1,
        "Hostname": "WS1",
        "RecordNumber": number,
        "TimeCreated": "2024-06-14T12:00:00Z",
        "Image": r"C:\Windows\System32\cmd.exe",
        "ParentImage": r"C:\Windows\System32\regsvr32.exe",
        "CommandLine": f"cmd /c {number}",
        **fields,
    }


LATER = "2024-06-14T13:00:00Z"
HIT = process()
QUIET = process(2, ParentImage=r"C:\Windows\explorer.exe")
LOAD = process(3, EventID=7, ImageLoaded=r"C:\Windows\a.dll", Signed="true", Signature="Microsoft Windows")
END = process(4, EventID=5)


def write(path: Path, *records: Fields, cut: bool = False) -> Path:
    """A file of JSON lines; `cut` ends it within one more record."""
    text = "".join(json.dumps(record) + "\n" for record in records)
    path.write_text(text + json.dumps(HIT)[:60] if cut else text, encoding="utf-8")
    return path


ANALYTIC = """\
title: {title}
id: CAR-0000-00-001
implementations:
  - name: Whole
    type: splunk
    code: index=__your_sysmon_data__ EventCode=1 ParentImage="*regsvr32.exe"
  - name: Other
    type: {language}
    code: |-
      index=__your_sysmon_data__ EventCode=1
        {line}
"""


def analytic(path: Path, *, title: str = "Mine", language: str = "splunk", line: str = "| head 5") -> Path:
    path.write_text(ANALYTIC.format(title=title, language=language, line=line), encoding="utf-8")
    return path


def last_lines(said: Said) -> str:
    """The verdict and what follows: the last block of the page."""
    return said.stdout.rstrip("\n").rpartition("\n\n")[2]


def is_partial(said: Said, status: int, reason: str) -> bool:
    """Whether the run ended with this status and says that it is partial, and why."""
    verdict, *reasons = last_lines(said).splitlines()
    return (
        (said.returncode, said.stderr) == (status, "")
        and verdict.endswith("; PARTIAL: part was not evaluated")
        and f"  - {reason}" in reasons
    )
