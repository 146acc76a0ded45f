"""Small evidence, suppressions files, and the program's answers."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Said = subprocess.CompletedProcess[str]
Run = Callable[..., Said]


def hits(path: Path, count: int) -> Path:
    """Children of regsvr32, a second apart, as NXLog records: `cmd /c 1` and so on."""
    records = [
        {
            "SourceName": "Microsoft-Windows-Sysmon",
            "Channel": "Microsoft-Windows-Sysmon/Operational",
            "EventID": 1,
            "Hostname": "WS1",
            "RecordNumber": number,
            "TimeCreated": f"2024-06-14T12:00:{number:02d}Z",
            "Image": r"C:\Windows\System32\cmd.exe",
            "ParentImage": r"C:\Windows\System32\regsvr32.exe",
            "CommandLine": f"cmd /c {number}",
        }
        for number in range(1, count + 1)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def suppressions(path: Path, *matches: str, expires: str = "2999-12-31") -> Path:
    """A suppressions file with an entry of four lines for each `match`."""
    entries = [
        f"  - match: {match}\n    reason: tested\n    owner: alice\n    expires: {expires}\n"
        for match in matches
    ]
    path.write_text("suppressions:\n" + "".join(entries), encoding="utf-8")
    return path
