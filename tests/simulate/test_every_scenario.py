"""Every bundled scenario as .evtx and as JSON lines: the same findings, and records another parser reads."""

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from Evtx.Evtx import Evtx

from carhound.pipeline import Request, hunt
from carhound.simulate.engine import events
from carhound.simulate.scenario import bundled, load
from carhound.simulate.writers import FORMATS


def findings(path: Path) -> set[tuple[str, tuple[str, ...]]]:
    run = hunt(Request((str(path),), ("carhound", "hunt"), now="wall", backfill=True))
    assert run.status == "complete"
    return {(one.id, one.implementations) for one in run.findings}


@pytest.mark.parametrize("name", bundled())
def test_a_scenario_says_the_same_in_both_formats(name: str, tmp_path: Path) -> None:
    records = list(events([load(name)], hosts=0))
    paths = {}
    for form in ("evtx", "jsonl"):
        write, ending = FORMATS[form]
        paths[form] = tmp_path / f"log{ending}"
        with paths[form].open("wb") as stream:
            write(records, stream)
    assert findings(paths["evtx"]) == findings(paths["jsonl"])
    with Evtx(str(paths["evtx"])) as log:
        trees = [fromstring(record.xml()) for record in log.records()]  # noqa: S314  # written just now
    read = [tree.findtext("{*}System/{*}EventRecordID") for tree in trees]
    assert read == [str(record.record_id) for record in records]
