"""Where "now" is, when nobody says so: just after the newest event that a search matches."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from carhound.pipeline import Request, hunt

from .shapes import SHAPES

START = datetime(2024, 6, 14, 12, 0, tzinfo=UTC)
CHILDREN = (
    r'[search EventCode=1 Image="*\\a.exe"'
    " | fields ProcessGuid | rename ProcessGuid as ParentProcessGuid]"
)


PROGRAM = """\
title: Children
id: CHILDREN
implementations:
  - type: pseudocode
    code: |-
      p = search Process:Create
      c = filter p where (exe == "b.exe")
      j = join (c, p) where (c.parent_guid == p.guid)
      output j
"""


@pytest.mark.parametrize(
    ("text", "newest"),
    [
        (r'EventCode=1 Image="*\\a.exe"', 0),
        (f"EventCode=1 {CHILDREN}", 10),
        (f"EventCode=1 {CHILDREN.replace('EventCode=1', 'EventCode=1 earliest=-5s', 1)}", 10),
        (r'EventCode=1 | rename Image as Program | search Program="*\\b.exe"', 10),
        (r'EventCode=1 | eval Program=lower(Image) | where like(Program, "%b.exe")', 10),
        (f"EventCode=1 {CHILDREN} | stats count by Image", 10),
        (f"EventCode=1 NOT {CHILDREN}", 20),
        (PROGRAM, 10),
    ],
)
def test_it_is_just_after_the_newest_match(text: str, newest: int, tmp_path: Path) -> None:
    """Three programs start ten seconds apart: the first starts the second, and none of them the third."""
    started = [("a", "-"), ("b", "a"), ("c", "-")]
    records = [
        SHAPES["winlogbeat6"](
            {
                "EventCode": 1,
                "UtcTime": f"{START + timedelta(seconds=10 * at):%Y-%m-%d %H:%M:%S}.000",
                "Image": rf"C:\{name}.exe",
                "CommandLine": name,
                "ProcessGuid": f"{{{name}}}",
                "ParentProcessGuid": f"{{{parent}}}",
            },
            100 + at,
        )
        for at, (name, parent) in enumerate(started)
    ]
    log, search = tmp_path / "log.json", tmp_path / ("search.yaml" if text == PROGRAM else "search.spl")
    log.write_text("".join(json.dumps(one) + "\n" for one in records))
    search.write_text(text)
    run = hunt(Request((str(log),), ("carhound", "hunt"), analytics=(str(search),)))
    assert run.info.now == START + timedelta(seconds=newest, microseconds=1)


@pytest.mark.parametrize("asked", [{}, {"backfill": True}, {"novel_over": "30d"}], ids=str)
@pytest.mark.parametrize(
    "time",
    ["0001-01-01 00:00:00.000", "1601-01-01 00:00:00", "9999-12-31 00:00:00", "9999-12-31 23:59:59.999999"],
)
def test_a_time_at_either_end_of_the_calendar_ends_no_hunt(
    time: str, asked: dict[str, Any], tmp_path: Path
) -> None:
    fields = {
        "EventCode": 1,
        "UtcTime": time,
        "Image": r"C:\a.exe",
        "CommandLine": "a",
        "ParentImage": r"C:\regsvr32.exe",
    }
    log = tmp_path / "log.json"
    log.write_text(json.dumps(SHAPES["winlogbeat6"](fields, 100)))
    for zone in ("Asia/Tokyo", "America/New_York"):
        run = hunt(Request((str(log),), (), tz=zone, **asked))
        assert run.status == "complete"
        assert run.evidence.files[0].events == 1
