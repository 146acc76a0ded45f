"""`carhound stack` over public data, against a count of the records themselves."""

import json
from collections import Counter
from pathlib import Path

from carhound.pipeline import Request
from carhound.pipeline.stacking.stack import stack


def test_the_modules_of_a_recorded_regsvr32(shared: Path) -> None:
    path = shared / "data" / "endgameinc--eqllib" / "normalized-T1117-AtomicRed-regsvr32.json"
    records = json.loads(path.read_text(encoding="utf-8"))
    loads = [one for one in records if one.get("event_type") == "image_load"]
    assert len(loads) > 50
    run = stack(["ImageLoaded"], "EventCode=7", 5, Request((str(path),), ("carhound", "stack")))
    assert run.results is not None
    found = {str(row[0]).lower(): row[1:4] for row in run.results.rows}
    assert found == {
        name: (count, 1, 1) for name, count in Counter(one["image_path"].lower() for one in loads).items()
    }
