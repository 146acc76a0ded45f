"""Events as files, and hunts over them."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from carhound.findings.run import Run
from carhound.pipeline import Request, hunt

Fields = dict[str, Any]


@pytest.fixture
def hunt_over(tmp_path: Path) -> Callable[..., Run]:
    """Writes native Sysmon fields as NXLog JSON lines, one file a call, and hunts over the file."""
    written = iter(range(10_000))

    def run(events: Iterable[Fields], **options: Any) -> Run:
        path = tmp_path / f"evidence{next(written)}.jsonl"
        path.write_text(
            "".join(json.dumps(as_nxlog(fields, number)) + "\n" for number, fields in enumerate(events, 1))
        )
        return hunt(Request((str(path),), ("carhound", "hunt"), **options))

    return run


def as_nxlog(fields: Fields, number: int) -> Fields:
    """A Sysmon event as NXLog writes it, with a record number and, unless it has one, a time."""
    rest = {name: value for name, value in fields.items() if name not in ("EventCode", "time")}
    return {
        "SourceName": "Microsoft-Windows-Sysmon",
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "EventID": fields["EventCode"],
        "Hostname": "H1",
        "RecordNumber": number,
        "TimeCreated": fields.get("time", "2024-06-14T12:00:00Z"),
        **rest,
    }
